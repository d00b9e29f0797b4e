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

    void headlineTellsOfDisksAndOfChangesOfMembers()
    {
        Timeline timeline;
        running(timeline);
        FaultStateRecord faults;
        faults.state.disks[{2}].lies = true;
        timeline.append(faults);
        QCOMPARE(headline(timeline), QStringLiteral("n2's disk lies about sync · n3 leads, term 4 · nothing lost"));
        timeline.append(FaultStateRecord{});
        timeline.append(MemberChangeRecord{3s, QStringLiteral("n6 is being added")});
        QCOMPARE(headline(timeline), QStringLiteral("n6 is being added · n3 leads, term 4 · nothing lost"));
        timeline.append(MemberChangeRecord{4s, {}});
        QCOMPARE(headline(timeline), QStringLiteral("5 nodes · n3 leads, term 4 · nothing lost"));
    }

    void headlineNamesEveryFault()
    {
        Timeline timeline;
        running(timeline);
        FaultStateRecord faults;
        const auto says = [&](const char* words) {
            timeline.append(faults);
            const QString sentence = headline(timeline);
            faults.state = {};
            return sentence == QString::fromUtf8(words) + QStringLiteral(" · n3 leads, term 4 · nothing lost");
        };
        faults.state.addCut({}, {{kClients, {3}}, {{3}, kClients}});
        QVERIFY2(says("Clients cannot reach n3"), qPrintable(headline(timeline)));
        faults.state.addCut({}, {{kClients, {2}}});
        QVERIFY2(says("n2 cannot hear clients (clients hear n2)"), qPrintable(headline(timeline)));
        faults.state.clocks[{2}].offset = 5s;
        QVERIFY2(says("n2's clock is 5 s ahead"), qPrintable(headline(timeline)));
        faults.state.surge = 3;
        faults.state.hotKey = fault::Share::ofPercent(80);
        QVERIFY2(says("Load surge ×3 · hot key 80%"), qPrintable(headline(timeline)));
        faults.state.rolling = true;
        QVERIFY2(says("Rolling restart"), qPrintable(headline(timeline)));
        QVERIFY2(says("5 nodes"), qPrintable(headline(timeline)));
    }

    void whatAGestureCostsIsInTheListOfEvents()
    {
        Timeline timeline;
        running(timeline);
        timeline.append(GestureRecord{1, 3s, QStringLiteral("Killed n1"), {}});
        QCOMPARE(timeline.events().back().text, QStringLiteral("Killed n1"));
        timeline.append(GestureRecord{2, 3s, QStringLiteral("Undid: Kill n1"), QStringLiteral("restarts n1")});
        QCOMPARE(timeline.events().back().text, QStringLiteral("Undid: Kill n1 · restarts n1"));
    }

    void nodesComeAndGo()
    {
        Timeline timeline;
        running(timeline);
        timeline.append(MemberRecord{3s, {NodeId{6}, 1, 2, 3}, true});
        QCOMPARE(timeline.nodes().size(), std::size_t(6));
        QCOMPARE(timeline.node(NodeId{6})->life, NodeLife::Starting);
        QCOMPARE(timeline.node(NodeId{6})->member.peerPort, quint16(2));
        timeline.append(MemberRecord{4s, {NodeId{2}, 1, 2, 3}, false});
        QVERIFY(!timeline.node(NodeId{2}));
        live(timeline, 2, NodeLife::Dead); // a last word that comes late
        QVERIFY(!timeline.node(NodeId{2}));
    }

    void membershipIsTheLeadersOrOfWhoKnowsMost()
    {
        Timeline timeline;
        running(timeline);
        QVERIFY(!timeline.membership().isReported);
        QCOMPARE(timeline.membership().voters.size(), std::size_t(5));
        const auto say = [&](quint32 id, wire::Role role, quint64 lastIndex, std::vector<NodeId> voters,
                             std::vector<NodeId> learners = {}) {
            wire::Status status;
            status.role = role;
            status.term = 4;
            status.lastIndex = lastIndex;
            status.voters = std::move(voters);
            status.learners = std::move(learners);
            timeline.append(StatusRecord{NodeId{id}, status});
        };
        say(1, wire::Role::Follower, 8, {{1}, {2}, {3}});
        say(2, wire::Role::Follower, 9, {{1}, {2}});
        say(3, wire::Role::Leader, 5, {{1}, {2}, {3}, {4}}, {{5}});
        QVERIFY(timeline.membership().isReported);
        QCOMPARE(timeline.membership().voters, (std::set<NodeId>{{1}, {2}, {3}, {4}}));
        QCOMPARE(timeline.membership().learners, std::set<NodeId>{{5}});
        QVERIFY(timeline.membership().hasVote({4}) && !timeline.membership().hasVote({5}));
        live(timeline, 3, NodeLife::Dead);
        QCOMPARE(timeline.membership().voters, (std::set<NodeId>{{1}, {2}}));
    }

    void whatANodeSaysIsASentence_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("row");
        const auto row = [](wire::NodeEventKind kind, const char* said, const char* shown) {
            QTest::newRow(shown) << int(kind) << QString::fromUtf8(said) << QString::fromUtf8(shown);
        };
        using Kind = wire::NodeEventKind;
        row(Kind::BecameFollower, "n3 leads", "became follower in term 4: n3 leads");
        row(Kind::BecamePreCandidate, "no heartbeat from n3 for 312 ms",
            "asks whether it could win term 5: no heartbeat from n3 for 312 ms");
        row(Kind::BecameCandidate, "a majority would vote for it",
            "became candidate in term 4: a majority would vote for it");
        row(Kind::BecameLeader, "votes of n1 n2 n5", "became leader of term 4: votes of n1 n2 n5");
        row(Kind::VoteRefused, "refused n1 its vote: log behind: (4,120) < (5,98)",
            "refused n1 its vote: log behind: (4,120) < (5,98)");
        row(Kind::MembershipChanged, "members: n1 n2 n3, learning n4", "members: n1 n2 n3, learning n4");
        row(Kind::TransferStarted, "hands leadership to n2", "hands leadership to n2");
        row(Kind::TransferEnded, "n2 did not take over within 500 ms", "n2 did not take over within 500 ms");
        row(Kind::SnapshotTaken, "took a snapshot up to 1000", "took a snapshot up to 1000");
        row(Kind::SnapshotInstalled, "installed n3's snapshot", "installed n3's snapshot");
        row(Kind::SnapshotSent, "sent n4 a snapshot", "sent n4 a snapshot");
    }

    void whatANodeSaysIsASentence()
    {
        QFETCH(int, kind);
        QFETCH(QString, said);
        QFETCH(QString, row);
        Timeline timeline;
        running(timeline);
        wire::NodeEvent event;
        event.kind = static_cast<wire::NodeEventKind>(kind);
        event.term = 4;
        event.text = said;
        timeline.append(EventRecord{NodeId{1}, event});
        QCOMPARE(timeline.events().back().text, row);
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
        QCOMPARE(timeline.leaders(), std::vector<NodeId>{{3}});
        live(timeline, 5, NodeLife::Running);
        QCOMPARE(timeline.leaders(), (std::vector<NodeId>{{3}, {5}})); // n3 does not know better yet
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

    void aFaultThatGoesOnIsKeptLongest()
    {
        Timeline timeline;
        running(timeline);
        FaultRecord goesOn;
        goesOn.id = 1;
        goesOn.kind = FaultKind::Isolate;
        goesOn.target = NodeId{2};
        timeline.append(goesOn);
        for (quint64 id = 2; id <= Timeline::kMaxFaults + 10; ++id) {
            FaultRecord over;
            over.id = id;
            over.target = NodeId{2};
            over.to = 9s;
            timeline.append(over);
        }
        QCOMPARE(timeline.faults().size(), Timeline::kMaxFaults);
        QCOMPARE(timeline.faults().front().id, quint64(1));
        QVERIFY(timeline.faults()[1].id > 2);
        QVERIFY(timeline.node(NodeId{2})->isolated);
        for (quint64 id = 1; id <= Timeline::kMaxFaults + 10; ++id) {
            goesOn.id = 10'000 + id;
            timeline.append(goesOn);
        }
        QCOMPARE(timeline.faults().size(), Timeline::kMaxFaults);
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

    void aHoldEndsWithItsCluster()
    {
        Timeline timeline;
        running(timeline);
        wire::Pace held = wire::Pace::watch();
        held.held = true;
        timeline.append(PaceRecord{3s, held});
        QVERIFY(timeline.pace().held);
        timeline.append(ClusterRecord{4s, {}, 0, {}});
        QCOMPARE(timeline.pace(), wire::Pace::watch());
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
