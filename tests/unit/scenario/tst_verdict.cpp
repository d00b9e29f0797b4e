// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/verdict.h"

#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

/// Ten seconds of a run that began at one second of the clock; n1 led and was killed two seconds in.
Facts aRun()
{
    Facts facts;
    facts.from = 1s;
    facts.to = 11s;
    FaultRecord kill;
    kill.id = 1;
    kill.kind = FaultKind::Kill;
    kill.target = NodeId{1};
    kill.onLeader = true;
    kill.from = 3s;
    kill.newLeader = NodeId{2};
    kill.leaderAfter = 90ms;
    kill.writeAfter = 120ms;
    FaultRecord cut;
    cut.id = 2;
    cut.kind = FaultKind::Cut;
    cut.links = {{NodeId{3}, NodeId{4}}};
    cut.from = 5s;
    cut.to = 7s;
    cut.writeAfterHealing = 40ms;
    facts.faults = {kill, cut};
    facts.healings = {{NodeId{}, 7s, 500, 70ms}};
    facts.restarts = {{NodeId{1}, 4s, 400, 300ms}};
    facts.minorityCommits = 0;
    facts.logTruncated = 2;
    facts.leadersByTerm = {{1, {NodeId{1}}}, {2, {NodeId{2}}}};
    facts.load.attempted = 2000;
    facts.load.ok = 1990;
    facts.load.unknown = 10;
    facts.load.latency.record(2ms, 1990);
    facts.tally = {11s, 990, 990, 0, {}};
    facts.divergedNodes = 0;
    return facts;
}

Expectation atMost(Measure measure, double bound)
{
    return {QStringLiteral("id"), QStringLiteral("text"), measure, bound, std::nullopt, {}};
}

Expectation atLeast(Measure measure, double bound)
{
    return {QStringLiteral("id"), QStringLiteral("text"), measure, std::nullopt, bound, {}};
}

} // namespace

class TestVerdict : public QObject
{
    Q_OBJECT

private slots:
    void everyMeasureIsReadFromTheFacts_data();
    void everyMeasureIsReadFromTheFacts();
    void theWorstOfSeveralFaultsCounts();
    void aTimeThatNeverCameIsNotMetOnlyWhenItsBoundHasPassed();
    void whatNeverHappenedIsUnknown();
    void healingIsOfLinksIsolationsAndFreezes_data();
    void healingIsOfLinksIsolationsAndFreezes();
    void theWorstHealingCounts();
    void aNetworkThatNeverCameBackIsNotMetOnceItsBoundHasPassed();
    void oneEntryOfAMinorityIsTooMany();
    void aPartOfTheRunIsMeasuredByItself_data();
    void aPartOfTheRunIsMeasuredByItself();
    void aPartOfTheRunWithoutLoadIsUnknown();
    void onlyStallsInThePartOfTheRunMakeItsLatencyUnknown();
    void tooManyTermsAreUnknownWhereANodeStoodStill();
    void aStallMakesAMissedTimeUnknown_data();
    void aStallMakesAMissedTimeUnknown();
    void aStallDoesNotSpoilATimeThatWasMet();
    void aLimitedGeneratorMakesAMissedShareUnknown();
    void unreadWritesAreNotCalledSafe();
    void aLostWriteIsNeverUnknown();
    void twoLeadersInATermAreNotMet();
    void theWholeIsItsWorstPart();
};

