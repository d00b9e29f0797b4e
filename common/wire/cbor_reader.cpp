// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/cbor_reader.h"

#include <QtEndian>

#include <limits>

namespace faultline::wire {

namespace {

constexpr uchar kIndefiniteLength = 31; ///< as the low bits of a head
constexpr uchar kFalse = 0xf4;
constexpr uchar kTrue = 0xf5;
constexpr quint64 kFirstLongSimple = 32; ///< smaller ones must not take a byte of their own (RFC 8949 3.3)

constexpr int majorOf(uchar head)
{
    return head >> 5;
}

constexpr uchar informationOf(uchar head)
{
    return head & 0x1f;
}

} // namespace

/// What follows a head whose low bits are `information`; the head itself is read already.
bool CborReader::readArgument(uchar information, quint64& argument)
{
    if (information < kFirstLongHead) {
        argument = information;
        return true;
    }
    if (information > 27)
        return false;
    const quint64 size = quint64(1) << (information - kFirstLongHead);
    if (left() < size)
        return false;
    switch (size) {
    case 1:
        argument = *m_at;
        break;
    case 2:
        argument = qFromBigEndian<quint16>(m_at);
        break;
    case 4:
        argument = qFromBigEndian<quint32>(m_at);
        break;
    default:
        argument = qFromBigEndian<quint64>(m_at);
        break;
    }
    m_at += size;
    return true;
}

bool CborReader::readHead(Major major, quint64& argument)
{
    if (m_at == m_end || majorOf(*m_at) != static_cast<int>(major))
        return false;
    const uchar head = *m_at++;
    return readArgument(informationOf(head), argument);
}

bool CborReader::readSigned(qint64& out)
{
    if (m_at == m_end)
        return false;
    const bool isNegative = majorOf(*m_at) == static_cast<int>(Major::Negative);
    quint64 magnitude = 0;
    if (!readHead(isNegative ? Major::Negative : Major::Unsigned, magnitude) ||
        magnitude > static_cast<quint64>(std::numeric_limits<qint64>::max()))
        return false;
    out = isNegative ? -1 - static_cast<qint64>(magnitude) : static_cast<qint64>(magnitude);
    return true;
}

bool CborReader::readBool(bool& out)
{
    if (m_at == m_end || (*m_at != kFalse && *m_at != kTrue))
        return false;
    out = *m_at++ == kTrue;
    return true;
}

bool CborReader::readString(Major major, QByteArrayView& out)
{
    quint64 length = 0;
    if (!readHead(major, length) || length > left())
        return false;
    out = QByteArrayView(m_at, static_cast<qsizetype>(length));
    m_at += length;
    return true;
}

bool CborReader::readBytes(QByteArrayView& out)
{
    return readString(Major::Bytes, out);
}

bool CborReader::readBytes(QByteArray& out)
{
    QByteArrayView view;
    if (!readString(Major::Bytes, view))
        return false;
    out = view.toByteArray();
    return true;
}

bool CborReader::readText(QString& out)
{
    QByteArrayView view;
    if (!readString(Major::Text, view) || !QUtf8StringView(view).isValidUtf8())
        return false;
    out = QString::fromUtf8(view);
    return true;
}

bool CborReader::enter(Major major, Container& container)
{
    if (m_at == m_end || majorOf(*m_at) != static_cast<int>(major))
        return false;
    const uchar head = *m_at++;
    if (informationOf(head) == kIndefiniteLength) {
        container.left = kIndefinite;
        return true;
    }
    // Each item takes a byte at least, so that more of them than bytes cannot come.
    return readArgument(informationOf(head), container.left) &&
           container.left <= (major == Major::Map ? left() / 2 : left());
}

bool CborReader::skip(int depth)
{
    if (depth < 0)
        return false;
    quint64 argument = 0;
    while (m_at != m_end && majorOf(*m_at) == static_cast<int>(Major::Tag)) {
        if (!readHead(Major::Tag, argument))
            return false;
    }
    if (m_at == m_end)
        return false;
    const auto major = static_cast<Major>(majorOf(*m_at));
    switch (major) {
    case Major::Bytes:
    case Major::Text:
        return skipString(major);
    case Major::Array:
    case Major::Map: {
        Container container;
        if (!enter(major, container))
            return false;
        while (hasNext(container)) {
            if (!skip(depth - 1) || (major == Major::Map && !skip(depth - 1)))
                return false;
        }
        return true;
    }
    case Major::Simple:
        return skipSimple();
    default:
        return readHead(major, argument);
    }
}

bool CborReader::skipString(Major major)
{
    QByteArrayView piece;
    const auto skipPiece = [&] {
        return readString(major, piece) && (major == Major::Bytes || QUtf8StringView(piece).isValidUtf8());
    };
    if (informationOf(*m_at) != kIndefiniteLength)
        return skipPiece();
    ++m_at;
    for (;;) {
        if (m_at == m_end)
            return false;
        if (*m_at == kBreak) {
            ++m_at;
            return true;
        }
        if (!skipPiece())
            return false;
    }
}

/// false, true, null, floating-point numbers and what may yet get a meaning; a break is none of them.
bool CborReader::skipSimple()
{
    const uchar information = informationOf(*m_at);
    quint64 value = 0;
    return readHead(Major::Simple, value) && (information != kFirstLongHead || value >= kFirstLongSimple);
}

} // namespace faultline::wire
