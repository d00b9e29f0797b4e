// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/peer_transport.h"

#include "common/net/keep_accepting.h"

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
    , m_lastSeed(m_options.seed)
{
    setPeers(m_options.peers);
    net::keepAccepting(m_server);
    connect(&m_server, &QTcpServer::newConnection, this, &PeerTransport::accept);
    m_clock.whenPaceChanges([this] { goOn(); });
}

Result<void> PeerTransport::open(const QString& host, quint16 port)
{
    if (!m_server.listen(QHostAddress(host), port))
        return Error{
            QStringLiteral("the peer port %1 on %2 cannot be opened: %3").arg(port).arg(host, m_server.errorString())};
    for (auto& [id, peer] : m_peers)
        peer.outgoing->open(host, port);
    return {};
}

void PeerTransport::add(const PeerAddress& address, bool isGuest)
{
    const wire::Hello hello{.clusterId = m_options.clusterId,
                            .from = m_options.self,
                            .to = address.id,
                            .incarnation = m_options.incarnation,
                            .lowestVersion = wire::kLowestVersion,
                            .highestVersion = wire::kHighestVersion,
                            .token = {},
                            .host = {},
                            .port = 0};
    auto outgoing = std::make_unique<OutgoingLink>(address, hello, m_clock, m_frames, m_lamport, ++m_lastSeed);
    outgoing->onSample = [this](const wire::MessageSample& sample) {
        if (onSample)
            onSample(sample);
    };
    outgoing->onConnection = [this, id = address.id](bool connected, const QString& text) {
        if (onConnection)
            onConnection(id, connected, text);
    };
    outgoing->onBroken = [this, id = address.id] {
        if (onBroken)
            onBroken(id);
    };
    auto incoming = std::make_unique<IncomingLink>(address.id, m_options.self, m_clock);
    incoming->onSample = outgoing->onSample;
    incoming->onMessage = [this](const raft::Message& message, quint64 theirLamport) {
        m_lamport = std::max(m_lamport, theirLamport) + 1;
        if (onMessage)
            onMessage(message);
    };
    incoming->onClosed = [this, id = address.id](bool broke) {
        if (broke && onBroken)
            onBroken(id);
        QMetaObject::invokeMethod(this, &PeerTransport::dropGoneGuests, Qt::QueuedConnection);
    };
    outgoing->setFault(faultOf({m_options.self, address.id}));
    incoming->setFault(faultOf({address.id, m_options.self}));
    if (m_server.isListening())
        outgoing->open(m_server.serverAddress().toString(), m_server.serverPort());
    m_peers.insert_or_assign(address.id, Peer{std::move(outgoing), std::move(incoming), isGuest});
}

void PeerTransport::drop(Peer& peer)
{
    peer.outgoing->onSample = nullptr;
    peer.outgoing->onConnection = nullptr;
    peer.outgoing->onBroken = nullptr;
    peer.outgoing.release()->deleteLater();
    peer.incoming->onClosed = nullptr;
    peer.incoming->onMessage = nullptr;
    peer.incoming->onSample = nullptr;
    peer.incoming.release()->deleteLater();
}

void PeerTransport::dropGoneGuests()
{
    for (auto entry = m_peers.begin(); entry != m_peers.end();) {
        const bool isGone = entry->second.isGuest && !entry->second.incoming->isConnected();
        if (isGone)
            drop(entry->second);
        entry = isGone ? m_peers.erase(entry) : std::next(entry);
    }
}

void PeerTransport::setPeers(const std::vector<PeerAddress>& peers)
{
    for (auto entry = m_peers.begin(); entry != m_peers.end();) {
        Peer& peer = entry->second;
        const auto named =
            std::find_if(peers.begin(), peers.end(), [&](const auto& other) { return other.id == entry->first; });
        // Who is no peer any more may still have to hear so, and stays as a guest as long as it is there.
        const bool isGone = named == peers.end() ? !peer.incoming->isConnected() : peer.outgoing->peer() != *named;
        peer.isGuest = named == peers.end();
        if (isGone)
            drop(peer);
        entry = isGone ? m_peers.erase(entry) : std::next(entry);
    }
    for (const PeerAddress& peer : peers) {
        if (!m_peers.contains(peer.id))
            add(peer, false);
    }
}

