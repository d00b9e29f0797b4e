// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/fault_plan.h"

#include <QStringList>

namespace faultline::sim {

namespace {

constexpr qint64 kMillion = 1'000'000;

NodeSet everyone(int nodes)
{
    return (NodeSet(1) << nodes) - 1;
}

NodeSet oneOf(int nodes, Random& random)
{
    return setOf(static_cast<quint32>(random.below(static_cast<quint64>(nodes))));
}

/// Mostly one, sometimes several, rarely all.
NodeSet someOf(int nodes, Random& random)
{
    switch (random.below(10)) {
    case 0:
        return everyone(nodes);
    case 1:
    case 2: {
        const auto drawn = static_cast<NodeSet>(random.below(everyone(nodes))) + 1;
        return drawn;
    }
    default:
        return oneOf(nodes, random);
    }
}

void drawLinks(PlannedFault& fault, int nodes, quint64 percentAtLeader, Random& random)
{
    fault.atLeader = random.percent(percentAtLeader);
    fault.bothWays = random.percent(50);
    switch (random.below(3)) {
    case 0: // all of them
        fault.nodes = fault.others = everyone(nodes);
        break;
    case 1: // those of one node
        fault.nodes = oneOf(nodes, random);
        fault.others = everyone(nodes) & ~fault.nodes;
        break;
    default:
        fault.nodes = oneOf(nodes, random);
        fault.others = oneOf(nodes, random);
        break;
    }
}

/// Two sides with everybody in one of them, or, as often, one node and the rest.
void drawSides(PlannedFault& fault, int nodes, quint64 percentAtLeader, Random& random)
{
    fault.atLeader = random.percent(percentAtLeader);
    fault.nodes = random.percent(50) ? oneOf(nodes, random)
                                     : static_cast<NodeSet>(random.below(everyone(nodes))) & everyone(nodes);
    if (fault.nodes == 0)
        fault.nodes = setOf(0);
    fault.others = everyone(nodes) & ~fault.nodes;
}

void drawNodes(PlannedFault& fault, int nodes, quint64 percentAtLeader, Random& random)
{
    fault.atLeader = random.percent(percentAtLeader);
    fault.nodes = someOf(nodes, random);
}

qint64 drawShare(Random& random)
{
    return random.spread(1, 60) * kMillion / 100;
}

qint64 drawClockRate(const FaultMix& mix, Random& random)
{
    if (mix.wildestClock <= 1)
        return kMillion + random.between(-40'000, 40'000);
    const qint64 times = random.between(1'050'000, mix.wildestClock * 1'000'000);
    return random.percent(50) ? times : kMillion * kMillion / times;
}

void drawMembership(PlannedFault& fault, int nodes, Random& random)
{
    const int voters = random.between(1, std::min(nodes, 7));
    for (int i = 0; i < voters; ++i)
        fault.nodes |= oneOf(nodes, random);
    if (random.percent(40))
        fault.others = oneOf(nodes, random) & ~fault.nodes;
}

PlannedFault drawFault(FaultKind kind, const FaultMix& mix, int nodes, int voters, Random& random)
{
    PlannedFault fault;
    fault.kind = kind;
    fault.lasts = random.spread(4, mix.longest);
    const auto percentAtLeader = static_cast<quint64>(mix.percentAtLeader);
    switch (kind) {
    case FaultKind::Latency:
        drawLinks(fault, nodes, percentAtLeader, random);
        fault.amount = random.spread(500, 200'000);
        fault.more = random.percent(70) ? random.spread(1, static_cast<int>(fault.amount)) : 0;
        break;
    case FaultKind::Loss:
    case FaultKind::Duplicate:
    case FaultKind::Reorder:
    case FaultKind::Corrupt:
        drawLinks(fault, nodes, percentAtLeader, random);
        fault.amount = drawShare(random);
        break;
    case FaultKind::Cut:
        drawSides(fault, nodes, percentAtLeader, random);
        fault.bothWays = true;
        break;
    case FaultKind::OneWayCut:
        drawSides(fault, nodes, percentAtLeader, random);
        break;
    case FaultKind::Clog:
        drawLinks(fault, nodes, percentAtLeader, random);
        fault.lasts = std::min(fault.lasts, 200);
        break;
    case FaultKind::PowerOff:
    case FaultKind::TornPowerOff:
    case FaultKind::FullDisk:
    case FaultKind::Restart:
        drawNodes(fault, nodes, percentAtLeader, random);
        break;
    case FaultKind::Rot:
        fault.nodes = oneOf(std::max(1, std::min(mix.rottable, voters)), random);
        fault.amount = drawShare(random);
        break;
    case FaultKind::LyingDisk:
        fault.nodes = oneOf(std::max(1, std::min(mix.mayLie, voters)), random);
        break;
    case FaultKind::SlowDisk:
        drawNodes(fault, nodes, percentAtLeader, random);
        fault.amount = random.spread(1'000, static_cast<int>(kSlowestSync.count() / 2));
        fault.more = random.spread(1, static_cast<int>(fault.amount));
        break;
    case FaultKind::Freeze:
        drawNodes(fault, nodes, percentAtLeader, random);
        break;
    case FaultKind::ClockRate:
        drawNodes(fault, nodes, percentAtLeader, random);
        fault.amount = drawClockRate(mix, random);
        break;
    case FaultKind::Membership:
        drawMembership(fault, nodes, random);
        fault.lasts = 0;
        break;
    case FaultKind::Transfer:
        fault.nodes = oneOf(nodes, random);
        fault.lasts = 0;
        break;
    case FaultKind::LeftBehind:
        fault.nodes = oneOf(nodes, random);
        fault.others = everyone(nodes) & ~fault.nodes;
        fault.bothWays = true;
        fault.lasts = random.between(200, 200 + mix.longest);
        fault.amount = random.between(5, 40) * kMillion / 100;
        break;
    case FaultKind::Count:
        break;
    }
    return fault;
}

QString percents(qint64 millionths)
{
    return QStringLiteral("%1%").arg(millionths / 10'000);
}

QString links(const PlannedFault& fault)
{
    const QString way = fault.bothWays ? QStringLiteral(" <-> ") : QStringLiteral(" -> ");
    return fault.atLeader ? QStringLiteral("leader") + way + QStringLiteral("the rest")
                          : namesOf(fault.nodes) + way + namesOf(fault.others);
}

QString nodesOf(const PlannedFault& fault)
{
    return fault.atLeader ? QStringLiteral("the leader") : namesOf(fault.nodes);
}

QString what(const PlannedFault& fault)
{
    switch (fault.kind) {
    case FaultKind::Latency:
        return QStringLiteral("latency %1 µs ± %2 on %3").arg(fault.amount).arg(fault.more).arg(links(fault));
    case FaultKind::Loss:
    case FaultKind::Duplicate:
    case FaultKind::Reorder:
    case FaultKind::Corrupt:
        return QStringLiteral("%1 %2 on %3")
            .arg(QLatin1String(nameOf(fault.kind)), percents(fault.amount), links(fault));
    case FaultKind::Cut:
    case FaultKind::OneWayCut:
    case FaultKind::Clog:
        return QStringLiteral("%1 %2").arg(QLatin1String(nameOf(fault.kind)), links(fault));
    case FaultKind::PowerOff:
    case FaultKind::TornPowerOff:
    case FaultKind::FullDisk:
    case FaultKind::LyingDisk:
    case FaultKind::Restart:
    case FaultKind::Freeze:
        return QStringLiteral("%1 of %2").arg(QLatin1String(nameOf(fault.kind)), nodesOf(fault));
    case FaultKind::Rot:
        return QStringLiteral("bit-rot %1 of what %2 writes").arg(percents(fault.amount), nodesOf(fault));
    case FaultKind::SlowDisk:
        return QStringLiteral("slow disk %1 µs ± %2 of %3").arg(fault.amount).arg(fault.more).arg(nodesOf(fault));
    case FaultKind::ClockRate:
        return QStringLiteral("clock of %1 at %2%").arg(nodesOf(fault)).arg(fault.amount / 10'000);
    case FaultKind::Membership:
        return QStringLiteral("ask for voters %1%2")
            .arg(namesOf(fault.nodes),
                 fault.others ? QStringLiteral(" and learner ") + namesOf(fault.others) : QString());
    case FaultKind::Transfer:
        return QStringLiteral("ask the leader to hand over to %1").arg(namesOf(fault.nodes));
    case FaultKind::LeftBehind:
        return QStringLiteral("leave %1 behind, then lose %2 of its messages for as long")
            .arg(namesOf(fault.nodes), percents(fault.amount));
    case FaultKind::Count:
        break;
    }
    return {};
}

} // namespace

const char* nameOf(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Latency:
        return "latency";
    case FaultKind::Loss:
        return "loss";
    case FaultKind::Duplicate:
        return "duplicate";
    case FaultKind::Reorder:
        return "reorder";
    case FaultKind::Corrupt:
        return "corrupt";
    case FaultKind::Cut:
        return "cut";
    case FaultKind::OneWayCut:
        return "one-way cut";
    case FaultKind::Clog:
        return "clog";
    case FaultKind::PowerOff:
        return "power off";
    case FaultKind::TornPowerOff:
        return "torn power off";
    case FaultKind::Rot:
        return "bit-rot";
    case FaultKind::SlowDisk:
        return "slow disk";
    case FaultKind::FullDisk:
        return "full disk";
    case FaultKind::LyingDisk:
        return "lying disk";
    case FaultKind::Freeze:
        return "freeze";
    case FaultKind::ClockRate:
        return "clock rate";
    case FaultKind::Restart:
        return "restart";
    case FaultKind::Membership:
        return "membership change";
    case FaultKind::Transfer:
        return "leadership transfer";
    case FaultKind::LeftBehind:
        return "snapshot under fire";
    case FaultKind::Count:
        break;
    }
    return "";
}

QString namesOf(NodeSet nodes)
{
    QStringList names;
    for (quint32 index = 0; index < 32; ++index) {
        if (nodes & setOf(index))
            names << QStringLiteral("n%1").arg(index + 1);
    }
    return names.isEmpty() ? QStringLiteral("nobody") : names.join(u' ');
}

QString spoken(const PlannedFault& fault)
{
    return fault.lasts == 0 ? what(fault) : QStringLiteral("%1 for %2 ticks").arg(what(fault)).arg(fault.lasts);
}

FaultPlan drawPlan(const FaultMix& mix, int ticks, int nodes, int voters, Random random)
{
    int total = 0;
    for (const int weight : mix.weights)
        total += weight;
    FaultPlan plan;
    if (total == 0)
        return plan;
    int tick = 0;
    for (;;) {
        tick += random.between(1, 2 * mix.ticksBetween);
        if (tick >= ticks)
            return plan;
        auto ball = static_cast<int>(random.below(static_cast<quint64>(total)));
        std::size_t kind = 0;
        while (ball >= mix.weights[kind])
            ball -= mix.weights[kind++];
        PlannedFault fault = drawFault(static_cast<FaultKind>(kind), mix, nodes, voters, random);
        fault.tick = tick;
        plan.push_back(fault);
    }
}

} // namespace faultline::sim
