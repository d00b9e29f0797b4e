// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "raft_world.h"

using namespace faultline::raft;

namespace {

struct Outcome
{
    QString violation;
    quint64 trace = 0;
    int reads = 0;
    int snapshots = 0;
    int changes = 0;
};

/// One run: faults at random for a while, then a quiet network in which a new write must commit everywhere.
Outcome run(std::uint32_t seed)
{
    std::mt19937 random(seed);
    const int nodes = std::array{1, 2, 3, 3, 5}[random() % 5];
    // Swarm testing (Groce et al., 2012): some faults are off in each run, so that the others go deep.
    const auto sometimes = [&](double most) { return random() % 2 ? most * double(random() % 100) / 100 : 0; };
    const int spares = int(random() % 3);
    Options options;
    options.preVote = random() % 4 != 0;
    options.leases = random() % 3 == 0;
    options.maxEntriesPerAppend = 1 + random() % 20;
    options.maxInflightAppends = 1 + int(random() % 8);
    options.maxSnapshotPiece = 20 + random() % 80;
    options.caughtUpWithin = random() % 8;
    RaftWorld world(nodes, std::uint32_t(random()), options, spares);
    world.network.loss = sometimes(0.4);
    world.network.duplicate = sometimes(0.3);
    world.network.maxDelayTicks = random() % 2 ? int(random() % 12) : 0;
    world.network.maxWriteTicks = random() % 2 ? int(random() % 8) : 0;
    world.network.spoilSnapshots = random() % 2;
    const double crashes = sometimes(0.02);
    const double cuts = sometimes(0.03);
    const double snapshots = sometimes(0.1);
    const double reads = sometimes(0.5);
    const double transfers = sometimes(0.02);
    const double changes = sometimes(0.05);
    const double hints = sometimes(0.05);
    const std::uint32_t all = std::uint32_t(nodes + spares);
    int proposed = 0;

    const auto anyNode = [&] { return std::uint32_t(random() % all) + 1; };
    const auto chance = [&](double p) { return double(random()) / double(std::mt19937::max()) < p; };
    for (int tick = 0; tick < 400 && world.violation().isEmpty(); ++tick) {
        if (chance(crashes)) {
            const auto id = anyNode();
            if (world.isUp(id))
                world.crash(id);
        }
        if (chance(0.03)) {
            const auto id = anyNode();
            if (!world.isUp(id))
                world.restart(id);
        }
        if (chance(cuts)) {
            if (chance(0.4))
                world.heal();
            else if (chance(0.5))
                world.isolate(anyNode());
            else
                world.cut(anyNode(), anyNode());
        }
        if (chance(0.5))
            world.propose(anyNode(), QByteArray::number(++proposed));
        if (chance(snapshots))
            world.snapshot(anyNode(), random() % 10);
        if (chance(reads))
            world.read(anyNode());
        if (chance(transfers))
            world.transfer(anyNode(), anyNode());
        if (chance(hints))
            world.connectionBroke(anyNode(), anyNode());
        if (chance(changes)) {
            std::set<NodeId> voters;
            std::set<NodeId> learners;
            for (std::uint32_t id = 1; id <= all; ++id) {
                if (chance(0.7))
                    voters.insert({id});
                else if (chance(0.3))
                    learners.insert({id});
            }
            world.change(anyNode(), voters, learners);
        }
        world.tick();
    }
    Outcome outcome;
    const auto done = [&](const QString& violation) {
        outcome.violation = world.violation().isEmpty() ? violation : world.violation();
        outcome.trace = world.trace();
        outcome.reads = world.readsAnswered();
        outcome.snapshots = world.snapshotsInstalled();
        for (const auto& [index, entry] : world.committed())
            outcome.changes += entry.kind == EntryKind::Membership ? 1 : 0;
        return outcome;
    };
    if (!world.violation().isEmpty())
        return done({});

    world.heal();
    world.network = {};
    for (std::uint32_t id = 1; id <= all; ++id) {
        if (!world.isUp(id))
            world.restart(id);
    }
    if (!world.tickUntil([&] { return world.leader() != 0; }))
        return done(QStringLiteral("no leader after healing"));
    int waited = 0;
    const auto everyoneHasAll = [&] {
        const std::uint32_t leader = world.leader();
        if (leader == 0)
            return false;
        if (waited++ % 100 == 0) { // again, since a leader of the past may have taken it
            world.propose(leader, "last");
            world.read(leader);
        }
        const Membership members = world[leader].membership();
        for (const NodeId id : members.members()) {
            if (world[id.value].applied() != world[leader].lastIndex())
                return false;
        }
        return !members.isChanging() && !world.committed().empty() &&
               world.committed().rbegin()->second.payload == "last";
    };
    if (!world.tickUntil(everyoneHasAll))
        return done(QStringLiteral("a write does not reach everyone after healing"));
    return done({});
}

} // namespace

class TestRaftWorld : public QObject
{
    Q_OBJECT

private slots:
    void nothingIsEverBroken()
    {
        const int seeds =
            qEnvironmentVariableIsSet("FAULTLINE_SEEDS") ? qEnvironmentVariableIntValue("FAULTLINE_SEEDS") : 600;
        int reads = 0;
        int snapshots = 0;
        int changes = 0;
        for (int seed = 1; seed <= seeds; ++seed) {
            const Outcome outcome = run(std::uint32_t(seed));
            QVERIFY2(outcome.violation.isEmpty(),
                     qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(outcome.violation)));
            reads += outcome.reads;
            snapshots += outcome.snapshots;
            changes += outcome.changes;
        }
        // A world in which nothing happens proves nothing.
        QVERIFY(reads > seeds && snapshots > seeds / 10 && changes > 2 * seeds);
    }

    void sameSeedSameRun()
    {
        for (std::uint32_t seed = 1; seed <= 20; ++seed)
            QCOMPARE(run(seed).trace, run(seed).trace);
    }
};

QTEST_APPLESS_MAIN(TestRaftWorld)
#include "tst_raft_world.moc"
