// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/link_fault_text.h"
#include "live_cluster.h"

#include <cmath>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

/// Each kind of fault on one link between real processes, from the leader to a follower: what its receiver sees, and
/// that the way back sees nothing of it.
class TestLinkKinds : public QObject
{
    Q_OBJECT

    static wire::LinkCounters countersOf(const LiveCluster& cluster, NodeId node, NodeId peer)
    {
        for (const wire::LinkCounters& link : cluster.node(node).status->links) {
            if (link.peer == peer)
                return link;
        }
        return {};
    }

    /// The two ends of a link at some moment.
    struct Ends
    {
        wire::LinkCounters sender;
        wire::LinkCounters receiver;
    };
    static Ends endsOf(const LiveCluster& cluster, LinkId link)
    {
        return {countersOf(cluster, link.from, link.to), countersOf(cluster, link.to, link.from)};
    }

    /// How long the messages took that were sampled on that link since then.
    static std::vector<std::chrono::microseconds> flights(const LiveCluster& cluster, LinkId link, Monotonic since)
    {
        std::vector<std::chrono::microseconds> took;
        for (const Message& message : cluster.lab.timeline().messages()) {
            if (message.link == link && message.sentAt > since && message.receivedAt)
                took.push_back(*message.receivedAt - message.sentAt);
        }
        return took;
    }

    struct Scene
    {
        LiveCluster cluster{3, 200};
        LinkId link;
        Ends before;
        Ends beforeBack;
        Monotonic since{0};

        bool begin(const char* line)
        {
            if (!cluster.start())
                return false;
            link = {cluster.leader(), cluster.follower()};
            const auto fault = fault::parseLinkFault(QString::fromLatin1(line));
            if (!fault)
                qFatal("%s", qPrintable(fault.error()));
            cluster.lab.setLinkFault({link}, *fault);
            if (!cluster.until([&] { return cluster.lab.isObeyed(); }))
                return false;
            // Of what was on its way when the fault came nothing is asked: only what both report from here on counts.
            const Monotonic obeyed = wire::monotonicNow();
            if (!cluster.until([&] {
                    return cluster.node(link.from).status->at > obeyed + 100ms &&
                           cluster.node(link.to).status->at > obeyed + 100ms;
                }))
                return false;
            since = wire::monotonicNow();
            before = endsOf(cluster, link);
            beforeBack = endsOf(cluster, link.reversed());
            return true;
        }
        quint64 offered() const { return endsOf(cluster, link).sender.offeredFrames - before.sender.offeredFrames; }
        bool offers(quint64 count)
        {
            return cluster.until([&] { return offered() >= count; });
        }
        quint64 came() const { return endsOf(cluster, link).receiver.receivedFrames - before.receiver.receivedFrames; }
        quint64 cameBack() const
        {
            return endsOf(cluster, link.reversed()).receiver.receivedFrames - beforeBack.receiver.receivedFrames;
        }
        /// From the cluster's first moment on, since a queue may have stood at the look that came before.
        bool allArrived() const
        {
            const Ends ends = endsOf(cluster, link);
            return addsUp(ends.receiver.receivedFrames + ends.sender.lostFrames, ends.sender.offeredFrames);
        }
        /// So little is said that both ends report the same moment.
        void quieten()
        {
            cluster.lab.setLoadOn(false);
            wire::Pace slow;
            slow.factor = 50;
            cluster.lab.setPace(slow);
        }
        bool nothingIsWrongWithTheWayBack() const
        {
            const Ends ends = endsOf(cluster, link.reversed());
            return ends.sender.lostFrames == beforeBack.sender.lostFrames && ends.sender.duplicatedFrames == 0 &&
                   ends.sender.corruptedFrames == 0 && ends.sender.reorderedFrames == 0 &&
                   ends.receiver.rejectedFrames == 0;
        }
    };

