// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/net/turn_end.h"
#include "common/wire/frame.h"
#include "common/wire/hello.h"

#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace faultline::net {

/// One framed connection, from either end: it opens with HELLO both ways, then carries frames. Every framed socket of
/// the node and of the desktop is inside one of these. A connection that says anything improper is closed with a
/// sentence; so is one that has not finished its HELLO within five seconds.
///
/// Lives on one thread with an event loop. Frames arrive through `onFrame`, a plain function for speed; it may close or
/// delete the channel.
class Channel : public QObject
{
    Q_OBJECT

public:
    /// Dials host:port and says `hello`.
    static std::unique_ptr<Channel> dial(const QString& host, quint16 port, wire::Hello hello);

    /// Takes over an accepted socket. `judge` sees the dialler's HELLO and returns ours to accept it, or nothing (after
    /// noting the reason through the reference) to close.
    using Judge = std::function<std::optional<wire::Hello>(const wire::Hello& theirs, QString& refusal)>;
    static std::unique_ptr<Channel> accept(QTcpSocket* socket, Judge judge);

    ~Channel() override;

    bool isOpen() const { return m_open; }
    /// The other end's HELLO. Meaningful once open.
    const wire::Hello& theirHello() const { return m_theirs; }
    quint8 version() const { return m_version; }

    /// Queues one frame for the socket; written when this turn of the event loop ends, several frames in one write.
    /// Returns the frame's size, 0 when the channel is not open.
    qsizetype send(wire::FrameKind kind, QByteArrayView payload);
    /// A frame already encoded with encodeFrame().
    qsizetype sendEncoded(QByteArray frame);
    /// Hands everything queued to the socket at once.
    void flush();
    /// What was sent and not yet handed to the socket never leaves.
    void dropUnwritten();
    qint64 bytesToWrite() const;

    /// Closes now and discards what was not yet written. Emits closed() once.
    void close(const QString& reason);
    /// The same, but so that the other end sees the connection torn (RST) and not ended.
    void reset(const QString& reason);

    /// While it says so, nothing is written, and before the channel is open no HELLO is read or said; goOn() when that
    /// is over. Not set: never.
    std::function<bool()> isQuiet;
    void goOn();

    std::function<void(const wire::Frame&)> onFrame;
    /// A frame was dropped: its checksum was wrong.
    std::function<void()> onRejectedFrame;

signals:
    void opened();
    /// The connection is gone; `reason` is a plain sentence. Emitted once; the channel is dead afterwards.
    void closed(const QString& reason);

private:
    Channel(std::unique_ptr<QTcpSocket> socket, std::optional<wire::Hello> ours, Judge judge);
    void readAvailable();
    void sayHello();
    bool isQuietNow() const { return isQuiet && isQuiet(); }
    void handleHello(const wire::Frame& frame);
    void becomeOpen();

    std::unique_ptr<QTcpSocket> m_socket;
    wire::FrameReader m_reader;
    std::optional<wire::Hello> m_ours;
    wire::Hello m_theirs;
    Judge m_judge;
    QTimer m_helloTimeout;
    QByteArray m_outgoing;
    TurnEnd m_flush;
    bool m_helloWaits = false; ///< connected while it was quiet
    bool m_open = false;
    bool m_dead = false;
    quint8 m_version = 0;
};

} // namespace faultline::net
