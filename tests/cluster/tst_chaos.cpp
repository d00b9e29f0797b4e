// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos.h"
#include "live_cluster.h"

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

/// Chaos under a load, with the lab alone.
class TestChaos : public QObject
{
    Q_OBJECT

private slots:
    void randomFaultsLoseNothingAndMemoryStaysFlat()
    {
        const ChaosSize size = ChaosSize::ofThisRun();
        LiveCluster cluster(size.nodes, size.rate);
        QVERIFY(cluster.start());
        Chaos chaos(cluster.lab, size, 5);
        MemoryByQuarter ofLab;
        chaos.begin();
        QVERIFY(cluster.until(
            [&] {
                ofLab.note(chaos.shareDone(), residentBytes(QCoreApplication::applicationPid()));
                return chaos.shareDone() >= 1;
            },
            int(std::chrono::milliseconds(size.length).count()) + kPatienceMs));
        const bool endsWell = chaos.endsWell();
        QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
        QVERIFY(endsWell);
        const auto mb = [](qint64 bytes) { return bytes / 1'000'000; };
        qInfo("%s; of the lab %lld and %lld MB", qPrintable(chaos.summary()), mb(ofLab.most(1)), mb(ofLab.most(3)));
        QCOMPARE(chaos.endedByThemselves(), QStringList());
        QVERIFY(cluster.acknowledged() > 0);
        constexpr qint64 kSlack = 64'000'000;
        const MemoryByQuarter& ofNodes = chaos.nodeMemory();
        QVERIFY2(ofNodes.most(3) <= ofNodes.most(1) * 3 / 2 + kSlack, "the memory of a node grows");
        QVERIFY2(ofLab.most(3) <= ofLab.most(1) * 3 / 2 + kSlack, "the memory of the lab grows");
    }
};

QTEST_GUILESS_MAIN(TestChaos)
#include "tst_chaos.moc"
