// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/timeline.h"

#include <QSignalSpy>
#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

void begin(Timeline& timeline, int nodes = 5)
{
    ClusterRecord cluster{1s, {}, 1, "x"};
    for (int i = 1; i <= nodes; ++i)
        cluster.members.push_back({NodeId{quint32(i)}, quint16(100 + i), quint16(200 + i), quint16(300 + i)});
    timeline.append(cluster);
}

void live(Timeline& timeline, quint32 id, NodeLife life)
{
    timeline.append(NodeRecord{2s, NodeId{id}, life, 1000 + id, QStringLiteral("killed by SIGKILL")});
}

void report(Timeline& timeline, quint32 id, wire::Role role, quint64 term)
{
    wire::Status status;
    status.role = role;
    status.term = term;
    timeline.append(StatusRecord{NodeId{id}, status});
}

void running(Timeline& timeline, quint32 leader = 3)
{
    begin(timeline);
    for (quint32 id = 1; id <= 5; ++id) {
        live(timeline, id, NodeLife::Running);
        report(timeline, id, id == leader ? wire::Role::Leader : wire::Role::Follower, 4);
    }
}

wire::MessageSample sample(wire::MessageFate fate, Monotonic at, quint64 sequence = 9)
{
    wire::MessageSample s;
    s.link = {NodeId{1}, NodeId{2}};
    s.senderIncarnation = 5;
    s.sequence = sequence;
    s.at = at;
    s.fate = fate;
    return s;
}

} // namespace

class TestTimeline : public QObject
{
    Q_OBJECT

private slots:
    void headlineIsAlwaysTrue()
    {
        Timeline timeline;
        QCOMPARE(headline(timeline), QStringLiteral("No cluster"));
        begin(timeline);
        QCOMPARE(headline(timeline), QStringLiteral("5 nodes are starting · no leader · nothing lost"));
        running(timeline);
        QCOMPARE(headline(timeline), QStringLiteral("5 nodes · n3 leads, term 4 · nothing lost"));
        live(timeline, 3, NodeLife::Dead);
        QCOMPARE(headline(timeline), QStringLiteral("n3 is dead · no leader · nothing lost"));
        report(timeline, 1, wire::Role::Candidate, 5);
        QCOMPARE(headline(timeline), QStringLiteral("n3 is dead · no leader, n1 is asking for votes · nothing lost"));
        report(timeline, 1, wire::Role::Leader, 5);
        live(timeline, 2, NodeLife::Dead);
        live(timeline, 5, NodeLife::Frozen);
        QCOMPARE(headline(timeline),
                 QStringLiteral("n2 and n3 are dead · n5 is frozen · n1 leads, term 5 · nothing lost"));
        wire::Pace held = wire::Pace::watch();
        held.held = true;
        timeline.append(PaceRecord{3s, held});
        QVERIFY(headline(timeline).startsWith(QStringLiteral("Held · n2 and n3 are dead")));
        timeline.append(TallyRecord{3s, 9, 5, 1, QStringLiteral("load:7:0: wrote 41, read 40 from n2")});
        QVERIFY(headline(timeline).startsWith(
            QStringLiteral("1 acknowledged write lost (load:7:0: wrote 41, read 40 from n2) · held")));
        QVERIFY(!headline(timeline).contains(QStringLiteral("nothing lost")));
        timeline.append(ClusterRecord{4s, {}, 0, {}});
        QCOMPARE(headline(timeline), QStringLiteral("No cluster"));
    }

    void leaderIsWhoSaysSoInTheHighestTermAndRuns()
    {
        Timeline timeline;
        running(timeline);
        QCOMPARE(timeline.leader(), NodeId{3});
        report(timeline, 5, wire::Role::Leader, 6);
        QCOMPARE(timeline.leader(), NodeId{5});
        live(timeline, 5, NodeLife::Frozen);
        QCOMPARE(timeline.leader(), NodeId{3});
        QCOMPARE(timeline.highestTerm(), quint64(6));
    }