fault::LinkFault PeerTransport::faultOf(LinkId link) const
{
    const auto found =
        std::find_if(m_faults.begin(), m_faults.end(), [&](const auto& state) { return state.link == link; });
    return found == m_faults.end() ? fault::LinkFault() : found->fault;
}

void PeerTransport::setFaults(const std::vector<wire::LinkState>& links)
{
    m_faults = links;
    for (auto& [id, peer] : m_peers)
        peer.outgoing->setFault(faultOf({m_options.self, id}));
    for (auto& [id, peer] : m_peers)
        peer.incoming->setFault(faultOf({id, m_options.self}));
}

std::vector<wire::LinkState> PeerTransport::faults() const
{
    std::vector<wire::LinkState> faults;
    for (const auto& [id, peer] : m_peers) {
        if (!peer.outgoing->fault().healthy())
            faults.push_back({{m_options.self, id}, peer.outgoing->fault()});
    }
    for (const auto& [id, peer] : m_peers) {
        if (!peer.incoming->fault().healthy())
            faults.push_back({{id, m_options.self}, peer.incoming->fault()});
    }
    return faults;
}

void PeerTransport::send(const raft::Message& message)
{
    const auto peer = m_peers.find(NodeId{message.to.value});
    if (peer != m_peers.end())
        peer->second.outgoing->send(message);
}

void PeerTransport::goOn()
{
    for (auto& [id, peer] : m_peers) {
        peer.outgoing->goOn();
        peer.incoming->goOn();
    }
    std::vector<net::Channel*> arriving; // they leave m_arriving as they go on
    for (const auto& channel : m_arriving)
        arriving.push_back(channel.get());
    for (net::Channel* channel : arriving)
        channel->goOn();
}

QString PeerTransport::refusalOf(const wire::Hello& theirs) const
{
    if (theirs.clusterId != m_options.clusterId)
        return QStringLiteral("it belongs to another cluster");
    if (theirs.from == m_options.self)
        return QStringLiteral("a node does not connect to itself");
    if (theirs.to != m_options.self)
        return QStringLiteral("it looks for %1, this is %2").arg(theirs.to.name(), m_options.self.name());
    if (IncomingLink::refuses(faultOf({theirs.from, m_options.self})))
        return QStringLiteral("connections of %1 are refused").arg(theirs.from.name());
    if (m_peers.contains(theirs.from))
        return {};
    if (theirs.port == 0 || QHostAddress(theirs.host).isNull())
        return QStringLiteral("%1 is not a member of this cluster, and does not say where it could be answered")
            .arg(theirs.from.name());
    const auto guests =
        std::count_if(m_peers.begin(), m_peers.end(), [](const auto& entry) { return entry.second.isGuest; });
    if (static_cast<std::size_t>(guests) >= kMaxGuests)
        return QStringLiteral("too many nodes connect that are not members of this cluster");
    return {};
}

void PeerTransport::adopt(std::unique_ptr<net::Channel> channel)
{
    const wire::Hello& theirs = channel->theirHello();
    const PeerAddress address{theirs.from, theirs.host, theirs.port};
    const auto known = m_peers.find(address.id);
    if (known == m_peers.end()) {
        add(address, true);
    } else if (known->second.isGuest && known->second.outgoing->peer() != address) {
        drop(known->second); // started anew somewhere else
        add(address, true);
    }
    m_peers.at(address.id).incoming->adopt(std::move(channel));
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
            if (QString reason = refusalOf(theirs); !reason.isEmpty())
                refusal = std::move(reason);
            else
                ours = wire::Hello{.clusterId = m_options.clusterId,
                                   .from = m_options.self,
                                   .to = theirs.from,
                                   .incarnation = m_options.incarnation,
                                   .lowestVersion = wire::kLowestVersion,
                                   .highestVersion = wire::kHighestVersion,
                                   .token = {},
                                   .host = {},
                                   .port = 0};
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
                adopt(std::move(taken));
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
    for (const auto& [id, peer] : m_peers) {
        wire::LinkCounters counters = peer.outgoing->counters();
        peer.incoming->addTo(counters);
        all.push_back(counters);
    }
    return all;
}

bool PeerTransport::isConnected(NodeId peer) const
{
    const auto found = m_peers.find(peer);
    return found != m_peers.end() && found->second.outgoing->counters().connected;
}

} // namespace faultline::node
