// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/client_socket_linux.h"

#include <QHostAddress>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace faultline::client {

namespace {

constexpr qsizetype kKeptCapacity = qsizetype(64) << 10;

bool isForLater(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

template <typename Ask> QString addressBy(Ask ask, int descriptor)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (ask(descriptor, plain, &length) != 0)
        return {};
    const quint16 port = address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                                       : reinterpret_cast<sockaddr_in*>(&address)->sin_port;
    return QHostAddress(plain).toString() + QLatin1Char(':') + QString::number(ntohs(port));
}

} // namespace

ClientSocket::ClientSocket(int descriptor, PollSet& set)
    : m_set(set)
    , m_descriptor(descriptor)
{
    const int yes = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (!m_set.add(m_descriptor, *this, m_wantsRead)) {
        ::close(m_descriptor);
        m_descriptor = -1;
    }
}

ClientSocket::~ClientSocket()
{
    close();
}

QString ClientSocket::peer() const
{
    return addressBy(::getpeername, m_descriptor);
}

QString ClientSocket::local() const
{
    return addressBy(::getsockname, m_descriptor);
}

void ClientSocket::setWantsToRead(bool wants)
{
    wants = wants && !m_isAtEnd;
    if (std::exchange(m_wantsRead, wants) != wants)
        poll();
}

qsizetype ClientSocket::read(char* into, qsizetype most)
{
    if (m_descriptor < 0)
        return 0;
    const ssize_t got = ::recv(m_descriptor, into, static_cast<std::size_t>(most), MSG_DONTWAIT);
    if (got > 0)
        return got;
    if (got < 0 && !isForLater(errno)) {
        lose();
    } else if (got == 0) {
        m_isAtEnd = true;
        setWantsToRead(false);
    }
    return 0;
}

void ClientSocket::write(QByteArrayView bytes)
{
    if (m_descriptor < 0)
        return;
    if (m_unsent.isEmpty()) {
        const ssize_t sent =
            ::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && !isForLater(errno))
            return lose();
        bytes = bytes.sliced(std::max<qsizetype>(sent, 0));
    }
    if (bytes.isEmpty())
        return;
    m_unsent.append(bytes);
    m_wantsWrite = true;
    poll();
}

void ClientSocket::closeWhenWritten()
{
    m_isClosing = true;
    setWantsToRead(!m_isAtEnd);
    throwAwayUnread();
    if (m_unsent.isEmpty())
        sayLastWord();
}

void ClientSocket::sayLastWord()
{
    if (m_descriptor < 0)
        return;
    if (m_isAtEnd)
        return lose();
    m_saidLastWord = true;
    ::shutdown(m_descriptor, SHUT_WR);
}

void ClientSocket::throwAwayUnread()
{
    char unread[4096];
    constexpr int kReadsInTurn = 64;
    for (int reads = 0; reads < kReadsInTurn && !m_isAtEnd && read(unread, sizeof unread) > 0; ++reads) {
    }
    if (m_isAtEnd && m_saidLastWord)
        lose();
}

void ClientSocket::close()
{
    if (m_descriptor < 0)
        return;
    m_set.remove(m_descriptor, *this);
    ::close(std::exchange(m_descriptor, -1));
    m_unsent = QByteArray();
    m_sent = 0;
}

void ClientSocket::lose()
{
    if (m_descriptor < 0)
        return;
    close();
    if (whenGone)
        whenGone();
}

void ClientSocket::poll()
{
    if (m_descriptor >= 0)
        m_set.change(m_descriptor, *this, m_wantsRead, m_wantsWrite);
}

void ClientSocket::ready(bool toRead, bool toWrite, bool isOver)
{
    if (isOver)
        return lose();
    if (toWrite) {
        const ssize_t sent = ::send(m_descriptor, m_unsent.constData() + m_sent,
                                    static_cast<std::size_t>(bytesToWrite()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && !isForLater(errno))
            return lose();
        m_sent += std::max<qsizetype>(sent, 0);
        if (m_sent > m_unsent.size() / 2) {
            m_unsent.remove(0, std::exchange(m_sent, 0));
            if (m_unsent.isEmpty() && m_unsent.capacity() > kKeptCapacity)
                m_unsent = QByteArray();
        }
        if (m_unsent.isEmpty()) {
            m_wantsWrite = false;
            poll();
            if (m_isClosing)
                sayLastWord();
        }
        if (whenWritten)
            whenWritten();
    }
    if (!toRead || m_descriptor < 0 || !m_wantsRead)
        return;
    if (m_isClosing)
        throwAwayUnread();
    else if (whenReadable)
        whenReadable();
}

} // namespace faultline::client
