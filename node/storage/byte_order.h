// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace faultline::storage::format {

/// Little endian, whatever the machine is. The bytes must be there.
template <typename Integer> Integer readInteger(QByteArrayView bytes, qsizetype offset)
{
    quint64 value = 0;
    for (qsizetype i = 0; i < qsizetype(sizeof(Integer)); ++i)
        value |= static_cast<quint64>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
    return static_cast<Integer>(value);
}

/// Returns what lies behind it.
template <typename Integer> char* writeInteger(char* to, Integer value)
{
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
        *to++ = static_cast<char>((static_cast<quint64>(value) >> (8 * i)) & 0xff);
    return to;
}

template <typename Integer> void appendInteger(QByteArray& out, Integer value)
{
    char bytes[sizeof(Integer)];
    writeInteger(bytes, value);
    out.append(bytes, sizeof bytes);
}

} // namespace faultline::storage::format
