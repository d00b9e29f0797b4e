// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "gui/lab/fault/partition.h"
#include "gui/lab/open_faults.h"
#include "gui/lab/rolling_restart.h"

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

const std::vector<NodeId> kFive{{1}, {2}, {3}, {4}, {5}};

/// Faults as the timeline would show them, after each deed.
struct Bands
{
    OpenFaults open;
    FaultState state;
    Monotonic now{1s};
    std::map<quint64, FaultRecord> shown;

    void become(const FaultState& next)
    {
        now += 1s;
        const OpenFaults::Change change = open.update(state, next, kFive, now);
        state = next;
        for (const auto& records : {change.ended, change.begun}) {
            for (const FaultRecord& record : records)
                shown[record.id] = record;
        }
    }
    QStringList active() const
    {
        QStringList names;
        for (const auto& [id, fault] : shown) {
            if (!fault.to)
                names << fault.name;
        }
        return names;
    }
};

} // namespace

class TestOpenFaults : public QObject
{
    Q_OBJECT

private slots:
    void linksOfOneDeedAreOneBand()
    {
        Bands bands;
        FaultState state;
        fault::LinkFault slow;
        slow.latency = 200ms;
        state.setLink({{1}, {2}}, slow);
        state.setLink({{2}, {1}}, slow);
        bands.become(state);
        QCOMPARE(bands.active(), QStringList{QStringLiteral("n1 ↔ n2 slow: 200 ms")});
        QCOMPARE(bands.shown.begin()->second.links.size(), std::size_t(2));

        state.setLink({{1}, {2}}, {}); // one of them is healed: the band goes on for the other
        bands.become(state);
        QCOMPARE(bands.active().size(), 1);
        QCOMPARE(bands.shown.begin()->second.links, (std::vector<LinkId>{{{2}, {1}}}));
        state.setLink({{2}, {1}}, {});
        bands.become(state);
        QVERIFY(bands.active().isEmpty());
        QCOMPARE(bands.shown.begin()->second.to, std::optional(bands.now));
    }

    void anotherFaultOnTheSameLinkIsAnotherBand()
    {
        Bands bands;
        FaultState state;
        fault::LinkFault slow;
        slow.latency = 200ms;
        state.setLink({{1}, {2}}, slow);
        bands.become(state);
        slow.latency = 300ms;
        state.setLink({{1}, {2}}, slow);
        bands.become(state);
        QCOMPARE(bands.active(), QStringList{QStringLiteral("n1 → n2 slow: 300 ms")});
        QCOMPARE(bands.shown.size(), std::size_t(2));
    }

    void cutsKeepTheirNameAndShrink()
    {
        Bands bands;
        FaultState state;
        state.addCut(QStringLiteral("minority"), cutsBetween({{1}, {2}}, {{3}, {4}, {5}}));
        bands.become(state);
        QCOMPARE(bands.active(), QStringList{QStringLiteral("minority: n1 n2 | n3 n4 n5")});
        QCOMPARE(bands.shown.begin()->second.kind, FaultKind::Cut);
        state.healLink({{1}, {3}});
        bands.become(state);
        QCOMPARE(bands.shown.begin()->second.links.size(), std::size_t(11));
        QVERIFY(!bands.shown.begin()->second.to);
        state.cuts.clear();
        bands.become(state);
        QVERIFY(bands.active().isEmpty());
    }

    void nodesHaveOneBandForEachCondition()
    {
        Bands bands;
        FaultState state;
        state.conditions[{3}] = NodeCondition::Frozen;
        state.isolated.insert({3});
        bands.become(state);
        QVERIFY(bands.open.has(FaultKind::Freeze, {3}) && bands.open.has(FaultKind::Isolate, {3}));
        state.conditions[{3}] = NodeCondition::PoweredOff;
        bands.become(state);
        QCOMPARE(bands.active(), (QStringList{QStringLiteral("n3 isolated"), QStringLiteral("n3 lost power")}));
        bands.become({});
        QVERIFY(bands.active().isEmpty());
    }

    void clockSurgeAndHotKeyAreBandsToo()
    {
        Bands bands;
        FaultState state;
        state.clocks[{2}].offset = 5s;
        state.clocks[{2}].since = 2s;
        state.surge = 3;
        state.hotKey = fault::Share::ofPercent(80);
        bands.become(state);
        QCOMPARE(bands.active(), (QStringList{QStringLiteral("n2's clock 5 s ahead"), QStringLiteral("load ×3"),
                                              QStringLiteral("hot key: 80%")}));
        bands.become({});
        QVERIFY(bands.active().isEmpty());
    }

