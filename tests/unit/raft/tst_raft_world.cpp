// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "raft_world.h"

using namespace faultline::raft;

namespace {

/// One run: faults at random for a while, then a quiet network in which a new write must commit everywhere.
QString run(std::uint32_t seed, quint64* trace = nullptr)
{
    std::mt19937 random(seed);
    const int nodes = std::array{1, 3, 3, 5, 5}[random() % 5];
    RaftWorld world(nodes, std::uint32_t(random()));
    // Swarm testing (Groce et al., 2012): some faults are off in each run, so that the others go deep.
    const auto sometimes = [&](double most) { return random() % 2 ? most * double(random() % 100) / 100 : 0; };
    world.network.loss = sometimes(0.4);
    world.network.duplicate = sometimes(0.3);
    world.network.maxDelayTicks = random() % 2 ? int(random() % 12) : 0;
    world.network.maxWriteTicks = random() % 2 ? int(random() % 8) : 0;
    const double crashes = sometimes(0.02);
    const double cuts = sometimes(0.03);
    int proposed = 0;

    const auto anyNode = [&] { return std::uint32_t(random() % std::uint32_t(nodes)) + 1; };
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
        world.tick();
    }
    if (trace)
        *trace = world.trace();
    if (!world.violation().isEmpty())
        return world.violation();

    world.heal();
    world.network = {};
    for (std::uint32_t id = 1; id <= std::uint32_t(nodes); ++id) {
        if (!world.isUp(id))
            world.restart(id);
    }
    if (!world.tickUntil([&] { return world.leader() != 0; }))
        return QStringLiteral("no leader after healing");
    int waited = 0;
    const auto everyoneHasAll = [&] {
        if (waited++ % 100 == 0 && world.leader() != 0) // again, since a leader of the past may have taken it
            world.propose(world.leader(), "last");
        for (std::uint32_t id = 1; id <= std::uint32_t(nodes); ++id) {
            if (world.status(id).applied != world.status(world.leader() ? world.leader() : 1).lastIndex)
                return false;
        }
        return !world.committed().empty() && world.committed().rbegin()->second.payload == "last";
    };
    if (!world.tickUntil(everyoneHasAll))
        return QStringLiteral("a write does not reach everyone after healing");
    return world.violation();
}

} // namespace

class TestRaftWorld : public QObject
{
    Q_OBJECT

private slots:
    void nothingIsEverBroken()
    {
        const int seeds =
            qEnvironmentVariableIsSet("FAULTLINE_SEEDS") ? qEnvironmentVariableIntValue("FAULTLINE_SEEDS") : 2000;
        for (int seed = 1; seed <= seeds; ++seed) {
            const QString violation = run(std::uint32_t(seed));
            QVERIFY2(violation.isEmpty(), qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(violation)));
        }
    }

    void sameSeedSameRun()
    {
        for (std::uint32_t seed = 1; seed <= 20; ++seed) {
            quint64 first = 0;
            quint64 second = 0;
            run(seed, &first);
            run(seed, &second);
            QCOMPARE(first, second);
        }
    }
};

QTEST_APPLESS_MAIN(TestRaftWorld)
#include "tst_raft_world.moc"