void TestVerdict::everyMeasureIsReadFromTheFacts_data()
{
    QTest::addColumn<Measure>("measure");
    QTest::addColumn<double>("measured");
    QTest::addColumn<QString>("unit");
    QTest::newRow("leader") << Measure::KillToLeader << 90.0 << "ms";
    QTest::newRow("write") << Measure::KillToWrite << 120.0 << "ms";
    QTest::newRow("fault leader") << Measure::FaultToLeader << 90.0 << "ms";
    QTest::newRow("fault write") << Measure::FaultToWrite << 120.0 << "ms";
    QTest::newRow("heal write") << Measure::HealToWrite << 40.0 << "ms";
    QTest::newRow("heal caught up") << Measure::HealToCaughtUp << 70.0 << "ms";
    QTest::newRow("restart caught up") << Measure::RestartToCaughtUp << 300.0 << "ms";
    QTest::newRow("minority") << Measure::MinorityCommits << 0.0 << "";
    QTest::newRow("truncated") << Measure::LogTruncated << 2.0 << "";
    QTest::newRow("terms") << Measure::Terms << 2.0 << "";
    QTest::newRow("leaders") << Measure::LeadersPerTermMax << 1.0 << "";
    QTest::newRow("lost") << Measure::Lost << 0.0 << "";
    QTest::newRow("acknowledged") << Measure::Acknowledged << 990.0 << "";
    QTest::newRow("read back") << Measure::AllReadBack << 1.0 << "share";
    QTest::newRow("unknown") << Measure::UnknownShare << 0.005 << "share";
    QTest::newRow("available") << Measure::Availability << 0.995 << "share";
    QTest::newRow("failed") << Measure::FailedShare << 0.0 << "share";
    QTest::newRow("throughput") << Measure::Throughput << 199.0 << "/s";
    QTest::newRow("diverged") << Measure::DivergedNodes << 0.0 << "";
}

void TestVerdict::everyMeasureIsReadFromTheFacts()
{
    QFETCH(Measure, measure);
    QFETCH(double, measured);
    QFETCH(QString, unit);
    const Facts facts = aRun();
    const Verdict exact = judge(atMost(measure, measured), facts);
    QCOMPARE(exact.measured.value_or(-1), measured);
    QCOMPARE(exact.unit, unit);
    QVERIFY(exact.outcome == Outcome::Met);
    QVERIFY(judge(atLeast(measure, measured), facts).outcome == Outcome::Met);
    QVERIFY(judge(atLeast(measure, measured + 0.001), facts).outcome != Outcome::Met);
    if (measured > 0)
        QVERIFY(judge(atMost(measure, measured - 0.001), facts).outcome != Outcome::Met);
}

void TestVerdict::theWorstOfSeveralFaultsCounts()
{
    Facts facts = aRun();
    FaultRecord second = facts.faults[0];
    second.id = 2;
    second.from = 6s;
    second.leaderAfter = 700ms;
    facts.faults.push_back(second);
    FaultRecord onFollower = second;
    onFollower.id = 3;
    onFollower.onLeader = false;
    onFollower.leaderAfter.reset();
    facts.faults.push_back(onFollower);
    FaultRecord frozen = second;
    frozen.id = 4;
    frozen.kind = FaultKind::Freeze;
    frozen.to = 11s;
    frozen.leaderAfter = 900ms;
    facts.faults.push_back(frozen);
    QCOMPARE(judge(atMost(Measure::KillToLeader, 500), facts).measured.value_or(-1), 700.0);
    QVERIFY(judge(atMost(Measure::KillToLeader, 500), facts).outcome == Outcome::NotMet);
    QCOMPARE(judge(atMost(Measure::FaultToLeader, 500), facts).measured.value_or(-1), 900.0);
}

void TestVerdict::aTimeThatNeverCameIsNotMetOnlyWhenItsBoundHasPassed()
{
    Facts facts = aRun();
    facts.faults[0].leaderAfter.reset();
    const Verdict missed = judge(atMost(Measure::KillToLeader, 2000), facts); // the run went on for 8 s
    QVERIFY(missed.outcome == Outcome::NotMet);
    QVERIFY(!missed.measured);
    QVERIFY(missed.why.contains(QStringLiteral("8000 ms")));
    QVERIFY(judge(atMost(Measure::KillToLeader, 9000), facts).outcome == Outcome::Unknown);
}

