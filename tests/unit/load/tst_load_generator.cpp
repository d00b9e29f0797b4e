// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_node.h"

#include <QTest>
#include <QTimer>

#include <memory>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

class TestLoadGenerator : public QObject
{
    Q_OBJECT

    std::shared_ptr<QHash<QByteArray, QByteArray>> m_store;
    std::unique_ptr<FakeNode> m_one;
    std::unique_ptr<FakeNode> m_two;
    std::unique_ptr<LoadGenerator> m_load;
    LoadRecord m_sum;
    TallyRecord m_tally;
    std::vector<std::pair<quint64, NodeId>> m_recovered;
    int m_limited = 0;
    int m_quietRecords = 0; ///< in a row, in which nothing was due

    void start(double rate, double readShare = 0.5)
    {
        m_load->start({{m_one->target(1), m_two->target(2)}, rate, readShare, 1, wire::Pace::real()});
    }

private slots:
    void init()
    {
        m_store = std::make_shared<QHash<QByteArray, QByteArray>>();
        m_one = std::make_unique<FakeNode>(m_store);
        m_two = std::make_unique<FakeNode>(m_store);
        m_load = std::make_unique<LoadGenerator>();
        m_sum = {};
        m_tally = {};
        m_recovered.clear();
        m_limited = 0;
        connect(m_load.get(), &LoadGenerator::loadMeasured, this, [this](const LoadRecord& record) {
            m_sum.offered += record.offered;
            m_sum.attempted += record.attempted;
            m_sum.ok += record.ok;
            m_sum.failed += record.failed;
            m_sum.unknown += record.unknown;
            m_sum.redirects += record.redirects;
            m_sum.latency.add(record.latency);
            m_quietRecords = record.offered == 0 ? m_quietRecords + 1 : 0;
            m_limited += record.limited ? 1 : 0;
        });
        connect(m_load.get(), &LoadGenerator::tallyChanged, this,
                [this](const TallyRecord& record) { m_tally = record; });
        connect(m_load.get(), &LoadGenerator::writeAcknowledged, this,
                [this](quint64 id, Monotonic, NodeId by) { m_recovered.emplace_back(id, by); });
    }

