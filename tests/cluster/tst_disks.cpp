// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/timeline.h"
#include "live_cluster.h"

#include <QDir>
#include <QFile>

#include <sys/mount.h>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

namespace {

/// A file system of its own, small enough to be filled, while it lives.
class Tmpfs
{
public:
    explicit Tmpfs(qint64 bytes)
    {
        const QByteArray options = "size=" + QByteArray::number(bytes) + ",nr_inodes=400";
        m_isMounted =
            ::mount("faultline-test", QFile::encodeName(path()).constData(), "tmpfs", 0, options.constData()) == 0;
    }
    ~Tmpfs()
    {
        if (m_isMounted)
            ::umount2(QFile::encodeName(path()).constData(), MNT_DETACH);
    }
    Tmpfs(const Tmpfs&) = delete;
    Tmpfs& operator=(const Tmpfs&) = delete;

    QString path() const { return m_folder.path(); }
    bool isMounted() const { return m_isMounted; }
    /// Until there is not a byte left.
    void fill() const
    {
        QFile file(path() + "/ballast-0");
        if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
            return;
        const QByteArray block(4'096, 'b');
        while (file.write(block) == block.size()) {
        }
    }
    /// Until no file can be made any more.
    void fillWithFiles() const
    {
        for (int i = 1; QFile(path() + QStringLiteral("/ballast-%1").arg(i)).open(QIODevice::WriteOnly); ++i) {
        }
    }
    void makeSpace() const
    {
        for (const QString& name : QDir(path()).entryList({"ballast-*"}))
            QFile::remove(path() + '/' + name);
    }

private:
    QTemporaryDir m_folder;
    bool m_isMounted = false;
};

} // namespace

/// Disks that are slow, full or lie, and power that fails.
class TestDisks : public QObject
{
    Q_OBJECT

    static void powerOffAll(LiveCluster& cluster)
    {
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            cluster.lab.powerOff(id);
    }
    static bool isDark(const LiveCluster& cluster)
    {
        const auto& nodes = cluster.lab.timeline().nodes();
        return std::all_of(nodes.begin(), nodes.end(),
                           [](const auto& entry) { return entry.second.life == NodeLife::Dead; });
    }
    static bool says(const LiveCluster& cluster, NodeId node, QLatin1String words)
    {
        const auto& events = cluster.lab.timeline().events();
        return std::any_of(events.begin(), events.end(),
                           [&](const EventRow& row) { return row.node == node && row.text.contains(words); });
    }
    static void setAll(LiveCluster& cluster, const fault::DiskFault& disk)
    {
        for (const auto& [id, node] : cluster.lab.timeline().nodes())
            cluster.lab.setDisk(id, disk);
    }

private slots:
    void lyingDisksLoseAndTheTallySeesIt()
    {
        LiveCluster cluster(5, 300);
        QVERIFY(cluster.start());
        setAll(cluster, {.lies = true});
        QVERIFY(headline(cluster.lab.timeline()).contains(QStringLiteral("he disks of n1, n2, n3, n4 and n5 lie")));
        QVERIFY(cluster.until([&] { return cluster.lab.isObeyed(); }));
        const quint64 before = cluster.acknowledged();
        QVERIFY(cluster.until([&] { return cluster.acknowledged() > before + 200; }));
        powerOffAll(cluster);
        QVERIFY(cluster.until([&] { return isDark(cluster); }));
        cluster.lab.healAll();
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QVERIFY(cluster.lost() > 0);
    }

    void slowDisksSlowTheWritesAndHealing()
    {
        LiveCluster cluster(3, 20);
        QVERIFY(cluster.start());
        setAll(cluster, {.latency = 100ms});
        QCOMPARE(cluster.caption(), QStringLiteral("n3's disk slowed by 100 ms"));
        QVERIFY(cluster.until([&] { return cluster.lab.isObeyed(); }));
        const auto medianNow = [&] {
            stats::Histogram latency;
            const auto& load = cluster.lab.timeline().load();
            const auto since = wire::monotonicNow() - 2s;
            for (const LoadRecord& slice : load) {
                if (slice.from > since)
                    latency.add(slice.latency);
            }
            return latency.percentileOfFew(0.75);
        };
        cluster.lab.setReadShare(0);
        QVERIFY(cluster.until([&] { return medianNow() > std::chrono::nanoseconds(80ms); }));
        // The reason is among the events, and where the time goes in what the node reports.
        QVERIFY(cluster.until([&] {
            return says(cluster, cluster.leader(),
                        QLatin1String(" ms for a write: it counts for no majority meanwhile"));
        }));
        QVERIFY(cluster.until([&] {
            const auto& histograms = cluster.lab.timeline().node(cluster.leader())->histograms;
            return histograms && histograms->sync.max() > std::chrono::nanoseconds(100ms) &&
                   histograms->stages.at(wire::Stage::Replicate).max() > std::chrono::nanoseconds(100ms) &&
                   histograms->stages.at(wire::Stage::Apply).percentileOfFew(0.5) < std::chrono::nanoseconds(10ms);
        }));
        cluster.lab.undo();
        QCOMPARE(cluster.caption(), QStringLiteral("Undid: n3's disk slowed by 100 ms"));
        cluster.lab.healAll();
        QVERIFY(cluster.lab.timeline().faultState().state.disks.empty());
        QVERIFY(cluster.until([&] {
            const auto median = medianNow();
            return median && *median < 80ms;
        }));
    }

