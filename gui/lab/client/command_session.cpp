// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/command_session.h"

#include "common/resp/redirect.h"
#include "common/resp/writer.h"
#include "gui/lab/client/command_line.h"

#include <utility>
#include <vector>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {
constexpr auto kLookAgain = 50ms;
}

CommandSession::CommandSession(QObject* parent)
    : QObject(parent)
{
    m_lookAgain.setSingleShot(true);
    connect(&m_lookAgain, &QTimer::timeout, this, [this] {
        for (auto& [node, connection] : m_connections)
            goOn(*connection);
    });
}

quint64 CommandSession::send(const Address& address, const QString& line, std::chrono::milliseconds timeout,
                             bool isRunning)
{
    const quint64 id = ++m_lastId;
    const auto later = [this, id, node = address.node, line](const QString& explanation) {
        QMetaObject::invokeMethod(
            this,
            [this, id, node, line, explanation] {
                emit replied({id, node, line, {}, explanation, true, {}});
            },
            Qt::QueuedConnection);
        return id;
    };
    const auto words = splitCommandLine(line);
    if (!words)
        return later(QStringLiteral("nothing was sent: %1").arg(words.error()));
    if (words->isEmpty())
        return later(QStringLiteral("nothing was sent: type a command such as SET x 1 or GET x"));
    if (!isRunning)
        return later(QStringLiteral("%1 is not running, so nobody is there to answer").arg(address.node.name()));

    Connection& connection = connectionTo(address);
    std::vector<QByteArrayView> arguments(words->begin(), words->end());
    QByteArray command;
    resp::appendCommand(command, arguments);
    connection.awaited.push_back({id, line, std::chrono::steady_clock::now(), timeout});
    connection.unsent.append(command);
    if (!connection.patience.isActive())
        connection.patience.start(timeout);
    if (passes(connection) && connection.socket.state() == QAbstractSocket::ConnectedState)
        writeUnsent(connection);
    else
        m_lookAgain.start(0ms);
    return id;
}

bool CommandSession::passes(const Connection& connection) const
{
    return !isSilent || !isSilent(connection.address.node);
}

void CommandSession::forget()
{
    for (auto& [node, connection] : m_connections)
        connection->socket.disconnect(this);
    m_connections.clear();
}

void CommandSession::setHeld(bool held)
{
    m_held = held;
    for (auto& [node, connection] : m_connections)
        connection->patience.setHeld(held);
}

CommandSession::Connection& CommandSession::connectionTo(const Address& address)
{
    auto& slot = m_connections[address.node];
    if (slot) {
        slot->address = address;
        return *slot;
    }
    slot = std::make_unique<Connection>();
    Connection& connection = *slot;
    connection.address = address;
    connection.patience.setHeld(m_held);
    connect(&connection.socket, &QTcpSocket::connected, this, [this, &connection] {
        connection.wasConnected = true;
        connection.socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        goOn(connection);
    });
    connect(&connection.socket, &QTcpSocket::readyRead, this, [this, &connection] { goOn(connection); });
    connect(&connection.socket, &QTcpSocket::errorOccurred, this, [this, &connection] {
        if (passes(connection))
            drop(connection, connection.wasConnected
                                 ? closedBy(connection)
                                 : QStringLiteral("nobody listens on %1's client port; nothing was sent")
                                       .arg(connection.address.node.name()));
    });
    connect(&connection.patience, &Patience::ranOut, this, [this, &connection] {
        const Awaited& first = connection.awaited.front();
        const double seconds = double(first.timeout.count()) / 1000;
        drop(connection, QStringLiteral("%1 did not answer within %2 s: whether the command took effect is unknown")
                             .arg(connection.address.node.name())
                             .arg(seconds));
    });
    return connection;
}

void CommandSession::goOn(Connection& connection)
{
    if (connection.awaited.empty() && connection.socket.state() != QAbstractSocket::ConnectedState)
        return;
    if (!passes(connection)) {
        if (!connection.awaited.empty() && !m_lookAgain.isActive())
            m_lookAgain.start(kLookAgain);
        return;
    }
    if (connection.socket.state() == QAbstractSocket::UnconnectedState) {
        if (std::exchange(connection.wasConnected, false)) { // it ended in silence
            while (!connection.awaited.empty() && connection.awaited.front().isSent)
                answer(connection, {}, closedBy(connection), true);
        }
        connection.parser = {};
        if (!connection.awaited.empty())
            connection.socket.connectToHost(connection.address.host, connection.address.port);
    } else if (connection.socket.state() == QAbstractSocket::ConnectedState) {
        writeUnsent(connection);
        readReplies(connection);
    }
}

void CommandSession::writeUnsent(Connection& connection)
{
    connection.socket.write(std::exchange(connection.unsent, {}));
    for (Awaited& awaited : connection.awaited)
        awaited.isSent = true;
}

QString CommandSession::closedBy(const Connection& connection)
{
    return QStringLiteral("%1 closed the connection: whether the command took effect is unknown")
        .arg(connection.address.node.name());
}

void CommandSession::readReplies(Connection& connection)
{
    connection.parser.append(connection.socket.readAll());
    resp::Reply reply;
    for (;;) {
        switch (connection.parser.next(reply)) {
        case resp::ReplyParser::Outcome::NeedMore:
            return;
        case resp::ReplyParser::Outcome::Error:
            drop(connection, QStringLiteral("%1 answered something that is not the Redis protocol: %2")
                                 .arg(connection.address.node.name(), connection.parser.error()));
            return;
        case resp::ReplyParser::Outcome::Reply:
            break;
        }
        if (connection.awaited.empty())
            continue;
        answer(connection, resp::toText(reply),
               reply.isError() ? explain(connection.address.node, reply.text) : QString(), reply.isError());
    }
}

void CommandSession::answer(Connection& connection, const QString& reply, const QString& explanation, bool isError)
{
    const Awaited awaited = connection.awaited.front();
    connection.awaited.pop_front();
    connection.patience.stop();
    if (!connection.awaited.empty())
        connection.patience.start(connection.awaited.front().timeout);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - awaited.sentAt);
    emit replied({awaited.id, connection.address.node, awaited.line, reply, explanation, isError, took});
}

void CommandSession::drop(Connection& connection, const QString& explanation)
{
    connection.patience.stop();
    const QSignalBlocker quiet(connection.socket);
    connection.socket.abort();
    connection.unsent.clear();
    connection.wasConnected = false;
    connection.parser = {};
    while (!connection.awaited.empty())
        answer(connection, {}, explanation, true);
    connection.patience.stop();
}

QString CommandSession::explain(NodeId node, const QByteArray& error) const
{
    if (const auto moved = resp::parseMoved(error)) {
        const NodeId leader = nodeAt ? nodeAt(moved->port) : NodeId{};
        return QStringLiteral("%1 does not lead and did nothing; it says %2 leads")
            .arg(node.name(), leader ? leader.name() : QStringLiteral("whoever is at port %1").arg(moved->port));
    }
    if (error.startsWith("CLUSTERDOWN"))
        return QStringLiteral("%1 knows no leader and did nothing").arg(node.name());
    if (error.startsWith("TRYAGAIN") || error.startsWith("BUSY") || error.startsWith("LOADING"))
        return QStringLiteral("%1 did nothing; try again in a moment").arg(node.name());
    return {};
}

} // namespace faultline::lab