    void disksAreBandsToo()
    {
        Bands bands;
        FaultState state;
        state.disks[{2}].lies = true;
        bands.become(state);
        QCOMPARE(bands.active(), QStringList{QStringLiteral("n2's disk lies about sync")});
        QCOMPARE(bands.shown.begin()->second.kind, FaultKind::Disk);
        QCOMPARE(bands.shown.begin()->second.disk, (fault::DiskFault{.lies = true}));
        state.disks[{2}] = {.latency = 20ms};
        bands.become(state);
        QCOMPARE(bands.active(), QStringList{QStringLiteral("n2's disk slowed by 20 ms")});
        bands.become({});
        QVERIFY(bands.active().isEmpty());
    }

    void whatBecomesKnownOfAFaultIsKept()
    {
        Bands bands;
        FaultState state;
        state.conditions[{3}] = NodeCondition::Killed;
        bands.become(state);
        FaultRecord known = bands.shown.begin()->second;
        known.onLeader = true;
        known.leaderAfter = 300ms;
        bands.open.learn(known);
        bands.become({});
        QVERIFY(bands.shown.begin()->second.onLeader);
        QCOMPARE(bands.shown.begin()->second.leaderAfter, std::optional<std::chrono::microseconds>(300ms));
    }

    void rollingRestartIsOneBand()
    {
        Bands bands;
        FaultState state;
        state.rolling = true;
        bands.become(state);
        QCOMPARE(bands.shown.size(), std::size_t(1));
        QCOMPARE(bands.shown.begin()->second.name, QStringLiteral("rolling restart"));
        QCOMPARE(bands.shown.begin()->second.kind, FaultKind::RollingRestart);
        QVERIFY(!bands.shown.begin()->second.to);
        state.surge = 2;
        bands.become(state);
        QVERIFY(!bands.shown.begin()->second.to);
        state.rolling = false;
        bands.become(state);
        QVERIFY(bands.shown.begin()->second.to);
    }

    void rollingRestartGoesOnWithoutOneThatLeft()
    {
        Timeline timeline;
        ClusterRecord cluster;
        for (const NodeId id : {NodeId{1}, NodeId{2}})
            cluster.members.push_back({id, 1, 2, 3});
        timeline.append(cluster);
        for (const NodeId id : {NodeId{1}, NodeId{2}}) {
            timeline.append(NodeRecord{1s, id, NodeLife::Running, 1, {}});
            wire::Status status;
            status.term = 1;
            status.role = id == NodeId{2} ? wire::Role::Leader : wire::Role::Follower;
            timeline.append(StatusRecord{id, status});
        }
        RollingRestart rolling(timeline);
        QCOMPARE(rolling.next(timeline), NodeId{1});
        timeline.append(MemberRecord{2s, {NodeId{1}, 1, 2, 3}, false});
        QCOMPARE(rolling.next(timeline), NodeId{2});
    }

    void rollingRestartWaitsForEachAndTakesTheLeaderLast()
    {
        Timeline timeline;
        ClusterRecord cluster;
        for (const NodeId id : kFive)
            cluster.members.push_back({id, 1, 2, 3});
        timeline.append(cluster);
        const auto report = [&](NodeId id, quint64 incarnation, quint64 applied, bool leads) {
            timeline.append(NodeRecord{1s, id, NodeLife::Running, 1, {}});
            wire::Status status;
            status.incarnation = incarnation;
            status.term = 1;
            status.commitIndex = status.appliedIndex = applied;
            status.role = leads ? wire::Role::Leader : wire::Role::Follower;
            timeline.append(StatusRecord{id, status});
        };
        for (const NodeId id : kFive)
            report(id, 1, 10, id == NodeId{2});
        RollingRestart rolling(timeline);
        QCOMPARE(rolling.count(), std::size_t(5));
        QCOMPARE(rolling.next(timeline), NodeId{1});
        QVERIFY(!rolling.next(timeline)); // still its old life
        report({1}, 2, 9, false);
        QVERIFY(!rolling.next(timeline)); // back, and behind
        report({1}, 2, 10, false);
        for (const NodeId id : {NodeId{3}, NodeId{4}, NodeId{5}, NodeId{2}}) {
            QCOMPARE(rolling.next(timeline), id);
            QVERIFY(!rolling.done());
            report(id, 2, 10, false);
            if (id == NodeId{5}) // the leader is the only one left
                continue;
            if (id != NodeId{2})
                QVERIFY(timeline.leader() == NodeId{2});
        }
        QVERIFY(!rolling.next(timeline));
        QVERIFY(rolling.done());
        QCOMPARE(rolling.finished(), std::size_t(5));
    }
};

QTEST_APPLESS_MAIN(TestOpenFaults)
#include "tst_open_faults.moc"