void TestVerdict::whatNeverHappenedIsUnknown()
{
    Facts facts;
    facts.from = 1s;
    facts.to = 2s;
    for (const QString& name : measureNames()) {
        const Measure measure = measureNamed(name).value();
        if (measure == Measure::Terms || measure == Measure::Acknowledged || measure == Measure::LogTruncated)
            continue; // none is a count too
        const Verdict verdict = judge(atMost(measure, 1000), facts);
        QVERIFY2(verdict.outcome == Outcome::Unknown, qPrintable(name));
        QVERIFY2(!verdict.measured && !verdict.why.isEmpty(), qPrintable(name));
    }
}

void TestVerdict::healingIsOfLinksIsolationsAndFreezes_data()
{
    QTest::addColumn<FaultKind>("kind");
    QTest::addColumn<bool>("counts");
    QTest::newRow("kill") << FaultKind::Kill << false;
    QTest::newRow("stop") << FaultKind::Stop << false;
    QTest::newRow("freeze") << FaultKind::Freeze << true;
    QTest::newRow("isolate") << FaultKind::Isolate << true;
    QTest::newRow("power off") << FaultKind::PowerOff << false;
    QTest::newRow("crash loop") << FaultKind::CrashLoop << false;
    QTest::newRow("cut") << FaultKind::Cut << true;
    QTest::newRow("link") << FaultKind::Link << true;
    QTest::newRow("clock") << FaultKind::Clock << false;
    QTest::newRow("surge") << FaultKind::Surge << false;
    QTest::newRow("hot key") << FaultKind::HotKey << false;
}

void TestVerdict::healingIsOfLinksIsolationsAndFreezes()
{
    QFETCH(FaultKind, kind);
    QFETCH(bool, counts);
    Facts facts = aRun();
    facts.faults[1].kind = kind;
    const Verdict verdict = judge(atMost(Measure::HealToWrite, 1000), facts);
    QVERIFY(verdict.outcome == (counts ? Outcome::Met : Outcome::Unknown));
    QCOMPARE(verdict.measured.has_value(), counts);
}

void TestVerdict::theWorstHealingCounts()
{
    Facts facts = aRun();
    FaultRecord second = facts.faults[1];
    second.id = 3;
    second.to = 9s;
    second.writeAfterHealing = 1500ms;
    FaultRecord open = second;
    open.id = 4;
    open.to.reset();
    open.writeAfterHealing.reset();
    facts.faults.push_back(second);
    facts.faults.push_back(open);
    facts.healings.push_back({NodeId{}, 9s, 900, 1600ms});
    QVERIFY(judge(atMost(Measure::HealToWrite, 1000), facts).outcome == Outcome::NotMet);
    QCOMPARE(judge(atMost(Measure::HealToWrite, 1000), facts).measured.value_or(-1), 1500.0);
    QVERIFY(judge(atMost(Measure::HealToCaughtUp, 1000), facts).outcome == Outcome::NotMet);
    QCOMPARE(judge(atMost(Measure::HealToCaughtUp, 1000), facts).measured.value_or(-1), 1600.0);
}

void TestVerdict::aNetworkThatNeverCameBackIsNotMetOnceItsBoundHasPassed()
{
    Facts facts = aRun();
    facts.faults[1].writeAfterHealing.reset();
    facts.healings[0].took.reset();
    for (const Measure measure : {Measure::HealToWrite, Measure::HealToCaughtUp}) {
        const Verdict missed = judge(atMost(measure, 1000), facts); // healed at 7 s, and the run went on for 4 s
        QVERIFY(missed.outcome == Outcome::NotMet);
        QVERIFY2(missed.why.contains(QStringLiteral("4000 ms")), qPrintable(missed.why));
        QVERIFY(judge(atMost(measure, 5000), facts).outcome == Outcome::Unknown);
    }
}

void TestVerdict::oneEntryOfAMinorityIsTooMany()
{
    Facts facts = aRun();
    facts.minorityCommits = 1;
    facts.stalls = {Stall{NodeId{3}, 3010ms, 3200ms}};
    facts.load.limited = true;
    QVERIFY(judge(atMost(Measure::MinorityCommits, 0), facts).outcome == Outcome::NotMet);
}

