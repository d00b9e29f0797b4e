// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/charts/charts_view.h"
#include "gui/views/charts/picture.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace faultline;
using namespace faultline::views;
using tests::moment;

class ChartsViewTest : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void curvesShowTheRatesOfTheLastSecond();
    void curvesTravelAndNeverHaveTooManyPoints();
    void timeWithoutAnswersIsAHoleInTheLatency();
    void faultIsABandOnBothChartsWithItsRecovery();
    void freshClusterClearsTheCharts();
    void cursorIsTheSameOnBoth();
    void groundIsStrongerWhereFaultsLieOverEachOtherButNotWithoutEnd();
    void pictureShowsTheWholeRun();

private:
    static int inked(const QImage& image, const QColor& colour, const QRect& area)
    {
        int count = 0;
        for (int y = area.top(); y <= area.bottom(); ++y) {
            for (int x = area.left(); x <= area.right(); ++x)
                count += image.pixelColor(x, y) == colour ? 1 : 0;
        }
        return count;
    }

    std::unique_ptr<tests::FedTimeline> m_fed;
    std::unique_ptr<ChartsView> m_view;
    lab::Monotonic m_now{0};
};

void ChartsViewTest::init()
{
    m_view.reset();
    m_fed = std::make_unique<tests::FedTimeline>();
    m_view = std::make_unique<ChartsView>();
    m_now = moment(60);
    m_view->setClock([this] { return m_now; });
    m_view->resize(500, 560);
    m_fed->tellAStory();
    m_view->setTimeline(&m_fed->timeline);
}

void ChartsViewTest::curvesShowTheRatesOfTheLastSecond()
{
    const QList<QPointF> ok = m_view->throughput().points(ThroughputLine::Ok);
    const auto valueAt = [&ok](double seconds) {
        const auto nearest = std::min_element(ok.begin(), ok.end(), [seconds](const QPointF& a, const QPointF& b) {
            return std::abs(a.x() - seconds) < std::abs(b.x() - seconds);
        });
        return nearest->y();
    };
    QVERIFY(std::abs(valueAt(-50) - 20) < 0.01);
    QVERIFY(std::abs(valueAt(-40) - 0) < 0.01);
    QVERIFY(std::abs(valueAt(-30) - 20) < 0.01);
    QVERIFY(std::abs(valueAt(-2) - 10) < 0.01);
    const QList<QPointF> failed = m_view->throughput().points(ThroughputLine::Failed);
    QVERIFY(std::abs(failed.last().y() - 10) < 0.01);
    QVERIFY2(failed.first().x() > -11.5, "where nothing failed there is no curve");
    QCOMPARE(m_view->throughput().panel()->span(), (AxisSpan{0, 30}));
    QCOMPARE(m_view->latency().panel()->span(), (AxisSpan{10, 1000}));
}

void ChartsViewTest::curvesTravelAndNeverHaveTooManyPoints()
{
    const QList<QPointF> before = m_view->throughput().points(ThroughputLine::Ok);
    m_now = moment(65);
    for (int tenth = 601; tenth <= 650; ++tenth)
        m_fed->load(tenth / 10.0, 20, 2);
    m_view->feed();
    const QList<QPointF> after = m_view->throughput().points(ThroughputLine::Ok);
    QVERIFY(after.size() <= GappedLine::kMostPoints + 2);
    QVERIFY(after.first().x() >= -kChartSeconds);
    const QPointF moved(before.at(200).x() - 5, before.at(200).y());
    QVERIFY(std::any_of(after.begin(), after.end(), [&moved](const QPointF& point) {
        return std::abs(point.x() - moved.x()) < 1e-6 && std::abs(point.y() - moved.y()) < 1e-6;
    }));
}

void ChartsViewTest::timeWithoutAnswersIsAHoleInTheLatency()
{
    const QList<QPointF> p50 = m_view->latency().points(LatencyLine::P50);
    QVERIFY(std::none_of(p50.begin(), p50.end(), [](const QPointF& p) { return p.x() > -40.9 && p.x() < -38.4; }));
    QVERIFY(std::any_of(p50.begin(), p50.end(), [](const QPointF& p) { return p.x() < -41; }));
}

