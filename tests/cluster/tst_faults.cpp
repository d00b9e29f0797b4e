// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

/// Each thing that can be done to a node, and what the lab says came of it.
class TestFaults : public QObject
{
    Q_OBJECT

    static void comesThrough(LiveCluster& cluster, NodeId victim)
    {
        QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.lastFault()->leaderAfter && cluster.lastFault()->writeAfter, kPatienceMs);
        QVERIFY(cluster.lastFault()->onLeader);
        QCOMPARE(cluster.lastFault()->target, victim);
        QVERIFY(cluster.lastFault()->newLeader != victim);
        QVERIFY(*cluster.lastFault()->leaderAfter > 0us);
        QVERIFY(cluster.captionOutcome().contains(
            QStringLiteral("%1 leads after ").arg(cluster.lastFault()->newLeader.name())));
        QCOMPARE(cluster.lost(), quint64(0));
    }

private slots:
    void killedLeaderIsFollowedByAnother()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        const quint64 term = cluster.lab.timeline().highestTerm();
        cluster.lab.kill(old);
        QCOMPARE(cluster.caption(), QStringLiteral("Killed %1, the leader").arg(old.name()));
        comesThrough(cluster, old);
        QVERIFY(cluster.lab.timeline().highestTerm() > term);
        QCOMPARE(cluster.node(old).how, QStringLiteral("killed by SIGKILL"));
        QVERIFY(!cluster.lastFault()->to);
        QVERIFY(headline(cluster.lab.timeline()).startsWith(QStringLiteral("%1 is dead").arg(old.name())));

        cluster.lab.restart(old);
        QCOMPARE(cluster.caption(), QStringLiteral("Restarted %1").arg(old.name()));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up after")), kPatienceMs);
        QVERIFY(cluster.runs(old));
        QVERIFY(cluster.lab.timeline().faults().back().to.has_value());
    }

    void killedFollowerIsHardlyNoticed()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId leader = cluster.leader();
        const NodeId victim = cluster.follower();
        cluster.lab.kill(victim);
        QCOMPARE(cluster.caption(), QStringLiteral("Killed %1").arg(victim.name()));
        QCOMPARE(cluster.captionOutcome(), QStringLiteral("%1 still leads").arg(leader.name()));
        QVERIFY(cluster.serves());
        QVERIFY(!cluster.lastFault()->onLeader);
    }

    void stoppedLeaderSaysGoodbye()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        cluster.lab.stop(old);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(old, NodeLife::Stopped), kPatienceMs);
        comesThrough(cluster, old);
    }

    void frozenLeaderIsReplacedAndComesBackAsFollower()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        const qint64 pid = cluster.node(old).pid;
        cluster.lab.freeze(old);
        QVERIFY(cluster.isLife(old, NodeLife::Frozen));
        comesThrough(cluster, old);
        QVERIFY(isProcess(pid));
        cluster.lab.thaw(old);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up after")), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.node(old).status->role == wire::Role::Follower, kPatienceMs);
        QCOMPARE(cluster.node(old).pid, pid);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void isolatedLeaderStepsDownAndClientsStillReachIt()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        cluster.lab.isolate(old);
        QVERIFY(cluster.node(old).isolated);
        comesThrough(cluster, old);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.node(old).status->role != wire::Role::Leader, kPatienceMs);
        const auto answer = cluster.ask(old, QStringLiteral("GET x"));
        QVERIFY(answer && answer->isError);
        QVERIFY2(answer->reply.contains(QStringLiteral("CLUSTERDOWN")), qPrintable(answer->reply));
        QVERIFY(answer->explanation.contains(QStringLiteral("knows no leader")));
        cluster.lab.rejoin(old);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up after")), kPatienceMs);
        QVERIFY(!cluster.node(old).isolated);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void isolatedNodeStaysSoOverARestart()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId victim = cluster.follower();
        cluster.lab.isolate(victim);
        cluster.lab.restart(victim);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim), kPatienceMs);
        QVERIFY(cluster.serves());
        QTRY_VERIFY_WITH_TIMEOUT(cluster.node(victim).status->role == wire::Role::PreCandidate, kPatienceMs);
        for (const wire::LinkCounters& link : cluster.node(victim).status->links)
            QVERIFY(link.receivedFrames == 0 && link.sentFrames == 0);
        cluster.lab.rejoin(victim);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
    }

    void withoutAMajorityNothingIsTakenAndItIsSaid()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        cluster.lab.kill(cluster.follower());
        QTRY_COMPARE_WITH_TIMEOUT(cluster.lab.timeline().faults().size(), std::size_t(1), kPatienceMs);
        const NodeId dead = cluster.lastFault()->target;
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(dead, NodeLife::Dead), kPatienceMs);
        cluster.lab.kill(cluster.leader());
        QVERIFY(cluster.captionOutcome().contains(QStringLiteral("no majority")));
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.leader(), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(headline(cluster.lab.timeline()).contains(QStringLiteral("no leader")), kPatienceMs);
        cluster.lab.restart(dead);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.leader(), kPatienceMs);
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void ordersThatMakeNoSenseChangeNothing()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto pids = cluster.pids();
        const auto refuses = [&](auto order, const QString& says) {
            order();
            return cluster.lab.timeline().lastProblem() && cluster.lab.timeline().lastProblem()->text.contains(says);
        };
        Lab& lab = cluster.lab;
        QVERIFY(
            refuses([&] { lab.kill({7}); }, QStringLiteral("there is no n7 in this cluster; it has n1, n2 and n3")));
        QVERIFY(refuses([&] { lab.thaw({1}); }, QStringLiteral("n1 is not frozen")));
        QVERIFY(refuses([&] { lab.rejoin({1}); }, QStringLiteral("n1 is not isolated")));
        QVERIFY(lab.timeline().faults().empty());
        QCOMPARE(cluster.pids(), pids);
        lab.kill({1});
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife({1}, NodeLife::Dead), kPatienceMs);
        for (const auto& order : {&Lab::kill, &Lab::stop, &Lab::freeze})
            QVERIFY(refuses([&] { (lab.*order)({1}); }, QStringLiteral("n1 is not running")));
        QCOMPARE(lab.timeline().faults().size(), std::size_t(1));
    }

    void heldForAMinuteNothingMovesAndNobodyIsElected()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        QVERIFY(cluster.serves());
        const quint64 term = cluster.lab.timeline().highestTerm();
        cluster.lab.setHeld(true);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.lab.timeline().load().back().offered == 0 &&
                                     cluster.lab.timeline().load().back().outstanding <= 5,
                                 kPatienceMs);
        const auto since = wire::monotonicNow();
        const quint64 commit = cluster.node(cluster.leader()).status->commitIndex;
        const auto minute = std::min<std::chrono::seconds>(60s, 3s * rounds(5));
        QVERIFY(cluster.until([&] { return wire::monotonicNow() - since > minute; }, 2 * kPatienceMs));
        QCOMPARE(cluster.lab.timeline().highestTerm(), term);
        QVERIFY(cluster.node(cluster.leader()).status->commitIndex <= commit + 5);
        QVERIFY(cluster.lab.timeline().pace().held);
        QVERIFY(headline(cluster.lab.timeline()).startsWith(QStringLiteral("Held")));
        cluster.lab.setHeld(false);
        QVERIFY(cluster.serves());
        QCOMPARE(cluster.lab.timeline().highestTerm(), term);
        QCOMPARE(cluster.lab.timeline().pauses().size(), std::size_t(1));
        QVERIFY(cluster.lab.timeline().pauses().front().to);
        QCOMPARE(cluster.lab.timeline().loadTotal().unknown, quint64(0));
    }

    void twentyChangesOfPaceUnderLoadElectNobody()
    {
        LiveCluster cluster(5, 50);
        QVERIFY(cluster.start());
        const quint64 term = cluster.lab.timeline().highestTerm();
        const auto factor = [](quint32 times) {
            wire::Pace pace;
            pace.factor = times;
            return pace;
        };
        const wire::Pace paces[] = {wire::Pace::watch(), wire::Pace::real(), factor(5), factor(2), wire::Pace::real()};
        for (int i = 0; i < 20; ++i) {
            cluster.lab.setPace(paces[i % 5]);
            QVERIFY(cluster.serves());
        }
        QCOMPARE(cluster.lab.timeline().highestTerm(), term);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void watchedKeyIsSeenOnEveryNode()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto answer = cluster.ask(cluster.leader(), QStringLiteral("SET x \"one two\""));
        QVERIFY(answer && !answer->isError);
        QCOMPARE(answer->reply, QStringLiteral("OK"));
        QVERIFY(answer->took > 0us);
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            QTRY_COMPARE_WITH_TIMEOUT(cluster.node(id).status->watchedValue, std::optional<QByteArray>("one two"),
                                      kPatienceMs);
        const auto moved = cluster.ask(cluster.follower(), QStringLiteral("GET x"));
        QVERIFY(moved && moved->isError);
        QCOMPARE(moved->explanation, QStringLiteral("%1 does not lead and did nothing; it says %2 leads")
                                         .arg(cluster.follower().name(), cluster.leader().name()));
    }

    void messagesAreReportedByBothEnds()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto seen = [&](wire::MessageKind kind) {
            return std::any_of(
                cluster.lab.timeline().messages().begin(), cluster.lab.timeline().messages().end(),
                [&](const Message& m) { return m.kind == kind && m.receivedAt && *m.receivedAt >= m.sentAt; });
        };
        QTRY_VERIFY_WITH_TIMEOUT(seen(wire::MessageKind::Append), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(seen(wire::MessageKind::AppendReply), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(seen(wire::MessageKind::Heartbeat), kPatienceMs);
        cluster.lab.isolate(cluster.follower());
        QTRY_VERIFY_WITH_TIMEOUT(std::any_of(cluster.lab.timeline().messages().begin(),
                                             cluster.lab.timeline().messages().end(),
                                             [](const Message& m) { return m.lostAt.has_value(); }),
                                 kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
