// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/minority_watch.h"

#include "gui/lab/fault/partition.h"
#include "gui/lab/scenario/evidence.h"

#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

std::vector<NodeId> nodes(const QList<int>& numbers)
{
    std::vector<NodeId> all;
    for (const int number : numbers)
        all.push_back(NodeId{static_cast<quint32>(number)});
    return all;
}

/// A cluster whose nodes report; what they apply is what the state says, or nothing.
class World
{
public:
    explicit World(int size)
    {
        for (int node = 1; node <= size; ++node)
            members << node;
        watch.begin(nodes(members));
    }

    void now(const FaultState& next)
    {
        state = next;
        watch.note(FaultStateRecord{0s, next, {}, {}});
    }

    void reports(int number, Monotonic at, quint64 commit, bool obeys = true)
    {
        const NodeId node{static_cast<quint32>(number)};
        StatusRecord record;
        record.node = node;
        record.status.at = at;
        record.status.commitIndex = commit;
        for (const LinkId link : linksAmong(nodes(members))) {
            const fault::LinkFault fault = state.effective(link);
            if (obeys && !fault.healthy() && (link.from == node || link.to == node))
                record.status.faults.push_back({link, fault});
        }
        watch.note(record);
    }

    /// Everybody, and commits one more with each report: what a cluster does that cuts nothing at all.
    void allCommit(Monotonic at)
    {
        for (const int node : std::as_const(members))
            reports(node, at, ++committed);
    }

    MinorityWatch watch;
    FaultState state;
    QList<int> members;
    quint64 committed = 0;
};

FaultState cutOff(const QList<int>& side, const QList<int>& rest)
{
    FaultState state;
    state.addCut({}, cutsBetween(nodes(side), nodes(rest)));
    return state;
}

} // namespace

class TestMinorityWatch : public QObject
{
    Q_OBJECT

private slots:
    void majorityIsOfThoseThatVoteNow()
    {
        // n1 n2 n3 of five are a majority; of the three voters that are left n4 n5 n6 would be, and n1 n2 are none.
        World world(5);
        world.now(cutOff({1, 2}, {3, 4, 5}));
        StatusRecord leader;
        leader.node = NodeId{1};
        leader.status.role = wire::Role::Leader;
        leader.status.term = 2;
        leader.status.voters = {{1}, {2}, {3}};
        world.watch.note(leader);
        for (int round = 0; round < 20; ++round) {
            for (const int node : {1, 2, 3})
                world.reports(node, 1s + round * 100ms, quint64(10 + (node == 3 ? 0 : round)));
        }
        QCOMPARE(world.watch.commits().value_or(0), quint64(0));
        QVERIFY(world.watch.commits()); // n3 alone is the minority now, and was counted
    }

    void aJointMembershipChangesNothingYet()
    {
        World world(5);
        StatusRecord leader;
        leader.node = NodeId{1};
        leader.status.role = wire::Role::Leader;
        leader.status.term = 2;
        leader.status.voters = {{1}};
        leader.status.outgoing = {{1}, {2}, {3}, {4}, {5}};
        world.watch.note(leader);
        world.now(cutOff({1, 2}, {3, 4, 5}));
        for (int round = 0; round < 20; ++round)
            world.allCommit(1s + round * 100ms);
        QVERIFY(world.watch.commits().value_or(0) > 0);
    }

    void onlyPartsWithoutAMajorityCount_data();
    void onlyPartsWithoutAMajorityCount();
    void whatWasUnderWayDoesNotCount();
    void theWaitIsOfClusterTime();
    void countingWaitsUntilAllOfThePartObey();
    void aNodeThatDoesNotRunIsNotWaitedFor();
    void healingEndsTheCounting();
    void aPartThatStaysTheSameGoesOnBeingCounted();
    void evidenceHoldsWhatWasCounted();
};

