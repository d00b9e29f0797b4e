// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/peer/peer_transport.h"

#include <QTcpServer>

#include <algorithm>
#include <memory>
#include <vector>

namespace faultline::test {

inline const QString kLoopback = QStringLiteral("127.0.0.1");

inline quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress(kLoopback));
    return server.serverPort();
}

/// One member on loopback with a clock of its own, as a process would have, and everything it heard.
struct End
{
    node::PacedClock clock{[] { return wire::monotonicNow(); }};
    std::unique_ptr<node::PeerTransport> transport;
    std::vector<raft::Message> received;
    std::vector<wire::Monotonic> receivedAt;
    std::vector<wire::MessageSample> samples;
    int connects = 0;
    int disconnects = 0;
    std::vector<NodeId> broken;

    End(quint32 self, quint32 peer, quint16 peerPort, const QByteArray& cluster = "c")
    {
        transport = std::make_unique<node::PeerTransport>(
            node::TransportOptions{
                NodeId{self}, wire::clusterIdOf(cluster), 1000 + self, {{NodeId{peer}, kLoopback, peerPort}}, self},
            clock);
        transport->onMessage = [this](raft::Message message) {
            received.push_back(std::move(message));
            receivedAt.push_back(wire::monotonicNow());
        };
        transport->onSample = [this](const wire::MessageSample& sample) { samples.push_back(sample); };
        transport->onConnection = [this](NodeId, bool connected, const QString&) {
            ++(connected ? connects : disconnects);
        };
        transport->onBroken = [this](NodeId id) { broken.push_back(id); };
    }
    /// Knows of nobody.
    explicit End(quint32 self)
        : End(self, 0, 0)
    {
        transport->setPeers({});
    }
    int samplesWith(wire::MessageFate fate) const
    {
        return int(std::count_if(samples.begin(), samples.end(), [&](const auto& s) { return s.fate == fate; }));
    }
    wire::LinkCounters counters() const { return transport->counters().at(0); }
    void setFault(quint32 from, quint32 to, const fault::LinkFault& fault)
    {
        transport->setFaults({{{NodeId{from}, NodeId{to}}, fault}});
    }
    /// The numbers of what arrived, in the order of arrival.
    std::vector<quint64> terms() const
    {
        std::vector<quint64> terms;
        for (const raft::Message& message : received)
            terms.push_back(message.term.value);
        return terms;
    }
};

struct Pair
{
    quint16 port1 = freePort();
    quint16 port2 = freePort();
    End one{1, 2, port2};
    End two{2, 1, port1};

    bool open() { return one.transport->open(kLoopback, port1) && two.transport->open(kLoopback, port2); }
    bool connected() const { return one.counters().connected && two.counters().connected; }
    /// A message of n1 to n2, numbered by its term.
    void send(quint64 term, qsizetype bytes = 0)
    {
        raft::AppendEntries body;
        if (bytes > 0)
            body.entries = {{{1}, {1}, raft::EntryKind::Command, QByteArray(bytes, 'v')}};
        one.transport->send({{1}, {2}, {term}, body});
    }
    void reply(quint64 term) { two.transport->send({{2}, {1}, {term}, raft::AppendEntriesReply{}}); }
    /// As the lab does: both ends know.
    void setFault(const fault::LinkFault& fault)
    {
        one.setFault(1, 2, fault);
        two.setFault(1, 2, fault);
    }
};

} // namespace faultline::test
