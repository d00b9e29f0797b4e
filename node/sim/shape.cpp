// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/shape.h"

#include <algorithm>

namespace faultline::sim {

namespace {

constexpr int kMostNodes = 9;

int drawVoters(const Demand& demand, Random& random)
{
    if (demand.nodes > 0)
        return demand.nodes;
    if (demand.focus.nodes > 0)
        return demand.focus.nodes;
    constexpr int kUsual[] = {3, 3, 3, 3, 5, 5, 5, 2, 4, 7, 1, 9};
    return kUsual[random.below(std::size(kUsual))];
}

FaultMix drawMix(const Demand& demand, const Shape& shape, Random& random)
{
    FaultMix mix;
    for (int& weight : mix.weights)
        weight = random.percent(50) ? random.between(1, 8) : 0;
    const auto weightOf = [&](FaultKind kind) -> int& { return mix.weights[static_cast<std::size_t>(kind)]; };
    if (demand.focus.nothingElse)
        mix.weights.fill(0);
    for (const FaultKind kind : demand.focus.often)
        weightOf(kind) = 20;

    constexpr int kPaces[] = {30, 60, 120, 250, 500, 1'000};
    mix.ticksBetween = demand.focus.ticksBetween ? demand.focus.ticksBetween : kPaces[random.below(std::size(kPaces))];
    mix.longest = demand.focus.longest ? demand.focus.longest : random.spread(20, 800);
    if (demand.focus.atLeaders)
        mix.percentAtLeader = 75;
    mix.rottable = (shape.voters - 1) / 2;
    mix.mayLie = demand.liarsReturn ? shape.voters : mix.rottable;
    // Who may leave the group is not to be what a majority of sound disks hangs on.
    const bool isMinorityFixed = mix.rottable > 0 && weightOf(FaultKind::Membership) == 0;
    if (!isMinorityFixed)
        weightOf(FaultKind::Rot) = 0;
    if (!isMinorityFixed && !demand.liarsReturn)
        weightOf(FaultKind::LyingDisk) = 0;
    mix.wildestClock = shape.raft.leases ? 1 : random.between(1, 4);
    return mix;
}

/// Syncs that one snapshot waits for: its own, of its file, its name and the log's next segment, and those of the
/// writes that were asked for before each of its pieces.
constexpr qint64 kSyncsOfASnapshot = 10;

} // namespace

// No snapshot is taken on a disk that is full, while the log goes on in the room it has. A client that thinks for
// thinkTicks on average between two requests is at times twice as fast, and each may have one request more under way
// than it has thought of.
quint64 Shape::entriesWhileDiskWrites() const
{
    const auto mayBe = [this](FaultKind kind) { return mix.weights[static_cast<std::size_t>(kind)] > 0; };
    const Instant longestSync = sync + syncJitter + (mayBe(FaultKind::SlowDisk) ? kSlowestSync : Instant(0));
    const qint64 busy = (kSyncsOfASnapshot * longestSync) / kTick + 1 + (mayBe(FaultKind::FullDisk) ? mix.longest : 0);
    return static_cast<quint64>(clients + busy * 2 * clients / thinkTicks);
}

namespace {

/// About how many entries a follower takes in a time. No more may stand in line than are committed while a client waits
/// for its reply, or else nobody ever sees one.
std::size_t committedWithin(Instant time, const Shape& shape)
{
    const raft::Options& raft = shape.raft;
    const Instant round = 2 * (shape.hop + 2 * shape.hopJitter + shape.turnDelay) + 2 * (shape.sync + shape.syncJitter);
    const auto entryBytes = static_cast<std::size_t>(64 + 2 * shape.valueBytes);
    const std::size_t inOne =
        std::min(raft.maxEntriesPerAppend, std::max<std::size_t>(1, raft.maxBytesPerAppend / entryBytes));
    const std::size_t underWay =
        std::min(raft.maxInflightAppends * inOne, std::max<std::size_t>(1, raft.maxInflightBytes / entryBytes));
    return std::max<std::size_t>(1, static_cast<std::size_t>(time / std::max(round, Instant(1)))) * underWay;
}

} // namespace

Shape drawShape(const Demand& demand, Random random)
{
    Shape shape;
    shape.voters = drawVoters(demand, random);
    shape.learners = random.percent(25) ? std::min(random.between(1, 3), kMostNodes - shape.voters) : 0;
    shape.spares = random.percent(30) ? std::min(random.between(1, 2), kMostNodes - shape.voters - shape.learners) : 0;

    shape.hop = Instant(random.spread(100, 15'000));
    shape.hopJitter = random.percent(60) ? Instant(random.spread(50, 20'000)) : Instant(0);
    shape.clientHop = Instant(random.spread(50, 10'000));
    shape.turnDelay = random.percent(50) ? Instant(0) : Instant(random.spread(10, 5'000));
    shape.sync = Instant(random.spread(100, 8'000));
    shape.syncJitter = random.percent(60) ? Instant(random.spread(50, 20'000)) : Instant(0);
    if (demand.focus.hop > Instant(0))
        shape.hop = shape.hopJitter = demand.focus.hop / 2;
    if (demand.focus.sync > Instant(0)) {
        shape.sync = demand.focus.sync;
        shape.syncJitter = demand.focus.sync;
    }

    shape.clients = random.between(2, 7);
    shape.thinkTicks = shape.clients * random.between(2, 5);
    shape.timeoutTicks = random.spread(40, 300);
    shape.keys = random.spread(1, 12);
    shape.callsPerKey = random.spread(60, 300);
    shape.valueBytes = random.spread(8, 400);
    shape.readPercent = demand.focus.reads ? 70 : random.between(10, 60);
    shape.sessionPercent = demand.focus.sessions ? 70 : random.percent(50) ? random.between(20, 60) : 0;

    raft::Options& raft = shape.raft;
    raft.rules = demand.rules;
    raft.heartbeatTicks = random.between(3, 6);
    raft.electionTicksMin = random.between(20, 30);
    raft.electionTicksMax = 2 * raft.electionTicksMin;
    raft.preVote = random.percent(80) && !demand.focus.restless;
    raft.checkQuorum = random.percent(80) && !demand.focus.restless;
    raft.maxEntriesPerAppend = static_cast<std::size_t>(random.spread(1, 128));
    raft.maxBytesPerAppend = static_cast<std::size_t>(random.spread(200, 65'536));
    raft.maxInflightAppends = random.spread(1, 64);
    raft.maxInflightBytes = static_cast<std::size_t>(random.spread(500, 1 << 20));
    raft.maxSnapshotPiece = static_cast<std::size_t>(random.spread(64, 4'096));
    raft.maxUncommittedEntries = static_cast<std::size_t>(random.spread(16, 4'096));
    raft.caughtUpWithin = static_cast<std::uint64_t>(random.spread(1, 64));
    if (demand.focus.oneEntryAtATime) {
        raft.maxEntriesPerAppend = 1;
        raft.maxInflightAppends = 1;
    }
    raft.maxUncommittedEntries =
        std::min(raft.maxUncommittedEntries, committedWithin(ticks(shape.timeoutTicks) / 2, shape));
    raft.leases = raft.checkQuorum && (demand.focus.leases || random.percent(25));
    raft.brokenConnectionHint = random.percent(70);

    shape.snapshotAfterEntries = static_cast<quint64>(random.spread(20, demand.focus.smallSnapshots ? 60 : 2'000));
    shape.keepEntries = random.below(std::min<quint64>(shape.snapshotAfterEntries, 200));
    shape.segmentBytes = random.spread(4'096, 1 << 20);
    shape.storeRules = demand.storeRules;
    shape.liarsReturn = demand.liarsReturn;
    shape.syncLeftOut = demand.syncLeftOut;
    if (!demand.isFaultless)
        shape.mix = drawMix(demand, shape, random);
    shape.maxUnwrittenBytes = random.spread(256, 65'536);
    shape.maxUnappliedBytes = random.spread(256, 65'536);
    shape.maxWaitingReads = static_cast<std::size_t>(random.spread(2, 64));
    shape.maxUnwritten = static_cast<std::size_t>(random.spread(5, 500));
    return shape;
}

} // namespace faultline::sim
