// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_node.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include <array>
#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;
using fault::LinkFault;

namespace {

template <typename Set> LinkFault with(Set set)
{
    LinkFault fault;
    set(fault);
    return fault;
}

const LinkFault kCut = with([](LinkFault& f) { f.cut = true; });
const LinkFault kReset = with([](LinkFault& f) { f.reset = true; });
const LinkFault kRefuse = with([](LinkFault& f) { f.refuse = true; });

LinkFault slow(std::chrono::microseconds latency)
{
    return with([latency](LinkFault& f) { f.latency = latency; });
}

} // namespace

/// The load against three nodes that share one store: one leads, the others say who.
class TestLoadFaults : public QObject
{
    Q_OBJECT

    std::shared_ptr<QHash<QByteArray, QByteArray>> m_store;
    std::array<std::unique_ptr<FakeNode>, 3> m_nodes;
    std::array<int, 3> m_leaderOf{}; ///< whom each takes for the leader
    std::unique_ptr<LoadGenerator> m_load;
    LoadRecord m_sum;
    TallyRecord m_tally;
    std::vector<std::pair<NodeId, Monotonic>> m_firstWrites;
    int m_quietRecords = 0;
    int m_records = 0;

    FakeNode& node(quint32 id) { return *m_nodes[id - 1]; }