void TestVerdict::aPartOfTheRunIsMeasuredByItself_data()
{
    QTest::addColumn<Measure>("measure");
    QTest::addColumn<double>("whole");
    QTest::addColumn<double>("part");
    QTest::newRow("unknown") << Measure::UnknownShare << 0.005 << 0.25;
    QTest::newRow("available") << Measure::Availability << 0.995 << 0.5;
    QTest::newRow("failed") << Measure::FailedShare << 0.0 << 0.25;
    QTest::newRow("throughput") << Measure::Throughput << 199.0 << 20.0;
    QTest::newRow("p50") << Measure::LatencyP50 << 2.0 << 100.0;
}

void TestVerdict::aPartOfTheRunIsMeasuredByItself()
{
    QFETCH(Measure, measure);
    QFETCH(double, whole);
    QFETCH(double, part);
    Facts facts = aRun();
    LoadRecord sum;
    sum.from = 4s;
    sum.to = 6s;
    sum.attempted = 100; // 20 of them are still under way
    sum.ok = 40;
    sum.failed = 20;
    sum.unknown = 20;
    sum.latency.record(100ms, 40);
    const Window window{3s, 5s};
    facts.windows = {{Window{1s, 2s}, {}}, {window, sum}};
    Expectation expectation = atMost(measure, 1e6);
    const auto near = [](const Verdict& verdict, double wanted) {
        return verdict.measured && std::abs(*verdict.measured - wanted) <= wanted * 0.01;
    };
    QVERIFY(near(judge(expectation, facts), whole));
    expectation.window = window;
    QVERIFY(near(judge(expectation, facts), part));
}

void TestVerdict::aPartOfTheRunWithoutLoadIsUnknown()
{
    Facts facts = aRun();
    for (const QString& name : measureNames()) {
        Expectation expectation = atMost(measureNamed(name).value(), 1e6);
        if (!isOfLoad(expectation.measure))
            continue;
        expectation.window.from = 9s;
        QVERIFY2(judge(expectation, facts).outcome == Outcome::Unknown, qPrintable(name));
    }
}

void TestVerdict::onlyStallsInThePartOfTheRunMakeItsLatencyUnknown()
{
    Facts facts = aRun();
    LoadRecord sum = facts.load;
    sum.from = 4s;
    sum.to = 6s;
    const Window window{3s, 5s};
    facts.windows = {{window, sum}};
    Expectation expectation = atMost(Measure::LatencyP50, 1);
    expectation.window = window;
    facts.stalls = {Stall{NodeId{3}, 6500ms, 6700ms}};
    QVERIFY(judge(expectation, facts).outcome == Outcome::NotMet);
    facts.stalls = {Stall{NodeId{3}, 5500ms, 5700ms}};
    QVERIFY(judge(expectation, facts).outcome == Outcome::Unknown);
}

void TestVerdict::tooManyTermsAreUnknownWhereANodeStoodStill()
{
    Facts facts = aRun();
    QVERIFY(judge(atMost(Measure::Terms, 1), facts).outcome == Outcome::NotMet);
    facts.stalls = {Stall{NodeId{3}, 8s, 8400ms}};
    QVERIFY(judge(atMost(Measure::Terms, 1), facts).outcome == Outcome::Unknown);
    QVERIFY(judge(atLeast(Measure::Terms, 3), facts).outcome == Outcome::NotMet);
}

void TestVerdict::aStallMakesAMissedTimeUnknown_data()
{
    QTest::addColumn<Stall>("stall");
    QTest::addColumn<bool>("concerns");
    QTest::newRow("of another node, meanwhile") << Stall{NodeId{3}, 3010ms, 3200ms} << true;
    QTest::newRow("of the lab, meanwhile") << Stall{NodeId{}, 2900ms, 3050ms} << true;
    QTest::newRow("of the node that was hit") << Stall{NodeId{1}, 3010ms, 3200ms} << false;
    QTest::newRow("before") << Stall{NodeId{3}, 2500ms, 2900ms} << false;
    QTest::newRow("after") << Stall{NodeId{3}, 5s, 6s} << false;
    QTest::newRow("of a node frozen by order") << Stall{NodeId{4}, 3010ms, 3200ms} << false;
}

