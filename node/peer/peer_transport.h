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
    std::vector<PeerAddress> peers; ///< to begin with, without self
    quint32 seed = 0;               ///< of the jitter of reconnects
};

/// Carries consensus messages between nodes: one TCP connection a directed link, dialled by its sender, so that one
/// direction can break while the other works. The only place where a LinkFault meets a real socket.
///
/// Who the peers are follows the membership (setPeers). Besides there are guests: members of the cluster that dial this
/// node before it knows of them, as a leader does that takes a new node in. A guest is answered at the address its
/// HELLO names, and forgotten when it has gone and nobody made it a peer.
class PeerTransport : public QObject, public Transport
{
    Q_OBJECT

public:
    PeerTransport(TransportOptions options, PacedClock& clock);

    /// Opens the peer port and dials the peers.
    Result<void> open(const QString& host, quint16 port);
    /// These from now on, without self: new ones are dialled, the links of others are closed.
    void setPeers(const std::vector<PeerAddress>& peers);
    /// Holds for peers that come later too.
    void setFaults(const std::vector<wire::LinkState>& links);
    /// As they are applied, from and to this node; healthy ones left out.
    std::vector<wire::LinkState> faults() const;

    void send(const raft::Message& message) override;

    std::vector<wire::LinkCounters> counters() const;
    /// Our connection to this peer is up.
    bool isConnected(NodeId peer) const;
    quint64 lamport() const { return m_lamport; }

    std::function<void(const raft::Message&)> onMessage;
    std::function<void(const wire::MessageSample&)> onSample;
    std::function<void(NodeId peer, bool connected, const QString& text)> onConnection;
    /// A connection from or to the peer broke, and no fault did it: the peer may have died.
    std::function<void(NodeId peer)> onBroken;

private:
    struct Peer
    {
        std::unique_ptr<OutgoingLink> outgoing;
        std::unique_ptr<IncomingLink> incoming;
        bool isGuest = false;
    };

    void add(const PeerAddress& address, bool isGuest);
    /// When nothing of it is on the stack.
    static void drop(Peer& peer);
    void dropGoneGuests();
    fault::LinkFault faultOf(LinkId link) const;
    QString refusalOf(const wire::Hello& theirs) const;
    void adopt(std::unique_ptr<net::Channel> channel);
    void accept();
    void goOn();

    static constexpr std::size_t kMaxGuests = 9;

    TransportOptions m_options;
    PacedClock& m_clock;
    PeerFrames m_frames;
    std::map<NodeId, Peer> m_peers;
    std::vector<wire::LinkState> m_faults;
    std::vector<std::unique_ptr<net::Channel>> m_arriving; ///< not yet through their HELLO; bounded
    QTcpServer m_server;
    quint32 m_lastSeed;
    quint64 m_lamport = 0;
};

} // namespace faultline::node
