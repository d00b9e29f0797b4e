// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/reply_parser.h"
#include "common/wire/ids.h"
#include "gui/lab/client/patience.h"

#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace faultline::lab {

/// What came of one command typed by hand.
struct CommandOutcome
{
    quint64 id = 0;
    NodeId node;
    QString line;
    QString reply;       ///< as redis-cli prints it; empty when there was none
    QString explanation; ///< one plain sentence, where the reply does not speak for itself
    bool isError = false;
    std::chrono::microseconds took{0};
};

/// Commands a person sends to nodes of their choice, each node on a connection of its own that is opened when needed.
/// Redirects are shown and not followed, since seeing them is the point. Commands to one node are answered in order.
class CommandSession : public QObject
{
    Q_OBJECT

public:
    explicit CommandSession(QObject* parent = nullptr);

    struct Address
    {
        NodeId node;
        QString host;
        quint16 port = 0;
    };

    /// What stands at that address, to say "n3" instead of a port. Handed in; nobody when unknown.
    std::function<NodeId(quint16 port)> nodeAt;
    /// Nothing passes between clients and this node, as when it has no power: whoever asks waits in vain, and does not
    /// even learn that nobody listens, or that the connection has ended. If it passes again before the time is up,
    /// everything goes on. Handed in; not set: never.
    std::function<bool(NodeId)> isSilent;

    /// replied() follows once, never from within this call. `isRunning` says whether its process is there at all.
    quint64 send(const Address& address, const QString& line, std::chrono::milliseconds timeout, bool isRunning);
    /// Drops every connection, and whatever is awaited: the cluster is another one now.
    void forget();
    /// While the cluster is held nobody answers, and the time to answer in stands still.
    void setHeld(bool held);

signals:
    void replied(const faultline::lab::CommandOutcome& outcome);

private:
    struct Awaited
    {
        quint64 id = 0;
        QString line;
        std::chrono::steady_clock::time_point sentAt;
        std::chrono::milliseconds timeout{0};
        bool isSent = false;
    };
    struct Connection
    {
        Address address;
        QTcpSocket socket;
        Patience patience;
        resp::ReplyParser parser;
        std::deque<Awaited> awaited;
        QByteArray unsent; ///< typed before the connection stood, or into silence
        bool wasConnected = false;
    };

    Connection& connectionTo(const Address& address);
    bool passes(const Connection& connection) const;
    /// Does what is to be done on it now: dial, write, read; in silence nothing, and looks again later.
    void goOn(Connection& connection);
    void writeUnsent(Connection& connection);
    static QString closedBy(const Connection& connection);
    void readReplies(Connection& connection);
    void answer(Connection& connection, const QString& reply, const QString& explanation, bool isError);
    void drop(Connection& connection, const QString& explanation);
    QString explain(NodeId node, const QByteArray& error) const;

    std::map<NodeId, std::unique_ptr<Connection>> m_connections;
    QTimer m_lookAgain; ///< whether the silence is over
    bool m_held = false;
    quint64 m_lastId = 0;
};

} // namespace faultline::lab
