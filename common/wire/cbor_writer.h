// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QStringView>

namespace faultline::wire {

/// Writes CBOR (RFC 8949) from front to back into one block of bytes, each head as short as it can be. What it is told
/// is trusted: who opens a container of `count` items writes so many, and who opens one without a count ends it.
class CborWriter
{
public:
    /// `head` bytes before the first item are left for the caller to fill; `usual` is how many most messages need, so
    /// that writing one allocates once.
    explicit CborWriter(qsizetype usual = 256, qsizetype head = 0);
    Q_DISABLE_COPY_MOVE(CborWriter)

    void number(quint64 value)
    {
        if (value < 24 && m_at != m_end)
            *m_at++ = static_cast<char>(value);
        else
            writeHead(kUnsigned, value);
    }
    void signedNumber(qint64 value);
    void boolean(bool value);
    void bytes(QByteArrayView value);
    void text(QStringView value);       ///< as UTF-8
    void written(QByteArrayView items); ///< whole items, as a writer wrote them before

    void array(quint64 count) { writeHead(kArray, count); }
    void map(quint64 pairs) { writeHead(kMap, pairs); }
    void beginArray() { writeByte(kArray | kIndefinite); }
    void beginMap() { writeByte(kMap | kIndefinite); }
    void end() { writeByte(kBreak); } ///< of the innermost container that was begun

    /// How many bytes so far, with the head.
    qsizetype size() const { return m_at - m_bytes.constData(); }
    /// What was written, the head before it; then the writer is done.
    QByteArray take();

private:
    enum : uchar {
        kUnsigned = 0x00,
        kNegative = 0x20,
        kBytes = 0x40,
        kText = 0x60,
        kArray = 0x80,
        kMap = 0xa0,
        kFalse = 0xf4,
        kTrue = 0xf5,
        kIndefinite = 0x1f,
        kBreak = 0xff,
    };

    void reserve(qsizetype bytes)
    {
        if (m_end - m_at < bytes)
            grow(bytes);
    }
    void grow(qsizetype bytes);
    void writeByte(uchar byte)
    {
        reserve(1);
        *m_at++ = static_cast<char>(byte);
    }
    void writeHead(uchar major, quint64 argument);
    void writeString(uchar major, QByteArrayView value);
    void copy(QByteArrayView value);

    QByteArray m_bytes; ///< up to m_at; behind it there is room
    char* m_at;
    char* m_end;
};

} // namespace faultline::wire
