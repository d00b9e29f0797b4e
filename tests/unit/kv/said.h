// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"

#include <initializer_list>

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

} // namespace faultline::test
