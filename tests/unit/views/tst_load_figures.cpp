// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/load_figures.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace faultline;
using namespace faultline::views;
using namespace std::chrono_literals;

class LoadFiguresTest : public QObject
{
    Q_OBJECT

private slots:
    void rateIsOfTheLastSecond();
    void sliceCountsForTheShareThatIsInside();
    void percentilesAreOfTheLastSecond();
    void withoutAnswersThereIsNoLatency();
    void pointsOnceMadeDoNotChange();
    void oldPointsAreForgotten();

private:
    static lab::LoadRecord slice(lab::Monotonic to, quint64 ok, std::chrono::milliseconds latency = 5ms)
    {
        lab::LoadRecord record;
        record.from = to - 100ms;
        record.to = to;
        record.offered = 2;
        record.ok = ok;
        for (quint64 i = 0; i < ok; ++i)
            record.latency.record(latency);
        return record;
    }
};

void LoadFiguresTest::rateIsOfTheLastSecond()
{
    std::deque<lab::LoadRecord> load;
    for (int tenth = 1; tenth <= 30; ++tenth)
        load.push_back(slice(10s + tenth * 100ms, tenth <= 20 ? 2 : 0));
    QVERIFY(std::abs(pointAt(load, 12s)->ok - 20) < 0.001);
    QVERIFY(std::abs(pointAt(load, 12'500ms)->ok - 10) < 0.001);
    QVERIFY(std::abs(pointAt(load, 13s)->ok) < 0.001);
    QVERIFY(std::abs(pointAt(load, 13s)->offered - 20) < 0.001);
    QVERIFY2(std::abs(pointAt(load, 10'500ms)->ok - 20) < 0.001, "a rate is of the time there was");
    QVERIFY(!pointAt(load, 10'050ms).has_value());
}

void LoadFiguresTest::sliceCountsForTheShareThatIsInside()
{
    lab::LoadRecord whole;
    whole.from = 10s;
    whole.to = 12s;
    whole.ok = 100;
    QVERIFY(std::abs(pointAt({whole}, 11'500ms)->ok - 50) < 0.001);
}

void LoadFiguresTest::percentilesAreOfTheLastSecond()
{
    std::deque<lab::LoadRecord> load;
    for (int tenth = 1; tenth <= 20; ++tenth)
        load.push_back(slice(10s + tenth * 100ms, 10, tenth == 3 ? 900ms : 5ms));
    QVERIFY(*pointAt(load, 11s)->max_ms > 800);
    QVERIFY(*pointAt(load, 11s)->p50_ms < 6);
    QVERIFY(*pointAt(load, 12s)->max_ms < 6);
}

void LoadFiguresTest::withoutAnswersThereIsNoLatency()
{
    std::deque<lab::LoadRecord> load;
    for (int tenth = 1; tenth <= 20; ++tenth)
        load.push_back(slice(10s + tenth * 100ms, 0));
    const auto point = pointAt(load, 12s);
    QVERIFY(point.has_value());
    QVERIFY(!point->p50_ms && !point->p99_ms && !point->max_ms);
}

void LoadFiguresTest::pointsOnceMadeDoNotChange()
{
    LoadFigures figures;
    std::deque<lab::LoadRecord> load;
    std::deque<LoadPoint> before;
    for (int tenth = 1; tenth <= 50; ++tenth) {
        load.push_back(slice(10s + tenth * 100ms, static_cast<quint64>(tenth % 4)));
        figures.follow(load);
        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(figures.points()[i].at, before[i].at);
            QCOMPARE(figures.points()[i].ok, before[i].ok);
        }
        before = figures.points();
    }
    QVERIFY(before.size() >= 20);
    for (std::size_t i = 1; i < before.size(); ++i)
        QCOMPARE(before[i].at - before[i - 1].at, lab::Monotonic(kFigureStep));
}

void LoadFiguresTest::oldPointsAreForgotten()
{
    LoadFigures figures(5s);
    std::deque<lab::LoadRecord> load;
    for (int tenth = 1; tenth <= 200; ++tenth) {
        load.push_back(slice(10s + tenth * 100ms, 2));
        if (load.size() > 30)
            load.pop_front();
        figures.follow(load);
    }
    QVERIFY(figures.points().size() <= 26);
    QCOMPARE(figures.points().back().at, lab::Monotonic(30s));
    figures.clear();
    QVERIFY(figures.points().empty());
}

QTEST_GUILESS_MAIN(LoadFiguresTest)
#include "tst_load_figures.moc"
