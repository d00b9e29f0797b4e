// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/channel.h"

#include <QPointer>

#include <sys/socket.h>

#include <chrono>

namespace faultline::net {

using namespace std::chrono_literals;

namespace {
constexpr auto kHelloTimeout = 5s;
constexpr qint64 kReadBuffer = 4 << 20;
} // namespace

std::unique_ptr<Channel> Channel::dial(const QString& host, quint16 port, wire::Hello hello)
{
    std::unique_ptr<Channel> channel(new Channel(std::make_unique<QTcpSocket>(), std::move(hello), {}));
    QTcpSocket* socket = channel->m_socket.get();
    connect(socket, &QTcpSocket::connected, channel.get(), [c = channel.get()] {
        c->m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        // The kernel can connect a socket to itself when the port it picks for our end is the one we dial.
        if (c->m_socket->localPort() == c->m_socket->peerPort() &&
            c->m_socket->localAddress() == c->m_socket->peerAddress()) {
            c->close(QStringLiteral("the connection led back to itself"));
            return;
        }
        c->sayHello();
    });
    socket->connectToHost(host, port);
    return channel;
}

std::unique_ptr<Channel> Channel::accept(QTcpSocket* socket, Judge judge)
{
    socket->setParent(nullptr);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    std::unique_ptr<Channel> channel(new Channel(std::unique_ptr<QTcpSocket>(socket), std::nullopt, std::move(judge)));
    if (socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(
            channel.get(), [c = channel.get()] { c->readAvailable(); }, Qt::QueuedConnection);
    return channel;
}

Channel::Channel(std::unique_ptr<QTcpSocket> socket, std::optional<wire::Hello> ours, Judge judge)
    : m_socket(std::move(socket))
    , m_ours(std::move(ours))
    , m_judge(std::move(judge))
    , m_flush([this] { flush(); })
{
    m_socket->setReadBufferSize(kReadBuffer);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &Channel::readAvailable);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, [this] { close(QStringLiteral("the other end closed")); });
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, [this] { close(m_socket->errorString()); });
    m_helloTimeout.setSingleShot(true);
    connect(&m_helloTimeout, &QTimer::timeout, this, [this] {
        if (isQuietNow())
            m_helloTimeout.start(kHelloTimeout);
        else
            close(QStringLiteral("no HELLO within five seconds"));
    });
    m_helloTimeout.start(kHelloTimeout);
}

Channel::~Channel()
{
    m_dead = true;
    m_socket->disconnect(this);
    // Owners drop a channel from within closed(), which the socket itself may be emitting.
    m_socket.release()->deleteLater();
}

qsizetype Channel::send(wire::FrameKind kind, QByteArrayView payload)
{
    return m_open ? sendEncoded(wire::encodeFrame(kind, payload, m_version)) : 0;
}

qsizetype Channel::sendEncoded(QByteArray frame)
{
    if (!m_open)
        return 0;
    const qsizetype size = frame.size();
    if (m_outgoing.isEmpty())
        m_outgoing = std::move(frame);
    else
        m_outgoing.append(frame);
    m_flush.ask();
    return size;
}

void Channel::flush()
{
    if (m_dead || m_outgoing.isEmpty() || isQuietNow())
        return;
    m_socket->write(m_outgoing);
    m_outgoing.clear();
    m_socket->flush();
}

void Channel::dropUnwritten()
{
    m_outgoing.clear();
}

qint64 Channel::bytesToWrite() const
{
    return m_outgoing.size() + m_socket->bytesToWrite();
}

void Channel::close(const QString& reason)
{
    if (m_dead)
        return;
    m_dead = true;
    m_open = false;
    m_helloTimeout.stop();
    m_socket->disconnect(this);
    m_socket->abort();
    emit closed(reason);
}

void Channel::reset(const QString& reason)
{
    // Closing with a linger time of zero throws away what is unsent and sends RST (socket(7), RFC 1122 4.2.2.13).
    const linger atOnce{1, 0};
    if (const qintptr descriptor = m_socket->socketDescriptor(); descriptor >= 0)
        ::setsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    close(reason);
}

void Channel::sayHello()
{
    m_helloWaits = isQuietNow();
    if (!m_helloWaits)
        m_socket->write(wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(*m_ours)));
}

void Channel::goOn()
{
    if (m_dead || isQuietNow())
        return;
    flush();
    if (m_open)
        return;
    if (m_helloWaits)
        sayHello();
    readAvailable();
}

void Channel::readAvailable()
{
    if (!m_open && isQuietNow())
        return;
    const QPointer<Channel> alive(this);
    wire::Frame frame;
    while (!m_dead && m_socket->bytesAvailable() > 0) {
        m_reader.append(m_socket->readAll());
        for (bool more = true; more;) {
            switch (m_reader.next(frame)) {
            case wire::FrameReader::Outcome::NeedMore:
                more = false;
                break;
            case wire::FrameReader::Outcome::BadHeader:
                close(m_reader.error());
                return;
            case wire::FrameReader::Outcome::BadPayload:
                if (onRejectedFrame)
                    onRejectedFrame();
                break;
            case wire::FrameReader::Outcome::Frame:
                if (!m_open)
                    handleHello(frame);
                else if (onFrame)
                    onFrame(frame);
                break;
            }
            if (!alive || m_dead)
                return;
        }
    }
}

void Channel::handleHello(const wire::Frame& frame)
{
    const std::optional<wire::Hello> theirs =
        frame.kind == wire::FrameKind::Hello ? wire::decodeHello(frame.payload) : std::nullopt;
    if (!theirs) {
        close(QStringLiteral("the connection did not open with a HELLO"));
        return;
    }
    m_theirs = *theirs;
    if (m_judge) {
        QString refusal = QStringLiteral("the HELLO was refused");
        m_ours = m_judge(m_theirs, refusal);
        if (!m_ours) {
            close(refusal);
            return;
        }
    } else if (m_theirs.clusterId != m_ours->clusterId || m_theirs.from != m_ours->to) {
        close(QStringLiteral("%1 of another cluster, or another node, answered there").arg(m_theirs.from.name()));
        return;
    }
    const std::optional<quint8> version = wire::commonVersion(*m_ours, m_theirs);
    if (!version) {
        close(QStringLiteral("no common protocol version: ours are %1 to %2, theirs %3 to %4")
                  .arg(m_ours->lowestVersion)
                  .arg(m_ours->highestVersion)
                  .arg(m_theirs.lowestVersion)
                  .arg(m_theirs.highestVersion));
        return;
    }
    m_version = *version;
    if (m_judge)
        m_socket->write(wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(*m_ours)));
    becomeOpen();
}

void Channel::becomeOpen()
{
    m_open = true;
    m_helloTimeout.stop();
    emit opened();
}

} // namespace faultline::net
