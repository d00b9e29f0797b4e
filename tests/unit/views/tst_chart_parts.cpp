// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/axis_range.h"
#include "gui/views/charts/bands.h"
#include "gui/views/charts/edge_labels.h"
#include "gui/views/charts/gapped_line.h"

#include <QTest>

#include <cmath>

using namespace faultline;
using namespace faultline::views;
using namespace std::chrono_literals;

class ChartPartsTest : public QObject
{
    Q_OBJECT

private slots:
    void spanIsRound_data();
    void spanIsRound();
    void spanGrowsAtOnceAndShrinksLate();
    void timeTicksAreRound_data();
    void timeTicksAreRound();
    void labelsDoNotCollide_data();
    void labelsDoNotCollide();
    void labelWithRoomStaysAtItsCurve();
    void bandIsCutToWhatTheChartShows();
    void faultsOverEachOtherAreLayers_data();
    void faultsOverEachOtherAreLayers();
    void bandSaysHowLongRecoveryTook();
    void namesOfOverlappingBandsStack();
    void namesWithoutRoomAreCounted();
    void grownNamesDoNotTouch();
    void cursorTellsWhatWasWrong();
    void pauseIsABandOfItsOwnKind();
    void thinningKeepsPeaks();

private:
    static lab::FaultRecord fault(const QString& name, lab::Monotonic from, std::optional<lab::Monotonic> to = {})
    {
        lab::FaultRecord record;
        record.name = name;
        record.from = from;
        record.to = to;
        return record;
    }
    static BandSpace space()
    {
        BandSpace space;
        space.zero = 100s;
        space.pixels = 600;
        space.textWidth = [](const QString& text) { return 7.0 * static_cast<double>(text.size()); };
        return space;
    }
};

void ChartPartsTest::spanIsRound_data()
{
    QTest::addColumn<bool>("decades");
    QTest::addColumn<double>("least");
    QTest::addColumn<double>("most");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("nothing") << false << 0.0 << 0.0 << 0.0 << 5.0;
    QTest::newRow("20 op/s") << false << 0.0 << 20.0 << 0.0 << 30.0;
    QTest::newRow("20,000 op/s") << false << 0.0 << 19'900.0 << 0.0 << 30'000.0;
    QTest::newRow("a little") << false << 0.0 << 4.5 << 0.0 << 5.0;
    QTest::newRow("60 to 400 ms") << true << 60.0 << 400.0 << 10.0 << 1000.0;
    QTest::newRow("less than a decade") << true << 2.0 << 8.0 << 1.0 << 100.0;
    QTest::newRow("sub-millisecond") << true << 0.3 << 12.0 << 0.1 << 100.0;
    QTest::newRow("just a decade") << true << 10.0 << 100.0 << 10.0 << 1000.0;
}

void ChartPartsTest::spanIsRound()
{
    QFETCH(bool, decades);
    QFETCH(double, least);
    QFETCH(double, most);
    QFETCH(double, low);
    QFETCH(double, high);
    const AxisSpan span = roundSpan(decades ? AxisKind::Decades : AxisKind::Linear, least, most);
    QVERIFY2(std::abs(span.low - low) < 1e-6 && std::abs(span.high - high) < 1e-6,
             qPrintable(QStringLiteral("%1 to %2").arg(span.low).arg(span.high)));
    const std::vector<double> values = ticks(decades ? AxisKind::Decades : AxisKind::Linear, span);
    QVERIFY(values.size() >= 3 && values.size() <= 7);
    QVERIFY(std::abs(values.back() - span.high) < 1e-6 * span.high);
}

void ChartPartsTest::spanGrowsAtOnceAndShrinksLate()
{
    HeldSpan held(AxisKind::Linear);
    QCOMPARE(held.follow(0, 20, 1s).high, 30.0);
    QCOMPARE(held.follow(0, 300, 2s).high, 500.0);
    QCOMPARE(held.follow(0, 20, 3s).high, 500.0);
    QCOMPARE(held.follow(0, 20, 9s).high, 500.0);
    QCOMPARE(held.follow(0, 20, 11s).high, 30.0);
}

void ChartPartsTest::timeTicksAreRound_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("most");
    QTest::addColumn<QList<double>>("moments");
    QTest::newRow("live") << -60.0 << 0.0 << 6 << QList<double>{-60, -45, -30, -15, 0};
    QTest::newRow("narrow") << -60.0 << 0.0 << 3 << QList<double>{-60, -30, 0};
    QTest::newRow("a run") << 0.0 << 23.7 << 6 << QList<double>{0, 5, 10, 15, 20};
}

void ChartPartsTest::timeTicksAreRound()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, most);
    QFETCH(QList<double>, moments);
    const std::vector<double> got = timeTicks(low, high, most);
    QCOMPARE(QList<double>(got.begin(), got.end()), moments);
}

