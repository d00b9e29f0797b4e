// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

/// The same again and again, since what goes wrong once in fifty times goes wrong on a stage.
class TestRounds : public QObject
{
    Q_OBJECT

private slots:
    void killsAndRestartsUnderLoadLoseNothing()
    {
        LiveCluster cluster(5, 300);
        QVERIFY(cluster.start());
        std::mt19937 random(1);
        for (int round = 0; round < rounds(8); ++round) {
            // Every other time whoever leads, else anybody.
            const NodeId victim =
                round % 2 == 0 && cluster.leader() ? cluster.leader() : NodeId{quint32(random() % 5 + 1)};
            if (round % 5 == 4)
                cluster.lab.stop(victim);
            else
                cluster.lab.kill(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
            QVERIFY(cluster.serves());
            cluster.lab.restart(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
            QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
        }
        QVERIFY(cluster.readsAllBack());
        const TallyRecord& tally = cluster.lab.timeline().tally();
        QCOMPARE(tally.lost, quint64(0));
        QCOMPARE(tally.readBack, tally.acknowledged);
        qInfo("%d rounds: %llu writes acknowledged, %llu read back, %llu lost", rounds(8), tally.acknowledged,
              tally.readBack, tally.lost);
    }

    void powerCutsUnderLoadLoseNothing()
    {
        LiveCluster cluster(3, 300);
        QVERIFY(cluster.start());
        std::mt19937 random(2);
        std::size_t powerCuts = 0;
        for (int round = 0; round < rounds(4); ++round) {
            QVERIFY(cluster.serves());
            // Every other time all at once, so that only what is on the disks is left.
            const NodeId one{static_cast<quint32>(random() % 3 + 1)};
            std::vector<NodeId> victims;
            for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
                if (round % 2 == 0 || id == one)
                    victims.push_back(id);
            }
            powerCuts += victims.size();
            for (const NodeId victim : victims)
                cluster.lab.powerOff(victim);
            for (const NodeId victim : victims)
                QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
            for (const NodeId victim : victims)
                cluster.lab.restart(victim);
            for (const NodeId victim : victims)
                QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim), kPatienceMs);
            QVERIFY(cluster.serves());
            QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
        }
        QVERIFY(cluster.readsAllBack());
        QVERIFY(cluster.acknowledged() > 0);
        const lab::TallyRecord& tally = cluster.lab.timeline().tally();
        qInfo("%zu power cuts in %d rounds: %llu acknowledged, %llu read back, %llu lost", powerCuts, rounds(4),
              tally.acknowledged, tally.readBack, tally.lost);
        QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
    }

    void aLeaderEveryTime()
    {
        for (int round = 0; round < rounds(5); ++round) {
            LiveCluster cluster(3, 50);
            QVERIFY(cluster.start());
            QVERIFY(cluster.leader());
        }
    }

    void atRestEveryNodeHoldsTheSameState()
    {
        LiveCluster cluster(5, 500);
        QVERIFY(cluster.start());
        for (int round = 0; round < 3; ++round) {
            const NodeId victim = cluster.leader();
            cluster.lab.kill(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
            QVERIFY(cluster.serves());
            cluster.lab.restart(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
        }
        cluster.lab.setLoadOn(false);
        const auto same = [&] {
            const auto& nodes = cluster.lab.timeline().nodes();
            const wire::Status& first = *nodes.begin()->second.status;
            return std::all_of(nodes.begin(), nodes.end(), [&](const auto& entry) {
                return entry.second.status->appliedIndex == first.lastIndex &&
                       entry.second.status->stateHash == first.stateHash;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(same(), kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestRounds)
#include "tst_rounds.moc"
