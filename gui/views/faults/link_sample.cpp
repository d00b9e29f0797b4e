// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_sample.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace faultline::views {
namespace {

constexpr double kStroke = 2.2;
constexpr double kThin = 1;
constexpr double kThinDots = 1.5;
constexpr double kPi = 3.14159265358979323846;

void paintBlocked(QPainter& painter, const QRectF& area, const fault::LinkFault& fault)
{
    const QPointF centre = area.center();
    const double y = centre.y();
    const double half = std::min(4.0, area.height() / 2 - 1);
    if (fault.cut) {
        painter.drawLine(QPointF(area.left(), y), QPointF(centre.x() - 9, y));
        painter.drawLine(QPointF(centre.x() + 9, y), QPointF(area.right(), y));
        painter.drawLine(centre + QPointF(-half, -half), centre + QPointF(half, half));
        painter.drawLine(centre + QPointF(-half, half), centre + QPointF(half, -half));
    } else if (fault.refuse) {
        const double wall = centre.x() + 6;
        painter.drawLine(QPointF(area.left(), y), QPointF(wall - 4, y));
        painter.drawLine(QPointF(wall, y - half - 1), QPointF(wall, y + half + 1));
    } else {
        painter.drawPolyline(
            QPolygonF{QPointF(area.left(), y), QPointF(centre.x() - 6, y), QPointF(centre.x() - 2, y - half - 1)});
        painter.drawPolyline(
            QPolygonF{QPointF(centre.x() + 2, y + half + 1), QPointF(centre.x() + 6, y), QPointF(area.right(), y)});
    }
}

QPainterPath passingPath(const QRectF& area, const fault::LinkFault& fault)
{
    const double y = area.center().y();
    const bool wavy = fault.latency.count() > 0 || fault.jitter.count() > 0;
    const double amplitude = wavy ? std::min(3.0, area.height() / 2 - 1) : 0;
    const double step = fault.stall ? 3 : 0;
    QPainterPath path(QPointF(area.left(), y + step));
    for (double x = area.left() + 1; x <= area.right(); x += 1) {
        const double along = x - area.left();
        const double level = fault.stall ? (along < area.width() / 2 ? step : -step) : 0;
        path.lineTo(x, y + level - amplitude * std::sin(along * 2 * kPi / 12));
    }
    return path;
}

} // namespace

void paintLinkSample(QPainter& painter, const QRectF& area, const fault::LinkFault& fault, const Theme& theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (fault.healthy()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.link);
        painter.drawEllipse(area.center(), 2.5, 2.5);
    } else if (fault.blocks()) {
        painter.setPen(QPen(theme.failed, kStroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        paintBlocked(painter, area, fault);
    } else {
        const bool dotted = fault.loss || fault.corrupt || fault.duplicate || fault.reorder;
        const double width = fault.bandwidth == 0 ? kStroke : dotted ? kThinDots : kThin;
        QPen pen(theme.degraded, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
        if (dotted)
            pen.setDashPattern({0.1, 2.2});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(passingPath(area, fault));
    }
    painter.restore();
}

} // namespace faultline::views
