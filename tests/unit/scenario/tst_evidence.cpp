// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/evidence.h"

#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

StatusRecord status(quint32 node, Monotonic at, quint64 incarnation, quint64 commit)
{
    StatusRecord record;
    record.node = NodeId{node};
    record.status.incarnation = incarnation;
    record.status.at = at;
    record.status.commitIndex = commit;
    record.status.appliedIndex = commit;
    return record;
}

LoadRecord load(Monotonic from, Monotonic to, quint64 ok)
{
    LoadRecord record;
    record.from = from;
    record.to = to;
    record.attempted = ok;
    record.ok = ok;
    record.latency.record(1ms, ok);
    return record;
}

NodeRecord life(quint32 node, Monotonic at, NodeLife state)
{
    return {at, NodeId{node}, state, 0, {}};
}

} // namespace

class TestEvidence : public QObject
{
    Q_OBJECT

private slots:
    void onlyTheMeasuredPartOfTheLoadCounts();
    void aRestartedNodeIsCaughtUpByItsNewLifeAlone();
    void leadersAreKnownByTheirReportsAndEvents();
    void theNewestRecordOfAFaultIsTheFault();
    void longStallsAreKept();
    void aFreshClusterForgetsTheOldOne();
    void partsOfTheRunAreOfSlicesThatLieWhollyInside();
    void aHealedNetworkIsCaughtUpOnceEveryRunningNodeIs();
    void aFaultHealsOnce();
    void aFaultKeepsTheLinksItHad();
    void droppedEntriesAreCounted();
    void everyPaceOfTheMeasuredPartIsKeptOnce();
};

void TestEvidence::onlyTheMeasuredPartOfTheLoadCounts()
{
    Evidence evidence;
    evidence.add(load(0s, 1s, 5));
    evidence.begin(1s);
    evidence.add(load(500ms, 1s, 7));
    evidence.add(load(1s, 2s, 20));
    LoadRecord limited = load(2s, 3s, 30);
    limited.limited = true;
    evidence.add(limited);
    evidence.end(3s);
    evidence.add(load(3s, 4s, 100));
    const Facts& facts = evidence.facts();
    QCOMPARE(facts.load.ok, quint64(50));
    QCOMPARE(facts.load.latency.count(), quint64(50));
    QVERIFY(facts.load.limited);
    QVERIFY(facts.from == 1s && facts.to == 3s);
}

void TestEvidence::aRestartedNodeIsCaughtUpByItsNewLifeAlone()
{
    Evidence evidence;
    evidence.add(life(1, 0s, NodeLife::Running));
    evidence.add(status(1, 1s, 11, 40));
    evidence.add(life(1, 2s, NodeLife::Dead));
    evidence.add(status(2, 3s, 22, 90));
    evidence.add(life(1, 4s, NodeLife::Starting));
    QCOMPARE(evidence.facts().restarts.size(), std::size_t(1));
    QCOMPARE(evidence.facts().restarts[0].goal, quint64(90));
    evidence.add(status(1, 4001ms, 11, 95)); // a late word of the old life
    QVERIFY(!evidence.facts().restarts[0].took);
    evidence.add(status(1, 4100ms, 12, 60));
    QVERIFY(!evidence.facts().restarts[0].took);
    evidence.add(status(1, 4250ms, 12, 90));
    QVERIFY(evidence.facts().restarts[0].took == 250ms);
    evidence.add(status(1, 5s, 12, 99));
    QVERIFY(evidence.facts().restarts[0].took == 250ms);
}

void TestEvidence::leadersAreKnownByTheirReportsAndEvents()
{
    Evidence evidence;
    StatusRecord leads = status(1, 1s, 1, 1);
    leads.status.role = wire::Role::Leader;
    leads.status.term = 3;
    evidence.add(leads);
    EventRecord became;
    became.node = NodeId{2};
    became.event.kind = wire::NodeEventKind::BecameLeader;
    became.event.term = 3;
    evidence.add(became);
    became.event.term = 4;
    evidence.add(became);
    became.event.kind = wire::NodeEventKind::BecameCandidate;
    became.event.term = 5;
    evidence.add(became);
    QCOMPARE(evidence.facts().leadersByTerm.size(), std::size_t(2));
    QCOMPARE(evidence.facts().leadersByTerm.at(3).size(), std::size_t(2));
}

