// SPDX-License-Identifier: GPL-3.0-or-later
#include "group_world.h"

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;

namespace {

QByteArray setFor(const QByteArray& key, qint64 milliseconds)
{
    const QByteArray flags = QByteArray::number(kv::SetFlag::kAfter);
    const QByteArray time = QByteArray::number(milliseconds);
    return kv::encodeCommand(kv::Verb::SetWith, std::array<QByteArrayView, 4>{key, "v", flags, time});
}

void setClocks(World& world, kv::TimeOfDay clock)
{
    for (auto& [id, member] : world.members)
        member->clock = clock;
}

void hold(World& world, std::uint32_t leader, const QByteArray& command)
{
    static quint64 request = 1'000;
    QVERIFY(world[leader].submit(++request, command) == Group::Submitted::Taken);
    world.settle();
}

} // namespace

/// What time it is in the cluster's state, when its members' clocks do not agree.
class TestGroupTime : public QObject
{
    Q_OBJECT
private slots:
    void keysExpireWithoutWrites()
    {
        World world(3);
        setClocks(world, {10'000, 0});
        world.ticks(20);
        hold(world, 1, setFor("k", 500));
        const raft::LogIndex last = world[1].consensus().lastIndex();
        setClocks(world, {10'499, 0});
        world.ticks(3);
        QCOMPARE(world[1].consensus().lastIndex(), last); // nothing is said before it is time
        setClocks(world, {10'500, 0});
        world.ticks(10); // followers learn of the commit by the next heartbeat
        for (std::uint32_t id = 1; id <= 3; ++id) {
            QCOMPARE(world[id].store().keys(), quint64(0));
            QCOMPARE(world[id].store().time(), 10'500);
        }
        QCOMPARE(world[1].consensus().lastIndex(), last.next()); // and once
    }

    void followersClocksDoNotMatter()
    {
        World world(3);
        world.member(1).clock = {10'000, 0};
        world.member(2).clock = {90'000, 0};
        world.ticks(20);
        hold(world, 1, setFor("k", 500));
        world.ticks(10);
        for (std::uint32_t id = 1; id <= 3; ++id)
            QCOMPARE(world[id].store().peek("k"), std::optional<QByteArray>("v"));
    }

    void aLeaderWithASlowClockBringsNothingBack()
    {
        World world(3);
        setClocks(world, {10'000, 0});
        world.ticks(20);
        hold(world, 1, setFor("k", 500));
        setClocks(world, {11'000, 0});
        world.ticks(10);
        world.member(3).clock = {9'000, 0};
        world.member(1).stop();
        world.ticks(60);
        QCOMPARE(world[3].role(), raft::Role::Leader);
        hold(world, 3, get("k"));
        QCOMPARE(world.member(3).completed.rbegin()->second, kv::Result(kv::Nil()));
        hold(world, 3, setFor("k", 500));
        QCOMPARE(world[3].store().earliestDeadline(), std::optional<qint64>(11'500));
        world.member(3).clock = {11'500, 0};
        world.ticks(10);
        QCOMPARE(world[3].store().keys(), quint64(0));
    }

    void aSlowPaceStretchesLives()
    {
        World world(3);
        setClocks(world, {10'000, 0});
        world.ticks(20);
        hold(world, 1, setFor("k", 1'000));
        setClocks(world, {19'990, 8'991}); // ten seconds of wall time at a tenth of its pace
        world.ticks(10);
        QCOMPARE(world[1].store().keys(), quint64(1));
        setClocks(world, {20'000, 9'000});
        world.ticks(10);
        QCOMPARE(world[1].store().keys(), quint64(0));
    }

    void aNodeThatStartedLaterCountsTheLagIn()
    {
        World world(3);
        setClocks(world, {10'000, 0});
        world.ticks(20);
        setClocks(world, {20'000, 9'000});
        hold(world, 1, setFor("k", 1'000)); // at 11,000 of the cluster's time, which the leader now tells
        world.ticks(10);
        QCOMPARE(world[3].store().lag(), 9'000);
        world.member(3).stop();
        world.member(3).clock = {20'000, 0};
        world.member(3).start();
        world.ticks(10);
        world.member(1).stop();
        world.ticks(60);
        QCOMPARE(world[3].role(), raft::Role::Leader);
        world.member(3).clock = {20'999, 0};
        world.ticks(10);
        QCOMPARE(world[3].store().keys(), quint64(1));
        world.member(3).clock = {21'000, 0};
        world.ticks(10);
        QCOMPARE(world[3].store().keys(), quint64(0));
    }
};

QTEST_GUILESS_MAIN(TestGroupTime)
#include "tst_group_time.moc"
