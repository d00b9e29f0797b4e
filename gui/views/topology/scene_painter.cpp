// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/scene_painter.h"

#include "gui/views/theme/figures.h"
#include "gui/views/topology/node_painter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

void paintCross(QPainter& painter, QPointF at, double arm, const QColor& colour, double width)
{
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm));
    painter.drawLine(at + QPointF(arm, -arm), at + QPointF(-arm, arm));
}

void paintLink(QPainter& painter, const SceneLink& link, const Layout& layout, const Theme& theme)
{
    const QLineF line = linkLine(layout, link.a, link.b);
    if (line.isNull())
        return;
    if (link.cut) {
        QPen pen(theme.failed, 1.6);
        pen.setDashPattern({1.5, 4});
        painter.setPen(pen);
        painter.drawLine(line);
        painter.setBrush(theme.canvas);
        painter.setPen(QPen(theme.failed, 1.6));
        painter.drawEllipse(line.center(), 8.5, 8.5);
        paintCross(painter, line.center(), 3.4, theme.failed, 1.8);
        return;
    }
    if (link.idle) {
        QPen pen(faint(theme.link, 0.55), 1);
        pen.setDashPattern({2, 5});
        painter.setPen(pen);
    } else {
        painter.setPen(QPen(theme.link, widthFor(link.bytesPerSecond)));
    }
    painter.drawLine(line);
}

void paintArrow(QPainter& painter, const QLineF& line, double width, const QColor& colour)
{
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
    const QLineF unit = line.unitVector();
    const QPointF along(unit.dx(), unit.dy());
    const QPointF side(-along.y(), along.x());
    const double head = 6 + width;
    const QPointF tip = line.p2() - along * 4;
    painter.drawLine(line.p1(), tip - along * head);
    painter.setBrush(colour);
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(
        QPolygonF{tip, tip - along * head + side * head * 0.55, tip - along * head - side * head * 0.55});
}

