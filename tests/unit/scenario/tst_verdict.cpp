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
    facts.faults = {kill};
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
    return {QStringLiteral("id"), QStringLiteral("text"), measure, bound, std::nullopt};
}

Expectation atLeast(Measure measure, double bound)
{
    return {QStringLiteral("id"), QStringLiteral("text"), measure, std::nullopt, bound};
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
    QTest::newRow("terms") << Measure::Terms << 2.0 << "";
    QTest::newRow("leaders") << Measure::LeadersPerTermMax << 1.0 << "";
    QTest::newRow("lost") << Measure::Lost << 0.0 << "";
    QTest::newRow("acknowledged") << Measure::Acknowledged << 990.0 << "";
    QTest::newRow("read back") << Measure::AllReadBack << 1.0 << "share";
    QTest::newRow("unknown") << Measure::UnknownShare << 0.005 << "share";
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
