// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/frame.h"

#include "common/wire/shared_slice.h"

#include <QtEndian>

#include <xxhash.h>

#include <cstring>

namespace faultline::wire {

namespace {

constexpr char kMagic[4] = {'F', 'L', 'T', '1'};

bool knownKind(quint8 kind)
{
    return kind >= static_cast<quint8>(FrameKind::Hello) && kind <= static_cast<quint8>(FrameKind::Control);
}

quint32 headerChecksum(const char* header)
{
    return static_cast<quint32>(XXH3_64bits(header, 12));
}

/// Whoever keeps a part of a frame keeps its block, which must not be much more than the frame.
bool mayShare(qsizetype length, const QByteArray& block)
{
    return length >= block.size() / 2;
}

} // namespace

QByteArray encodeFrame(FrameKind kind, QByteArrayView payload, quint8 version)
{
    QByteArray block;
    block.reserve(kHeaderSize + payload.size() + kTrailerSize);
    block.resize(kHeaderSize);
    block.append(payload);
    return closeFrame(kind, std::move(block), version);
}

QByteArray closeFrame(FrameKind kind, QByteArray block, quint8 version)
{
    const qsizetype length = block.size() - kHeaderSize;
    block.resize(block.size() + kTrailerSize);
    char* out = block.data();
    std::memcpy(out, kMagic, 4);
    out[4] = static_cast<char>(version);
    out[5] = static_cast<char>(kind);
    out[6] = out[7] = 0;
    qToLittleEndian(static_cast<quint32>(length), out + 8);
    qToLittleEndian(headerChecksum(out), out + 12);
    const char* payload = out + kHeaderSize;
    qToLittleEndian(quint64(XXH3_64bits(payload, static_cast<std::size_t>(length))), out + kHeaderSize + length);
    return block;
}

void FrameReader::append(QByteArray bytes)
{
    if (!m_error.isEmpty())
        return;
    if (bufferedBytes() == 0) {
        m_buffer = std::move(bytes);
        m_start = 0;
        return;
    }
    if (m_start > 0) { // a block of its own for the rest: frames may hold the old one
        QByteArray rest;
        rest.reserve(bufferedBytes() + bytes.size());
        rest.append(QByteArrayView(m_buffer).sliced(m_start));
        m_buffer = std::move(rest);
        m_start = 0;
    }
    m_buffer.append(bytes);
}

FrameReader::Outcome FrameReader::next(Frame& frame)
{
    if (!m_error.isEmpty())
        return Outcome::BadHeader;
    if (bufferedBytes() < kHeaderSize)
        return Outcome::NeedMore;

    const char* header = m_buffer.constData() + m_start;
    if (std::memcmp(header, kMagic, 4) != 0) {
        m_error = QStringLiteral("not a Faultline frame: it does not start with \"FLT1\"");
        return Outcome::BadHeader;
    }
    if (qFromLittleEndian<quint32>(header + 12) != headerChecksum(header)) {
        m_error = QStringLiteral("the frame's header does not match its own checksum");
        return Outcome::BadHeader;
    }
    const auto length = static_cast<qsizetype>(qFromLittleEndian<quint32>(header + 8));
    if (length > kMaxPayload) {
        m_error = QStringLiteral("the frame claims %1 bytes of payload; the most is %2").arg(length).arg(kMaxPayload);
        return Outcome::BadHeader;
    }
    const auto kind = static_cast<quint8>(header[5]);
    if (!knownKind(kind)) {
        m_error = QStringLiteral("the frame is of kind %1, which this version does not know").arg(kind);
        return Outcome::BadHeader;
    }

    const qsizetype total = kHeaderSize + length + kTrailerSize;
    if (bufferedBytes() < total)
        return Outcome::NeedMore;
    const char* payload = header + kHeaderSize;
    const quint64 checksum = XXH3_64bits(payload, static_cast<std::size_t>(length));
    const bool intact = qFromLittleEndian<quint64>(payload + length) == checksum;
    if (intact) {
        frame.version = static_cast<quint8>(header[4]);
        frame.kind = static_cast<FrameKind>(kind);
        frame.payload = mayShare(length, m_buffer) ? sharedSlice(m_buffer, m_start + kHeaderSize, length)
                                                   : QByteArray(payload, length);
    }
    m_start += total;
    return intact ? Outcome::Frame : Outcome::BadPayload;
}

} // namespace faultline::wire
