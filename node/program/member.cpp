// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/member.h"

#include "node/control/process_figures_linux.h"
#include "node/group/stored_log.h"
#include "node/storage/real_disk.h"

#include <QCoreApplication>
#include <QRandomGenerator>
#include <QtEndian>

#include <algorithm>
#include <utility>

namespace faultline::node {

using namespace std::chrono_literals;

namespace {

constexpr PacedClock::Instant kTick = 10ms;

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

quint64 newIncarnation()
{
    // Grows with each start, also over a reboot, without a file to remember it in.
    return static_cast<quint64>(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

wire::Role shown(raft::Role role)
{
    switch (role) {
    case raft::Role::Follower:
        return wire::Role::Follower;
    case raft::Role::PreCandidate:
        return wire::Role::PreCandidate;
    case raft::Role::Candidate:
        return wire::Role::Candidate;
    case raft::Role::Leader:
        return wire::Role::Leader;
    }
    Q_UNREACHABLE();
}

QByteArray number(quint64 value)
{
    return QByteArray::number(value);
}

} // namespace

Member::Member(Options options, QByteArray token)
    : m_options(std::move(options))
    , m_token(std::move(token))
    , m_incarnation(newIncarnation())
    , m_clock([] { return wire::monotonicNow(); })
    , m_wallClock(
          [] {
              return std::chrono::duration_cast<std::chrono::microseconds>(
                  std::chrono::system_clock::now().time_since_epoch());
          },
          [] { return wire::monotonicNow(); })
    , m_disk(std::make_unique<storage::RealDisk>())
{
    m_tickTimer.setSingleShot(true);
    m_tickTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_tickTimer, &QTimer::timeout, this, &Member::tick);
    m_clock.whenPaceChanges([this] { armTick(); });
}

Member::~Member() = default;

Result<void> Member::start()
{
    TransportOptions transport{.self = m_options.self,
                               .clusterId = wire::clusterIdOf(m_options.cluster),
                               .incarnation = m_incarnation,
                               .peers = {},
                               .seed = QRandomGenerator::global()->generate()};
    for (const MemberAddress& member : m_options.members) {
        if (member.id != m_options.self)
            transport.peers.push_back({member.id, member.host, member.peerPort});
    }
    m_transport = std::make_unique<PeerTransport>(transport, m_clock);

    if (auto recovered = recover(); !recovered)
        return recovered;

    m_transport->onMessage = [this](raft::Message message) { m_group->receive(std::move(message)); };
    client::Backend& backend = *this;
    m_clients = std::make_unique<client::RespServer>(backend);

    if (!m_options.managed)
        return openPorts();

    m_agent = std::make_unique<Agent>(
        AgentOptions{m_options.self, wire::clusterIdOf(m_options.cluster), m_incarnation, m_token});
    m_agent->status = [this] { return status(); };
    m_agent->histograms = [this] { return wire::Histograms{m_clients->counters().request, m_syncTimes}; };
    m_thaw = std::make_unique<Thaw>();
    connect(m_thaw.get(), &Thaw::happened, this, [this] { m_agent->ask(Thaw::count()); });
    m_clock.standStillWhile([] { return Thaw::isPending(); });
    m_clients->isQuiet = [] { return Thaw::isPending(); };
    m_clock.whenPaceChanges([this] { m_clients->goOn(); });
    m_agent->onDesiredState = [this](const wire::DesiredState& desired) { obey(desired); };
    m_transport->onSample = [this](const wire::MessageSample& sample) { m_agent->report(sample); };
    m_transport->onConnection = [this](NodeId peer, bool connected, const QString& text) {
        m_agent->report(connected ? wire::NodeEventKind::PeerConnected : wire::NodeEventKind::PeerDisconnected,
                        m_group->status().term.value, peer, text);
    };
    m_agent->report(
        wire::NodeEventKind::Started, m_group->status().term.value, {},
        QStringLiteral("started; its log has %1 entries").arg(m_group->status().lastIndex.value) +
            (m_tornAway.bytes > 0
                 ? QStringLiteral("; the power cut took %1 bytes that were not durable").arg(m_tornAway.bytes)
                 : QString()));
    return m_agent->listen(m_options.own().host, m_options.controlPort);
}

Result<void> Member::recover()
{
    if (m_options.afterPowerCut) {
        fault::Random random(QRandomGenerator::global()->generate64());
        const auto torn = storage::tearUnsynced(m_options.dataFolder, random);
        if (!torn)
            return Error{torn.error()};
        m_tornAway = *torn;
    }
    // What another cluster or another member promised is not this one's to keep.
    const auto cluster = qFromLittleEndian<quint64>(wire::clusterIdOf(m_options.cluster).constData());
    const quint64 owner = cluster ^ m_options.self.value;
    auto log = storage::Wal::open(*m_disk, m_options.dataFolder, {.owner = owner});
    if (!log)
        return Error{log.error()};
    storage::OpenedWal opened = *std::move(log);
    m_wal = std::move(opened.wal);

    raft::Options options;
    options.self = {m_options.self.value};
    for (const MemberAddress& member : m_options.members)
        options.voters.push_back({member.id.value});
    options.random = [](std::uint32_t bound) { return QRandomGenerator::global()->bounded(bound); };
    m_group = std::make_unique<Group>(std::move(options), storedState(opened), *m_wal, *m_transport,
                                      [this] { return m_clock.now(); });
    m_group->whenDue = [this] {
        if (!std::exchange(m_turnQueued, true))
            QMetaObject::invokeMethod(this, &Member::turn, Qt::QueuedConnection);
    };
    m_group->whenCompleted = [this](quint64 id, const kv::Result& result) { m_clients->complete(id, result); };
    m_group->whenUnknown = [this](quint64 id) { m_clients->outcomeUnknown(id); };
    m_group->whenEvent = [this](const raft::Event& event) { report(event); };
    m_group->whenSynced = [this](std::chrono::nanoseconds took) { m_syncTimes.record(took); };
    return {};
}

Result<void> Member::openPorts()
{
    m_portsOpen = true;
    const MemberAddress& own = m_options.own();
    if (auto opened = m_transport->open(own.host, own.peerPort); !opened)
        return opened;
    if (auto opened = m_clients->listen(own.host, own.clientPort); !opened)
        return opened;
    m_nextTick = m_clock.now() + kTick;
    armTick();
    return {};
}

void Member::obey(const wire::DesiredState& desired)
{
    // First what is wrong, then time: nothing leaves under a state that is past.
    m_transport->setFaults(desired.links);
    const auto own = std::find_if(desired.clocks.begin(), desired.clocks.end(),
                                  [this](const wire::ClockState& clock) { return clock.node == m_options.self; });
    m_wallClock.setFault(own == desired.clocks.end() ? fault::ClockFault() : own->fault);
    m_clock.setPace(desired.pace);
    if (Thaw::isPending()) {
        Thaw::acknowledge(m_agent->answered());
        m_clock.goOn();
    }
    m_group->watch(desired.watchedKey);
    if (m_portsOpen)
        return;
    if (const auto opened = openPorts(); !opened)
        emit failed(opened.error());
}

void Member::turn()
{
    m_turnQueued = false;
    if (const auto done = m_group->turn(); !done) {
        emit failed(done.error());
        return;
    }
    m_clients->flush();
    if (!m_agent)
        return;
    const raft::Status now = m_group->status();
    if (now.role != m_shownRole || now.term != m_shownTerm || now.leader != m_shownLeader) {
        m_shownRole = now.role;
        m_shownTerm = now.term;
        m_shownLeader = now.leader;
        m_agent->statusChanged();
    }
}

void Member::armTick()
{
    const auto wait = m_portsOpen ? m_clock.wallUntil(m_nextTick) : std::nullopt;
    if (!wait) {
        m_tickTimer.stop();
        return;
    }
    m_tickDueAt = wire::monotonicNow() + *wait;
    m_tickTimer.start(std::chrono::ceil<std::chrono::milliseconds>(*wait));
}

void Member::tick()
{
    if (m_clock.isHeld())
        return;
    const auto late = wire::monotonicNow() - m_tickDueAt;
    m_longestStall = std::max(m_longestStall, late - 2ms); // what a millisecond timer may be late by itself
    m_group->tick();
    // A stall is one tick: what was missed is not caught up, or a node that slept would find its timeouts expired.
    const auto now = m_clock.now();
    m_nextTick = m_nextTick + kTick > now ? m_nextTick + kTick : now + kTick;
    armTick();
}

void Member::report(const raft::Event& event)
{
    if (!m_agent)
        return;
    const auto text = [](const std::string& reason) { return QString::fromStdString(reason); };
    using Kind = wire::NodeEventKind;
    std::visit(Overloaded{
                   [&](const raft::BecameFollower& e) {
                       m_agent->report(Kind::BecameFollower, e.term.value, {e.leader.value}, text(e.reason));
                   },
                   [&](const raft::BecamePreCandidate& e) {
                       m_agent->report(Kind::BecamePreCandidate, e.term.value, {}, text(e.reason));
                   },
                   [&](const raft::BecameCandidate& e) {
                       m_agent->report(Kind::BecameCandidate, e.term.value, {}, text(e.reason));
                   },
                   [&](const raft::BecameLeader& e) {
                       m_agent->report(Kind::BecameLeader, e.term.value, m_options.self, text(e.reason));
                   },
                   [&](const raft::VoteGranted& e) {
                       m_agent->report(Kind::VoteGranted, e.term.value, {e.candidate.value},
                                       e.preVote ? QStringLiteral("would vote for n%1").arg(e.candidate.value)
                                                 : QStringLiteral("voted for n%1").arg(e.candidate.value));
                   },
                   [&](const raft::VoteRefused& e) {
                       m_agent->report(Kind::VoteRefused, e.term.value, {e.candidate.value},
                                       (e.preVote ? QStringLiteral("would not vote for n%1: %2")
                                                  : QStringLiteral("refused n%1 its vote: %2"))
                                           .arg(e.candidate.value)
                                           .arg(text(e.reason)));
                   },
                   [&](const raft::LogTruncated& e) {
                       m_agent->report(Kind::LogTruncated, m_group->status().term.value, {},
                                       QStringLiteral("dropped its entries %1 to %2: %3")
                                           .arg(e.from.value)
                                           .arg(e.to.value)
                                           .arg(text(e.reason)));
                   },
               },
               event);
}

wire::Status Member::status()
{
    const raft::Status raftStatus = m_group->status();
    const client::Counters& counters = m_clients->counters();
    const ProcessFigures process = processFigures();

    wire::Status status;
    status.incarnation = m_incarnation;
    status.at = wire::monotonicNow();
    status.role = shown(raftStatus.role);
    status.term = raftStatus.term.value;
    status.leader = {raftStatus.leader.value};
    status.commitIndex = raftStatus.commit.value;
    status.appliedIndex = raftStatus.applied.value;
    status.lastIndex = raftStatus.lastIndex.value;
    status.lamport = m_transport->lamport();
    status.stateHash = m_group->store().stateHash();
    status.keys = m_group->store().keys();
    status.clientConnections = static_cast<quint32>(counters.connections);
    status.proposalsPending = m_group->pending();
    status.commands = counters.commands;
    status.redirects = counters.redirects;
    status.refusals = counters.refusals;
    status.protocolErrors = counters.protocolErrors;
    status.residentBytes = process.residentBytes;
    status.cpuTime = process.cpuTime;
    status.logBytes = static_cast<quint64>(m_wal->bytes());
    status.syncs = m_wal->syncs();
    status.wallClock = m_wallClock.now();
    status.longestStall = std::max(std::exchange(m_longestStall, 0us), 0us);
    status.links = m_transport->counters();
    status.faults = m_transport->faults();
    const auto shortened = [](std::optional<QByteArray> value) {
        if (value)
            value->truncate(wire::kMaxWatchedBytes);
        return value;
    };
    const QByteArray& watched = m_group->watchedKey();
    if (!watched.isEmpty()) {
        status.watchedValue = shortened(m_group->store().peek(watched));
        status.pendingValue = shortened(m_group->pendingWatchedValue());
    }
    return status;
}

// ---- what the RESP server asks

client::Leadership Member::leadership() const
{
    const raft::Status now = m_group->status();
    client::Leadership leadership;
    leadership.isLeader = now.role == raft::Role::Leader;
    const auto leader = std::find_if(m_options.members.begin(), m_options.members.end(),
                                     [&](const MemberAddress& m) { return m.id.value == now.leader.value; });
    leadership.known = leader != m_options.members.end();
    if (leadership.known) {
        leadership.leaderHost = leader->host;
        leadership.leaderPort = leader->clientPort;
    }
    return leadership;
}

bool Member::submit(quint64 requestId, QByteArray command)
{
    return m_group->submit(requestId, std::move(command));
}

std::vector<client::MemberView> Member::members() const
{
    const raft::Status now = m_group->status();
    const auto counters = m_transport->counters();
    std::vector<client::MemberView> views;
    for (const MemberAddress& member : m_options.members) {
        const auto link =
            std::find_if(counters.begin(), counters.end(), [&](const auto& c) { return c.peer == member.id; });
        const bool isSelf = member.id == m_options.self;
        views.push_back({member.id.value, member.host, member.clientPort, member.peerPort,
                         member.id.value == now.leader.value, isSelf,
                         isSelf || (link != counters.end() && link->connected)});
    }
    return views;
}

QList<std::pair<QByteArray, QByteArray>> Member::info() const
{
    const raft::Status now = m_group->status();
    const ProcessFigures process = processFigures();
    return {
        {"faultline_version", FAULTLINE_VERSION},
        {"process_id", number(static_cast<quint64>(QCoreApplication::applicationPid()))},
        {"node", m_options.self.name().toUtf8()},
        {"role", now.role == raft::Role::Leader ? "master" : "slave"},
        {"raft_role", now.role == raft::Role::Leader     ? "leader"
                      : now.role == raft::Role::Follower ? "follower"
                                                         : "candidate"},
        {"raft_term", number(now.term.value)},
        {"raft_leader", now.leader ? QByteArray("n") + number(now.leader.value) : QByteArray("unknown")},
        {"raft_commit_index", number(now.commit.value)},
        {"raft_last_index", number(now.lastIndex.value)},
        {"log_bytes", number(static_cast<quint64>(m_wal->bytes()))},
        {"log_syncs", number(m_wal->syncs())},
        {"used_memory_rss", number(process.residentBytes)},
        {"state_hash", QByteArray::number(m_group->store().stateHash(), 16)},
    };
}

quint64 Member::keys() const
{
    return m_group->store().keys();
}

} // namespace faultline::node