    void follow(int leader) { m_leaderOf.fill(leader); }
    void start(double rate, const wire::Pace& pace = wire::Pace::real())
    {
        m_load->start({{node(1).target(1), node(2).target(2), node(3).target(3)}, rate, 0.5, 1, pace});
    }
    void startAndServe(double rate, const wire::Pace& pace = wire::Pace::real())
    {
        start(rate, pace);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 5, 20'000);
    }
    /// To the node and from it.
    void setFaults(quint32 id, const LinkFault& out, const LinkFault& in)
    {
        m_load->setFaults({{{kClients, {id}}, out}, {{{id}, kClients}, in}});
    }
    void heal() { m_load->setFaults({}); }
    void verifyNothingIsLost()
    {
        m_load->setReadShare(1);
        QTRY_COMPARE_WITH_TIMEOUT(m_tally.readBack, m_tally.acknowledged, 30'000);
        QVERIFY2(m_tally.lost == 0, qPrintable(m_tally.firstLoss));
    }
    /// From here on only what is measured from here on counts.
    void countAnew()
    {
        const int before = m_records;
        QTRY_VERIFY_WITH_TIMEOUT(m_records >= before + 2, 20'000);
        m_sum = {};
    }
    static void letPass(std::chrono::milliseconds time)
    {
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY_WITH_TIMEOUT(timer.hasExpired(time.count()), 30'000);
    }

private slots:
    void init()
    {
        m_store = std::make_shared<QHash<QByteArray, QByteArray>>();
        follow(1);
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            m_nodes[i] = std::make_unique<FakeNode>(m_store);
            FakeNode* self = m_nodes[i].get();
            self->answer = [this, self, i](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
                const auto leader = static_cast<std::size_t>(m_leaderOf[i]);
                return leader == i + 1 ? self->serve(verb, key, value) : self->movedTo(*m_nodes[leader - 1]);
            };
        }
        m_load = std::make_unique<LoadGenerator>();
        m_sum = {};
        m_tally = {};
        m_firstWrites.clear();
        connect(m_load.get(), &LoadGenerator::loadMeasured, this, [this](const LoadRecord& record) {
            m_sum.offered += record.offered;
            m_sum.attempted += record.attempted;
            m_sum.ok += record.ok;
            m_sum.failed += record.failed;
            m_sum.unknown += record.unknown;
            m_sum.latency.add(record.latency);
            m_sum.outstanding = record.outstanding;
            ++m_records;
            m_quietRecords = record.ok + record.unknown + record.failed == 0 ? m_quietRecords + 1 : 0;
        });
        connect(m_load.get(), &LoadGenerator::tallyChanged, this,
                [this](const TallyRecord& record) { m_tally = record; });
        connect(m_load.get(), &LoadGenerator::writeAcknowledged, this,
                [this](quint64, Monotonic at, NodeId by) { m_firstWrites.emplace_back(by, at); });
    }
    void cleanup() { m_load.reset(); }

    void answersAreLateAndNeverFewer_data()
    {
        QTest::addColumn<int>("outMs");
        QTest::addColumn<int>("inMs");
        QTest::addColumn<quint32>("factor");
        QTest::newRow("out") << 250 << 0 << 1u;
        QTest::newRow("in") << 0 << 250 << 1u;
        QTest::newRow("both") << 150 << 150 << 1u;
        QTest::newRow("slowed") << 30 << 20 << 5u;
    }
    void answersAreLateAndNeverFewer()
    {
        QFETCH(int, outMs);
        QFETCH(int, inMs);
        QFETCH(quint32, factor);
        startAndServe(500, {factor});
        setFaults(1, slow(outMs * 1ms), slow(inMs * 1ms));
        letPass(400ms); // what was sent before has been answered
        countAnew();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.offered >= 600, 20'000);
        // One command after the other on each connection would be 32 a second.
        QVERIFY2(m_sum.ok >= m_sum.offered * 3 / 4, qPrintable(QString::number(m_sum.ok)));
        const auto shortest = m_sum.latency.percentileOfFew(0);
        QVERIFY(shortest && *shortest >= (outMs + inMs) * 1ms * factor);
        QCOMPARE(m_sum.failed + m_sum.unknown, quint64(0));
        verifyNothingIsLost();
    }

    void laterThanTheTimeoutIsUnknown()
    {
        startAndServe(100);
        setFaults(1, slow(1'100ms), slow(1'100ms));
        countAnew();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 20, 20'000);
        QCOMPARE(m_sum.ok, quint64(0));
        heal();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 50, 20'000);
        verifyNothingIsLost();
    }

    void heldNothingMovesAndNothingIsUnknown()
    {
        startAndServe(200);
        setFaults(1, slow(100ms), slow(100ms));
        letPass(300ms);
        m_load->setPace({1, true});
        QTRY_VERIFY_WITH_TIMEOUT(m_quietRecords >= 7, 20'000); // longer than the timeout
        const auto before = m_tally.acknowledged;
        m_load->setPace({1});
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > before + 50, 20'000);
        QCOMPARE(m_sum.failed + m_sum.unknown, quint64(0));
        verifyNothingIsLost();
    }

    void roughStreamsLoseNothing_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("jitter") << with([](LinkFault& f) { f.latency = f.jitter = 30ms; });
        QTest::newRow("narrow") << with([](LinkFault& f) { f.bandwidth = 100'000; });
        QTest::newRow("too narrow") << with([](LinkFault& f) { f.bandwidth = 16'000; });
        QTest::newRow("stall") << with([](LinkFault& f) { f.stall = fault::Share::ofPercent(5); });
    }
    void roughStreamsLoseNothing()
    {
        QFETCH(LinkFault, fault);
        startAndServe(300);
        setFaults(1, fault, fault);
        const auto before = m_tally.acknowledged;
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > before + 30, 30'000);
        heal();
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > before + 150, 30'000);
        verifyNothingIsLost();
    }

    void aSilentLeaderIsLeftWithinATimeout_data()
    {
        QTest::addColumn<bool>("out");
        QTest::addColumn<bool>("in");
        QTest::addColumn<quint32>("factor");
        QTest::addColumn<int>("staleMs");
        QTest::addColumn<double>("rate");
        QTest::addColumn<quint32>("factorBefore");
        QTest::newRow("cannot be told") << true << false << 1u << 0 << 200.0 << 1u;
        QTest::newRow("cannot answer") << false << true << 1u << 0 << 200.0 << 1u;
        QTest::newRow("both ways") << true << true << 1u << 0 << 200.0 << 1u;
        QTest::newRow("both ways, slowed") << true << true << 2u << 0 << 200.0 << 2u;
        QTest::newRow("both ways, 20 a second") << true << true << 1u << 0 << 20.0 << 1u;
        QTest::newRow("both ways, more than can wait") << true << true << 1u << 0 << 8'000.0 << 1u;
        QTest::newRow("the others notice late") << true << true << 1u << 600 << 200.0 << 1u;
        QTest::newRow("the others notice behind the timeout") << true << true << 1u << 1'500 << 200.0 << 1u;
        QTest::newRow("both ways, slowed ten times before") << true << true << 1u << 0 << 200.0 << 10u;
        QTest::newRow("both ways, slowed most before") << true << true << 2u << 0 << 200.0 << 50u;
    }
    void aSilentLeaderIsLeftWithinATimeout()
    {
        QFETCH(bool, out);
        QFETCH(bool, in);
        QFETCH(quint32, factor);
        QFETCH(int, staleMs);
        QFETCH(double, rate);
        QFETCH(quint32, factorBefore);
        startAndServe(rate, {factorBefore});
        m_load->setPace({factor});
        const Monotonic from = wire::monotonicNow();
        setFaults(1, out ? kCut : LinkFault(), in ? kCut : LinkFault());
        m_load->watchRecovery(1, {1}, from);
        QTimer::singleShot(staleMs, this, [this] { follow(2); });
        QTRY_COMPARE_WITH_TIMEOUT(m_firstWrites.size(), std::size_t(1), 30'000);
        const auto [by, at] = m_firstWrites[0];
        QCOMPARE(by, NodeId{2});
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(at - from);
        const auto allowed = std::max(1'000ms * factor, staleMs * 1ms) + 400ms;
        QVERIFY2(took <= allowed, qPrintable(QString::number(took.count())));
        // Once it is known to be silent, the load goes where it is answered.
        letPass(1'000ms * factor);
        countAnew();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.offered >= quint64(rate), 20'000);
        QVERIFY2(m_sum.unknown <= 5, qPrintable(QString::number(m_sum.unknown)));
        heal();
        follow(1);
        node(2).die();
        const auto before = m_tally.acknowledged;
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > before + 5, 20'000);
        verifyNothingIsLost();
    }

    void whatIsUnderWayWaitsASecondOfTheClustersTime_data()
    {
        QTest::addColumn<quint32>("before");
        QTest::addColumn<quint32>("after");
        QTest::addColumn<int>("leastMs"); // from when the pace changed
        QTest::addColumn<int>("mostMs");
        QTest::newRow("slowed less") << 20u << 1u << 0 << 1'500;
        QTest::newRow("slowed more") << 1u << 4u << 1'600 << 4'500;
    }
    void whatIsUnderWayWaitsASecondOfTheClustersTime()
    {
        QFETCH(quint32, before);
        QFETCH(quint32, after);
        QFETCH(int, leastMs);
        QFETCH(int, mostMs);
        startAndServe(200, {before});
        setFaults(1, {}, kCut);
        QTRY_VERIFY(m_sum.outstanding > 20);
        m_load->setRate(0);
        m_load->setPace({after});
        QElapsedTimer since;
        since.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.outstanding == 0, mostMs);
        QVERIFY2(since.hasExpired(leastMs), qPrintable(QString::number(since.elapsed())));
        QVERIFY(m_sum.unknown > 20);
    }

    void aSilentFollowerCostsNothing()
    {
        startAndServe(200);
        setFaults(2, kCut, kCut);
        countAnew();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 200, 20'000);
        QCOMPARE(m_sum.unknown + m_sum.failed, quint64(0));
    }

    void oneWayIsOneWay_data()
    {
        QTest::addColumn<bool>("out");
        QTest::newRow("to the node") << true;
        QTest::newRow("from the node") << false;
    }
    void oneWayIsOneWay()
    {
        QFETCH(bool, out);
        startAndServe(200);
        setFaults(1, out ? kCut : LinkFault(), out ? LinkFault() : kCut);
        countAnew();
        const int before = node(1).commands;
        letPass(400ms);
        QCOMPARE(m_sum.ok, quint64(0));
        if (out)
            QCOMPARE(node(1).commands, before);
        else
            QVERIFY(node(1).commands > before + 40);
    }

    void powerOffIsSilenceAndAKillIsNot_data()
    {
        QTest::addColumn<bool>("cut");
        QTest::newRow("killed") << false;
        QTest::newRow("powered off") << true;
    }
    void powerOffIsSilenceAndAKillIsNot()
    {
        QFETCH(bool, cut);
        startAndServe(200);
        if (cut) {
            setFaults(1, kCut, kCut);
            countAnew();
        }
        const int acceptedBefore = node(1).accepted;
        // Sent, and never answered.
        if (!cut) {
            node(1).answer = [](const auto&, const auto&, const auto&) { return QByteArray(); };
            QTRY_VERIFY(m_sum.outstanding > 10);
        }
        node(1).die();
        follow(2);
        if (!cut) {
            QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 0 && m_sum.ok > 0, 700);
        } else {
            letPass(300ms);
            QCOMPARE(m_sum.unknown + m_sum.failed + m_sum.ok, quint64(0));
            QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 0 && m_sum.ok > 0, 2'000);
            QCOMPARE(m_sum.failed, quint64(0));
        }
        node(1).rise();
        if (cut) {
            letPass(400ms);
            QCOMPARE(node(1).accepted, acceptedBefore); // it is there, and nobody knows
            heal();
        }
        QTRY_COMPARE_WITH_TIMEOUT(node(1).accepted, acceptedBefore + 8, 20'000);
        verifyNothingIsLost();
    }

    void healedInTimeEverythingGoesOn_data() { oneWayIsOneWay_data(); }
    void healedInTimeEverythingGoesOn()
    {
        QFETCH(bool, out);
        startAndServe(200);
        const int accepted = node(1).accepted;
        setFaults(1, out ? kCut : LinkFault(), out ? LinkFault() : kCut);
        letPass(300ms);
        heal();
        const auto offered = m_sum.offered;
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > offered + 100, 20'000);
        QCOMPARE(m_sum.unknown + m_sum.failed, quint64(0));
        QCOMPARE(node(1).accepted, accepted);
        QVERIFY(*m_sum.latency.max() >= 250ms);
        verifyNothingIsLost();
    }

    void tornIsUnknown_data() { oneWayIsOneWay_data(); }
    void tornIsUnknown()
    {
        QFETCH(bool, out);
        startAndServe(200);
        setFaults(1, out ? kReset : LinkFault(), out ? LinkFault() : kReset);
        countAnew();
        const int before = node(1).commands;
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 30, 20'000);
        QCOMPARE(m_sum.ok, quint64(0));
        if (out)
            QCOMPARE(node(1).commands, before);
        else
            QVERIFY(node(1).commands >= before + 20);
        heal();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 100, 20'000);
        verifyNothingIsLost();
    }

    void refusedProposesNothing()
    {
        startAndServe(200);
        std::vector<wire::LinkState> all;
        for (quint32 id = 1; id <= 3; ++id)
            all.push_back({{kClients, {id}}, kRefuse});
        m_load->setFaults(all);
        countAnew();
        const auto contacts = [this] {
            int sum = 0;
            for (const auto& each : m_nodes)
                sum += each->commands + each->accepted;
            return sum;
        };
        const int before = contacts();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.failed > 100, 20'000);
        QCOMPARE(m_sum.unknown + m_sum.ok, quint64(0));
        QCOMPARE(contacts(), before);
        heal();
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 100, 20'000);
        verifyNothingIsLost();
    }

    void refusedWithCommandsUnderWayIsUnknown()
    {
        startAndServe(200);
        node(1).answer = [](const auto&, const auto&, const auto&) { return QByteArray(); };
        QTRY_VERIFY(m_sum.outstanding > 20);
        m_load->setRate(0);
        setFaults(1, kRefuse, {});
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 20, 600); // at once, and not after the timeout
    }

    void theHotKeyIsReadByManyAndLosesNothing()
    {
        QHash<QByteArray, int> asked;
        node(1).answer = [this, &asked](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
            ++asked[key];
            return node(1).serve(verb, key, value);
        };
        startAndServe(1'000);
        setFaults(1, slow(30ms), slow(30ms));
        m_load->setHotKey(fault::Share::ofPercent(60));
        m_sum = {};
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 3'000, 30'000);
        // One at a time, that is 16 a second.
        const int hottest = *std::max_element(asked.cbegin(), asked.cend());
        QVERIFY2(hottest > 1'000, qPrintable(QString::number(hottest)));
        QCOMPARE(m_sum.unknown + m_sum.failed, quint64(0));
        QVERIFY2(m_tally.lost == 0, qPrintable(m_tally.firstLoss));
        m_load->setHotKey({});
        verifyNothingIsLost();
    }

    void aWriteThatTheHotKeyForgetsIsSeen()
    {
        // Every tenth, and from the thirtieth on: a loss is seen by a read that begins before the next write, and
        // whether one does is up to chance.
        node(1).answer = [this](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
            const bool forgets = verb == "SET" && value.toInt() >= 30 && value.endsWith('0');
            return forgets ? QByteArray("+OK\r\n") : node(1).serve(verb, key, value);
        };
        start(1'000);
        m_load->setHotKey(fault::Share::ofPercent(100));
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.lost > 0, 30'000);
        static const QRegularExpression loss(QStringLiteral("wrote (\\d+)0, read (\\d+)9"));
        const QRegularExpressionMatch match = loss.match(m_tally.firstLoss);
        QVERIFY2(match.hasMatch(), qPrintable(m_tally.firstLoss));
        QCOMPARE(match.captured(2).toInt(), match.captured(1).toInt() - 1);
    }

    void startedAnewEverythingIsHealthy()
    {
        startAndServe(200);
        setFaults(1, kCut, kCut);
        m_load->setHotKey(fault::Share::ofPercent(100));
        letPass(100ms);
        m_tally = {};
        startAndServe(200);
        m_sum = {};
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 100, 20'000);
        QCOMPARE(m_sum.unknown + m_sum.failed, quint64(0));
    }

    void nothingIsLostWhateverHappens()
    {
        const std::vector<LinkFault> faults = {
            {},      slow(50ms),
            kCut,    with([](LinkFault& f) { f.bandwidth = 50'000; }),
            kReset,  with([](LinkFault& f) { f.latency = f.jitter = 20ms; }),
            kRefuse, with([](LinkFault& f) { f.stall = fault::Share::ofPercent(10); })};
        std::mt19937 random(5);
        startAndServe(800);
        m_load->setHotKey(fault::Share::ofPercent(20));
        for (int round = 0; round < 40; ++round) {
            std::vector<wire::LinkState> links;
            for (quint32 id = 1; id <= 3; ++id) {
                if (random() % 2 == 0)
                    links.push_back({{kClients, {id}}, faults[random() % faults.size()]});
                if (random() % 2 == 0)
                    links.push_back({{{id}, kClients}, faults[random() % faults.size()]});
            }
            m_load->setFaults(links);
            if (random() % 4 == 0)
                follow(int(random() % 3) + 1);
            if (random() % 6 == 0)
                m_load->setPace({quint32(random() % 3) + 1, random() % 2 == 0});
            letPass(std::chrono::milliseconds(random() % 250));
        }
        m_load->setPace({1});
        heal();
        const auto before = m_tally.acknowledged;
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > before + 200, 20'000);
        m_load->setHotKey({});
        QVERIFY(m_sum.unknown > 0);
        verifyNothingIsLost();
    }
};

QTEST_GUILESS_MAIN(TestLoadFaults)
#include "tst_load_faults.moc"
