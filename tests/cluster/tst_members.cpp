// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/timeline.h"
#include "live_cluster.h"

#include <QDir>
#include <QElapsedTimer>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

/// Nodes that come and go while the cluster serves.
class TestMembers : public QObject
{
    Q_OBJECT

    static std::optional<MemberOutcome> outcomeOf(LiveCluster& cluster, const std::function<quint64()>& order)
    {
        std::optional<MemberOutcome> outcome;
        std::optional<quint64> id;
        const auto connection =
            connect(&cluster.lab, &Lab::memberChangeEnded, &cluster.lab, [&](const MemberOutcome& each) {
                if (each.id == id)
                    outcome = each;
            });
        id = order();
        cluster.until([&] { return outcome.has_value(); });
        disconnect(connection);
        return outcome;
    }
    static std::optional<MemberOutcome> add(LiveCluster& cluster)
    {
        return outcomeOf(cluster, [&] { return cluster.lab.addNode(); });
    }
    static std::optional<MemberOutcome> remove(LiveCluster& cluster, NodeId node)
    {
        return outcomeOf(cluster, [&] { return cluster.lab.removeNode(node); });
    }
    static std::set<NodeId> voters(const LiveCluster& cluster) { return cluster.lab.timeline().membership().voters; }
    static std::set<NodeId> nodes(const LiveCluster& cluster)
    {
        std::set<NodeId> ids;
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            ids.insert(id);
        return ids;
    }
    static bool isBehindNobody(const LiveCluster& cluster, NodeId node)
    {
        const NodeState* leader = cluster.lab.timeline().node(cluster.leader());
        return leader && leader->status && cluster.runs(node) &&
               cluster.node(node).status->appliedIndex + 200 > leader->status->appliedIndex;
    }

private slots:
    void aNodeIsAddedLearnsAndVotes()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto outcome = add(cluster);
        QVERIFY(outcome);
        QVERIFY2(outcome->done, qPrintable(outcome->sentence));
        QCOMPARE(outcome->node, NodeId{4});
        QVERIFY2(outcome->sentence.startsWith(QStringLiteral("n4 has caught up and votes after ")),
                 qPrintable(outcome->sentence));
        QCOMPARE(cluster.caption(), QStringLiteral("Add n4"));
        QCOMPARE(cluster.captionOutcome(), outcome->sentence);
        QCOMPARE(voters(cluster), (std::set<NodeId>{{1}, {2}, {3}, {4}}));
        QVERIFY(cluster.until([&] { return isBehindNobody(cluster, {4}); }));
        QVERIFY(cluster.serves());
        QCOMPARE(cluster.lost(), quint64(0));

