// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <QDir>
#include <QSignalSpy>

#include <csignal>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

/// How clusters begin and end, and what is left of them.
class TestLife : public QObject
{
    Q_OBJECT

private slots:
    void startsServesAndEndsWithoutATrace_data()
    {
        QTest::addColumn<int>("nodes");
        for (const int nodes : {3, 5, 9})
            QTest::newRow(qPrintable(QString::number(nodes))) << nodes;
    }
    void startsServesAndEndsWithoutATrace()
    {
        QFETCH(int, nodes);
        LiveCluster cluster(nodes);
        QVERIFY(cluster.start());
        QCOMPARE(int(cluster.lab.timeline().nodes().size()), nodes);
        QVERIFY(cluster.serves());
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(id), kPatienceMs);
        const auto pids = cluster.pids();
        QSignalSpy ended(&cluster.lab, &Lab::ended);
        cluster.lab.end();
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        for (const qint64 pid : pids)
            QVERIFY(!isProcess(pid));
        QVERIFY(QDir(cluster.folder.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).isEmpty());
        QVERIFY(!cluster.lab.timeline().hasCluster());
        QVERIFY(!cluster.lab.isRunning());
    }

    void startsWithoutLoad()
    {
        LiveCluster cluster(3, 0);
        QVERIFY(cluster.start());
        QVERIFY(cluster.leader());
        QCOMPARE(cluster.acknowledged(), quint64(0));
        cluster.lab.setRate(50);
        QVERIFY(cluster.serves());
    }

    void whatIsMissingIsSaidInOneSentence()
    {
        LiveCluster cluster;
        cluster.options.nodeProgram = QStringLiteral("/nonexistent/faultline-node");
        auto started = cluster.lab.start(cluster.options);
        QVERIFY(!started && started.error().contains(QStringLiteral("/nonexistent/faultline-node")));
        QVERIFY(!started.error().contains(u'\n'));
        cluster.options.nodeProgram = nodeProgram();
        for (const int nodes : {2, 10}) {
            cluster.options.nodes = nodes;
            started = cluster.lab.start(cluster.options);
            QVERIFY(!started && started.error().contains(QStringLiteral("3 to 9")));
        }
        cluster.options.nodes = 3;
        cluster.options.dataRoot = QStringLiteral("/proc/nowhere");
        started = cluster.lab.start(cluster.options);
        QVERIFY(!started && started.error().contains(QStringLiteral("/proc/nowhere")));
        cluster.options.dataRoot = cluster.folder.path();
        QVERIFY(cluster.start());
    }

    void aProgramThatEndsAtOnceIsAFailedStart()
    {
        LiveCluster cluster(3);
        cluster.options.nodeProgram = QStringLiteral("/bin/false");
        QSignalSpy failed(&cluster.lab, &Lab::startFailed);
        QVERIFY(cluster.lab.start(cluster.options));
        QTRY_VERIFY_WITH_TIMEOUT(failed.size() >= 1, kPatienceMs);
        QCOMPARE(failed.size(), 1);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("exited with code 1")));
        cluster.options.nodeProgram = nodeProgram();
        QVERIFY(cluster.start());
    }

    void deathByAnotherHandIsNoticed()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId victim = cluster.leader();
        ::kill(static_cast<pid_t>(cluster.node(victim).pid), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
        QCOMPARE(cluster.node(victim).how, QStringLiteral("killed by SIGKILL"));
        QVERIFY(cluster.lab.timeline().lastProblem()->text.contains(QStringLiteral("ended by itself")));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
        QVERIFY(cluster.serves());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void resetOutOfAMess()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        cluster.lab.setRate(20'000);
        cluster.lab.setPace(wire::Pace::watch());
        cluster.lab.kill({1});
        cluster.lab.kill({2});
        cluster.lab.freeze({3});
        cluster.lab.isolate({4});
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife({1}, NodeLife::Dead) && cluster.isLife({2}, NodeLife::Dead) &&
                                     cluster.isLife({3}, NodeLife::Frozen),
                                 kPatienceMs);
        const auto pids = cluster.pids();
        cluster.lab.reset();
        QVERIFY(cluster.until([&] { return cluster.isServing(); }));
        QVERIFY(cluster.lab.timeline().faults().empty());
        QCOMPARE(cluster.lab.timeline().pace(), wire::Pace::real());
        QVERIFY(cluster.serves());
        QCOMPARE(cluster.lab.timeline().load().back().targetRate, cluster.options.rate);
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            QVERIFY(cluster.isLife(id, NodeLife::Running) && !node.isolated);
        for (const qint64 pid : pids)
            QTRY_VERIFY_WITH_TIMEOUT(!isProcess(pid), kPatienceMs);
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void resetAgainAndAgain()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        for (int i = 0; i < rounds(5); ++i) {
            cluster.lab.reset();
            if (i % 2)
                QVERIFY(cluster.until([&] { return cluster.isServing(); }));
        }
        QVERIFY(cluster.until([&] { return cluster.isServing(); }));
        QVERIFY(cluster.serves());
        QTRY_COMPARE_WITH_TIMEOUT(QDir(cluster.folder.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 1,
                                  kPatienceMs);
    }

    void dataBeyondItsLimitStopsTheLoad()
    {
        LiveCluster cluster(3, 2000);
        cluster.options.dataLimitBytes = 300'000;
        QVERIFY(cluster.start());
        QTRY_VERIFY_WITH_TIMEOUT(
            cluster.lab.timeline().lastProblem() &&
                cluster.lab.timeline().lastProblem()->text.contains(QStringLiteral("the load stopped")),
            kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.lab.timeline().load().back().offered, quint64(0), kPatienceMs);
        cluster.lab.setRate(100);
        QTRY_VERIFY_WITH_TIMEOUT(
            cluster.lab.timeline().lastProblem()->text.contains(QStringLiteral("the load stays off")), kPatienceMs);
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void twoLabsAtOnceDoNotMeet()
    {
        LiveCluster one(3);
        LiveCluster two(3);
        two.options.dataRoot = one.options.dataRoot;
        QVERIFY(one.start());
        QVERIFY(two.start());
        QVERIFY(one.serves() && two.serves());
        QVERIFY(one.lost() == 0 && two.lost() == 0);
    }
};

QTEST_GUILESS_MAIN(TestLife)
#include "tst_life.moc"
