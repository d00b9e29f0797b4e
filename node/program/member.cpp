// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/member.h"

#include "node/program/descriptors_linux.h"

#include <QRandomGenerator>
#include <QtEndian>

#include <algorithm>
#include <utility>

namespace faultline::node {

using namespace std::chrono_literals;

namespace {

constexpr PacedClock::Instant kTick = 10ms;

quint64 newIncarnation()
{
    // Grows with each start, also over a reboot, without a file to remember it in.
    return static_cast<quint64>(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

} // namespace

Member::Member(Options options, Secrets secrets)
    : m_options(std::move(options))
    , m_secrets(std::move(secrets))
    , m_incarnation(newIncarnation())
    , m_clock([] { return wire::monotonicNow(); })
    , m_wallClock(
          [] {
              return std::chrono::duration_cast<std::chrono::microseconds>(
                  std::chrono::system_clock::now().time_since_epoch());
          },
          [] { return wire::monotonicNow(); })
    , m_disk([this](std::chrono::microseconds pause) { m_storage.pause(pause * m_paceFactor.load()); })
    , m_turn([this] { turn(); })
{
    m_tickTimer.setSingleShot(true);
    m_tickTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_tickTimer, &QTimer::timeout, this, &Member::tick);
    m_clock.whenPaceChanges([this] { armTick(); });
}

Member::~Member() = default;

Result<void> Member::start()
{
    m_transport = std::make_unique<PeerTransport>(TransportOptions{.self = m_options.self,
                                                                   .clusterId = wire::clusterIdOf(m_options.cluster),
                                                                   .incarnation = m_incarnation,
                                                                   .peers = {},
                                                                   .seed = QRandomGenerator::global()->generate()},
                                                  m_clock);
    if (auto recovered = recover(); !recovered)
        return recovered;
    followMembership();

    m_transport->onMessage = [this](const raft::Message& message) { m_group->receive(message); };
    m_transport->onBroken = [this](NodeId peer) {
        // So slow that a person can follow it, an election begins when its timeout says so.
        if (m_clock.pace().factor == 1)
            m_group->connectionBroke({peer.value});
    };
    client::Backend& backend = *this;
    m_clients = std::make_unique<client::RespServer>(
        backend, client::PortOptions{
                     .maxConnections = std::min<quint64>(client::PortOptions().maxConnections, raiseDescriptorLimit()),
                     .password = m_secrets.password,
                     .admission = m_options.admission});

    if (!m_options.managed)
        return openPorts();

    m_agent = std::make_unique<Agent>(
        AgentOptions{m_options.self, wire::clusterIdOf(m_options.cluster), m_incarnation, m_secrets.token});
    m_agent->status = [this] { return status(); };
    m_agent->histograms = [this] { return histograms(); };
    m_thaw = std::make_unique<Thaw>();
    connect(m_thaw.get(), &Thaw::happened, this, [this] { m_agent->ask(Thaw::count()); });
    m_clock.standStillWhile([] { return Thaw::isPending(); });
    m_clients->isQuiet = [] { return Thaw::isPending(); };
    m_clock.whenPaceChanges([this] { m_clients->goOn(); });
    m_agent->onDesiredState = [this](const wire::DesiredState& desired) { obey(desired); };
    m_transport->onSample = [this](const wire::MessageSample& sample) { m_agent->report(sample); };
    m_transport->onConnection = [this](NodeId peer, bool connected, const QString& text) {
        m_agent->report(connected ? wire::NodeEventKind::PeerConnected : wire::NodeEventKind::PeerDisconnected,
                        m_group->term().value, peer, text);
    };
    m_agent->report(
        wire::NodeEventKind::Started, m_group->term().value, {},
        QStringLiteral("started; its log has %1 entries").arg(m_group->status().lastIndex.value) +
            (m_tornAway.bytes > 0
                 ? QStringLiteral("; the power cut took %1 bytes that were not durable").arg(m_tornAway.bytes)
                 : QString()));
    return m_agent->listen(m_options.own().host, m_options.controlPort);
}

Result<void> Member::recover()
{
    m_disk.setTrial(m_options.trial);
    if (m_options.afterPowerCut) {
        fault::Random random(QRandomGenerator::global()->generate64());
        const auto torn = storage::tearUnsynced(m_options.dataFolder, random);
        if (!torn)
            return Error{torn.error()};
        m_tornAway = *torn;
    }
    GroupOptions options;
    options.folder = m_options.dataFolder;
    // What another cluster or another member promised is not this one's to keep.
    options.log.owner =
        qFromLittleEndian<quint64>(wire::clusterIdOf(m_options.cluster).constData()) ^ m_options.self.value;
    if (m_options.snapshotAfter != 0) {
        options.keepEntries = options.keepEntries * m_options.snapshotAfter / options.snapshotAfterEntries;
        options.snapshotAfterEntries = m_options.snapshotAfter;
        options.snapshotWorthBytes = 0;
        // So that snapshots still drop whole segments.
        options.log.segmentSize =
            std::clamp(qint64(m_options.snapshotAfter) * 64, qint64(4096), options.log.segmentSize);
        options.log.fillStep = std::min(options.log.fillStep, options.log.segmentSize);
    }
    options.raft.self = {m_options.self.value};
    if (!m_options.join) {
        for (const MemberAddress& member : m_options.members)
            options.raft.initial.voters.insert({member.id.value});
        options.raft.initial.contacts = encodeContacts(m_options.members);
    }
    options.raft.random = [](std::uint32_t bound) { return QRandomGenerator::global()->bounded(bound); };
    auto group = Group::open(
        std::move(options), {.disk = m_disk,
                             .storage = m_storage,
                             .transport = *m_transport,
                             .now = [this] { return m_clock.now(); },
                             .stopwatch =
                                 [] {
                                     return std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::steady_clock::now().time_since_epoch());
                                 },
                             .timeOfDay =
                                 [this] {
                                     const auto milliseconds = [](std::chrono::microseconds time) {
                                         return qint64(time.count() / 1'000);
                                     };
                                     return kv::TimeOfDay{milliseconds(m_wallClock.now()), milliseconds(m_clock.lag())};
                                 },
                             .stops = [] { return Thaw::count(); }});
    if (!group)
        return Error{group.error()};
    m_group = *std::move(group);
    m_group->whenDue = [this] { m_turn.ask(); };
    m_group->whenCompleted = [this](quint64 id, const kv::Result& result) { m_clients->complete(id, result); };
    m_group->whenRefused = [this](quint64 id) { m_clients->refuse(id); };
    m_group->whenUnknown = [this](quint64 id) { m_clients->outcomeUnknown(id); };
    m_group->whenEvent = [this](const raft::Event& event) { report(event); };
    m_group->whenSnapshotTaken = [this](raft::LogIndex last, qint64 bytes) { reportSnapshotTaken(last, bytes); };
    m_group->whenSynced = [this](std::chrono::nanoseconds took) { reportSync(took); };
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
    m_paceFactor = desired.pace.factor;
    const auto disk = std::find_if(desired.disks.begin(), desired.disks.end(),
                                   [this](const wire::DiskState& each) { return each.node == m_options.self; });
    m_disk.setFault(disk == desired.disks.end() ? fault::DiskFault() : disk->fault);
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
    if (const auto done = m_group->turn(); !done) {
        emit failed(done.error());
        return;
    }
    const bool othersBelong = m_group->membership() != m_membership;
    if (othersBelong)
        followMembership();
    sendLeavingOn();
    m_clients->flush();
    if (!m_agent)
        return;
    reportFullDisk();
    if (othersBelong || m_group->role() != m_shownRole || m_group->term() != m_shownTerm ||
        m_group->leader() != m_shownLeader) {
        m_shownRole = m_group->role();
        m_shownTerm = m_group->term();
        m_shownLeader = m_group->leader();
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
    reportHangingDisk();
    // A stall is one tick: what was missed is not caught up, or a node that slept would find its timeouts expired.
    const auto now = m_clock.now();
    m_nextTick = m_nextTick + kTick > now ? m_nextTick + kTick : now + kTick;
    armTick();
}

// ---- what the RESP server asks

client::Backend::Submitted Member::submit(quint64 requestId, QByteArray command, bool inLog)
{
    switch (m_group->submit(requestId, std::move(command), inLog)) {
    case Group::Submitted::Taken:
        return Submitted::Taken;
    case Group::Submitted::NotLeader:
        return Submitted::NotLeader;
    case Group::Submitted::Transferring:
        return Submitted::TryAgain;
    case Group::Submitted::Busy:
        return Submitted::Busy;
    case Group::Submitted::DiskFull:
        return Submitted::DiskFull;
    case Group::Submitted::Stalled:
        return Submitted::Stalled;
    }
    Q_UNREACHABLE();
}

kv::Result Member::readStale(QByteArrayView command) const
{
    return m_group->readStale(command);
}

quint64 Member::keys() const
{
    return m_group->store().keys();
}

qint64 Member::replicasWith(quint64 index) const
{
    const raft::Status status = m_group->status();
    return std::count_if(status.progress.begin(), status.progress.end(), [&](const raft::FollowerProgress& follower) {
        return follower.id.value != m_options.self.value && follower.match.value >= index;
    });
}

} // namespace faultline::node
