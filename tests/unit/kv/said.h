// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"

#include <initializer_list>
#include <utility>

namespace faultline::test {

inline QByteArray encoded(kv::Verb verb, std::initializer_list<QByteArrayView> arguments)
{
    return kv::encodeCommand(verb, std::span(arguments.begin(), arguments.size()));
}

inline QByteArray stampedAt(qint64 time, QByteArray command)
{
    kv::setStamp(command, time);
    return command;
}

inline QByteArray encodedCall(quint64 session, quint64 sequence, quint64 ackedBelow, const QByteArray& command)
{
    return encoded(kv::Verb::SessionCall, {QByteArray::number(session), QByteArray::number(sequence),
                                           QByteArray::number(ackedBelow), command});
}

/// The bytes in pieces of this size, as a snapshot of the store is read.
inline kv::NextPiece inPieces(const QByteArray& bytes, qsizetype size = 65'536)
{
    return [bytes, size, at = qsizetype(0)]() mutable -> Result<std::optional<QByteArray>> {
        if (at >= bytes.size())
            return std::optional<QByteArray>();
        return std::optional(bytes.mid(std::exchange(at, at + size), size));
    };
}

} // namespace faultline::test
