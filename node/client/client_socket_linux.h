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
    /// Once, when the connection is gone by itself or by closeWhenWritten(); the descriptor is closed by then. It may
    /// come from within read() and write().
    std::function<void()> whenGone;

    bool isOpen() const { return m_descriptor >= 0; }
    QString peer() const;  ///< address:port
    QString local() const; ///< the same of this end

    void setWantsToRead(bool wants);
    /// At most `most` bytes. 0 when there are none now, and when the connection is gone.
    qsizetype read(char* into, qsizetype most);
    /// Sends what the system takes, and keeps the rest until it does.
    void write(QByteArrayView bytes);
    qint64 bytesToWrite() const { return m_unsent.size() - m_sent; }

    /// Reads no more, and closes once everything is written.
    void closeWhenWritten();
    /// At once; what is unsent is lost. Nobody is told.
    void close();

private:
    void ready(bool toRead, bool toWrite, bool isOver) override;
    void poll();
    void lose();

    PollSet& m_set;
    int m_descriptor;
    QByteArray m_unsent;
    qsizetype m_sent = 0; ///< of m_unsent
    bool m_wantsRead = true;
    bool m_wantsWrite = false;
    bool m_isClosing = false;
};

} // namespace faultline::client
