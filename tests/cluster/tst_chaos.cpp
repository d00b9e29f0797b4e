// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <QFile>
#include <QTimer>

#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

namespace {

/// Resident bytes of a process; 0 when it is gone.
qint64 residentBytes(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/statm").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * 4096;
}

} // namespace

/// Everything at once and on nobody's wish: a random fault every 300 ms, disks included, under a load.
class TestChaos : public QObject
{
    Q_OBJECT

    using Random = std::mt19937;

    static NodeId anyOf(const LiveCluster& cluster, Random& random)
    {
        auto node = cluster.lab.timeline().nodes().begin();
        std::advance(node, random() % cluster.lab.timeline().nodes().size());
        return node->first;
    }

    static fault::Share upTo(quint32 percent, Random& random)
    {
        return fault::Share::ofPercent(quint32(random() % percent));
    }

    static fault::LinkFault anyLinkFault(Random& random)
    {
        fault::LinkFault fault;
        switch (random() % 5) {
        case 0:
            fault.latency = std::chrono::milliseconds(random() % 100);
            fault.jitter = fault.latency / 4;
            break;
        case 1:
            fault.loss = upTo(30, random);
            break;
        case 2:
            fault.duplicate = upTo(30, random);
            fault.reorder = upTo(30, random);
            fault.latency = 5ms;
            break;
        case 3:
            fault.corrupt = upTo(10, random);
            break;
        default:
            fault.cut = true;
        }
        return fault;
    }

    /// Disks stay honest: with one that lies, or flips bits, losses are no fault of the cluster's.
    static fault::DiskFault anyHonestDisk(Random& random)
    {
        fault::DiskFault disk;
        if (random() % 3 == 0)
            disk.full = true;
        else
            disk.latency = std::chrono::milliseconds(random() % 40);
        return disk;
    }

    static void doAnything(LiveCluster& cluster, Random& random)
    {
        Lab& lab = cluster.lab;
        const NodeId node = anyOf(cluster, random);
        const NodeId other = anyOf(cluster, random);
        const NodeLife life = cluster.node(node).life;
        switch (random() % 14) {
        case 0:
            lab.kill(node);
            break;
        case 1:
            lab.powerOff(node);
            break;
        case 2:
            lab.freeze(node);
            break;
        case 3:
            lab.setClock(node, std::chrono::seconds(int(random() % 7200) - 3600), fault::Share::kAll);
            break;
        case 4:
            lab.partition(PartitionShape(random() % 4));
            break;
        case 5:
        case 6:
            lab.setDisk(node, anyHonestDisk(random));
            break;
        case 7:
        case 8:
            if (node != other)
                lab.setLinkFault({{node, other}}, anyLinkFault(random));
            break;
        case 9:
            lab.setDisk(node, {});
            break;
        case 10:
            if (random() % 8 == 0)
                lab.healAll();
            else
                lab.healPartitions();
            break;
        default:
            if (life == NodeLife::Frozen)
                lab.thaw(node);
            else if (life == NodeLife::Dead)
                lab.restart(node);
            else
                lab.undo();
        }
    }

private slots:
    void randomFaultsLoseNothingAndMemoryStaysFlat()
    {
        const bool isFull = rounds(0) >= 50;
        const auto length = isFull ? 10min : std::chrono::minutes(0) + 20s;
        LiveCluster cluster(9, isFull ? 5000 : 500);
        QVERIFY(cluster.start());
        QStringList endedByThemselves;
        connect(&cluster.lab.timeline(), &Timeline::appended, this, [&](const Record& record) {
            const auto* note = std::get_if<NoteRecord>(&record);
            if (note && note->text.contains(QStringLiteral("ended by itself")))
                endedByThemselves += note->text;
        });
        Random random(5);
        int faults = 0;
        QTimer every;
        connect(&every, &QTimer::timeout, this, [&] {
            doAnything(cluster, random);
            ++faults;
        });
        every.start(300ms);

        // The most any node and this process hold, in the second quarter and in the last one.
        std::array<qint64, 4> nodesMost{};
        std::array<qint64, 4> labMost{};
        const auto since = wire::monotonicNow();
        const auto passed = [&] { return wire::monotonicNow() - since; };
        QVERIFY(cluster.until(
            [&] {
                const auto quarter = std::size_t(std::min<qint64>(3, passed() * 4 / length));
                for (const qint64 pid : cluster.pids())
                    nodesMost[quarter] = std::max(nodesMost[quarter], residentBytes(pid));
                labMost[quarter] = std::max(labMost[quarter], residentBytes(QCoreApplication::applicationPid()));
                return passed() >= length;
            },
            int(std::chrono::milliseconds(length).count()) + kPatienceMs));
        every.stop();
        cluster.lab.healAll();
        const auto allRun = [&] {
            const auto& nodes = cluster.lab.timeline().nodes();
            return std::all_of(nodes.begin(), nodes.end(),
                               [&](const auto& entry) { return cluster.runs(entry.first); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(allRun(), kPatienceMs);
        cluster.lab.setRate(500);
        QVERIFY(cluster.serves());
        QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
        QVERIFY(cluster.readsAllBack());
        const TallyRecord& tally = cluster.lab.timeline().tally();
        const auto mb = [](qint64 bytes) { return bytes / 1'000'000; };
        qInfo("%d faults in %lld s: %llu acknowledged, %llu read back, %llu lost; memory of a node at most %lld MB in "
              "the second quarter, %lld MB in the last; of the lab %lld and %lld MB",
              faults, qint64(std::chrono::seconds(length).count()), tally.acknowledged, tally.readBack, tally.lost,
              mb(nodesMost[1]), mb(nodesMost[3]), mb(labMost[1]), mb(labMost[3]));
        QCOMPARE(endedByThemselves, QStringList());
        QCOMPARE(tally.lost, quint64(0));
        QVERIFY(tally.acknowledged > 0);
        constexpr qint64 kSlack = 64'000'000;
        QVERIFY2(nodesMost[3] <= nodesMost[1] * 3 / 2 + kSlack, "the memory of a node grows");
        QVERIFY2(labMost[3] <= labMost[1] * 3 / 2 + kSlack, "the memory of the lab grows");
    }
};

QTEST_GUILESS_MAIN(TestChaos)
#include "tst_chaos.moc"