    /// But for what was on its way at the first look, which only one end had counted.
    static bool addsUp(quint64 came, quint64 wanted) { return std::max(came, wanted) - std::min(came, wanted) <= 3; }
    /// Five standard deviations: once in three million.
    static bool isShare(quint64 some, quint64 of, double share)
    {
        const auto count = static_cast<double>(of);
        return std::abs(static_cast<double>(some) - share * count) <= 5 * std::sqrt(count * share * (1 - share)) + 1;
    }

private slots:
    void slowIsNeverEarlyAndOneWay()
    {
        Scene scene;
        QVERIFY(scene.begin("latency: 60ms"));
        QTRY_VERIFY_WITH_TIMEOUT(flights(scene.cluster, scene.link, scene.since).size() >= 30, kPatienceMs);
        const auto took = flights(scene.cluster, scene.link, scene.since);
        const auto least = *std::min_element(took.begin(), took.end());
        QVERIFY2(least >= 60ms && least < 1s, qPrintable(QString::number(least.count())));
        const auto back = flights(scene.cluster, scene.link.reversed(), scene.since);
        QVERIFY(!back.empty() && *std::min_element(back.begin(), back.end()) < 60ms);
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void lostAndDeliveredIsWhatWasSent()
    {
        Scene scene;
        QVERIFY(scene.begin("loss: 30%"));
        QVERIFY(scene.offers(400));
        scene.quieten();
        const auto lost = [&] {
            return endsOf(scene.cluster, scene.link).sender.lostFrames - scene.before.sender.lostFrames;
        };
        QTRY_VERIFY_WITH_TIMEOUT(addsUp(scene.came() + lost(), scene.offered()), kPatienceMs);
        QVERIFY2(isShare(lost(), scene.offered(), 0.3),
                 qPrintable(QStringLiteral("%1 of %2").arg(lost()).arg(scene.offered())));
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void copiesArrive()
    {
        Scene scene;
        QVERIFY(scene.begin("duplicate: 30%"));
        QVERIFY(scene.offers(400));
        scene.quieten();
        const auto copies = [&] {
            return endsOf(scene.cluster, scene.link).sender.duplicatedFrames - scene.before.sender.duplicatedFrames;
        };
        QTRY_VERIFY_WITH_TIMEOUT(addsUp(scene.came(), scene.offered() + copies()), kPatienceMs);
        QVERIFY2(isShare(copies(), scene.offered(), 0.3),
                 qPrintable(QStringLiteral("%1 of %2").arg(copies()).arg(scene.offered())));
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void flippedBitsAreRejectedByTheReceiver()
    {
        Scene scene;
        QVERIFY(scene.begin("corrupt: 20%"));
        QVERIFY(scene.offers(400));
        scene.quieten();
        const auto corrupted = [&] { return endsOf(scene.cluster, scene.link).sender.corruptedFrames; };
        QTRY_COMPARE_WITH_TIMEOUT(endsOf(scene.cluster, scene.link).receiver.rejectedFrames, corrupted(), kPatienceMs);
        QVERIFY2(isShare(corrupted() - scene.before.sender.corruptedFrames, scene.offered(), 0.2),
                 qPrintable(QStringLiteral("%1 of %2").arg(corrupted()).arg(scene.offered())));
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
        scene.cluster.lab.healAll();
        scene.cluster.lab.setPace(wire::Pace::real());
        scene.cluster.lab.setLoadOn(true);
        QVERIFY(scene.cluster.readsAllBack());
        QCOMPARE(scene.cluster.lost(), quint64(0));
    }

    void overtakenArriveAllTheSame()
    {
        Scene scene;
        QVERIFY(scene.begin("reorder: 30%"));
        QVERIFY(scene.offers(400));
        const quint64 overtaken =
            endsOf(scene.cluster, scene.link).sender.reorderedFrames - scene.before.sender.reorderedFrames;
        QVERIFY2(overtaken >= 30 && overtaken < 200, qPrintable(QString::number(overtaken)));
        scene.cluster.lab.healAll();
        scene.quieten();
        QTRY_VERIFY_WITH_TIMEOUT(scene.allArrived(), kPatienceMs);
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void narrowCarriesNoMoreThanItsWidth()
    {
        Scene scene;
        QVERIFY(scene.begin("bandwidth: 64kbit"));
        QVERIFY(scene.cluster.until([&] { return scene.cluster.node(scene.link.to).status->at > scene.since + 4s; }));
        const Ends ends = endsOf(scene.cluster, scene.link);
        const auto seconds =
            std::chrono::duration<double>(scene.cluster.node(scene.link.to).status->at - scene.since).count();
        const auto bytes = static_cast<double>(ends.receiver.receivedBytes - scene.before.receiver.receivedBytes);
        QVERIFY2(bytes > 4'000 && bytes <= 8'000 * (seconds + 1) + 16'000,
                 qPrintable(QStringLiteral("%1 B in %2 s").arg(bytes).arg(seconds)));
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void stallHoldsUpAndLosesNothing()
    {
        Scene scene;
        QVERIFY(scene.begin("stall: 1%"));
        const auto held = [&] {
            const auto took = flights(scene.cluster, scene.link, scene.since);
            return std::count_if(took.begin(), took.end(), [](auto one) { return one >= 100ms; });
        };
        QTRY_VERIFY_WITH_TIMEOUT(held() >= 5, kPatienceMs);
        scene.cluster.lab.healAll();
        scene.quieten();
        QTRY_VERIFY_WITH_TIMEOUT(scene.allArrived(), kPatienceMs);
        QVERIFY(scene.nothingIsWrongWithTheWayBack());
    }

    void blockedLinkCarriesNothingAndTheWayBackDoes_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("cut") << QByteArray("cut");
        QTest::newRow("reset") << QByteArray("reset");
        QTest::newRow("refuse") << QByteArray("refuse");
    }

    void blockedLinkCarriesNothingAndTheWayBackDoes()
    {
        QFETCH(QByteArray, line);
        Scene scene;
        QVERIFY(scene.begin(line.constData()));
        QVERIFY(scene.offers(40));
        QCOMPARE(scene.came(), quint64(0));
        QTRY_VERIFY_WITH_TIMEOUT(scene.cameBack() > 3, kPatienceMs);
        QVERIFY(scene.cluster.serves());
        scene.cluster.lab.undo();
        QTRY_VERIFY_WITH_TIMEOUT(scene.came() > 10, kPatienceMs);
        QCOMPARE(scene.cluster.lost(), quint64(0));
    }
};

QTEST_GUILESS_MAIN(TestLinkKinds)
#include "tst_link_kinds.moc"