    void messageIsPutTogetherFromBothEndsInEitherOrder_data()
    {
        QTest::addColumn<bool>("receiverFirst");
        QTest::newRow("sender first") << false;
        QTest::newRow("receiver first") << true;
    }
    void messageIsPutTogetherFromBothEndsInEitherOrder()
    {
        QFETCH(bool, receiverFirst);
        Timeline timeline;
        running(timeline);
        const MessageRecord sent{sample(wire::MessageFate::Sent, 10ms)};
        const MessageRecord received{sample(wire::MessageFate::Received, 14ms)};
        timeline.append(receiverFirst ? received : sent);
        timeline.append(receiverFirst ? sent : received);
        QCOMPARE(timeline.messages().size(), std::size_t(1));
        QCOMPARE(timeline.messages()[0].sentAt, Monotonic(10ms));
        QCOMPARE(timeline.messages()[0].receivedAt, std::optional<Monotonic>(14ms));
        QVERIFY(!timeline.messages()[0].lostAt);
    }

    void everythingKeptIsBounded()
    {
        Timeline timeline;
        running(timeline);
        for (quint64 i = 1; i <= Timeline::kMaxMessages + 500; ++i)
            timeline.append(MessageRecord{sample(wire::MessageFate::Sent, 1ms, i)});
        QCOMPARE(timeline.messages().size(), Timeline::kMaxMessages);
        timeline.append(MessageRecord{sample(wire::MessageFate::Lost, 2ms, 600)});
        QVERIFY(timeline.messages()[99].lostAt); // 501 is the oldest that is left
        for (std::size_t i = 0; i < Timeline::kMaxEvents + 10; ++i)
            timeline.append(NoteRecord{1s, Severity::Info, {}, QStringLiteral("note")});
        QCOMPARE(timeline.events().size(), Timeline::kMaxEvents);
        for (int i = 0; i < 1000; ++i) {
            LoadRecord load;
            load.from = i * 200ms;
            load.to = load.from + 200ms;
            load.ok = 2;
            timeline.append(load);
        }
        QVERIFY(timeline.load().back().to - timeline.load().front().to <= Timeline::kLoadKept);
        QCOMPARE(timeline.loadTotal().ok, quint64(2000));
    }

    void newestRecordOfAFaultIsTheFault()
    {
        Timeline timeline;
        running(timeline);
        FaultRecord fault;
        fault.id = 1;
        fault.kind = FaultKind::Isolate;
        fault.target = NodeId{2};
        timeline.append(fault);
        QVERIFY(timeline.node(NodeId{2})->isolated);
        fault.to = 9s;
        timeline.append(fault);
        QCOMPARE(timeline.faults().size(), std::size_t(1));
        QVERIFY(!timeline.node(NodeId{2})->isolated);
    }

    void changesAreToldTogether()
    {
        Timeline timeline;
        QSignalSpy changed(&timeline, &Timeline::changed);
        QSignalSpy appended(&timeline, &Timeline::appended);
        running(timeline);
        QCOMPARE(appended.size(), 11);
        QCOMPARE(changed.size(), 0);
        QTRY_COMPARE(changed.size(), 1);
    }

    void durationsAreSpoken_data()
    {
        QTest::addColumn<qint64>("us");
        QTest::addColumn<QString>("text");
        QTest::newRow("µs") << qint64(450) << QStringLiteral("0.45 ms");
        QTest::newRow("few ms") << qint64(3'210) << QStringLiteral("3.2 ms");
        QTest::newRow("ms") << qint64(312'400) << QStringLiteral("312 ms");
        QTest::newRow("nearly a second") << qint64(999'700) << QStringLiteral("1.0 s");
        QTest::newRow("s") << qint64(2'940'000) << QStringLiteral("2.9 s");
        QTest::newRow("many s") << qint64(12'300'000) << QStringLiteral("12 s");
        QTest::newRow("min") << qint64(185'000'000) << QStringLiteral("3 min 5 s");
        QTest::newRow("h") << qint64(7'380'000'000) << QStringLiteral("2 h 3 min");
    }
    void durationsAreSpoken()
    {
        QFETCH(qint64, us);
        QFETCH(QString, text);
        QCOMPARE(spokenDuration(std::chrono::microseconds(us)), text);
    }

    void pacesHaveNames()
    {
        QCOMPARE(spokenPace(wire::Pace::real()), QStringLiteral("Real"));
        QCOMPARE(spokenPace(wire::Pace::watch()), QStringLiteral("Watch"));
        QCOMPARE(spokenPace({20, true, 0us}), QStringLiteral("×20, held"));
    }
};

QTEST_GUILESS_MAIN(TestTimeline)
#include "tst_timeline.moc"