void TestEvidence::theNewestRecordOfAFaultIsTheFault()
{
    Evidence evidence;
    FaultRecord fault;
    fault.id = 7;
    fault.from = 1s;
    evidence.add(fault);
    fault.leaderAfter = 90ms;
    fault.to = 5s;
    evidence.add(fault);
    QCOMPARE(evidence.facts().faults.size(), std::size_t(1));
    QVERIFY(evidence.facts().faults[0].to == 5s);
    fault.writeAfter = 120ms;
    fault.to.reset();
    evidence.add(fault);
    QVERIFY(evidence.facts().faults[0].to == 5s);
    QVERIFY(evidence.facts().faults[0].writeAfter == 120ms);
}

void TestEvidence::longStallsAreKept()
{
    Evidence evidence;
    StatusRecord record = status(1, 2s, 1, 1);
    record.status.longestStall = 100ms;
    evidence.add(record);
    QVERIFY(evidence.facts().stalls.empty());
    record.status.longestStall = 101ms;
    evidence.add(record);
    QCOMPARE(evidence.facts().stalls.size(), std::size_t(1));
    QVERIFY(evidence.facts().stalls[0].from == 1899ms);
    evidence.add(PauseRecord{1, QStringLiteral("held"), 3s, std::nullopt});
    QCOMPARE(evidence.facts().stalls.size(), std::size_t(1));
    evidence.add(PauseRecord{1, QStringLiteral("held"), 3s, Monotonic(4s)});
    QCOMPARE(evidence.facts().stalls.size(), std::size_t(2));
    QVERIFY(!evidence.facts().stalls[1].node);
}

void TestEvidence::aFreshClusterForgetsTheOldOne()
{
    Evidence evidence;
    evidence.add(status(1, 1s, 1, 50));
    TallyRecord tally;
    tally.acknowledged = 9;
    evidence.add(tally);
    evidence.add(ClusterRecord{});
    QCOMPARE(evidence.facts().tally.acknowledged, quint64(9));
    ClusterRecord fresh;
    fresh.members.push_back({NodeId{1}, 1, 2, 3});
    evidence.add(fresh);
    QCOMPARE(evidence.facts().tally.acknowledged, quint64(0));
    QCOMPARE(evidence.highestCommit(), quint64(0));
}

