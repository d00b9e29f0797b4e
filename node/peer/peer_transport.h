// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "common/wire/control.h"
#include "node/peer/incoming_link.h"
#include "node/peer/outgoing_link.h"
#include "node/transport/transport.h"

#include <QTcpServer>

#include <map>
#include <vector>

namespace faultline::node {

struct TransportOptions
{
    NodeId self;
    QByteArray clusterId;
    quint64 incarnation = 0;
    std::vector<PeerAddress> peers; ///< without self
    quint32 seed = 0;               ///< of the jitter of reconnects
};

/// Carries consensus messages between nodes: one TCP connection a directed link, dialled by its sender, so that one
/// direction can break while the other works. The only place where a LinkFault meets a real socket.
class PeerTransport : public QObject, public Transport
{
    Q_OBJECT

public:
    PeerTransport(TransportOptions options, PacedClock& clock);

    /// Opens the peer port and dials the peers.
    Result<void> open(const QString& host, quint16 port);
    void setFaults(const std::vector<wire::LinkState>& links);
    /// As they are applied, from and to this node; healthy ones left out.
    std::vector<wire::LinkState> faults() const;

    void send(const raft::Message& message) override;

    std::vector<wire::LinkCounters> counters() const;
    quint64 lamport() const { return m_lamport; }

    std::function<void(raft::Message)> onMessage;
    std::function<void(const wire::MessageSample&)> onSample;
    std::function<void(NodeId peer, bool connected, const QString& text)> onConnection;

private:
    void accept();
    void goOn();

    TransportOptions m_options;
    PacedClock& m_clock;
    std::map<NodeId, std::unique_ptr<OutgoingLink>> m_outgoing;
    std::map<NodeId, std::unique_ptr<IncomingLink>> m_incoming;
    std::vector<std::unique_ptr<net::Channel>> m_arriving; ///< not yet through their HELLO; bounded
    QTcpServer m_server;
    quint64 m_lamport = 0;
};

} // namespace faultline::node