        // It is a node like the others: it dies, and comes back as a member.
        cluster.lab.kill({4});
        QVERIFY(cluster.until([&] { return cluster.isLife({4}, NodeLife::Dead); }));
        cluster.lab.restart({4});
        QVERIFY(cluster.until([&] { return isBehindNobody(cluster, {4}); }));
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void whatWaitsWhileHeldIsDoneOnceItGoesOn()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        std::optional<Lab::CommandReply> reply;
        std::optional<MemberOutcome> outcome;
        connect(&cluster.lab, &Lab::commandReplied, &cluster.lab, [&](const Lab::CommandReply& each) { reply = each; });
        connect(&cluster.lab, &Lab::memberChangeEnded, &cluster.lab,
                [&](const MemberOutcome& each) { outcome = each; });
        cluster.lab.addNode();
        cluster.lab.setHeld(true);
        QVERIFY(cluster.until([&] { return cluster.lab.isObeyed(); }));
        cluster.lab.sendCommand(cluster.leader(), QStringLiteral("SET x 1"));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(cluster.until([&] { return timer.hasExpired(1'500); })); // a command has a second at this pace
        QVERIFY2(!reply, qPrintable(reply ? reply->explanation : QString()));
        QVERIFY2(!outcome, qPrintable(outcome ? outcome->sentence : QString()));
        cluster.lab.setHeld(false);
        QVERIFY(cluster.until([&] { return reply && outcome; }));
        QCOMPARE(reply->reply, QStringLiteral("OK"));
        QVERIFY2(outcome->done, qPrintable(outcome->sentence));
    }

    void aNodeIsRemovedAndItsProcessAndDataGo()
    {
        LiveCluster cluster(5);
        QVERIFY(cluster.start());
        const NodeId gone = cluster.follower();
        const qint64 pid = cluster.node(gone).pid;
        const auto outcome = remove(cluster, gone);
        QVERIFY(outcome);
        QVERIFY2(outcome->done, qPrintable(outcome->sentence));
        QVERIFY(outcome->sentence.startsWith(gone.name() + QStringLiteral(" is gone, and its data with it, after ")));
        QVERIFY(!nodes(cluster).contains(gone));
        QVERIFY(!isProcess(pid));
        QVERIFY(QDir(cluster.folder.path())
                    .entryList({QStringLiteral("cluster-*")}, QDir::Dirs)
                    .filter(QStringLiteral("lock"))
                    .isEmpty());
        QVERIFY(cluster.until([&] { return voters(cluster).size() == 4; }));
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void theLeaderIsRemovedAndAnotherLeads()
    {
        LiveCluster cluster(5);
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        const auto outcome = remove(cluster, old);
        QVERIFY(outcome);
        QVERIFY2(outcome->done, qPrintable(outcome->sentence));
        QVERIFY(!nodes(cluster).contains(old));
        QVERIFY(cluster.until([&] { return cluster.leader() && cluster.leader() != old; }));
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void aDeadNodeIsRemovedToo()
    {
        LiveCluster cluster(5);
        QVERIFY(cluster.start());
        const NodeId dead = cluster.follower();
        cluster.lab.kill(dead);
        QVERIFY(cluster.until([&] { return cluster.isLife(dead, NodeLife::Dead); }));
        const auto outcome = remove(cluster, dead);
        QVERIFY(outcome);
        QVERIFY2(outcome->done, qPrintable(outcome->sentence));
        QVERIFY(!nodes(cluster).contains(dead));
        QVERIFY(cluster.lab.timeline().faultState().state.healthy()); // nothing is wrong with one that has left
    }

    void undoOfEachIsTheOther()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto added = add(cluster);
        QVERIFY(added && added->done);
        QCOMPARE(cluster.lab.timeline().faultState().undo, QStringLiteral("Add n4"));
        cluster.lab.undo();
        QCOMPARE(cluster.caption(), QStringLiteral("Undid: Add n4"));
        QVERIFY(cluster.until([&] { return !nodes(cluster).contains({4}); }));
        QCOMPARE(cluster.lab.timeline().faultState().redo, QStringLiteral("Add n4"));
        const auto removed = remove(cluster, cluster.follower());
        QVERIFY(removed && removed->done);
        QVERIFY(cluster.until([&] { return nodes(cluster).size() == 2; }));
        const QString deed = QStringLiteral("Remove %1").arg(removed->node.name());
        QCOMPARE(cluster.lab.timeline().faultState().undo, deed);
        cluster.lab.undo();
        QVERIFY(cluster.until([&] { return voters(cluster).size() == 3 && !cluster.captionOutcome().isEmpty(); }));
        QVERIFY2(cluster.captionOutcome().contains(QStringLiteral("came back empty")),
                 qPrintable(cluster.captionOutcome()));
        QCOMPARE(cluster.lab.timeline().faultState().redo, deed);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void leadershipIsHandedOver()
    {
        LiveCluster cluster(5);
        QVERIFY(cluster.start());
        for (int round = 0; round < rounds(3); ++round) {
            const NodeId heir = cluster.follower();
            const auto outcome = outcomeOf(cluster, [&] { return cluster.lab.transferLeadership(heir); });
            QVERIFY(outcome);
            QVERIFY2(outcome->done, qPrintable(outcome->sentence));
            QVERIFY(cluster.until([&] { return cluster.leader() == heir; }));
        }
        QVERIFY(cluster.serves());
    }

    void whatMakesNoSenseIsRefusedWithASentence()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto stranger = remove(cluster, {7});
        QVERIFY(stranger && !stranger->done);
        QCOMPARE(stranger->sentence, QStringLiteral("there is no n7 in this cluster"));
        const auto leader = outcomeOf(cluster, [&] { return cluster.lab.transferLeadership(cluster.leader()); });
        QVERIFY(leader && !leader->done);
        QCOMPARE(leader->sentence, QStringLiteral("%1 leads already").arg(cluster.leader().name()));

        // A second change while the first is under way.
        cluster.lab.addNode();
        const auto second = add(cluster);
        QVERIFY(second && !second->done);
        QCOMPARE(second->sentence, QStringLiteral("n4 is being added: one change at a time"));
        QVERIFY(cluster.until([&] { return voters(cluster).size() == 4; }));
    }

    void aNodeWhoseProcessEndsAtOnceIsNotAddedAndLeavesNothingBehind()
    {
        LiveCluster cluster(3);
        const QString program = cluster.folder.filePath(QStringLiteral("program"));
        QVERIFY(QFile::link(nodeProgram(), program));
        cluster.options.nodeProgram = program;
        QVERIFY(cluster.start());
        const std::set<NodeId> before = nodes(cluster);

        QVERIFY(QFile::remove(program) && QFile::link(QStringLiteral("/bin/false"), program));
        const auto outcome = add(cluster);
        QVERIFY(outcome && !outcome->done);
        QVERIFY2(outcome->sentence.startsWith(QStringLiteral("n4 was not added: its process ended at once: ")),
                 qPrintable(outcome->sentence));
        QCOMPARE(nodes(cluster), before);

        QVERIFY(QFile::remove(program) && QFile::link(nodeProgram(), program));
        const auto again = add(cluster);
        QVERIFY(again);
        QVERIFY2(again->done, qPrintable(again->sentence));
        QCOMPARE(voters(cluster), (std::set<NodeId>{{1}, {2}, {3}, {4}}));
        QVERIFY(cluster.serves());
    }

    void withoutAMajorityItIsGivenUp()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
            if (id != cluster.leader())
                cluster.lab.kill(id);
        }
        QVERIFY(cluster.until([&] { return !cluster.leader(); }));
        const auto outcome = add(cluster);
        QVERIFY(outcome);
        QVERIFY(!outcome->done);
        QVERIFY2(outcome->sentence.startsWith(QStringLiteral("n4 ")), qPrintable(outcome->sentence));
        cluster.lab.healAll();
        QVERIFY(cluster.serves());
    }
};

QTEST_GUILESS_MAIN(TestMembers)
#include "tst_members.moc"