void TestVerdict::aStallMakesAMissedTimeUnknown()
{
    QFETCH(Stall, stall);
    QFETCH(bool, concerns);
    Facts facts = aRun();
    facts.faults[0].leaderAfter = 500ms;
    FaultRecord frozen;
    frozen.id = 2;
    frozen.kind = FaultKind::Freeze;
    frozen.target = NodeId{4};
    frozen.from = 2s;
    facts.faults.push_back(frozen);
    facts.stalls = {stall};
    const Verdict verdict = judge(atMost(Measure::KillToLeader, 400), facts);
    QCOMPARE(verdict.outcome == Outcome::Unknown, concerns);
    QCOMPARE(!verdict.why.isEmpty(), concerns);
    QCOMPARE(verdict.measured.value_or(-1), 500.0);
}

void TestVerdict::aStallDoesNotSpoilATimeThatWasMet()
{
    Facts facts = aRun();
    facts.stalls = {Stall{NodeId{3}, 3010ms, 3200ms}};
    QVERIFY(judge(atMost(Measure::KillToLeader, 400), facts).outcome == Outcome::Met);
}

void TestVerdict::aLimitedGeneratorMakesAMissedShareUnknown()
{
    Facts facts = aRun();
    QVERIFY(judge(atMost(Measure::UnknownShare, 0.001), facts).outcome == Outcome::NotMet);
    facts.load.limited = true;
    QVERIFY(judge(atMost(Measure::UnknownShare, 0.001), facts).outcome == Outcome::Unknown);
    QVERIFY(judge(atLeast(Measure::Throughput, 1e6), facts).outcome == Outcome::Unknown);
    QVERIFY(judge(atMost(Measure::KillToWrite, 100), facts).outcome == Outcome::Unknown);
    QVERIFY(judge(atMost(Measure::KillToLeader, 80), facts).outcome == Outcome::NotMet);
}

void TestVerdict::unreadWritesAreNotCalledSafe()
{
    Facts facts = aRun();
    facts.tally.readBack = 980;
    QVERIFY(judge(atMost(Measure::Lost, 0), facts).outcome == Outcome::Unknown);
    QVERIFY(judge(atLeast(Measure::AllReadBack, 1), facts).outcome == Outcome::Unknown);
}

void TestVerdict::aLostWriteIsNeverUnknown()
{
    Facts facts = aRun();
    facts.tally.readBack = 980;
    facts.tally.lost = 1;
    facts.stalls = {Stall{NodeId{3}, 3010ms, 3200ms}};
    facts.load.limited = true;
    QVERIFY(judge(atMost(Measure::Lost, 0), facts).outcome == Outcome::NotMet);
    QVERIFY(judge(atLeast(Measure::AllReadBack, 1), facts).outcome == Outcome::NotMet);
}

void TestVerdict::twoLeadersInATermAreNotMet()
{
    Facts facts = aRun();
    facts.leadersByTerm[2].insert(NodeId{5});
    QVERIFY(judge(atMost(Measure::LeadersPerTermMax, 1), facts).outcome == Outcome::NotMet);
}

void TestVerdict::theWholeIsItsWorstPart()
{
    const auto of = [](Outcome outcome) { return Verdict{{}, {}, outcome, {}, {}, {}}; };
    QVERIFY(overall({}) == Outcome::Met);
    QVERIFY(overall({of(Outcome::Met), of(Outcome::Met)}) == Outcome::Met);
    QVERIFY(overall({of(Outcome::Met), of(Outcome::Unknown)}) == Outcome::Unknown);
    QVERIFY(overall({of(Outcome::NotMet), of(Outcome::Unknown)}) == Outcome::NotMet);
}

QTEST_GUILESS_MAIN(TestVerdict)
#include "tst_verdict.moc"