    void writesAreReadBack()
    {
        start(500);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 300, 20'000);
        QCOMPARE(m_tally.lost, quint64(0));
        m_load->setReadShare(1);
        QTRY_COMPARE_WITH_TIMEOUT(m_tally.readBack, m_tally.acknowledged, 20'000);
        QCOMPARE(m_sum.failed + m_sum.unknown, quint64(0));
        QVERIFY(m_sum.latency.count() == m_sum.ok);
    }

    void commandsReachOneThatIsAddedAndNoneThatIsRemoved()
    {
        m_load->start({{m_one->target(1)}, 300, 0.5, 1, wire::Pace::real()});
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 50, 20'000);
        m_load->addTarget(m_two->target(2));
        m_one->answer = [this](const QByteArray&, const QByteArray&, const QByteArray&) {
            return m_one->movedTo(*m_two);
        };
        QTRY_VERIFY_WITH_TIMEOUT(m_two->commands > 50, 20'000);
        // The last one answers nothing any more, and goes: what it holds is unknown, and all else goes on.
        m_one->answer = [this](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
            return m_one->serve(verb, key, value);
        };
        m_two->answer = [](const QByteArray&, const QByteArray&, const QByteArray&) { return QByteArray(); };
        const int before = m_two->commands;
        QTRY_VERIFY_WITH_TIMEOUT(m_two->commands > before, 20'000);
        m_load->removeTarget({2});
        const quint64 acknowledged = m_tally.acknowledged;
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 0 && m_tally.acknowledged > acknowledged + 50, 20'000);
        const int last = m_two->commands;
        const quint64 goesOn = m_tally.acknowledged;
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > goesOn + 50, 20'000);
        QCOMPARE(m_two->commands, last);
        QCOMPARE(m_tally.lost, quint64(0));
    }

    void aSlowRateSetAgainAndAgainIsKept_data()
    {
        QTest::addColumn<double>("other");
        QTest::newRow("the same") << 5.0;
        QTest::newRow("nearly the same") << 5.1;
    }
    void aSlowRateSetAgainAndAgainIsKept()
    {
        QFETCH(double, other);
        start(5);
        QTimer timer;
        int turn = 0;
        connect(&timer, &QTimer::timeout, this, [&] { m_load->setRate(++turn % 2 == 0 ? 5.0 : other); });
        timer.start(50);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.offered >= 5, 5'000);
    }

    void followsMovedAndRemembersTheLeader()
    {
        m_one->answer = [this](const auto&, const auto&, const auto&) { return m_one->movedTo(*m_two); };
        start(200);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 100, 20'000);
        QCOMPARE(m_sum.failed, quint64(0));
        QVERIFY2(m_sum.redirects < m_sum.ok / 4, qPrintable(QString::number(m_sum.redirects)));
    }

    void clusterDownIsTriedAgainAndThenRefused()
    {
        const auto down = [](const auto&, const auto&, const auto&) {
            return QByteArray("-CLUSTERDOWN no leader\r\n");
        };
        m_one->answer = down;
        m_two->answer = down;
        start(50);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.failed > 10, 20'000);
        QCOMPARE(m_sum.ok + m_sum.unknown, quint64(0));
        QVERIFY(m_one->commands + m_two->commands > int(m_sum.failed) * 3);
        m_one->answer = [this](const auto& v, const auto& k, const auto& x) { return m_one->serve(v, k, x); };
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 10, 20'000);
        QCOMPARE(m_tally.lost, quint64(0));
    }

    void closedConnectionIsUnknown()
    {
        m_one->answer = [](const auto&, const auto&, const auto&) { return QByteArray("close"); };
        m_two->answer = [this](const auto&, const auto&, const auto&) { return m_two->movedTo(*m_one); };
        start(50, 0);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 5, 20'000);
        QCOMPARE(m_tally.acknowledged, quint64(0));
    }

    void silenceIsUnknownAfterASecond()
    {
        const auto silent = [](const auto&, const auto&, const auto&) { return QByteArray(); };
        m_one->answer = silent;
        m_two->answer = silent;
        start(40);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.unknown > 5, 20'000);
        QCOMPARE(m_sum.ok, quint64(0));
    }

    void aForgottenWriteIsSeen()
    {
        m_one->answer = [this](const auto& verb, const auto& key, const auto& value) {
            if (verb == "SET" && value == "2")
                return QByteArray("+OK\r\n"); // says so, and keeps the old one
            return m_one->serve(verb, key, value);
        };
        m_two->answer = m_one->answer;
        start(1000);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.lost > 0, 20'000);
        QVERIFY(m_tally.firstLoss.contains(QStringLiteral("wrote 2, read 1")));
    }

    void heldMeansNothingIsSentAndNothingCaughtUp()
    {
        start(200);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 50, 20'000);
        wire::Pace held = wire::Pace::real();
        held.held = true;
        m_load->setPace(held);
        QTRY_VERIFY_WITH_TIMEOUT(m_quietRecords >= 3, 20'000);
        m_sum = {};
        m_load->setPace(wire::Pace::real());
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.ok > 20, 20'000);
        QCOMPARE(m_sum.failed + m_sum.unknown, quint64(0));
    }

    void beyondItsBoundItSaysThatItIsTheLimit()
    {
        const auto silent = [](const auto&, const auto&, const auto&) { return QByteArray(); };
        m_one->answer = silent;
        m_two->answer = silent;
        start(20'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_limited > 0, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_sum.offered > m_sum.attempted, 20'000);
    }

    void firstWriteByAnotherNodeIsReported()
    {
        m_two->answer = [this](const auto&, const auto&, const auto&) { return m_two->movedTo(*m_one); };
        start(200);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 20, 20'000);
        m_load->watchRecovery(9, NodeId{1}, wire::monotonicNow());
        m_two->answer = [this](const auto& v, const auto& k, const auto& x) { return m_two->serve(v, k, x); };
        m_one->answer = [this](const auto&, const auto&, const auto&) { return m_one->movedTo(*m_two); };
        QTRY_COMPARE_WITH_TIMEOUT(m_recovered.size(), std::size_t(1), 20'000);
        QCOMPARE(m_recovered[0], std::make_pair(quint64(9), NodeId{2}));
    }

    void startsAnewWithAnEmptyTally()
    {
        start(500);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 50, 20'000);
        auto fresh = std::make_shared<QHash<QByteArray, QByteArray>>();
        FakeNode one(fresh);
        FakeNode two(fresh);
        m_load->start({{one.target(1), two.target(2)}, 500, 0.5, 1, wire::Pace::real()});
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged < 50 && m_tally.acknowledged > 0, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_tally.acknowledged > 50, 20'000);
        QCOMPARE(m_tally.lost, quint64(0));
        m_load.reset();
    }
};

QTEST_GUILESS_MAIN(TestLoadGenerator)
#include "tst_load_generator.moc"
