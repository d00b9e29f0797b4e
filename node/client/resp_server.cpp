// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/resp_server.h"

#include "common/net/keep_accepting.h"

#include <QHostAddress>

namespace faultline::client {

namespace {

constexpr int kBacklog = 1024;

} // namespace

RespServer::RespServer(Backend& backend, PortOptions options)
    : m_options(std::move(options))
    , m_waitingRoom(backend, [this](quint64 requestId, const kv::Result& result) { complete(requestId, result); })
    , m_dispatcher(backend, m_counters, m_waitingRoom, m_options)
{
    m_server.setListenBacklogSize(kBacklog);
    net::keepAccepting(m_server);
}

RespServer::~RespServer()
{
    closeAll();
}

Result<void> RespServer::listen(const QString& host, quint16 port)
{
    const QHostAddress address =
        host == QLatin1String("localhost") ? QHostAddress(QHostAddress::LocalHost) : QHostAddress(host);
    if (address.isNull())
        return Error{QStringLiteral("The client host \"%1\" is not an IP address; 127.0.0.1 would be one.").arg(host)};
    if (m_server.listen(address, port))
        return {};
    if (m_server.serverError() == QAbstractSocket::AddressInUseError)
        return Error{
            QStringLiteral("Port %1 on %2 is taken: another program listens there. Choose another client port.")
                .arg(port)
                .arg(host)};
    return Error{
        QStringLiteral("Cannot listen for clients on port %1 of %2: %3.").arg(port).arg(host, m_server.errorString())};
}

void RespServer::accept(qintptr descriptor)
{
    if (m_connections.size() >= m_options.maxConnections) {
        ++m_counters.turnedAway;
        ClientSocket socket(static_cast<int>(descriptor), m_sockets);
        if (!isQuietNow())
            socket.write("-ERR max number of clients reached\r\n");
        return;
    }
    do {
        ++m_lastId;
    } while (m_lastId == 0 || m_connections.contains(m_lastId));
    auto connection = std::make_unique<Connection>(m_lastId, static_cast<int>(descriptor), m_sockets, m_dispatcher,
                                                   m_counters, m_options, static_cast<ConnectionOwner&>(*this));
    if (!connection->isOpen())
        return;
    m_connections.emplace(m_lastId, std::move(connection));
    ++m_counters.connections;
    ++m_counters.accepted;
}

Connection* RespServer::find(quint32 connectionId) const
{
    const auto found = m_connections.find(connectionId);
    return found == m_connections.end() ? nullptr : found->second.get();
}

void RespServer::complete(quint64 requestId, const kv::Result& result)
{
    if (Connection* connection = find(Connection::connectionOf(requestId)))
        connection->complete(requestId, result);
}

void RespServer::refuse(quint64 requestId)
{
    if (Connection* connection = find(Connection::connectionOf(requestId)))
        connection->refuse(requestId);
}

void RespServer::outcomeUnknown(quint64 requestId)
{
    if (Connection* connection = find(Connection::connectionOf(requestId)))
        connection->outcomeUnknown(requestId);
}

void RespServer::wake(quint32 connectionId)
{
    if (m_isFlushing)
        QMetaObject::invokeMethod(this, &RespServer::flush, Qt::QueuedConnection);
    else
        m_flush.ask();
    if (m_awake.empty() || m_awake.back() != connectionId)
        m_awake.push_back(connectionId);
}

void RespServer::flush()
{
    // Who is woken meanwhile has its turn in the next one, so that nobody keeps the loop for himself.
    const std::vector<quint32> awake = std::exchange(m_awake, {});
    m_isFlushing = true;
    for (const quint32 id : awake) {
        if (Connection* connection = find(id))
            connection->turn();
    }
    m_isFlushing = false;
}

void RespServer::forEach(const std::function<void(Connection&)>& what)
{
    for (const auto& [id, connection] : m_connections)
        what(*connection);
}

void RespServer::goOn()
{
    if (isQuietNow())
        return;
    for (const auto& [id, connection] : m_connections)
        wake(id);
}

void RespServer::gone(quint32 connectionId)
{
    const auto found = m_connections.find(connectionId);
    if (found == m_connections.end())
        return;
    // It may be on the stack below.
    Connection* connection = found->second.release();
    connection->setParent(this);
    connection->deleteLater();
    m_connections.erase(found);
    m_waitingRoom.leave(connectionId);
    --m_counters.connections;
}

void RespServer::closeAll()
{
    m_server.close();
    while (!m_connections.empty())
        m_connections.begin()->second->abort();
}

} // namespace faultline::client
