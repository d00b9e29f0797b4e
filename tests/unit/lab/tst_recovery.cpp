// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/recovery.h"

#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

FaultRecord killOfTheLeader()
{
    FaultRecord f;
    f.id = 7;
    f.target = NodeId{3};
    f.from = 10s;
    return f;
}
const GestureRecord kGesture{1, 10s, QStringLiteral("Killed n3, the leader"), {}};

FaultRecord faultOf(const std::vector<Record>& records)
{
    return std::get<FaultRecord>(records.at(0));
}
QString outcomeOf(const std::vector<Record>& records)
{
    return std::get<GestureRecord>(records.back()).outcome;
}

} // namespace

class TestRecovery : public QObject
{
    Q_OBJECT

private slots:
    void newLeaderThenFirstWrite()
    {
        Recovery recovery;
        recovery.expectNewLeader(killOfTheLeader(), kGesture, 4);
        QVERIFY(recovery.onLeader({5}, 4, 11s).empty()); // of the old term: late news
        QVERIFY(recovery.onLeader({5}, 5, 9s).empty());  // before the fault
        auto news = recovery.onLeader({5}, 5, 12'900ms);
        QCOMPARE(faultOf(news).newLeader, NodeId{5});
        QCOMPARE(*faultOf(news).leaderAfter, std::chrono::microseconds(2'900ms));
        QCOMPARE(outcomeOf(news), QStringLiteral("n5 leads after 2.9 s"));
        QVERIFY(recovery.onLeader({1}, 6, 14s).empty()); // the first one counts
        QVERIFY(recovery.onWrite(8, 13s).empty());
        news = recovery.onWrite(7, 13'100ms);
        QCOMPARE(outcomeOf(news), QStringLiteral("n5 leads after 2.9 s, first write after 3.1 s"));
        QVERIFY(recovery.onWrite(7, 14s).empty());
    }

    void whatNeverComesIsForgotten()
    {
        Recovery recovery;
        FaultRecord fault = killOfTheLeader();
        fault.to = 10s;
        for (quint64 id = 1; id <= Recovery::kMostAwaited + 1; ++id) {
            fault.id = id;
            recovery.expectNewLeader(fault, kGesture, 4);
            recovery.expectWriteAfterHealing(fault);
        }
        QVERIFY(recovery.onWrite(1, 11s).empty());
        QVERIFY(recovery.onWriteAfterHealing(1, 11s).empty());
        for (const quint64 id : {quint64(2), quint64(Recovery::kMostAwaited + 1)}) {
            QVERIFY(!recovery.onWrite(id, 11s).empty());
            QVERIFY(!recovery.onWriteAfterHealing(id, 11s).empty());
        }
    }

    void aWriteMayBeKnownFirst()
    {
        Recovery recovery;
        recovery.expectNewLeader(killOfTheLeader(), kGesture, 4);
        QCOMPARE(outcomeOf(recovery.onWrite(7, 10'300ms)), QStringLiteral("first write after 300 ms"));
        const auto news = recovery.onLeader({1}, 5, 10'290ms);
        QCOMPARE(outcomeOf(news), QStringLiteral("n1 leads after 290 ms, first write after 300 ms"));
    }

    void whatAGestureCostsStaysSaid()
    {
        Recovery recovery;
        const QString price = QStringLiteral("restarts n4; what it had not synced stays lost");
        recovery.expectCatchUp({2, 20s, QStringLiteral("Undid: Power off n4"), price}, {4}, 100);
        QCOMPARE(outcomeOf(recovery.onApplied({4}, 100, 21'200ms)),
                 price + QStringLiteral("; n4 is back and caught up after 1.2 s"));
        GestureRecord again = kGesture;
        again.outcome = QStringLiteral("n3 killed again");
        recovery.expectNewLeader(killOfTheLeader(), again, 4);
        QCOMPARE(outcomeOf(recovery.onLeader({5}, 5, 12'900ms)),
                 QStringLiteral("n3 killed again; n5 leads after 2.9 s"));
        QCOMPARE(outcomeOf(recovery.onWrite(7, 13'100ms)),
                 QStringLiteral("n3 killed again; n5 leads after 2.9 s, first write after 3.1 s"));
    }

    void whatHasEndedStaysEnded()
    {
        Recovery recovery;
        recovery.expectNewLeader(killOfTheLeader(), kGesture, 4);
        recovery.faultEnded(7, 11s);
        QCOMPARE(faultOf(recovery.onLeader({5}, 5, 12s)).to, std::optional<Monotonic>(11s));
    }

    void caughtUpWhenItHasAppliedWhatWasCommitted()
    {
        Recovery recovery;
        recovery.expectCatchUp({2, 20s, QStringLiteral("Restarted n3"), {}}, {3}, 100);
        QVERIFY(recovery.onApplied({3}, 99, 21s).empty());
        QVERIFY(recovery.onApplied({2}, 100, 21s).empty());
        QCOMPARE(outcomeOf(recovery.onApplied({3}, 100, 21'200ms)),
                 QStringLiteral("n3 is back and caught up after 1.2 s"));
        QVERIFY(recovery.onApplied({3}, 101, 22s).empty());
        recovery.expectCatchUp({3, 30s, {}, {}}, {3}, 100);
        recovery.forget({3});
        QVERIFY(recovery.onApplied({3}, 200, 31s).empty());
    }
};

QTEST_APPLESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