    void aDiskThatHangsIsSaidWhileItHangs()
    {
        LiveCluster cluster(3, 50);
        QVERIFY(cluster.start());
        const NodeId leader = cluster.leader();
        cluster.lab.setDisk(leader, {.latency = 10s});
        const auto hangs = QLatin1String("its disk has not finished a write for ");
        QVERIFY(cluster.until([&] { return says(cluster, leader, hangs); }));
        QVERIFY(!says(cluster, leader, QLatin1String("its disk took")));
        // And it belongs to the reason why it leads no more.
        for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
            if (id != leader)
                cluster.lab.freeze(id);
        }
        QVERIFY(cluster.until(
            [&] { return says(cluster, leader, QLatin1String("; its disk has not finished a write for ")); }));
        cluster.lab.healAll();
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void aFileSystemThatIsFullIndeedRefusesWritesServesReadsAndGoesOnWithoutARestart()
    {
        const Tmpfs tmpfs(64 << 20);
        if (!tmpfs.isMounted())
            QSKIP("a small file system can only be mounted by root");
        LiveCluster cluster(3, 100);
        cluster.options.dataRoot = tmpfs.path();
        cluster.options.snapshotAfter = 100;
        QVERIFY(cluster.start());
        QVERIFY(cluster.serves());
        std::vector<qint64> before = cluster.pids();
        const auto reply = [&](const QString& line) {
            const auto answered = cluster.ask(cluster.leader(), line);
            return answered ? answered->reply : QString();
        };
        QCOMPARE(reply(QStringLiteral("SET mine before")), QStringLiteral("OK"));
        for (const bool ofFiles : {false, true}) { // blocks, then names
            ofFiles ? tmpfs.fillWithFiles() : tmpfs.fill();
            QVERIFY(cluster.until([&] {
                return reply(QStringLiteral("SET other %1").arg(QString(500, u'x'))).contains(QStringLiteral("full"));
            }));
            QCOMPARE(reply(QStringLiteral("GET mine")), QStringLiteral("\"before\""));
            QCOMPARE(cluster.pids(), before);
            // Nor does one that is started then need space.
            const NodeId follower = cluster.follower();
            cluster.lab.kill(follower);
            QVERIFY(cluster.until([&] { return cluster.isLife(follower, NodeLife::Dead); }));
            cluster.lab.restart(follower);
            QVERIFY(cluster.until([&] { return cluster.runs(follower); }));
            before = cluster.pids();
            tmpfs.makeSpace();
            QVERIFY(cluster.until([&] { return reply(QStringLiteral("SET other y")) == QStringLiteral("OK"); }));
            QVERIFY(cluster.serves());
        }
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
        QCOMPARE(cluster.pids(), before);
    }

    void aFullDiskOfTheLeaderRefusesWritesServesReadsAndGoesOnWithoutARestart()
    {
        LiveCluster cluster(3, 100);
        QVERIFY(cluster.start());
        const NodeId leader = cluster.leader();
        const std::vector<qint64> before = cluster.pids();
        cluster.lab.setDisk(leader, {.full = true});
        const auto reply = [&](const QString& line) {
            const auto answered = cluster.ask(leader, line);
            return answered ? answered->reply : QString();
        };
        int taken = 0;
        QVERIFY(cluster.until([&] {
            const QString said = reply(QStringLiteral("SET mine %1").arg(taken + 1));
            taken += said == QStringLiteral("OK");
            return said.contains(QStringLiteral("disk is full"));
        }));
        QVERIFY(reply(QStringLiteral("SET mine other")).contains(QStringLiteral("disk is full")));
        QVERIFY(cluster.until([&] { return says(cluster, leader, QLatin1String("its disk is full")); }));
        QCOMPARE(reply(QStringLiteral("GET mine")),
                 taken == 0 ? QStringLiteral("(nil)") : QStringLiteral("\"%1\"").arg(taken));
        cluster.lab.setDisk(leader, {});
        QCOMPARE(cluster.caption(), QStringLiteral("%1's disk is healthy").arg(leader.name()));
        QVERIFY(cluster.until([&] { return reply(QStringLiteral("SET mine 3")) == QStringLiteral("OK"); }));
        QVERIFY(cluster.until([&] { return says(cluster, leader, QLatin1String("its disk has space again")); }));
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
        QCOMPARE(cluster.pids(), before);
    }

    void aFullDiskOfAFollowerStopsNobody()
    {
        LiveCluster cluster(3, 100);
        QVERIFY(cluster.start());
        const std::vector<qint64> before = cluster.pids();
        const NodeId full = cluster.follower();
        cluster.lab.setDisk(full, {.full = true});
        QVERIFY(cluster.until([&] { return cluster.lab.isObeyed(); }));
        QVERIFY(cluster.serves());
        cluster.lab.setDisk(full, {});
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
        QCOMPARE(cluster.pids(), before);
    }
};

QTEST_GUILESS_MAIN(TestDisks)
#include "tst_disks.moc"
