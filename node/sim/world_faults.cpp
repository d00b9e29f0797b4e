// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/world.h"

#include <utility>

namespace faultline::sim {

namespace {

bool isOfLinks(FaultKind kind)
{
    return kind <= FaultKind::Clog || kind == FaultKind::LeftBehind;
}

bool isOfDisks(FaultKind kind)
{
    return kind == FaultKind::Rot || kind == FaultKind::SlowDisk || kind == FaultKind::FullDisk ||
           kind == FaultKind::LyingDisk;
}

} // namespace

void World::begin(quint64 number)
{
    if (m_phase != Phase::UnderFire)
        return;
    PlannedFault fault = m_plan[number];
    m_trace.add(m_schedule.now(), number + 0xfa017);
    m_oracle.disturbed();
    if (fault.kind == FaultKind::Membership || fault.kind == FaultKind::Transfer) {
        if (ask(fault))
            ++m_faultCounts[static_cast<std::size_t>(fault.kind)];
        return;
    }
    if (fault.atLeader) {
        if (const Host* leads = leader()) {
            fault.nodes = setOf(leads->index());
            fault.others = (NodeSet(1) << m_hosts.size()) - 1 - fault.nodes;
            fault.atLeader = false;
        }
    }
    if (m_trace.tells())
        tell(QStringLiteral("fault"), spoken(fault));
    if (isOfLinks(fault.kind)) {
        ++m_faultCounts[static_cast<std::size_t>(fault.kind)];
        PlannedFault first = fault;
        if (fault.kind == FaultKind::LeftBehind)
            first.amount = 0; // silence; the losses come when it ends
        m_network.beginFault(number, first);
    } else {
        beginOnNodes(number, fault);
    }
    m_active.emplace(number, fault);
    if (isOfDisks(fault.kind))
        applyDiskFaults();
    m_schedule.add(Event::Kind::FaultEnds, m_schedule.now() + ticks(static_cast<quint64>(fault.lasts)), 0, number);
}

void World::end(quint64 number)
{
    const auto found = m_active.find(number);
    if (found == m_active.end())
        return;
    PlannedFault& fault = found->second;
    m_trace.add(m_schedule.now(), number + 0xe11d5);
    m_oracle.disturbed();
    if (isOfLinks(fault.kind)) {
        m_network.endFault(number);
        if (fault.kind == FaultKind::LeftBehind && fault.amount > 0) {
            m_network.beginFault(number, fault);
            fault.amount = 0;
            m_schedule.add(Event::Kind::FaultEnds, m_schedule.now() + ticks(static_cast<quint64>(fault.lasts)), 0,
                           number);
            return;
        }
    }
    const PlannedFault over = fault;
    m_active.erase(found);
    if (m_trace.tells() && over.kind != FaultKind::PowerOff && over.kind != FaultKind::TornPowerOff &&
        over.kind != FaultKind::Restart)
        tell(QStringLiteral("fault"), QStringLiteral("over: %1").arg(spoken(over)));
    if (isOfDisks(over.kind))
        applyDiskFaults();
    for (Host& host : m_hosts) {
        if (over.nodes & setOf(host.index()))
            endOn(host, over);
    }
}

void World::beginOnNodes(quint64, const PlannedFault& fault)
{
    bool happened = false;
    for (Host& host : m_hosts) {
        if (fault.nodes & setOf(host.index()))
            happened |= beginOn(host, fault);
    }
    if (happened)
        ++m_faultCounts[static_cast<std::size_t>(fault.kind)];
}

bool World::beginOn(Host& host, const PlannedFault& fault)
{
    if (!host.isUp())
        return false;
    switch (fault.kind) {
    case FaultKind::Restart:
        if (m_random.oneIn(2)) {
            host.willBeKilledAtWork(fault.lasts);
            return true;
        }
        down(host, fault.kind, fault.lasts);
        return true;
    case FaultKind::PowerOff:
    case FaultKind::TornPowerOff:
        down(host, fault.kind, fault.lasts);
        return true;
    case FaultKind::Freeze:
        host.freeze();
        return true;
    case FaultKind::ClockRate:
        host.setClockRate(fault.amount);
        return true;
    default:
        return true;
    }
}

void World::endOn(Host& host, const PlannedFault& fault)
{
    if (fault.kind == FaultKind::Freeze)
        thaw(host);
    else if (fault.kind == FaultKind::ClockRate)
        host.setClockRate(1'000'000);
}

void World::down(Host& host, FaultKind kind, int lasts)
{
    m_oracle.stopped(host.index());
    if (kind == FaultKind::Restart) {
        tell(host.name(), host.downFor() ? QStringLiteral("is killed in the middle of its work on disk")
                                         : QStringLiteral("is killed"));
        host.kill();
        for (Host& peer : m_hosts) {
            // Over a cut link nobody learns that the other end is gone.
            if (peer.isUp() && !m_network.isCut(host.index(), peer.index()))
                m_schedule.add(Event::Kind::Hint, m_schedule.now() + m_shape.hop, peer.index(), host.index(),
                               peer.life());
        }
    } else {
        host.cutPower(kind == FaultKind::TornPowerOff ? Host::Cut::InTheMidst : Host::Cut::Clean);
        if (host.disk().counts().lies > 0 && !m_shape.liarsReturn) {
            lose(host, QStringLiteral("its disk had lied about syncs before the power went, and nobody can know what "
                                      "is gone"));
            return;
        }
    }
    m_schedule.add(Event::Kind::Start, m_schedule.now() + ticks(static_cast<quint64>(lasts)), host.index(), 0,
                   host.life());
}

void World::thaw(Host& host)
{
    if (!host.isFrozen())
        return;
    const bool messagesFirst = m_random.oneIn(2);
    Host::Held held = host.thaw();
    const auto takeMessages = [&] {
        for (raft::Message& message : held.messages) {
            if (host.isUp())
                host.group().receive(std::move(message));
        }
    };
    if (messagesFirst)
        takeMessages();
    bool ticked = false;
    for (const Event& event : held.events) {
        // However long it stood still, it was one tick.
        if (event.kind == Event::Kind::Tick && std::exchange(ticked, true))
            continue;
        handle(event);
    }
    if (messagesFirst)
        return;
    // It may well answer what clients asked before it hears what became of the world.
    turn(host);
    takeMessages();
}

bool World::ask(const PlannedFault& fault)
{
    Host* leads = leader();
    if (!leads || leads->isFrozen())
        return false;
    if (m_trace.tells())
        tell(QStringLiteral("fault"), spoken(fault));
    const auto setFrom = [this](NodeSet nodes) {
        std::set<raft::NodeId> ids;
        for (const Host& host : m_hosts) {
            if (nodes & setOf(host.index()))
                ids.insert({host.index() + 1});
        }
        return ids;
    };
    if (fault.kind == FaultKind::Transfer)
        return static_cast<bool>(leads->group().transferLeadership(*setFrom(fault.nodes).begin()));
    return static_cast<bool>(leads->group().changeMembership(setFrom(fault.nodes), setFrom(fault.others), {}));
}

void World::applyDiskFaults()
{
    for (Host& host : m_hosts) {
        fault::DiskFault disk;
        for (const auto& [number, active] : m_active) {
            if (!(active.nodes & setOf(host.index())))
                continue;
            if (active.kind == FaultKind::Rot) {
                disk.flip = fault::Share{static_cast<quint32>(active.amount)};
            } else if (active.kind == FaultKind::FullDisk) {
                disk.full = true;
            } else if (active.kind == FaultKind::LyingDisk) {
                disk.lies = true;
            } else if (active.kind == FaultKind::SlowDisk) {
                disk.latency = Instant(active.amount);
                disk.jitter = Instant(active.more);
            }
        }
        host.disk().setFault(disk);
    }
}

void World::heal()
{
    tell(QStringLiteral("world"), QStringLiteral("everything is healed"));
    m_phase = Phase::Healing;
    m_healedAt = m_schedule.now();
    for (const auto& [number, fault] : m_active)
        m_network.endFault(number);
    const auto active = std::exchange(m_active, {});
    applyDiskFaults();
    m_absent = drawAbsent();
    for (Host& host : m_hosts) {
        host.willNotBeKilled();
        thaw(host);
        host.setClockRate(1'000'000);
        const bool isAbsent = m_absent & setOf(host.index());
        if (isAbsent && host.isUp())
            down(host, FaultKind::PowerOff, 1);
        else if (!isAbsent && !host.isUp())
            start(host);
    }
}

/// A majority must be enough. Where members come and go, or disks forget, nobody can say beforehand who is one.
NodeSet World::drawAbsent()
{
    if (mayBe(FaultKind::Membership) || mayBe(FaultKind::Rot) || mayBe(FaultKind::LyingDisk) || m_shape.learners > 0 ||
        m_random.oneIn(4))
        return 0;
    NodeSet absent = 0;
    for (int left = (m_shape.voters - 1) / 2; left > 0; --left)
        absent |= setOf(static_cast<quint32>(m_random.below(static_cast<quint64>(m_shape.voters))));
    if (absent != 0)
        tell(QStringLiteral("world"), QStringLiteral("a majority alone is there: %1 stay down").arg(namesOf(absent)));
    return absent;
}

void World::bringBackAbsent()
{
    const NodeSet absent = std::exchange(m_absent, 0);
    for (Host& host : m_hosts) {
        if ((absent & setOf(host.index())) && !host.isUp() && !m_isLost[host.index()])
            start(host);
    }
}

} // namespace faultline::sim