void ChartsViewTest::faultIsABandOnBothChartsWithItsRecovery()
{
    for (const ChartPanel* panel : {m_view->throughput().panel(), m_view->latency().panel()}) {
        const std::vector<Band>& bands = panel->bands();
        QCOMPARE(bands.size(), std::size_t(5));
        QCOMPARE(bands[0].text, QStringLiteral("n5 killed · leader 2.9 s · write 3.8 s"));
        QVERIFY(std::abs(bands[0].from + 42) < 1e-6);
        QVERIFY(std::abs(bands[0].to + 30) < 1e-6);
        QVERIFY(bands[1].pause);
    }
    m_view->show();
    const ChartPanel* panel = m_view->throughput().panel();
    const QImage image = const_cast<ChartPanel*>(panel)->grab().toImage();
    const QRect plot = panel->plot().toRect();
    const auto column = [&](double seconds) {
        return plot.left() + static_cast<int>(plot.width() * (seconds + 60) / 60);
    };
    const Theme theme = Theme::light();
    const QRect clean(column(-58), plot.top() + 2, column(-44) - column(-58), plot.height() / 5);
    const QRect banded(column(-36), plot.top() + 2, column(-31) - column(-36), plot.height() / 5);
    QVERIFY(inked(image, theme.panel, clean) > clean.width() * clean.height() / 2);
    QCOMPARE(inked(image, theme.panel, banded), 0);
}

void ChartsViewTest::freshClusterClearsTheCharts()
{
    m_fed->begin(3, {1}, moment(61));
    m_now = moment(61.5);
    m_view->feed();
    QVERIFY(m_view->throughput().points(ThroughputLine::Ok).isEmpty());
    QVERIFY(m_view->latency().points(LatencyLine::P50).isEmpty());
    QVERIFY(m_view->throughput().panel()->bands().empty());
}

void ChartsViewTest::cursorIsTheSameOnBoth()
{
    m_view->show();
    ChartPanel* one = m_view->throughput().panel();
    ChartPanel* other = m_view->latency().panel();
    const QImage before = other->grab().toImage();
    QTest::mouseMove(one->viewport(), one->plot().center().toPoint());
    QTRY_VERIFY(other->grab().toImage() != before);
}

void ChartsViewTest::groundIsStrongerWhereFaultsLieOverEachOtherButNotWithoutEnd()
{
    const auto groundOf = [](std::size_t faults, const Theme& theme) {
        ChartData data;
        for (std::size_t i = 0; i < faults; ++i) {
            data.faults.emplace_back();
            data.faults.back().from = moment(10);
            data.faults.back().to = moment(20);
        }
        const QImage image = renderThroughput(data, {800, 320}, theme, TimeRange{moment(0), moment(30)});
        // A piece as large as the pattern, in the midst of the faults; lines of the axis are between the two extremes.
        std::vector<int> strengths;
        for (int y = 150; y < 160; ++y) {
            for (int x = 380; x < 390; ++x) {
                const QColor colour = image.pixelColor(x, y);
                strengths.push_back(std::abs(colour.red() - theme.panel.red()) +
                                    std::abs(colour.green() - theme.panel.green()) +
                                    std::abs(colour.blue() - theme.panel.blue()));
            }
        }
        std::sort(strengths.begin(), strengths.end());
        return std::pair(strengths.front(), strengths.back()); // between the lines, and on one
    };
    for (const bool dark : {false, true}) {
        const Theme theme = Theme::of(dark);
        QCOMPARE(groundOf(0, theme).first, 0);
        const auto one = groundOf(1, theme);
        const auto two = groundOf(2, theme);
        QVERIFY(one.first > 0 && one.second > one.first);
        const QString both =
            QStringLiteral("%1 %2, %3 %4").arg(one.first).arg(one.second).arg(two.first).arg(two.second);
        QVERIFY2(two.first > one.first && two.second > one.second, qPrintable(both));
        QCOMPARE(groundOf(300, theme), groundOf(kMostLayers, theme));
    }
}

void ChartsViewTest::pictureShowsTheWholeRun()
{
    for (const bool dark : {false, true}) {
        const Theme theme = Theme::of(dark);
        const QImage throughput = renderThroughput(m_fed->timeline, {800, 320}, theme);
        const QImage latency = renderLatency(m_fed->timeline, {800, 320}, theme);
        QCOMPARE(throughput.size(), QSize(800, 320));
        QCOMPARE(throughput.pixelColor(2, 160), theme.panel);
        QVERIFY(inked(throughput, theme.ok, throughput.rect()) > 300);
        QVERIFY(inked(latency, theme.ok, latency.rect()) > 300);
        const QImage part = renderThroughput(m_fed->timeline, {800, 320}, theme, TimeRange{moment(0), moment(10)});
        QVERIFY(part != throughput);
    }
}

QTEST_MAIN(ChartsViewTest)
#include "tst_charts_view.moc"
