// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/icon.h"
#include "gui/views/theme/style_sheet.h"
#include "gui/views/theme/theme.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <cmath>

using namespace faultline::views;

class ThemeTest : public QObject
{
    Q_OBJECT

private slots:
    void textIsReadable_data();
    void textIsReadable();
    void termsTakeTurnsAtTheHues();
    void noTokenIsLeftInTheStyleSheet();
    void everyIconIsDrawnAndNoTwoAreAlike();
    void disabledIconIsFainter();

private:
    static double luminance(const QColor& colour)
    {
        const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
    }
    static double contrast(const QColor& a, const QColor& b)
    {
        const double one = luminance(a) + 0.05;
        const double other = luminance(b) + 0.05;
        return std::max(one, other) / std::min(one, other);
    }
    static QImage drawn(Glyph glyph)
    {
        QImage image(48, 48, QImage::Format_ARGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        paintGlyph(painter, glyph, {0, 0, 48, 48}, Qt::black);
        return image;
    }
    static int inked(const QImage& image)
    {
        int count = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                count += qGray(image.pixel(x, y)) < 128 ? 1 : 0;
        }
        return count;
    }
};

void ThemeTest::textIsReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void ThemeTest::textIsReadable()
{
    QFETCH(bool, dark);
    const Theme theme = Theme::of(dark);
    QCOMPARE(theme.dark, dark);
    QCOMPARE(isDark(theme.palette()), dark);
    for (const QColor& surface : {theme.canvas, theme.panel}) {
        QVERIFY(contrast(theme.ink, surface) > 7);
        QVERIFY(contrast(theme.mutedInk, surface) > 4.5);
        QVERIFY(contrast(theme.okText, surface) > 4.5);
        QVERIFY(contrast(theme.failedText, surface) > 4.5);
        QVERIFY(contrast(theme.leaderText, surface) > 4);
        QVERIFY(contrast(theme.frozenText, surface) > 4);
    }
}

void ThemeTest::termsTakeTurnsAtTheHues()
{
    const Theme theme = Theme::light();
    QCOMPARE(theme.term(1), theme.term(9));
    for (quint64 a = 0; a < Theme::kTermHues; ++a) {
        for (quint64 b = 0; b < a; ++b)
            QVERIFY(theme.term(a) != theme.term(b));
    }
}

void ThemeTest::noTokenIsLeftInTheStyleSheet()
{
    QVERIFY(!styleSheet(Theme::light()).contains(QLatin1Char('@')));
    QVERIFY(styleSheet(Theme::light()) != styleSheet(Theme::darkOne()));
}

void ThemeTest::everyIconIsDrawnAndNoTwoAreAlike()
{
    for (int a = 0; a < kGlyphCount; ++a) {
        const QImage one = drawn(static_cast<Glyph>(a));
        QVERIFY2(inked(one) > 100, qPrintable(QString::number(a)));
        for (int b = 0; b < a; ++b) {
            const QImage other = drawn(static_cast<Glyph>(b));
            int different = 0;
            for (int y = 0; y < one.height(); ++y) {
                for (int x = 0; x < one.width(); ++x)
                    different += std::abs(qGray(one.pixel(x, y)) - qGray(other.pixel(x, y))) > 100 ? 1 : 0;
            }
            QVERIFY2(different > 120, qPrintable(QStringLiteral("%1 and %2").arg(a).arg(b)));
        }
    }
}

void ThemeTest::disabledIconIsFainter()
{
    const QIcon kill = icon(Glyph::Kill, Theme::light());
    const QImage on = kill.pixmap(48, QIcon::Normal).toImage();
    const QImage off = kill.pixmap(48, QIcon::Disabled).toImage();
    QVERIFY(qGray(on.pixel(24, 24)) + 60 < qGray(off.pixel(24, 24)));
}

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"