void TestMinorityWatch::onlyPartsWithoutAMajorityCount_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<FaultState>("state");
    QTest::addColumn<int>("counted"); // nodes whose commits count; -1: nobody was cut off
    QTest::newRow("healthy") << 5 << FaultState() << -1;
    QTest::newRow("two of five") << 5 << cutOff({1, 2}, {3, 4, 5}) << 2;
    QTest::newRow("one of three") << 3 << cutOff({1}, {2, 3}) << 1;
    QTest::newRow("halves of four") << 4 << cutOff({1, 2}, {3, 4}) << 4;
    FaultState pieces = cutOff({1, 2}, {3, 4, 5});
    pieces.addCut({}, cutsBetween(nodes({3}), nodes({4, 5})));
    QTest::newRow("no majority at all") << 5 << pieces << 5;
    FaultState both = cutOff({1}, {3, 4, 5});
    both.addCut({}, cutsBetween(nodes({2}), nodes({3, 4, 5})));
    QTest::newRow("two cuts together") << 5 << both << 2;
    FaultState isolated;
    isolated.isolated.insert(NodeId{4});
    QTest::newRow("isolated") << 5 << isolated << 1;
    FaultState oneByOne;
    fault::LinkFault cut;
    cut.cut = true;
    for (const LinkId link : cutsBetween(nodes({5}), nodes({1, 2, 3, 4})))
        oneByOne.setLink(link, cut);
    QTest::newRow("link by link") << 5 << oneByOne << 1;
    fault::LinkFault refused;
    refused.refuse = true;
    FaultState refusing;
    for (const LinkId link : cutsBetween(nodes({5}), nodes({1, 2, 3, 4})))
        refusing.setLink(link, refused);
    QTest::newRow("connections refused") << 5 << refusing << 1;
    FaultState oneWay;
    for (const quint32 to : {2u, 3u, 4u, 5u})
        oneWay.setLink({NodeId{1}, NodeId{to}}, cut);
    QTest::newRow("one that is not heard, and hears") << 5 << oneWay << -1;
    FaultState slow;
    fault::LinkFault latency;
    latency.latency = 100ms;
    for (const LinkId link : cutsBetween(nodes({5}), nodes({1, 2, 3, 4})))
        slow.setLink(link, latency);
    QTest::newRow("slow") << 5 << slow << -1;
    FaultState bridge;
    bridge.addCut({}, cutsBetween(nodes({1, 2}), nodes({4, 5})));
    QTest::newRow("a bridge between") << 5 << bridge << -1;
}

void TestMinorityWatch::onlyPartsWithoutAMajorityCount()
{
    QFETCH(int, size);
    QFETCH(FaultState, state);
    QFETCH(int, counted);
    World world(size);
    world.now(state);
    world.allCommit(1s);
    world.allCommit(2s);
    const quint64 before = world.committed;
    QCOMPARE(world.watch.commits().has_value(), counted >= 0);
    world.allCommit(3s);
    QCOMPARE(world.committed - before, quint64(size));
    if (counted >= 0) // each has come as far as everybody since its own last report
        QCOMPARE(world.watch.commits().value_or(99) / quint64(size), quint64(counted));
}

void TestMinorityWatch::whatWasUnderWayDoesNotCount()
{
    World world(5);
    world.now(cutOff({1, 2}, {3, 4, 5}));
    for (const int node : {1, 2})
        world.reports(node, 1s, 10);
    world.reports(1, 1400ms, 12);
    QVERIFY(!world.watch.commits());
    world.reports(1, 1500ms, 13);
    QCOMPARE(world.watch.commits().value_or(99), quint64(0));
    world.reports(1, 1600ms, 13);
    world.reports(3, 1600ms, 99); // the majority may
    QCOMPARE(world.watch.commits().value_or(99), quint64(0));
    world.reports(1, 1700ms, 16);
    world.reports(1, 1800ms, 17);
    QCOMPARE(world.watch.commits().value_or(99), quint64(4));
}

