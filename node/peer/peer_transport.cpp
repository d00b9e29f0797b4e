// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/peer_transport.h"

#include <QHostAddress>
#include <QTcpSocket>

#include <algorithm>

namespace faultline::node {

namespace {
constexpr std::size_t kMaxArriving = 64;
}

PeerTransport::PeerTransport(TransportOptions options, PacedClock& clock)
    : m_options(std::move(options))
    , m_clock(clock)
{
    quint32 seed = m_options.seed;
    for (const PeerAddress& peer : m_options.peers) {
        const wire::Hello hello{.clusterId = m_options.clusterId,
                                .from = m_options.self,
                                .to = peer.id,
                                .incarnation = m_options.incarnation,
                                .lowestVersion = wire::kLowestVersion,
                                .highestVersion = wire::kHighestVersion,
                                .token = {}};
        auto outgoing = std::make_unique<OutgoingLink>(peer, hello, clock, ++seed);
        outgoing->onSample = [this](const wire::MessageSample& sample) {
            if (onSample)
                onSample(sample);
        };
        outgoing->onConnection = [this, id = peer.id](bool connected, const QString& text) {
            if (onConnection)
                onConnection(id, connected, text);
        };
        m_outgoing.emplace(peer.id, std::move(outgoing));

        auto incoming = std::make_unique<IncomingLink>(peer.id, m_options.self, clock);
        incoming->onSample = [this](const wire::MessageSample& sample) {
            if (onSample)
                onSample(sample);
        };
        incoming->onMessage = [this](raft::Message message, quint64 theirLamport) {
            m_lamport = std::max(m_lamport, theirLamport) + 1;
            if (onMessage)
                onMessage(std::move(message));
        };
        m_incoming.emplace(peer.id, std::move(incoming));
    }
    connect(&m_server, &QTcpServer::newConnection, this, &PeerTransport::accept);
    m_clock.whenPaceChanges([this] { goOn(); });
}

Result<void> PeerTransport::open(const QString& host, quint16 port)
{
    if (!m_server.listen(QHostAddress(host), port))
        return Error{
            QStringLiteral("the peer port %1 on %2 cannot be opened: %3").arg(port).arg(host, m_server.errorString())};
    for (auto& [id, link] : m_outgoing)
        link->open();
    return {};
}

void PeerTransport::setFaults(const std::vector<wire::LinkState>& links)
{
    const auto faultOf = [&](LinkId link) {
        const auto found =
            std::find_if(links.begin(), links.end(), [&](const auto& state) { return state.link == link; });
        return found == links.end() ? fault::LinkFault() : found->fault;
    };
    for (auto& [id, link] : m_outgoing)
        link->setFault(faultOf({m_options.self, id}));
    for (auto& [id, link] : m_incoming)
        link->setFault(faultOf({id, m_options.self}));
}

std::vector<wire::LinkState> PeerTransport::faults() const
{
    std::vector<wire::LinkState> faults;
    for (const auto& [id, link] : m_outgoing) {
        if (!link->fault().healthy())
            faults.push_back({{m_options.self, id}, link->fault()});
    }
    for (const auto& [id, link] : m_incoming) {
        if (!link->fault().healthy())
            faults.push_back({{id, m_options.self}, link->fault()});
    }
    return faults;
}

void PeerTransport::send(const raft::Message& message)
{
    const auto link = m_outgoing.find(NodeId{message.to.value});
    if (link != m_outgoing.end())
        link->second->send(message, ++m_lamport);
}

void PeerTransport::goOn()
{
    std::vector<net::Channel*> arriving; // they leave m_arriving as they go on
    for (const auto& channel : m_arriving)
        arriving.push_back(channel.get());
    for (net::Channel* channel : arriving)
        channel->goOn();
}

void PeerTransport::accept()
{
    while (QTcpSocket* socket = m_server.nextPendingConnection()) {
        if (m_arriving.size() >= kMaxArriving) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        auto channel = net::Channel::accept(socket, [this](const wire::Hello& theirs, QString& refusal) {
            std::optional<wire::Hello> ours;
            if (theirs.clusterId != m_options.clusterId)
                refusal = QStringLiteral("it belongs to another cluster");
            else if (theirs.from == m_options.self)
                refusal = QStringLiteral("a node does not connect to itself");
            else if (theirs.to != m_options.self)
                refusal = QStringLiteral("it looks for %1, this is %2").arg(theirs.to.name(), m_options.self.name());
            else if (!m_incoming.contains(theirs.from))
                refusal = QStringLiteral("%1 is not a member of this cluster").arg(theirs.from.name());
            else if (m_incoming.at(theirs.from)->refuses())
                refusal = QStringLiteral("connections of %1 are refused").arg(theirs.from.name());
            else
                ours = wire::Hello{m_options.clusterId,  m_options.self,        theirs.from, m_options.incarnation,
                                   wire::kLowestVersion, wire::kHighestVersion, {}};
            return ours;
        });
        channel->isQuiet = [this] { return m_clock.standsStill(); };
        net::Channel* raw = channel.get();
        const auto take = [this, raw] {
            const auto found = std::find_if(m_arriving.begin(), m_arriving.end(),
                                            [raw](const auto& other) { return other.get() == raw; });
            std::unique_ptr<net::Channel> taken;
            if (found != m_arriving.end()) {
                taken = std::move(*found);
                m_arriving.erase(found);
            }
            return taken;
        };
        connect(raw, &net::Channel::opened, this, [this, raw, take] {
            raw->disconnect(this);
            if (auto taken = take())
                m_incoming.at(taken->theirHello().from)->adopt(std::move(taken));
        });
        connect(raw, &net::Channel::closed, this, [take] {
            if (auto taken = take())
                taken.release()->deleteLater();
        });
        m_arriving.push_back(std::move(channel));
    }
}

std::vector<wire::LinkCounters> PeerTransport::counters() const
{
    std::vector<wire::LinkCounters> all;
    for (const auto& [id, link] : m_outgoing) {
        wire::LinkCounters counters = link->counters();
        m_incoming.at(id)->addTo(counters);
        all.push_back(counters);
    }
    return all;
}

} // namespace faultline::node