void paintClients(QPainter& painter, const Frame& frame, const Theme& theme)
{
    const ClientFlow& flow = frame.scene.client;
    for (const SceneNode& node : frame.scene.nodes) {
        if (node.commandsPerSecond < 0.5)
            continue;
        const QLineF line = clientLine(frame.layout, node.id);
        if (!line.isNull())
            paintArrow(painter, line, std::clamp(0.8 + std::log10(node.commandsPerSecond), 1.0, 5.0),
                       faint(theme.mutedInk, 0.38));
    }
    const QPointF centre = frame.layout.client;
    const QRectF box(centre.x() - 21, centre.y() - 14, 42, 28);
    painter.setBrush(theme.panel);
    painter.setPen(QPen(theme.mutedInk, 1.6));
    painter.drawRoundedRect(box, 5, 5);
    painter.setPen(QPen(theme.mutedInk, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(QPolygonF{centre + QPointF(-12, -5), centre + QPointF(-6, 0), centre + QPointF(-12, 5)});
    painter.drawLine(centre + QPointF(-2, 5.5), centre + QPointF(9, 5.5));

    const QFont base = painter.font();
    painter.setFont(scaled(base, 0.92, QFont::DemiBold));
    double y = box.bottom() + 4;
    const auto write = [&](const QString& text, const QColor& colour) {
        const double height = QFontMetricsF(painter.font()).height();
        const double width = figuresWidth(painter.font(), text);
        const double left = std::max(8.0, centre.x() - width / 2);
        const QRectF area(left, y, width, height);
        painter.setPen(Qt::NoPen);
        painter.setBrush(faint(theme.canvas, 0.82));
        painter.drawRect(area);
        painter.setPen(colour);
        drawFigures(painter, area, Qt::AlignLeft, text);
        y += height;
    };
    write(QStringLiteral("clients"), theme.mutedInk);
    painter.setFont(scaled(base, 0.92));
    const bool suffering = flow.failed >= 0.5 || flow.unknown >= 0.5;
    for (const QString& line : flow.words.split(QStringLiteral(" · ")))
        write(line, suffering ? theme.failedText : theme.mutedInk);
    painter.setFont(base);
}

void paintFlight(QPainter& painter, const Flight& flight, const Frame& frame, const Theme& theme)
{
    const std::optional<Dot> dot = dotAt(flight, frame.now);
    if (!dot)
        return;
    const QLineF line = laneLine(frame.layout, flight.link.from, flight.link.to);
    if (line.isNull())
        return;
    const QPointF at = line.pointAt(dot->along);
    if (dot->lost) {
        painter.setOpacity(dot->opacity);
        paintCross(painter, at, 5, theme.failed, 2.4);
        painter.setOpacity(1);
        return;
    }
    painter.save();
    painter.translate(at);
    paintMessageShape(painter, flight, theme.term(flight.term), theme);
    if (flight.count > 1) {
        const QFont base = painter.font();
        painter.setFont(scaled(base, 0.85, QFont::DemiBold));
        painter.setPen(theme.mutedInk);
        drawFigures(painter, QRectF(9, -8, 60, 16), Qt::AlignLeft, QStringLiteral("×%1").arg(flight.count));
    }
    painter.restore();
}

/// Is that part of the canvas not covered by another node or its crown?
bool isFree(const QRectF& area, NodeId own, const Frame& frame)
{
    const Layout& layout = frame.layout;
    if (area.left() < 2 || area.right() > layout.size.width() - 2 || area.bottom() > layout.size.height())
        return false;
    for (const SceneNode& node : frame.scene.nodes) {
        const NodePlace* place = layout.find(node.id);
        if (node.id != own && place && crownArea(node, place->centre, layout.radius).intersects(area))
            return false;
    }
    return std::none_of(layout.nodes.begin(), layout.nodes.end(), [&](const NodePlace& other) {
        const QPointF nearest(std::clamp(other.centre.x(), area.left(), area.right()),
                              std::clamp(other.centre.y(), area.top(), area.bottom()));
        return other.id != own && QLineF(nearest, other.centre).length() < layout.radius + 3;
    });
}

QPolygonF triangle(double size, bool upsideDown)
{
    const double down = upsideDown ? -1 : 1;
    return {QPointF(0, -size * down), QPointF(size * 0.95, size * 0.7 * down),
            QPointF(-size * 0.95, size * 0.7 * down)};
}

} // namespace

void paintMessageShape(QPainter& painter, const Flight& flight, const QColor& colour, const Theme& theme)
{
    using wire::MessageKind;
    const bool reply = flight.kind == MessageKind::AppendReply || flight.kind == MessageKind::PreVoteReply ||
                       flight.kind == MessageKind::VoteReply;
    const bool hollow = reply || flight.kind == MessageKind::PreVote;
    painter.setPen(QPen(colour, reply ? 1.5 : 2, flight.kind == MessageKind::PreVoteReply ? Qt::DotLine : Qt::SolidLine,
                        Qt::FlatCap, Qt::MiterJoin));
    painter.setBrush(hollow ? theme.canvas : colour);
    switch (flight.kind) {
    case MessageKind::Heartbeat:
        painter.setPen(Qt::NoPen);
        painter.drawEllipse(QPointF(0, 0), 4.5, 4.5);
        break;
    case MessageKind::Append:
    case MessageKind::AppendReply: {
        if (reply && flight.entries == 0) {
            painter.drawEllipse(QPointF(0, 0), 4.2, 4.2);
            break;
        }
        const double half = 4.5 + std::min(4.0, std::log2(1.0 + std::max(1U, flight.entries)) - 1);
        painter.drawRect(QRectF(-half, -half, 2 * half, 2 * half));
        break;
    }
    case MessageKind::PreVote:
    case MessageKind::Vote:
        painter.drawPolygon(triangle(7.5, false));
        break;
    case MessageKind::PreVoteReply:
    case MessageKind::VoteReply:
        painter.drawPolygon(triangle(7.5, true));
        break;
    }
    if (reply && !flight.positive) {
        painter.setPen(QPen(theme.failed, 2));
        painter.drawLine(QPointF(-6, 6), QPointF(6, -6));
    }
}

void paintFrame(QPainter& painter, const Frame& frame, const Theme& theme)
{
    painter.setRenderHint(QPainter::Antialiasing);
    for (const SceneLink& link : frame.scene.links)
        paintLink(painter, link, frame.layout, theme);
    paintClients(painter, frame, theme);
    for (const Flight& flight : frame.flights)
        paintFlight(painter, flight, frame, theme);
    const auto paintOne = [&](const SceneNode& node) {
        const NodePlace* place = frame.layout.find(node.id);
        if (!place)
            return;
        NodeSpace space;
        space.centre = place->centre;
        space.radius = frame.layout.radius;
        space.turn = frame.turn;
        while (space.labelVariant + 1 < kLabelVariants &&
               !isFree(labelArea(node, space, painter.font()), node.id, frame))
            ++space.labelVariant;
        paintNode(painter, node, space, {node.id == frame.selected, node.id == frame.hovered, frame.focused}, theme);
    };
    for (const SceneNode& node : frame.scene.nodes) {
        if (node.id != frame.selected)
            paintOne(node);
    }
    for (const SceneNode& node : frame.scene.nodes) {
        if (node.id == frame.selected)
            paintOne(node);
    }
}

} // namespace faultline::views