void TestMinorityWatch::theWaitIsOfClusterTime()
{
    World world(3);
    PaceRecord pace;
    pace.pace.factor = 10;
    world.watch.note(pace);
    world.now(cutOff({1}, {2, 3}));
    world.reports(1, 1s, 10);
    world.reports(1, 5900ms, 11);
    QVERIFY(!world.watch.commits());
    world.reports(1, 6s, 11);
    world.reports(1, 7s, 12);
    QCOMPARE(world.watch.commits().value_or(99), quint64(1));
}

void TestMinorityWatch::countingWaitsUntilAllOfThePartObey()
{
    World world(5);
    world.now(cutOff({1, 2}, {3, 4, 5}));
    world.reports(1, 1s, 10);
    world.reports(2, 1s, 10, false);
    world.reports(1, 3s, 15);
    QVERIFY2(!world.watch.commits(), "n2 still hears the majority, and n1 hears n2");
    world.reports(2, 3s, 15);
    world.reports(1, 3400ms, 17);
    QVERIFY(!world.watch.commits());
    world.reports(1, 3500ms, 17);
    world.reports(1, 4s, 18);
    QCOMPARE(world.watch.commits().value_or(99), quint64(1));
}

void TestMinorityWatch::aNodeThatDoesNotRunIsNotWaitedFor()
{
    World world(5);
    FaultState state = cutOff({1, 2}, {3, 4, 5});
    state.conditions[NodeId{2}] = NodeCondition::Frozen;
    world.now(state);
    world.reports(1, 1s, 10);
    world.reports(1, 2s, 10);
    QCOMPARE(world.watch.commits().value_or(99), quint64(0));
}

void TestMinorityWatch::healingEndsTheCounting()
{
    World world(3);
    world.now(cutOff({1}, {2, 3}));
    world.reports(1, 1s, 10);
    world.reports(1, 2s, 10);
    world.now({});
    world.reports(1, 3s, 500);
    QCOMPARE(world.watch.commits().value_or(99), quint64(0));
    world.now(cutOff({1}, {2, 3})); // and a second partition begins from what is known then
    world.reports(1, 4s, 500);
    world.reports(1, 4400ms, 501);
    world.reports(1, 5s, 501);
    QCOMPARE(world.watch.commits().value_or(99), quint64(0));
}

void TestMinorityWatch::aPartThatStaysTheSameGoesOnBeingCounted()
{
    World world(5);
    const FaultState two = cutOff({1, 2}, {3, 4, 5});
    world.now(two);
    for (const int node : {1, 2})
        world.reports(node, 1s, 10);
    world.reports(1, 2s, 10);
    FaultState more = two;
    more.surge = 5;
    world.now(more);
    world.reports(1, 2100ms, 11);
    QCOMPARE(world.watch.commits().value_or(99), quint64(1));
    more.addCut({}, cutsBetween(nodes({1}), nodes({2}))); // another part, and the waiting begins anew
    world.now(more);
    world.reports(1, 2200ms, 12);
    world.reports(1, 2600ms, 13);
    QCOMPARE(world.watch.commits().value_or(99), quint64(1));
}

void TestMinorityWatch::evidenceHoldsWhatWasCounted()
{
    Evidence evidence;
    ClusterRecord cluster;
    for (const NodeId node : nodes({1, 2, 3}))
        cluster.members.push_back({node, 1, 2, 3});
    evidence.add(cluster);
    const FaultState state = cutOff({1}, {2, 3});
    evidence.add(FaultStateRecord{0s, state, {}, {}});
    StatusRecord record;
    record.node = NodeId{1};
    for (const LinkId link : cutsBetween(nodes({1}), nodes({2, 3})))
        record.status.faults.push_back({link, state.effective(link)});
    for (const int second : {1, 2, 3}) {
        record.status.at = std::chrono::seconds(second);
        record.status.commitIndex = quint64(10 * second);
        evidence.add(record);
    }
    QCOMPARE(evidence.facts().minorityCommits.value_or(99), quint64(10));
}

QTEST_GUILESS_MAIN(TestMinorityWatch)
#include "tst_minority_watch.moc"
