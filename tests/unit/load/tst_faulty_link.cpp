// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/faulty_link.h"

#include <QElapsedTimer>
#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

using Instant = FaultyLink::Instant;

fault::LinkFault narrow(quint64 bandwidth)
{
    fault::LinkFault fault;
    fault.bandwidth = bandwidth;
    return fault;
}

void letPass(std::chrono::milliseconds time)
{
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY(timer.hasExpired(time.count()));
}

} // namespace

class TestFaultyLink : public QObject
{
    Q_OBJECT

private slots:
    void clusterTimeRunsAtThePace_data()
    {
        QTest::addColumn<quint32>("factor");
        for (const quint32 factor : {1u, 10u, 50u})
            QTest::addRow("x%u", factor) << factor;
    }
    void clusterTimeRunsAtThePace()
    {
        QFETCH(quint32, factor);
        StreamClock clock;
        clock.setPace({factor});
        const Instant from = clock.now();
        const auto wallFrom = wire::monotonicNow();
        letPass(100ms);
        const Instant passed = clock.now() - from;
        const auto wall = wire::monotonicNow() - wallFrom;
        QVERIFY2(passed * factor <= wall + 100us, qPrintable(QString::number(passed.count())));
        QVERIFY2(passed * factor >= 100ms - factor * 10us, qPrintable(QString::number(passed.count())));
        const auto left = clock.wallUntil(clock.now() + 10ms);
        QVERIFY(left && *left <= 10ms * factor && *left > 9ms * factor);
        QCOMPARE(*clock.wallUntil(from), 0us);
    }

    void clusterTimeStandsStillWhileHeldAndNeverGoesBack()
    {
        StreamClock clock;
        clock.setPace({5});
        letPass(30ms);
        Instant last = clock.now();
        for (const wire::Pace& pace : {wire::Pace{5, true}, wire::Pace{1, true}}) {
            clock.setPace(pace);
            const Instant at = clock.now();
            QVERIFY(at >= last);
            letPass(30ms);
            QCOMPARE(clock.now(), at);
            QVERIFY(!clock.wallUntil(at + 1s));
            last = at;
        }
        clock.setPace({1});
        QVERIFY(clock.now() >= last && clock.now() < last + 25ms);
    }

    void carriesItsBandwidthExactly_data()
    {
        QTest::addColumn<quint64>("bandwidth");
        for (const quint64 bandwidth :
             {quint64(1'000), quint64(64'000), quint64(1'000'000), quint64(999'999'937), quint64(100'000'000'000)})
            QTest::addRow("%llu bit/s", bandwidth) << bandwidth;
    }
    void carriesItsBandwidthExactly()
    {
        QFETCH(quint64, bandwidth);
        const StreamClock clock;
        FaultyLink link(clock);
        link.setFault(narrow(bandwidth));
        // Three streams that always have something to send, asked by timers that are up to 3 ms late.
        Instant now = 100s;
        quint64 bytes = 0;
        Instant last = now;
        constexpr Instant kLength = 60s;
        while (now < 100s + kLength) {
            if (link.takesMore(now)) {
                bytes += static_cast<quint64>(link.piece());
                const Instant passed = link.pass(link.piece(), now);
                QVERIFY(passed >= last && passed >= now);
                last = passed;
            } else {
                now = std::max(now, link.takesMoreAt()) + 3ms;
            }
            if (bandwidth > 1'000'000'000)
                now += 1us;
        }
        const double seconds = std::chrono::duration<double>(last - 100s).count();
        const double carried = double(bytes) * 8 / double(bandwidth);
        QVERIFY2(carried <= seconds + 0.011, qPrintable(QString::number(carried)));
        QVERIFY2(carried >= seconds - 0.3, qPrintable(QString::number(carried)));
    }

    void nextToNothingWaitsOnTheLine()
    {
        const StreamClock clock;
        FaultyLink link(clock);
        for (const quint64 bandwidth : {quint64(1'000), quint64(50'000), quint64(1'000'000'000)}) {
            link.setFault(narrow(bandwidth));
            Instant last = 10s;
            for (int pieces = 0; link.takesMore(10s) && pieces < 1'000; ++pieces)
                last = link.pass(link.piece(), 10s);
            QVERIFY2(last - 10s <= 150ms, qPrintable(QString::number(last.count())));
        }
        link.setFault({});
        QVERIFY(link.takesMore(10s));
        QCOMPARE(link.pass(1 << 20, 10s), Instant(10s));
    }

    void clearIsWhatAStreamDoesNotFeel_data()
    {
        QTest::addColumn<fault::LinkFault>("fault");
        QTest::addColumn<bool>("clear");
        const auto row = [](const char* name, bool clear, auto set) {
            fault::LinkFault fault;
            set(fault);
            QTest::newRow(name) << fault << clear;
        };
        row("healthy", true, [](auto&) {});
        row("loss", true, [](auto& f) { f.loss = fault::Share::ofPercent(50); });
        row("corrupt", true, [](auto& f) { f.corrupt = fault::Share::ofPercent(50); });
        row("latency", false, [](auto& f) { f.latency = 1us; });
        row("jitter", false, [](auto& f) { f.jitter = 1us; });
        row("bandwidth", false, [](auto& f) { f.bandwidth = 1'000; });
        row("stall", false, [](auto& f) { f.stall = fault::Share{1}; });
        row("cut", false, [](auto& f) { f.cut = true; });
        row("reset", false, [](auto& f) { f.reset = true; });
        row("refuse", false, [](auto& f) { f.refuse = true; });
    }
    void clearIsWhatAStreamDoesNotFeel()
    {
        QFETCH(fault::LinkFault, fault);
        const StreamClock clock;
        FaultyLink link(clock);
        link.setFault(fault);
        QTEST(link.isClear(), "clear");
    }
};

QTEST_GUILESS_MAIN(TestFaultyLink)
#include "tst_faulty_link.moc"
