// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/link_painter.h"

#include "gui/views/theme/figures.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

constexpr double kWave = 16; ///< length of one
constexpr double kAmplitude = 2.6;
constexpr double kHead = 8; ///< of an arrow

QPainterPath wave(const QLineF& line)
{
    const double length = line.length();
    const int halves = std::max(2, static_cast<int>(std::lround(length / (kWave / 2))));
    const QLineF unit = line.unitVector();
    const QPointF along = QPointF(unit.dx(), unit.dy()) * (length / halves);
    const QPointF side(-unit.dy() * kAmplitude * 1.9, unit.dx() * kAmplitude * 1.9);
    QPainterPath path(line.p1());
    for (int i = 0; i < halves; ++i) {
        const QPointF from = line.p1() + along * i;
        path.quadTo(from + along / 2 + (i % 2 == 0 ? side : -side), from + along);
    }
    return path;
}

QColor inkFor(const LinkMark& mark, const Theme& theme)
{
    return mark.stops ? theme.failedText : blended(theme.degraded, theme.ink, 0.45);
}

void paintHead(QPainter& painter, const QLineF& line, double width, const QColor& colour)
{
    const QLineF unit = line.unitVector();
    const QPointF along(unit.dx(), unit.dy());
    const QPointF side(-along.y(), along.x());
    const double head = kHead + width;
    const QPointF tip = line.p2() - along * 2;
    painter.setBrush(colour);
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(QPolygonF{tip, tip - along * head + side * head * 0.5, tip - along * head - side * head * 0.5});
}

bool isOneWay(const LinkLine& line)
{
    return !line.bothDirections || line.link.isOfClients();
}

} // namespace

QColor lineColour(const LinkSigns& signs, const Theme& theme)
{
    if (signs.marks.empty())
        return theme.link;
    return signs.stops ? theme.failed : theme.degraded;
}

void paintPattern(QPainter& painter, const QLineF& line, const LinkSigns& signs, double width, const QColor& colour)
{
    double across = signs.marks.empty() ? width : std::clamp(width, 2.0, 3.5);
    if (signs.broken)
        across = 2;
    if (signs.thin)
        across = 1;
    QPen pen(colour, across, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (signs.broken) {
        pen.setDashPattern({8 / across, 6 / across});
    } else if (signs.dotted) {
        pen.setWidthF(signs.thin ? 1.8 : std::max(2.4, across * 1.25));
        pen.setCapStyle(Qt::RoundCap);
        pen.setDashPattern({0.01, (signs.thin ? 4 : 6) / pen.widthF()});
    }
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    if (signs.wavy)
        painter.drawPath(wave(line));
    else
        painter.drawLine(line);
}

void paintLine(QPainter& painter, const PlacedLink& link, const Theme& theme)
{
    QLineF line = link.line.line;
    const bool healthy = link.signs.marks.empty();
    const bool oneWay = isOneWay(link.line);
    QColor colour = lineColour(link.signs, theme);
    if (link.line.link.isOfClients() && healthy)
        colour = faint(theme.mutedInk, 0.38);
    if (link.idle)
        colour = healthy ? faint(theme.link, 0.55) : blended(theme.canvas, colour, 0.5);
    if (oneWay) {
        paintHead(painter, line, link.width, colour);
        line.setLength(std::max(1.0, line.length() - kHead - link.width));
    }
    if (healthy && link.idle) {
        QPen pen(colour, 1);
        pen.setDashPattern({2, 5});
        painter.setPen(pen);
        painter.drawLine(line);
        return;
    }
    paintPattern(painter, line, link.signs, link.width, colour);
}

void paintSigns(QPainter& painter, const PlacedLink& link, const Layout& layout, const Theme& theme)
{
    if (link.icons == 0)
        return;
    const QFont base = painter.font();
    const QRectF& mark = link.line.mark;
    const double icon = iconSize(layout);
    const double rim = (mark.height() - icon) / 2;
    QColor edge = lineColour(link.signs, theme);
    if (link.idle)
        edge = blended(theme.canvas, edge, 0.5);
    painter.setBrush(theme.canvas);
    painter.setPen(QPen(edge, 1.4));
    painter.drawRoundedRect(mark, mark.height() / 2, mark.height() / 2);
    double x = mark.left() + rim;
    const double gap = link.icons > 1 || link.signs.marks.size() > 1 ? 3 : 0;
    for (std::size_t i = 0; i < link.icons; ++i) {
        const LinkMark& each = link.signs.marks[i];
        const QColor ink = link.idle ? blended(theme.canvas, inkFor(each, theme), 0.6) : inkFor(each, theme);
        paintGlyph(painter, each.glyph, {x, mark.center().y() - icon / 2, icon, icon}, ink);
        x += icon + gap;
    }
    painter.setFont(wordsFont(base, layout));
    painter.setPen(blended(theme.mutedInk, theme.ink, 0.4));
    if (const std::size_t more = link.signs.marks.size() - link.icons; more > 0)
        drawFigures(painter, {x, mark.top(), mark.right() - x, mark.height()}, Qt::AlignLeft,
                    QStringLiteral("+%1").arg(more));
    if (!link.words.isEmpty()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.canvas);
        painter.drawRoundedRect(link.wordsArea, 3, 3);
        painter.setPen(blended(theme.mutedInk, theme.ink, 0.4));
        drawFigures(painter, link.wordsArea, Qt::AlignHCenter, link.words);
    }
    painter.setFont(base);
}

void paintHalo(QPainter& painter, const LinkLine& line, const QColor& colour)
{
    painter.setPen(QPen(colour, 10, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(line.line);
}

} // namespace faultline::views
