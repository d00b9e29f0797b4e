// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on all but the last
// (LEB128).
namespace faultline::kv {

inline void appendVarint(QByteArray& out, quint64 value)
{
    while (value >= 0x80) {
        out.append(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out.append(static_cast<char>(value));
}

/// Takes a number off the front; nothing when there is none of at most 64 bits, and then `bytes` is unchanged.
inline std::optional<quint64> takeVarint(QByteArrayView& bytes)
{
    quint64 value = 0;
    for (int i = 0; i < 10 && i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (i == 9 && byte > 1)
            return std::nullopt;
        value |= static_cast<quint64>(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            bytes = bytes.sliced(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

/// Its length as a varint, then the bytes.
inline void appendSized(QByteArray& out, QByteArrayView bytes)
{
    appendVarint(out, static_cast<quint64>(bytes.size()));
    out.append(bytes);
}

inline std::optional<QByteArrayView> takeSized(QByteArrayView& bytes)
{
    QByteArrayView rest = bytes;
    const std::optional<quint64> length = takeVarint(rest);
    if (!length || *length > static_cast<quint64>(rest.size()))
        return std::nullopt;
    const QByteArrayView taken = rest.first(static_cast<qsizetype>(*length));
    bytes = rest.sliced(taken.size());
    return taken;
}

} // namespace faultline::kv