void TestEvidence::partsOfTheRunAreOfSlicesThatLieWhollyInside()
{
    const Window early{{}, 2s};
    const Window middle{1s, 3s};
    const Window late{2s, {}};
    Evidence evidence;
    evidence.begin(10s, {early, middle, late});
    for (int slice = 0; slice < 8; ++slice) {
        const Monotonic from = 10s + slice * 500ms;
        evidence.add(load(from, from + 500ms, quint64(1) << slice));
    }
    evidence.end(14s);
    evidence.add(load(14s, 15s, 1000));
    const auto& windows = evidence.facts().windows;
    QCOMPARE(windows.size(), std::size_t(3));
    QCOMPARE(windows[0].second.ok, quint64(0b0000'1111));
    QCOMPARE(windows[1].second.ok, quint64(0b0011'1100));
    QVERIFY(windows[1].second.from == 11s && windows[1].second.to == 13s);
    QCOMPARE(windows[2].second.ok, quint64(0b1111'0000));
    QCOMPARE(windows[2].second.latency.count(), quint64(0b1111'0000));
    QCOMPARE(evidence.facts().load.ok, quint64(0b1111'1111));
}

void TestEvidence::aHealedNetworkIsCaughtUpOnceEveryRunningNodeIs()
{
    Evidence evidence;
    for (quint32 node = 1; node <= 3; ++node)
        evidence.add(life(node, 0s, NodeLife::Running));
    evidence.add(life(3, 1s, NodeLife::Dead));
    FaultRecord cut;
    cut.id = 5;
    cut.kind = FaultKind::Cut;
    cut.from = 2s;
    evidence.add(cut);
    evidence.add(status(1, 3s, 11, 90));
    evidence.add(status(2, 3s, 12, 40));
    cut.to = 4s;
    evidence.add(cut);
    QCOMPARE(evidence.facts().healings.size(), std::size_t(1));
    QCOMPARE(evidence.facts().healings[0].goal, quint64(90));
    evidence.add(status(1, 4100ms, 11, 120));
    evidence.add(status(2, 3900ms, 12, 95)); // said before it was healed
    evidence.add(status(2, 4200ms, 12, 89));
    QVERIFY(!evidence.facts().healings[0].took);
    evidence.add(status(2, 4300ms, 12, 90));
    QVERIFY(evidence.facts().healings[0].took == 300ms);
    evidence.add(status(2, 5s, 12, 200));
    QVERIFY(evidence.facts().healings[0].took == 300ms);
}

void TestEvidence::aFaultHealsOnce()
{
    Evidence evidence;
    FaultRecord fault;
    fault.kind = FaultKind::Isolate;
    fault.id = 7;
    fault.from = 1s;
    evidence.add(fault);
    fault.to = 5s;
    evidence.add(fault);
    fault.writeAfterHealing = 20ms;
    evidence.add(fault); // only more is known of it
    QCOMPARE(evidence.facts().healings.size(), std::size_t(1));
    QVERIFY(evidence.facts().faults[0].writeAfterHealing == 20ms);
    fault.id = 8;
    fault.kind = FaultKind::Kill;
    evidence.add(fault);
    QCOMPARE(evidence.facts().healings.size(), std::size_t(1));
}

void TestEvidence::aFaultKeepsTheLinksItHad()
{
    const LinkId there{NodeId{1}, NodeId{2}};
    FaultRecord fault;
    fault.kind = FaultKind::Link;
    fault.id = 7;
    fault.links = {there, there.reversed()};
    Evidence evidence;
    evidence.add(fault);
    fault.links = {there}; // the other way is healed
    evidence.add(fault);
    fault.links.clear();
    fault.to = 5s;
    evidence.add(fault);
    QVERIFY(evidence.facts().faults[0].links == std::vector<LinkId>({there, there.reversed()}));
    QVERIFY(evidence.facts().faults[0].to == 5s);
}

void TestEvidence::droppedEntriesAreCounted()
{
    Evidence evidence;
    EventRecord event;
    event.node = NodeId{2};
    event.event.kind = wire::NodeEventKind::BecameFollower;
    evidence.add(event);
    QCOMPARE(evidence.facts().logTruncated, quint64(0));
    event.event.kind = wire::NodeEventKind::LogTruncated;
    evidence.add(event);
    evidence.add(event);
    QCOMPARE(evidence.facts().logTruncated, quint64(2));
}

void TestEvidence::everyPaceOfTheMeasuredPartIsKeptOnce()
{
    const wire::Pace real = wire::Pace::real();
    const wire::Pace watch = wire::Pace::watch();
    wire::Pace held = watch;
    held.held = true;
    Evidence evidence;
    evidence.add(PaceRecord{0s, {20, false, 0us}});
    evidence.add(PaceRecord{1s, real});
    evidence.begin(2s);
    QCOMPARE(evidence.facts().paces, std::vector<wire::Pace>({real}));
    for (const wire::Pace& pace : {real, held, watch, real, watch})
        evidence.add(PaceRecord{3s, pace});
    evidence.end(4s);
    evidence.add(PaceRecord{5s, {50, false, 0us}});
    QCOMPARE(evidence.facts().paces, std::vector<wire::Pace>({real, watch}));
}

QTEST_GUILESS_MAIN(TestEvidence)
#include "tst_evidence.moc"
