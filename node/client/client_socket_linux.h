// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/poll_set_linux.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>

namespace faultline::client {

/// An accepted TCP connection, over which nothing is waited for. The socket is one of a PollSet, which outlives it.
class ClientSocket final : private PollSet::Member
{
public:
    /// Takes the descriptor, whatever becomes of it.
    ClientSocket(int descriptor, PollSet& set);
    ~ClientSocket() override;
    ClientSocket(const ClientSocket&) = delete;
    ClientSocket& operator=(const ClientSocket&) = delete;

    /// There is something to read, or the other end has said its last word. While it wantsToRead().
    std::function<void()> whenReadable;
    /// Some of what had to wait was taken by the system.
    std::function<void()> whenWritten;
    /// Once, when the connection is torn, or closed after closeWhenWritten(); the descriptor is closed by then. It may
    /// come from within read() and write().
    std::function<void()> whenGone;

    bool isOpen() const { return m_descriptor >= 0; }
    /// The other end says no more, as read() has found; it may still listen.
    bool isAtEnd() const { return m_isAtEnd; }
    QString peer() const;  ///< address:port
    QString local() const; ///< the same of this end

    void setWantsToRead(bool wants);
    /// At most `most` bytes. 0 when there are none now, and when the connection is gone.
    qsizetype read(char* into, qsizetype most);
    /// Sends what the system takes, and keeps the rest until it does.
    void write(QByteArrayView bytes);
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent; }

    /// Says its last word once everything is written. What still comes is thrown away until the other end has said its
    /// own: a socket closed over unread bytes resets the connection, and what was just written with it.
    void closeWhenWritten();
    /// Reads what there is, for nobody.
    void throwAwayUnread();
    /// At once; what is unsent is lost. Nobody is told.
    void close();

private:
    void ready(bool toRead, bool toWrite, bool isOver) override;
    void poll();
    void lose();
    void sayLastWord();

    PollSet& m_set;
    int m_descriptor;
    QByteArray m_unsent;
    qsizetype m_sent = 0; ///< of m_unsent
    bool m_wantsRead = true;
    bool m_wantsWrite = false;
    bool m_isClosing = false;
    bool m_isAtEnd = false;
    bool m_saidLastWord = false;
};

} // namespace faultline::client
