// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/figures.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

double digitCell(const QFontMetricsF& metrics)
{
    double widest = 0;
    for (char digit = '0'; digit <= '9'; ++digit)
        widest = std::max(widest, metrics.horizontalAdvance(QLatin1Char(digit)));
    return widest;
}

/// Calls `run(text, isDigit)` for each digit and each stretch between digits.
template <typename Run> void eachRun(const QString& text, Run run)
{
    qsizetype start = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!text.at(i).isDigit())
            continue;
        if (i > start)
            run(text.mid(start, i - start), false);
        run(text.mid(i, 1), true);
        start = i + 1;
    }
    if (start < text.size())
        run(text.mid(start), false);
}

QString threeFigures(double value)
{
    if (value >= 1000)
        return grouped(static_cast<quint64>(std::llround(value)));
    return QString::number(value, 'f', value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

} // namespace

QString grouped(quint64 number)
{
    QString text = QString::number(number);
    for (qsizetype i = text.size() - 3; i > 0; i -= 3)
        text.insert(i, QLatin1Char(','));
    return text;
}

QString spokenRate(double perSecond)
{
    if (perSecond >= 10 || std::abs(perSecond - std::round(perSecond)) < 0.05)
        return grouped(static_cast<quint64>(std::llround(std::max(0.0, perSecond))));
    return QString::number(perSecond, 'f', 1);
}

QString spokenLatency(std::chrono::nanoseconds duration)
{
    if (duration.count() > 0 && duration < std::chrono::microseconds(100))
        return threeFigures(static_cast<double>(duration.count()) / 1e3) + QStringLiteral(" µs");
    return threeFigures(static_cast<double>(duration.count()) / 1e6) + QStringLiteral(" ms");
}

QString spokenBytes(quint64 bytes)
{
    const auto value = static_cast<double>(bytes);
    if (bytes < 1000)
        return QStringLiteral("%1 B").arg(bytes);
    if (bytes < 1'000'000)
        return threeFigures(value / 1e3) + QStringLiteral(" KB");
    if (bytes < 1'000'000'000)
        return threeFigures(value / 1e6) + QStringLiteral(" MB");
    return threeFigures(value / 1e9) + QStringLiteral(" GB");
}

double figuresWidth(const QFont& font, const QString& text)
{
    const QFontMetricsF metrics(font);
    const double cell = digitCell(metrics);
    double width = 0;
    eachRun(text, [&](const QString& part, bool digit) { width += digit ? cell : metrics.horizontalAdvance(part); });
    return width;
}

void drawFigures(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text)
{
    const QFontMetricsF metrics(painter.font());
    const double cell = digitCell(metrics);
    const double width = figuresWidth(painter.font(), text);
    double x = area.left();
    if (alignment & Qt::AlignRight)
        x = area.right() - width;
    else if (alignment & Qt::AlignHCenter)
        x = area.center().x() - width / 2;
    const double baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    eachRun(text, [&](const QString& part, bool digit) {
        const double advance = metrics.horizontalAdvance(part);
        painter.drawText(QPointF(digit ? x + (cell - advance) / 2 : x, baseline), part);
        x += digit ? cell : advance;
    });
}

QFont scaled(QFont font, double factor, QFont::Weight weight)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(static_cast<int>(std::lround(font.pixelSize() * factor)));
    font.setWeight(weight);
    return font;
}

} // namespace faultline::views
