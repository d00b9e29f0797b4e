// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/schedule.h"

#include <QTest>

using faultline::lab::Schedule;
using namespace std::chrono_literals;

namespace {
int takeAll(Schedule& schedule, Schedule::Instant now)
{
    int count = 0;
    while (schedule.takeDue(now))
        ++count;
    return count;
}
} // namespace

class TestSchedule : public QObject
{
    Q_OBJECT

private slots:
    void nothingAtRateZero()
    {
        Schedule schedule;
        QVERIFY(!schedule.nextDue());
        QCOMPARE(takeAll(schedule, 1h), 0);
    }

    void evenlySpacedHoweverLateItIsAsked()
    {
        Schedule schedule;
        schedule.setRate(20, 10s);
        QVERIFY(!schedule.takeDue(10s + 49ms));
        QCOMPARE(*schedule.takeDue(10s + 50ms), Schedule::Instant(10s + 50ms));
        QCOMPARE(*schedule.takeDue(15s), Schedule::Instant(10s + 100ms));
        QCOMPARE(takeAll(schedule, 11s), 18);
    }

    void exactOverAnHour_data()
    {
        QTest::addColumn<double>("rate");
        for (const double rate : {1.0, 3.0, 20.0, 777.0, 20'000.0})
            QTest::newRow(qPrintable(QString::number(rate))) << rate;
    }
    void exactOverAnHour()
    {
        QFETCH(double, rate);
        Schedule schedule;
        schedule.setRate(rate, 0s);
        int count = 0;
        for (int minute = 1; minute <= 60; ++minute)
            count += takeAll(schedule, minute * 1s);
        QCOMPARE(count, int(rate * 60));
    }

    void newRateNeitherCatchesUpNorRepeats()
    {
        Schedule schedule;
        schedule.setRate(10, 0s);
        QCOMPARE(takeAll(schedule, 1s), 10);
        schedule.setRate(1000, 5s);
        QCOMPARE(takeAll(schedule, 5s), 0);
        QCOMPARE(takeAll(schedule, 6s), 1000);
    }

    /// As a ramp of something else does, ten times a second.
    void aSlowRateSetAgainAndAgainIsKept_data()
    {
        QTest::addColumn<double>("from");
        QTest::addColumn<double>("to");
        QTest::addColumn<int>("operations"); // within ten seconds
        QTest::newRow("1") << 1.0 << 1.0 << 10;
        QTest::newRow("5") << 5.0 << 5.0 << 50;
        QTest::newRow("9.9") << 9.9 << 9.9 << 99;
        QTest::newRow("20") << 20.0 << 20.0 << 200;
        QTest::newRow("rising") << 1.0 << 9.0 << 50;
        QTest::newRow("falling") << 9.0 << 1.0 << 50;
    }
    void aSlowRateSetAgainAndAgainIsKept()
    {
        QFETCH(double, from);
        QFETCH(double, to);
        QFETCH(int, operations);
        Schedule schedule;
        int count = 0;
        for (int step = 0; step <= 100; ++step) {
            count += takeAll(schedule, step * 100ms);
            schedule.setRate(from + (to - from) * step / 100, step * 100ms);
        }
        QVERIFY2(std::abs(count - operations) <= 1, qPrintable(QString::number(count)));
    }

    void timeWithoutLoadIsNoPartOfAnInterval()
    {
        Schedule schedule;
        schedule.setRate(1, 0s);
        schedule.setRate(0, 600ms);
        QVERIFY(!schedule.nextDue());
        schedule.setRate(1, 1h);
        QCOMPARE(*schedule.nextDue(), Schedule::Instant(1h + 400ms));
    }
};

QTEST_APPLESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
