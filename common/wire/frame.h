// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace faultline::wire {

/// A frame is how a message lies on a TCP stream, where only bytes exist: a header that says how long it is, the
/// payload, and a checksum, so that damage is noticed. All integers are little endian.
///
///     offset  bytes
///     0       4     magic "FLT1"
///     4       1     protocol version of the sender
///     5       1     kind
///     6       2     zero; a reader ignores it
///     8       4     payload length, at most kMaxPayload
///     12      4     low half of XXH3-64 over the 12 bytes before
///     16      n     payload
///     16 + n  8     XXH3-64 over the payload
///
/// A header that is wrong means that the stream can no longer be followed: the connection is closed. A payload that is
/// wrong is one lost message: it is dropped and counted, and the connection lives.
inline constexpr qsizetype kHeaderSize = 16;
inline constexpr qsizetype kTrailerSize = 8;
inline constexpr qsizetype kMaxPayload = qsizetype(16) << 20;

/// The versions of the protocol this build speaks.
inline constexpr quint8 kLowestVersion = 1;
inline constexpr quint8 kHighestVersion = 1;

enum class FrameKind : quint8 {
    Hello = 1,   ///< opens a connection, both ways (hello.h)
    Raft = 2,    ///< envelope, then one consensus message
    Control = 3, ///< envelope, then one message between lab and node (control.h)
};

struct Frame
{
    quint8 version = kHighestVersion;
    FrameKind kind = FrameKind::Hello;
    QByteArray payload;
};

/// `payload` must not be longer than kMaxPayload.
QByteArray encodeFrame(FrameKind kind, QByteArrayView payload, quint8 version = kHighestVersion);

/// The same without copying: the payload was written kHeaderSize bytes behind the start of the block, and that room and
/// what comes behind it are filled in.
QByteArray closeFrame(FrameKind kind, QByteArray block, quint8 version = kHighestVersion);

/// Cuts a stream into frames. Holds at most one frame of kMaxPayload and what came with it; a claimed length reserves
/// nothing before its bytes arrive.
class FrameReader
{
public:
    enum class Outcome {
        NeedMore,   ///< no whole frame yet
        Frame,      ///< `frame` holds the next one
        BadPayload, ///< a frame was dropped: its payload does not match its checksum; go on
        BadHeader,  ///< close the connection; error() says why. Stays so.
    };

    /// Kept, and not copied, when nothing is left of what came before.
    void append(QByteArray bytes);
    /// Frames that are most of what came with them share its bytes.
    Outcome next(Frame& frame);
    const QString& error() const { return m_error; }
    qsizetype bufferedBytes() const { return m_buffer.size() - m_start; }

private:
    QByteArray m_buffer;
    qsizetype m_start = 0;
    QString m_error;
};

} // namespace faultline::wire
