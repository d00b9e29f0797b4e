// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/delay.h"
#include "fault_run.h"

#include <numeric>

using namespace faultline::fault;
using namespace std::chrono_literals;

namespace {

bool isNear(double measured, double expected, double most)
{
    const bool is = std::abs(measured - expected) <= most;
    if (!is)
        qWarning("measured %.3f, not %.3f, give or take %.3f", measured, expected, most);
    return is;
}

} // namespace

class TestFaultStatistics : public QObject
{
    Q_OBJECT

private slots:
    // ---- shares ----

    void sharesAreExact_data()
    {
        QTest::addColumn<Share>("share");
        QTest::newRow("none") << Share{};
        QTest::newRow("a tenth of a percent") << Share{1'000};
        QTest::newRow("5%") << Share::ofPercent(5);
        QTest::newRow("50%") << Share::ofPercent(50);
        QTest::newRow("99%") << Share::ofPercent(99);
        QTest::newRow("all") << Share::ofPercent(100);
    }
    void sharesAreExact()
    {
        QFETCH(const Share, share);
        const double p = share.value();
        const Run loss({.loss = share}, kMany, 1ms);
        QVERIFY(isShare(std::count(loss.fates.begin(), loss.fates.end(), Fate::LostToLoss), p));
        QVERIFY(isShare(qsizetype(loss.arrivals.size()), 1 - p));

        const Run duplicate({.duplicate = share}, kMany, 1ms);
        QVERIFY(isShare(duplicate.count([](const auto& a) { return a.delivery.isCopy; }), p));
        QCOMPARE(duplicate.count([](const auto& a) { return !a.delivery.isCopy; }), qsizetype(kMany));

        const Run corrupt({.corrupt = share}, kMany, 1ms);
        QVERIFY(isShare(corrupt.count([](const auto& a) { return a.delivery.isCorrupted; }), p));
        QCOMPARE(corrupt.count([](const auto& a) { return a.delivery.message == "message"; }),
                 kMany - corrupt.count([](const auto& a) { return a.delivery.isCorrupted; }));

        const Run stall({.stall = share}, kMany, 10s);
        QVERIFY(isShare(stall.count([](const auto& a) { return a.delivery.delay > 0us; }), p));

        const Run reorder({.reorder = share}, kMany, 10us);
        QCOMPARE(reorder.arrivals.size(), std::size_t(kMany));
        if (share.millionths < Share::kAll) // else there is nobody to overtake them
            QVERIFY(isShare(reorder.count([](const auto& a) { return a.delivery.wasOvertaken; }), p));
    }

    void shareIsExactToTheMillionth()
    {
        Random random(9);
        for (int i = 0; i < 10'000; ++i) {
            Random peek = random, below = random, above = random;
            const auto drawn = static_cast<quint32>(drawBelow(Share::kAll, peek));
            QVERIFY(drawn < Share::kAll);
            QVERIFY(!happens(Share{drawn}, below));
            QVERIFY(happens(Share{drawn + 1}, above));
            random.discard(1);
        }
    }

    void sharesAreDrawnEachByItself()
    {
        const Run run(
            {.loss = Share::ofPercent(30), .duplicate = Share::ofPercent(20), .corrupt = Share::ofPercent(10)}, kMany,
            1ms);
        QVERIFY(isShare(run.count([](const auto& a) { return !a.delivery.isCopy; }), 0.7));
        QVERIFY(isShare(run.count([](const auto& a) { return a.delivery.isCopy; }), 0.7 * 0.2));
        QVERIFY(isShare(run.count([](const auto& a) { return !a.delivery.isCopy && a.delivery.isCorrupted; }), 0.07));
        QVERIFY(isShare(run.count([](const auto& a) { return a.delivery.isCopy && a.delivery.isCorrupted; }), 0.014));
    }

    // ---- delay ----

    void delaysFollowTheirDistribution_data()
    {
        QTest::addColumn<Distribution>("distribution");
        QTest::addColumn<double>("mean"); // all in milliseconds
        QTest::addColumn<double>("deviation");
        QTest::addColumn<QList<double>>("quantiles"); // 1%, 25%, 50%, 75%, 99%
        QTest::newRow("constant") << Distribution::Constant << 100. << 0. << QList<double>{100, 100, 100, 100, 100};
        QTest::newRow("uniform") << Distribution::Uniform << 100. << 10 / std::sqrt(3)
                                 << QList<double>{90.2, 95, 100, 105, 109.8};
        // Of twelve uniform ones the tails are a little thin: 2.3046 standard deviations at 1%, not 2.3263.
        QTest::newRow("normal") << Distribution::Normal << 100. << 10.
                                << QList<double>{76.95, 93.22, 100, 106.78, 123.05};
        QTest::newRow("exponential") << Distribution::Exponential << 110. << 10.
                                     << QList<double>{100.1005, 102.8768, 106.9315, 113.8629, 146.0517};
    }
    void delaysFollowTheirDistribution()
    {
        QFETCH(const Distribution, distribution);
        QFETCH(const double, mean);
        QFETCH(const double, deviation);
        QFETCH(const QList<double>, quantiles);
        // So far apart that nobody waits for the one before.
        const LinkFault fault{.latency = 100ms, .jitter = 10ms, .distribution = distribution};
        const Run run(fault, kMany, 10s);
        std::vector<double> delays;
        for (std::size_t i = 0; i < run.arrivals.size(); ++i) {
            QCOMPARE(run.arrivals[i].at - i * Instant(10s), run.arrivals[i].delivery.delay);
            QVERIFY(run.arrivals[i].delivery.delay <= longestDelay(fault));
            delays.push_back(double(run.arrivals[i].delivery.delay.count()) / 1'000);
        }
        QCOMPARE(delays.size(), std::size_t(kMany));
        std::sort(delays.begin(), delays.end());
        const double measuredMean = std::accumulate(delays.begin(), delays.end(), 0.) / kMany;
        double squares = 0;
        for (const double delay : delays)
            squares += (delay - measuredMean) * (delay - measuredMean);
        QVERIFY(isNear(measuredMean, mean, 5 * deviation / std::sqrt(kMany) + 1e-3));
        QVERIFY(isNear(std::sqrt(squares / kMany), deviation, 0.02 * deviation + 1e-9));
        const QList<double> shares{0.01, 0.25, 0.5, 0.75, 0.99};
        for (qsizetype i = 0; i < shares.size(); ++i) {
            const double measured = delays[std::size_t(shares[i] * kMany)];
            QVERIFY(isNear(measured, quantiles[i], (i == 0 || i == 4 ? 0.07 : 0.015) * deviation + 1e-9));
        }
        if (distribution == Distribution::Uniform) {
            QCOMPARE(delays.front(), 90.);
            QCOMPARE(delays.back(), 110.);
        }
        if (distribution == Distribution::Exponential)
            QVERIFY(delays.front() >= 100);
    }

    void delayIsNeverBelowZero()
    {
        for (const Distribution distribution : {Distribution::Uniform, Distribution::Normal}) {
            const Run run({.latency = 1ms, .jitter = 50ms, .distribution = distribution}, 10'000, 10s);
            QVERIFY(run.count([](const auto& a) { return a.delivery.delay < 0us; }) == 0);
            QVERIFY(run.count([](const auto& a) { return a.delivery.delay == 0us; }) > 4'000);
        }
    }

    void stallsByTheRetransmissionPauseDoubledEachTime()
    {
        // 200, 200 + 400, 200 + 400 + 800, ... and half as many of each.
        const Run run({.latency = 1ms, .stall = Share::ofPercent(50)}, kMany, 1min);
        double share = 0.5;
        for (const Instant stall : {0ms, 200ms, 600ms, 1'400ms, 3'000ms}) {
            QVERIFY(isShare(run.count([stall](const auto& a) { return a.delivery.delay == stall + 1ms; }), share));
            share /= 2;
        }
        QVERIFY(isShare(run.count([](const auto& a) { return a.delivery.delay == 6'201ms; }), share * 2));
    }

    void stallHoldsUpAllBehindUntilItsEndAndNoLonger()
    {
        // A busy stream: the pauses of many lost segments run side by side, and the link does not fall behind for ever.
        const Run run({.stall = Share::ofPercent(5)}, 20'000, 1ms);
        QCOMPARE(run.count([](const auto& a) { return a.delivery.delay > 6'200ms; }), qsizetype(0));
        QVERIFY(run.count([](const auto& a) { return a.delivery.delay >= 200ms; }) > 1'000);
        const auto last = run.arrivals.back();
        QVERIFY(last.delivery.delay < 6'200ms);
    }

    // ---- bandwidth ----

    void longRunRateIsTheBandwidth_data()
    {
        QTest::addColumn<quint64>("bandwidth");
        QTest::addColumn<int>("bytes");
        QTest::newRow("64 kbit, small") << quint64(64'000) << 100;
        QTest::newRow("64 kbit, large") << quint64(64'000) << 20'000;
        QTest::newRow("1 mbit, odd size") << quint64(1'000'000) << 777;
        QTest::newRow("7 mbit") << quint64(7'000'000) << 1'500;
        QTest::newRow("1 gbit") << quint64(1'000'000'000) << 1'500;
        QTest::newRow("10 gbit") << quint64(10'000'000'000) << 9'000;
    }
    void longRunRateIsTheBandwidth()
    {
        QFETCH(const quint64, bandwidth);
        QFETCH(const int, bytes);
        // Twice as much is sent as fits.
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.bandwidth = bandwidth}, 0us);
        const QByteArray message(bytes, 'x');
        const double sendEvery = double(bytes) * 8e6 / double(bandwidth) / 2; // in microseconds
        const int messages = 20'000 + int(2e6 / sendEvery) * 2;
        qint64 arrived = 0;
        int lost = 0;
        const auto take = [&](Instant now) {
            while (pipeline.pop(now))
                arrived += bytes;
        };
        Instant now{0};
        for (int i = 0; i < messages; ++i) {
            now = Instant(qint64(i * sendEvery));
            take(now);
            lost += pipeline.push(message, 0, now, random) == Fate::LostToFullQueue;
        }
        const double seconds = double(now.count()) / 1e6;
        QVERIFY(seconds > 2);
        QVERIFY(isNear(double(arrived) * 8 / seconds / double(bandwidth), 1, 0.01));
        QVERIFY(lost > 0);
        // In front of the line waits what it carries in a second, or 64 KiB.
        const double room = std::max(double(bandwidth) / 8, double(FaultPipeline::kMinLineQueueBytes));
        QVERIFY(isNear(double(pipeline.queuedBytes()), std::min(room, 64. * (1 << 20)), 0.02 * room + 2 * bytes));
    }

    void burstIsWhatPassesInTenMilliseconds()
    {
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.bandwidth = 8'000'000}, 0us); // 1,000 bytes a millisecond
        int atOnce = 0;
        for (int i = 0; i < 30; ++i)
            pipeline.push(QByteArray(1'000, 'x'), 0, 10s, random);
        while (pipeline.pop(10s))
            ++atOnce;
        QCOMPARE(atOnce, 10);
        // Then one each millisecond; a rest of three fills for three, but a long one for ten only.
        for (int i = 1; i <= 20; ++i) {
            QVERIFY(!pipeline.pop(10s + i * 1ms - 1us));
            QVERIFY(pipeline.pop(10s + i * 1ms));
        }
        for (int i = 0; i < 5; ++i)
            pipeline.push(QByteArray(1'000, 'x'), 0, 10s + 23ms, random);
        atOnce = 0;
        while (pipeline.pop(10s + 23ms))
            ++atOnce;
        QCOMPARE(atOnce, 3);
    }
};

QTEST_APPLESS_MAIN(TestFaultStatistics)
#include "tst_fault_statistics.moc"
