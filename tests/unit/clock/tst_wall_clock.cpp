// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/clock/wall_clock.h"

#include <QTest>

using faultline::fault::ClockFault;
using faultline::node::WallClock;
using namespace std::chrono_literals;
using std::chrono::microseconds;

class TestWallClock : public QObject
{
    Q_OBJECT

private slots:
    void readsTheTimeAsWrongAsItIsTold_data()
    {
        QTest::addColumn<ClockFault>("fault");
        QTest::addColumn<qint64>("aheadUs");
        const microseconds since = 1000s; // the reading is ten seconds later
        QTest::newRow("right") << ClockFault() << qint64(0);
        QTest::newRow("ahead") << ClockFault{.offset = 90s} << qint64(90'000'000);
        QTest::newRow("behind") << ClockFault{.offset = -90s} << qint64(-90'000'000);
        QTest::newRow("fast") << ClockFault{.rate = 1'100'000, .since = since} << qint64(1'000'000);
        QTest::newRow("ten times as fast")
            << ClockFault{.rate = faultline::fault::kMaxRate, .since = since} << qint64(90'000'000);
        QTest::newRow("slow") << ClockFault{.rate = faultline::fault::kMinRate, .since = since} << qint64(-9'000'000);
        QTest::newRow("ahead and slow") << ClockFault{.offset = 1s, .rate = 900'000, .since = since} << qint64(0);
        QTest::newRow("fast from now on") << ClockFault{.rate = 2'000'000, .since = since + 10s} << qint64(0);
        QTest::newRow("most ahead") << ClockFault{.offset = faultline::fault::kMaxOffset}
                                    << qint64(faultline::fault::kMaxOffset.count());
    }
    void readsTheTimeAsWrongAsItIsTold()
    {
        QFETCH(ClockFault, fault);
        QFETCH(qint64, aheadUs);
        const microseconds truth = 1'700'000'000s;
        WallClock clock([&] { return truth; }, [] { return microseconds(1010s); });
        QCOMPARE(clock.now(), truth);
        clock.setFault(fault);
        QCOMPARE((clock.now() - truth).count(), aheadUs);
        clock.setFault({});
        QCOMPARE(clock.now(), truth);
    }

    void runsOnAtItsRate()
    {
        microseconds passed = 0s;
        WallClock clock([&] { return 1'700'000'000s + passed; }, [&] { return 5s + passed; });
        clock.setFault({.offset = -1s, .rate = 1'500'000, .since = 5s});
        const microseconds start = clock.now();
        for (passed = 0s; passed <= 10s; passed += 250ms)
            QCOMPARE(clock.now() - start, passed + passed / 2);
    }

    void neverShowsATimeBefore1970()
    {
        WallClock clock([] { return microseconds(1s); }, [] { return microseconds(0); });
        clock.setFault({.offset = -1h});
        QCOMPARE(clock.now(), microseconds(0));
    }
};

QTEST_APPLESS_MAIN(TestWallClock)
#include "tst_wall_clock.moc"
