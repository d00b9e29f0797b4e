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
};

QTEST_APPLESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
