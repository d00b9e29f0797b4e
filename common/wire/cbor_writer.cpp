// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/cbor_writer.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <limits>

namespace faultline::wire {

namespace {
constexpr qsizetype kLongestHead = 9;
}

CborWriter::CborWriter(qsizetype usual, qsizetype head)
    : m_bytes(head + usual, Qt::Uninitialized)
    , m_at(m_bytes.data() + head)
    , m_end(m_bytes.data() + m_bytes.size())
{}

QByteArray CborWriter::take()
{
    m_bytes.truncate(size());
    m_at = m_end = nullptr;
    return std::move(m_bytes);
}

void CborWriter::grow(qsizetype bytes)
{
    const qsizetype used = size();
    m_bytes.resize(std::max(2 * m_bytes.size(), used + bytes));
    m_at = m_bytes.data() + used;
    m_end = m_bytes.data() + m_bytes.size();
}

void CborWriter::writeHead(uchar major, quint64 argument)
{
    reserve(kLongestHead);
    const auto put = [&](uchar information, auto value) {
        *m_at++ = static_cast<char>(major | information);
        qToBigEndian(value, m_at);
        m_at += sizeof value;
    };
    if (argument < 24)
        *m_at++ = static_cast<char>(major | argument);
    else if (argument <= std::numeric_limits<quint8>::max())
        put(24, static_cast<quint8>(argument));
    else if (argument <= std::numeric_limits<quint16>::max())
        put(25, static_cast<quint16>(argument));
    else if (argument <= std::numeric_limits<quint32>::max())
        put(26, static_cast<quint32>(argument));
    else
        put(27, argument);
}

void CborWriter::signedNumber(qint64 value)
{
    if (value >= 0)
        writeHead(kUnsigned, static_cast<quint64>(value));
    else
        writeHead(kNegative, static_cast<quint64>(-1 - value));
}

void CborWriter::boolean(bool value)
{
    writeByte(value ? kTrue : kFalse);
}

void CborWriter::writeString(uchar major, QByteArrayView value)
{
    reserve(kLongestHead + value.size());
    writeHead(major, static_cast<quint64>(value.size()));
    copy(value);
}

void CborWriter::copy(QByteArrayView value)
{
    if (!value.isEmpty())
        std::memcpy(m_at, value.data(), static_cast<std::size_t>(value.size()));
    m_at += value.size();
}

void CborWriter::written(QByteArrayView items)
{
    reserve(items.size());
    copy(items);
}

void CborWriter::bytes(QByteArrayView value)
{
    writeString(kBytes, value);
}

void CborWriter::text(QStringView value)
{
    writeString(kText, value.toUtf8());
}

} // namespace faultline::wire
