// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/net/turn_end.h"
#include "common/result/result.h"
#include "node/client/backend.h"
#include "node/client/connection.h"
#include "node/client/counters.h"
#include "node/client/dispatcher.h"
#include "node/client/port_options.h"
#include "node/client/waiting_room.h"
#include "node/kv/store.h"

#include <QObject>
#include <QTcpServer>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace faultline::client {

/// The client port of a node: any Redis client, redis-cli and redis-benchmark can talk to it as to a Redis Cluster. It
/// knows the protocol and nothing of consensus: commands on keys go to a Backend, whose answers come back by id. (Redis
/// Cluster specification: https://redis.io/docs/reference/cluster-spec)
///
/// Request ids are unique while the server lives. An answer to a client that has gone meanwhile is dropped. One thread.
class RespServer final : public QObject, private ConnectionOwner
{
public:
    /// `backend` must outlive the server.
    explicit RespServer(Backend& backend, PortOptions options = {});
    ~RespServer() override;

    /// `host` is an address of this machine or "localhost"; port 0 takes a free one.
    Result<void> listen(const QString& host, quint16 port);
    quint16 port() const { return m_server.serverPort(); }
    bool isListening() const { return m_server.isListening(); }

    /// For a request the backend took by submit().
    void complete(quint64 requestId, const kv::Result& result);
    /// The same, when nothing was done and this node is no longer the one to ask: the client is told who is.
    void refuse(quint64 requestId);
    /// Nobody can know whether it was or will be applied: its connection is closed, after the replies before it.
    void outcomeUnknown(quint64 requestId);
    /// Hands finished replies to the sockets now. It happens by itself before the event loop sleeps; a backend that has
    /// answered a batch saves its clients that moment.
    void flush();

    /// Stops listening and drops every connection.
    void closeAll();

    const Counters& counters() const { return m_counters; }

    /// While it says so no command is read and no reply leaves; goOn() when that is over. Not set: never.
    std::function<bool()> isQuiet;
    void goOn();

private:
    class Listener final : public QTcpServer
    {
    public:
        explicit Listener(RespServer& server)
            : m_owner(server)
        {}

    protected:
        void incomingConnection(qintptr descriptor) override { m_owner.accept(descriptor); }

    private:
        RespServer& m_owner;
    };

    void accept(qintptr descriptor);
    void wake(quint32 connectionId) override;
    void gone(quint32 connectionId) override;
    bool isQuietNow() const override { return isQuiet && isQuiet(); }
    void forEach(const std::function<void(Connection&)>& what) override;
    Connection* find(quint32 connectionId) const;

    Counters m_counters;
    const PortOptions m_options;
    WaitingRoom m_waitingRoom;
    Dispatcher m_dispatcher;
    PollSet m_sockets;
    Listener m_server{*this};
    std::unordered_map<quint32, std::unique_ptr<Connection>> m_connections;
    quint32 m_lastId = 0;
    std::vector<quint32> m_awake; ///< connections to call turn() on
    net::TurnEnd m_flush{[this] { flush(); }};
    bool m_isFlushing = false;
};

} // namespace faultline::client
