// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/world.h"

#include "node/sim/event_words.h"
#include "node/sim/history_check.h"

#include <algorithm>

#include <xxhash.h>

namespace faultline::sim {

namespace {

constexpr quint64 kTicksBetweenProbes = 50;
constexpr quint64 kTicksBetweenProbesWhenHealing = 5;
/// After healing, within which a new write is committed, and again within which all members agree.
constexpr Instant kPatience = ticks(3'000);
constexpr int kRetryTicks = 60;

raft::Membership initialMembership(const Shape& shape)
{
    raft::Membership initial;
    for (quint32 id = 1; id <= static_cast<quint32>(shape.voters + shape.learners); ++id)
        (id <= static_cast<quint32>(shape.voters) ? initial.voters : initial.learners).insert({id});
    return initial;
}

/// One for each part of a world, all from one seed.
quint64 seedFor(quint64 seed, quint64 part)
{
    quint64 state = seed + part * 0x632be59bd9b4e019;
    return Random::splitmix(state);
}

} // namespace

World::World(const Shape& shape, const FaultPlan& plan, int ticks, quint64 seed, Trace::Reader reader)
    : m_shape(shape)
    , m_plan(plan)
    , m_fireEnds(sim::ticks(static_cast<quint64>(ticks)))
    , m_trace(std::move(reader))
    , m_oracle(m_shape, initialMembership(m_shape), m_verdict, Random(seedFor(seed, 4)))
    , m_network(m_shape, m_schedule, m_trace, m_verdict, seedFor(seed, 1))
    , m_workload(m_shape, m_schedule, m_trace, m_verdict, m_oracle, Random(seedFor(seed, 2)))
    , m_isLost(static_cast<std::size_t>(m_shape.nodes()))
    , m_random(seedFor(seed, 3))
{
    m_workload.isAClockAhead = [this] {
        return std::ranges::any_of(
            m_hosts, [this](const Host& host) { return host.now() > m_schedule.now() + sim::ticks(500); });
    };
    for (quint32 index = 0; index < static_cast<quint32>(m_shape.nodes()); ++index) {
        Host& host = m_hosts.emplace_back(m_shape, m_schedule, index, m_random.branch());
        host.onSend = [this, index](const raft::Message& message) {
            m_oracle.sent(index, message, m_schedule.now());
            m_network.send(index, message.to.value - 1, message);
        };
        host.disk().whenChanged = [this, index](const SimDisk::Change& change) { trace(index, change); };
        m_oracle.watch(host);
    }
    m_network.onMessage = [this](quint32 to, const raft::Message& message) { receive(to, message); };
}

RunResult World::run()
{
    for (Host& host : m_hosts)
        start(host);
    for (quint64 number = 0; number < m_plan.size(); ++number)
        m_schedule.add(Event::Kind::Fault, ticks(static_cast<quint64>(m_plan[number].tick)), 0, number);
    m_schedule.add(Event::Kind::Probe, m_fireEnds, 1);
    m_schedule.add(Event::Kind::Probe, ticks(kTicksBetweenProbes), 0);
    m_workload.begin();

    while (m_phase != Phase::Over && !m_verdict.violation()) {
        handle(m_schedule.take());
        for (std::size_t i = 0; i < m_turnsAtOnce.size(); ++i)
            turn(m_hosts[m_turnsAtOnce[i]]);
        m_turnsAtOnce.clear();
    }
    RunResult result;
    if (!m_verdict.violation()) {
        const check::Judgement judgement = judge(m_workload.calls(), m_verdict, m_schedule.now());
        result.histories = judgement.operations > 0;
        result.undecided = judgement.operations > 0 && judgement.verdict == check::Verdict::Unknown;
    }
    result.ticks = static_cast<quint64>(m_schedule.now() / kTick);
    result.commits = m_oracle.log().commands();
    result.messages = m_network.messages();
    m_trace.add(m_schedule.now(), m_oracle.log().hash());
    result.traceHash = m_trace.hash();
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
        result.faults[QString::fromLatin1(nameOf(static_cast<FaultKind>(kind)))] = m_faultCounts[kind];
    for (std::size_t check = 0; check < kChecks; ++check)
        result.checks[QString::fromLatin1(nameOf(static_cast<Check>(check)))] = m_verdict.seen()[check];
    result.transitions = m_oracle.transitions();
    result.violation = m_verdict.violation();
    return result;
}

void World::handle(const Event& event)
{
    switch (event.kind) {
    case Event::Kind::Delivery:
        m_network.deliver(event.who);
        return;
    case Event::Kind::Fault:
        begin(event.what);
        return;
    case Event::Kind::FaultEnds:
        end(event.what);
        return;
    case Event::Kind::ClientBegins:
        m_workload.clientBegins(event.who);
        return;
    case Event::Kind::ReplyArrives:
        m_workload.replyArrives(event.what);
        return;
    case Event::Kind::ClientGivesUp:
        m_workload.clientGivesUp(event.what);
        return;
    case Event::Kind::Probe:
        if (event.who == 1)
            heal();
        else
            probe();
        return;
    default:
        break;
    }
    Host& host = m_hosts[event.who];
    if (event.kind == Event::Kind::RequestArrives) {
        if (host.isFrozen())
            host.holdBack(event);
        else
            request(host, event.what);
        return;
    }
    if (event.life != host.life())
        return;
    if (host.isFrozen()) {
        host.holdBack(event);
        return;
    }
    switch (event.kind) {
    case Event::Kind::Tick:
        tick(host);
        break;
    case Event::Kind::Turn:
        turn(host);
        break;
    case Event::Kind::DiskWorks:
        host.storage().work();
        if (const auto ticksDown = host.downFor())
            down(host, FaultKind::Restart, *ticksDown);
        break;
    case Event::Kind::DiskDone:
        host.storage().finish();
        break;
    case Event::Kind::Start:
        if (!host.isUp() && !(m_absent & setOf(host.index())))
            start(host);
        break;
    case Event::Kind::Hint:
        host.group().connectionBroke({static_cast<quint32>(event.what) + 1});
        break;
    default:
        break;
    }
}

void World::due(Host& host)
{
    if (host.turnIsDue)
        return;
    host.turnIsDue = true;
    if (m_shape.turnDelay > Instant(0))
        m_schedule.add(Event::Kind::Turn, m_schedule.now() + m_shape.turnDelay, host.index(), 0, host.life());
    else
        m_turnsAtOnce.push_back(host.index());
}

void World::turn(Host& host)
{
    if (!host.isUp() || !host.turnIsDue)
        return;
    host.turnIsDue = false;
    if (const auto done = host.group().turn(); !done) {
        if (host.disk().counts().flips == 0)
            m_verdict.fail(Check::DiskIsReadable, m_schedule.now(),
                           QStringLiteral("%1 ended, and its disk was healthy: %2").arg(host.name(), done.error()));
        tell(host.name(), QStringLiteral("ends: %1").arg(done.error()));
        m_oracle.stopped(host.index());
        host.kill();
        m_schedule.add(Event::Kind::Start, m_schedule.now() + ticks(kRetryTicks), host.index(), 0, host.life());
        return;
    }
    m_oracle.turned(host.index(), m_schedule.now());
}

void World::tick(Host& host)
{
    host.group().tick();
    m_oracle.ticked(host.index());
    m_schedule.add(Event::Kind::Tick, m_schedule.now() + host.tickLength(), host.index(), 0, host.life());
}

void World::request(Host& host, quint64 attempt)
{
    if (!host.isUp()) {
        // Nobody listens there any more; a machine without power says nothing at all.
        if (host.disk().isPowered())
            m_workload.turnedDown(attempt, std::nullopt);
        return;
    }
    m_oracle.asked(host.index(), m_workload.commandOf(attempt));
    if (host.group().submit(attempt, m_workload.commandOf(attempt)) == node::Group::Submitted::Taken)
        return;
    const raft::NodeId known = host.group().status().leader;
    m_workload.turnedDown(attempt, known ? std::optional(known.value - 1) : std::nullopt);
}

void World::receive(quint32 to, const raft::Message& message)
{
    Host& host = m_hosts[to];
    if (!host.isUp())
        return;
    if (host.isFrozen())
        host.holdBack(message);
    else
        host.group().receive(message);
}

Host* World::leader()
{
    Host* found = nullptr;
    for (Host& host : m_hosts) {
        if (host.isUp() && host.raft().role() == raft::Role::Leader &&
            (!found || host.raft().term() > found->raft().term()))
            found = &host;
    }
    return found;
}

void World::start(Host& host)
{
    const quint32 index = host.index();
    if (m_isLost[index])
        return;
    const bool wasRotten = host.disk().counts().flips > 0;
    const bool hadPowerCut = host.disk().counts().powerCuts > 0;
    const bool isKilled = m_phase == Phase::UnderFire && mayBe(FaultKind::Restart) && m_random.oneIn(4);
    if (const auto started = host.start(isKilled); !started) {
        if (host.wasKilledAtStart())
            m_schedule.add(Event::Kind::Start, m_schedule.now() + ticks(kRetryTicks), index, 0, host.life());
        else if (host.disk().counts().flips > 0 || host.disk().counts().lies > 0) // also in what the start itself wrote
            lose(host, started.error());
        else if (host.wasRefusedSpace())
            m_schedule.add(Event::Kind::Start, m_schedule.now() + ticks(kRetryTicks), index, 0, host.life());
        else
            m_verdict.fail(Check::DiskIsReadable, m_schedule.now(),
                           QStringLiteral("%1 cannot start from an honest disk: %2").arg(host.name(), started.error()));
        tell(host.name(), QStringLiteral("does not start: %1").arg(started.error()));
        return;
    }
    if (hadPowerCut)
        m_verdict.saw(Check::DiskIsReadable);
    m_trace.add(m_schedule.now(), host.raft().term().value ^ host.raft().lastIndex().value << 32);
    listenTo(host);
    if (m_oracle.started(index, host.group(), !wasRotten, m_schedule.now())) {
        lose(host, QStringLiteral("bits flipped where nobody can know it, and it forgot what it had promised"));
        return;
    }
    tell(host.name(), QStringLiteral("starts in term %1 with a log up to %2")
                          .arg(host.raft().term().value)
                          .arg(host.raft().lastIndex().value));
    const Instant phase(static_cast<qint64>(m_random.below(static_cast<quint64>(kTick.count()))));
    m_schedule.add(Event::Kind::Tick, m_schedule.now() + phase, index, 0, host.life());
    due(host);
}

void World::listenTo(Host& host)
{
    node::Group& group = host.group();
    const quint32 index = host.index();
    group.whenDue = [this, &host] { due(host); };
    group.whenCompleted = [this](quint64 attempt, const kv::Result& result) { m_workload.completed(attempt, result); };
    group.whenRefused = [this](quint64 attempt) { m_workload.turnedDown(attempt, std::nullopt); };
    group.whenUnknown = [this](quint64 attempt) { m_workload.unknown(attempt); };
    group.whenApplied = [this, index](const raft::Entry& entry) {
        m_trace.add(m_schedule.now(), entry.index.value ^ entry.term.value << 24 ^ quint64(index) << 56);
        m_oracle.applied(index, entry, m_schedule.now());
    };
    group.whenEvent = [this, index](const raft::Event& event) {
        m_trace.add(m_schedule.now(), event.index() + 1);
        m_oracle.happened(index, event, m_schedule.now());
        if (m_trace.tells())
            tell(QStringLiteral("n%1").arg(index + 1), spoken(event));
    };
}

void World::trace(quint32 node, const SimDisk::Change& change)
{
    const quint64 where = XXH3_64bits(change.path.constData(), static_cast<std::size_t>(change.path.size()) * 2);
    const quint64 what = XXH3_64bits(change.bytes.data(), static_cast<std::size_t>(change.bytes.size()));
    m_trace.add(m_schedule.now(), where ^ quint64(node) << 56 ^ quint64(change.kind) << 48);
    m_trace.add(m_schedule.now(), what ^ static_cast<quint64>(change.offset));
}

void World::lose(Host& host, const QString& why)
{
    tell(host.name(), QStringLiteral("stays down: %1").arg(why));
    m_isLost[host.index()] = true;
    m_oracle.stopped(host.index());
    if (host.isUp())
        host.kill();
}

void World::probe()
{
    m_oracle.lookAround(m_schedule.now());
    quint64 next = kTicksBetweenProbes;
    if (m_phase != Phase::UnderFire) {
        next = kTicksBetweenProbesWhenHealing;
        const bool written = m_workload.newestWrite() >= m_healedAt;
        if (m_phase == Phase::Healing && written) {
            m_verdict.saw(Check::Progress);
            m_phase = Phase::Settling;
            m_healedAt = m_schedule.now();
            m_workload.end();
            if (m_absent != 0)
                m_oracle.wroteWithoutAMinority();
            bringBackAbsent();
        } else if (m_phase == Phase::Settling && m_workload.isQuiet() && haveSettled()) {
            m_oracle.healed(m_schedule.now());
            m_phase = Phase::Over;
        } else if (m_schedule.now() > m_healedAt + kPatience) {
            m_verdict.fail(
                Check::Progress, m_schedule.now(),
                m_phase == Phase::Healing
                    ? QStringLiteral("no new write was committed within %1 ticks of healing").arg(kPatience / kTick)
                    : QStringLiteral("the members did not come to one state within %1 ticks of healing")
                          .arg(kPatience / kTick));
        }
    }
    m_schedule.add(Event::Kind::Probe, m_schedule.now() + ticks(next), 0);
}

bool World::haveSettled()
{
    Host* leads = leader();
    if (!leads)
        return false;
    const raft::Status status = leads->group().status();
    if (status.applied != status.lastIndex)
        return false;
    const auto members = status.membership.members();
    for (const raft::NodeId member : members) {
        Host& host = m_hosts[member.value - 1];
        if (m_isLost[host.index()])
            continue;
        if (!host.isUp() || host.group().status().applied != status.applied)
            return false;
    }
    for (const raft::NodeId member : members) {
        Host& host = m_hosts[member.value - 1];
        if (m_isLost[host.index()])
            continue;
        m_verdict.saw(Check::SameStateHash);
        if (host.group().store().stateHash() != leads->group().store().stateHash())
            m_verdict.fail(Check::SameStateHash, m_schedule.now(),
                           QStringLiteral("%1 and %2 have applied the same %3 entries and have different states")
                               .arg(host.name(), leads->name())
                               .arg(status.applied.value));
    }
    return true;
}

} // namespace faultline::sim