void ChartPartsTest::labelsDoNotCollide_data()
{
    QTest::addColumn<QList<double>>("wanted");
    QTest::newRow("all at one place") << QList<double>{50, 50, 50};
    QTest::newRow("at the bottom") << QList<double>{99, 100, 98};
    QTest::newRow("at the top") << QList<double>{0, 1, 0};
    QTest::newRow("a chain") << QList<double>{20, 28, 36, 44};
    QTest::newRow("three that push a fourth") << QList<double>{20, 40, 40, 40};
    QTest::newRow("crossed order") << QList<double>{80, 20, 79};
}

void ChartPartsTest::labelsDoNotCollide()
{
    QFETCH(QList<double>, wanted);
    const std::vector<double> want(wanted.begin(), wanted.end());
    const std::vector<double> placed = spreadLabels(want, 12, 0, 100);
    for (std::size_t i = 0; i < placed.size(); ++i) {
        QVERIFY(placed[i] >= 6 - 1e-9 && placed[i] <= 94 + 1e-9);
        for (std::size_t j = 0; j < i; ++j) {
            QVERIFY(std::abs(placed[i] - placed[j]) >= 12 - 1e-9);
            if (want[i] < want[j])
                QVERIFY(placed[i] < placed[j]);
        }
    }
}

void ChartPartsTest::labelWithRoomStaysAtItsCurve()
{
    const std::vector<double> placed = spreadLabels({20, 50, 80}, 12, 0, 100);
    QCOMPARE(placed, (std::vector<double>{20, 50, 80}));
}

void ChartPartsTest::bandIsCutToWhatTheChartShows()
{
    const auto bands = bandsOf({fault(QStringLiteral("before"), 10s, 20s), fault(QStringLiteral("cut"), 30s, 60s),
                                fault(QStringLiteral("open"), 90s)},
                               {}, space());
    QCOMPARE(bands.size(), std::size_t(2));
    QCOMPARE(bands[0].from, -60.0);
    QCOMPARE(bands[0].to, -40.0);
    QVERIFY(!bands[0].begins);
    QCOMPARE(bands[1].from, -10.0);
    QCOMPARE(bands[1].to, 0.0);
    QVERIFY(bands[1].begins);
}

void ChartPartsTest::faultsOverEachOtherAreLayers_data()
{
    QTest::addColumn<QList<QPair<double, double>>>("faults");
    QTest::addColumn<QList<QList<double>>>("stretches"); // from, to, layers
    using Faults = QList<QPair<double, double>>;
    using Stretches = QList<QList<double>>;
    QTest::newRow("none") << Faults{} << Stretches{};
    QTest::newRow("one") << Faults{{50, 60}} << Stretches{{-50, -40, 1}};
    QTest::newRow("apart") << Faults{{50, 60}, {70, 80}} << Stretches{{-50, -40, 1}, {-30, -20, 1}};
    QTest::newRow("one after the other") << Faults{{50, 60}, {60, 80}} << Stretches{{-50, -20, 1}};
    QTest::newRow("over each other") << Faults{{50, 70}, {60, 80}}
                                     << Stretches{{-50, -40, 1}, {-40, -30, 2}, {-30, -20, 1}};
    QTest::newRow("one inside the other")
        << Faults{{50, 80}, {60, 70}} << Stretches{{-50, -40, 1}, {-40, -30, 2}, {-30, -20, 1}};
    QTest::newRow("for no time at all") << Faults{{60, 60}} << Stretches{};
    QTest::newRow("more than can be told apart") << Faults(9, {50, 60}) << Stretches{{-50, -40, kMostLayers}};
}

void ChartPartsTest::faultsOverEachOtherAreLayers()
{
    using Faults = QList<QPair<double, double>>;
    QFETCH(Faults, faults);
    QFETCH(QList<QList<double>>, stretches);
    std::deque<lab::FaultRecord> records;
    for (const auto& [from, to] : faults) {
        const auto at = [](double seconds) { return std::chrono::microseconds(qint64(seconds * 1e6)); };
        records.push_back(fault(QStringLiteral("cut"), at(from), at(to)));
    }
    lab::PauseRecord pause;
    pause.from = 45s;
    pause.to = 95s;
    QList<QList<double>> found;
    for (const Stretch& stretch : stretchesOf(bandsOf(records, {pause}, space())))
        found.append({stretch.from, stretch.to, double(stretch.layers)});
    QCOMPARE(found, stretches);
}

void ChartPartsTest::bandSaysHowLongRecoveryTook()
{
    lab::FaultRecord killed = fault(QStringLiteral("n3 killed"), 80s);
    QCOMPARE(bandText(killed), QStringLiteral("n3 killed"));
    killed.leaderAfter = 2'900ms;
    killed.writeAfter = 3'100ms;
    const auto bands = bandsOf({killed}, {}, space());
    QCOMPARE(bands[0].text, QStringLiteral("n3 killed · leader 2.9 s · write 3.1 s"));
    QVERIFY(std::abs(*bands[0].recovered + 16.9) < 1e-6);
}

void ChartPartsTest::namesOfOverlappingBandsStack()
{
    const auto bands = bandsOf({fault(QStringLiteral("n1 killed"), 80s), fault(QStringLiteral("n2 killed"), 81s),
                                fault(QStringLiteral("n3 killed"), 95s)},
                               {}, space());
    QCOMPARE(bands[0].row, 0);
    QCOMPARE(bands[1].row, 1);
    QCOMPARE(bands[2].row, 0);
    for (const Band& band : bands)
        QVERIFY(band.textAt + band.textWidth <= 600);
}

void ChartPartsTest::namesWithoutRoomAreCounted()
{
    std::deque<lab::FaultRecord> faults;
    for (int i = 0; i < 9; ++i)
        faults.push_back(fault(QStringLiteral("n%1 killed").arg(i + 1), 90s + std::chrono::milliseconds(i * 100)));
    const auto bands = bandsOf(faults, {}, space());
    int counted = 0;
    for (const Band& band : bands) {
        counted += (band.row >= 0 ? 1 : 0) + band.more;
        if (band.row >= 0)
            QVERIFY(band.textAt >= 0 && band.textAt + band.textWidth <= 600);
    }
    QCOMPARE(counted, 9);
    QCOMPARE(bands[3].row, kMostBandRows - 1);
    QCOMPARE(bands[3].text + moreText(bands[3]), QStringLiteral("n4 killed · 5 more"));
    QCOMPARE(bands[3].textWidth, space().textWidth(QStringLiteral("n4 killed · 5 more")));
    QCOMPARE(bands[8].row, -1);
    QCOMPARE(moreText(bands[0]), QString());
}

void ChartPartsTest::grownNamesDoNotTouch()
{
    // Four rows, each with a name far left; then six more near the right edge, of which four find a row again.
    std::deque<lab::FaultRecord> faults;
    for (int i = 0; i < 4; ++i)
        faults.push_back(fault(QStringLiteral("a name that takes its room %1").arg(i), 41s));
    for (int i = 0; i < 6; ++i)
        faults.push_back(fault(QStringLiteral("n%1 killed").arg(i + 1), 99s));
    const auto bands = bandsOf(faults, {}, space());
    for (const Band& one : bands) {
        for (const Band& other : bands) {
            if (&one < &other && one.row >= 0 && one.row == other.row)
                QVERIFY(one.textAt + one.textWidth < other.textAt);
        }
        QVERIFY(one.row < 0 || one.textAt + one.textWidth <= 600);
    }
    QCOMPARE(bands[7].more, 2);
}

void ChartPartsTest::cursorTellsWhatWasWrong()
{
    const auto at = [](int count, double seconds) {
        std::deque<lab::FaultRecord> faults;
        for (int i = 0; i < count; ++i)
            faults.push_back(fault(QStringLiteral("n%1 killed").arg(i + 1), 90s));
        return namesAt(bandsOf(faults, {}, space()), seconds);
    };
    QCOMPARE(at(2, -5), (QStringList{QStringLiteral("n1 killed"), QStringLiteral("n2 killed")}));
    QCOMPARE(at(2, -15), QStringList());
    QCOMPARE(at(6, -5).size(), 6);
    QCOMPARE(at(9, -5).size(), 7);
    QCOMPARE(at(9, -5).back(), QStringLiteral("3 more"));
}

void ChartPartsTest::pauseIsABandOfItsOwnKind()
{
    const auto bands = bandsOf({}, {{1, QStringLiteral("held"), 90s, std::nullopt}}, space());
    QCOMPARE(bands.size(), std::size_t(1));
    QVERIFY(bands[0].pause);
    QCOMPARE(bands[0].text, QStringLiteral("held"));
}

void ChartPartsTest::thinningKeepsPeaks()
{
    QList<QPointF> points;
    for (int i = 0; i < 5000; ++i)
        points.append(QPointF(i, i == 2500 ? 99 : i == 1234 ? -7 : 1));
    const QList<QPointF> kept = thinned(points, 300);
    QVERIFY(kept.size() <= 300);
    QVERIFY(kept.contains(QPointF(2500, 99)));
    QVERIFY(kept.contains(QPointF(1234, -7)));
    QVERIFY(std::is_sorted(kept.begin(), kept.end(), [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); }));
}

QTEST_GUILESS_MAIN(ChartPartsTest)
#include "tst_chart_parts.moc"
