// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/scene_painter.h"

#include "gui/views/theme/figures.h"
#include "gui/views/topology/link_painter.h"
#include "gui/views/topology/node_painter.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

// Where a line has a pattern, messages pass beside it and are smaller, so that it shows between them.
constexpr double kBesidePattern = 4; ///< pixels, from the lane
constexpr double kBesideLane = 8;    ///< where the lane is a line of its own
constexpr double kSmaller = 0.75;
constexpr double kDotReach = 5; ///< from its middle to its rim, of a common dot

void paintCross(QPainter& painter, QPointF at, double arm, const QColor& colour, double width)
{
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm));
    painter.drawLine(at + QPointF(arm, -arm), at + QPointF(-arm, arm));
}

void paintClients(QPainter& painter, const Frame& frame, const Theme& theme)
{
    const ClientFlow& flow = frame.scene.client;
    const QPointF centre = frame.layout.client;
    painter.setBrush(theme.panel);
    painter.setPen(QPen(theme.mutedInk, 1.6));
    painter.drawRoundedRect(QRectF(centre.x() - 21, centre.y() - 14, 42, 28), 5, 5);
    painter.setPen(QPen(theme.mutedInk, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(QPolygonF{centre + QPointF(-12, -5), centre + QPointF(-6, 0), centre + QPointF(-12, 5)});
    painter.drawLine(centre + QPointF(-2, 5.5), centre + QPointF(9, 5.5));

    const QFont base = painter.font();
    const QPointF middle(frame.arrangement.clientWords.center().x(), 0);
    double y = frame.arrangement.clientWords.top();
    const auto write = [&](const QString& text, const QColor& colour) {
        const double height = QFontMetricsF(painter.font()).height();
        const double width = figuresWidth(painter.font(), text);
        const QRectF area(middle.x() - width / 2, y, width, height);
        painter.setPen(Qt::NoPen);
        painter.setBrush(faint(theme.canvas, 0.82));
        painter.drawRect(area);
        painter.setPen(colour);
        drawFigures(painter, area, Qt::AlignLeft, text);
        y += height;
    };
    painter.setFont(scaled(clientsFont(base), 1, QFont::DemiBold));
    write(QStringLiteral("clients"), theme.mutedInk);
    painter.setFont(clientsFont(base));
    const bool suffering = flow.failed >= 0.5 || flow.unknown >= 0.5;
    for (const QString& line : flow.words.split(QStringLiteral(" · ")))
        write(line, suffering ? theme.failedText : theme.mutedInk);
    painter.setFont(base);
}

void paintLinks(QPainter& painter, const Frame& frame, const Theme& theme)
{
    for (const PlacedLink& link : frame.arrangement.links) {
        if (frame.hoveredLink && frame.hoveredLink->link == link.line.link)
            paintHalo(painter, link.line, faint(theme.accent, theme.dark ? 0.30 : 0.20));
        if (frame.knife && std::any_of(frame.knife->cuts.begin(), frame.knife->cuts.end(), [&](const Crossing& cut) {
                return cut.link == link.line.link || cut.link.reversed() == link.line.link;
            }))
            paintHalo(painter, link.line, faint(theme.failed, theme.dark ? 0.38 : 0.26));
    }
    for (const PlacedLink& link : frame.arrangement.links)
        paintLine(painter, link, theme);
}

void paintBand(QPainter& painter, const QRectF& band, const Theme& theme)
{
    painter.setPen(QPen(theme.accent, 1));
    painter.setBrush(faint(theme.accent, 0.10));
    painter.drawRect(band);
}

/// Below the pointer and to its right, or where there is room.
void paintKnifeWords(QPainter& painter, const Frame& frame, const Theme& theme)
{
    const QFont base = painter.font();
    painter.setFont(scaled(base, 1, QFont::DemiBold));
    const QPointF pointer = frame.knife->drawn.last();
    const QSizeF size(figuresWidth(painter.font(), frame.knife->words) + 20,
                      QFontMetricsF(painter.font()).height() + 10);
    QPointF corner = pointer + QPointF(16, 18);
    if (corner.y() + size.height() > frame.layout.size.height() - 4)
        corner.setY(pointer.y() - 12 - size.height());
    corner.setX(std::clamp(corner.x(), 4.0, std::max(4.0, frame.layout.size.width() - size.width() - 4)));
    corner.setY(std::clamp(corner.y(), 4.0, std::max(4.0, frame.layout.size.height() - size.height() - 4)));
    QRectF area(corner, size);
    const QSizeF whole = frame.layout.size;
    if (area.intersects(QRectF(whole.width() - 44, whole.height() - 44, 44, 44)))
        area.moveBottom(whole.height() - 46);
    const bool cuts = !frame.knife->cuts.empty();
    painter.setBrush(theme.panel);
    painter.setPen(QPen(cuts ? theme.failed : theme.mutedInk, 1.2));
    painter.drawRoundedRect(area, 6, 6);
    painter.setPen(cuts ? theme.failedText : theme.mutedInk);
    drawFigures(painter, area, Qt::AlignHCenter, frame.knife->words);
    painter.setFont(base);
}

void paintKnife(QPainter& painter, const Frame& frame, const Theme& theme)
{
    const KnifeStroke& knife = *frame.knife;
    if (knife.drawn.size() < 2)
        return;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.canvas, 4.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(knife.drawn);
    painter.setPen(
        QPen(knife.cuts.empty() ? theme.mutedInk : theme.failed, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(knife.drawn);
    for (const Crossing& cut : knife.cuts) {
        paintCross(painter, cut.at, 5, theme.canvas, 5);
        paintCross(painter, cut.at, 5, theme.failed, 2.4);
    }
    paintKnifeWords(painter, frame, theme);
}

const PlacedLink* placedFor(const Arrangement& arrangement, LinkId link)
{
    const auto placed =
        std::find_if(arrangement.links.begin(), arrangement.links.end(), [link](const PlacedLink& each) {
            return each.line.link == link || (each.line.bothDirections && each.line.link.reversed() == link);
        });
    return placed == arrangement.links.end() ? nullptr : &*placed;
}

/// A lost one stops before the signs, not under them: they say why.
double beforeSigns(const QLineF& line, double along, const PlacedLink& link)
{
    const QRectF signs = (link.line.mark | link.wordsArea).adjusted(-8, -8, 8, 8);
    const double step = 1 / line.length();
    double before = along;
    while (before > 0 && signs.contains(line.pointAt(before)))
        before -= step;
    return before > 0 ? before : along;
}

void paintFlight(QPainter& painter, const Flight& flight, const Frame& frame, const Theme& theme)
{
    const std::optional<Dot> dot = dotAt(flight, frame.now);
    if (!dot || (flight.leftOut && !dot->lost))
        return;
    QLineF line = laneLine(frame.layout, flight.link.from, flight.link.to);
    if (line.isNull())
        return;
    const PlacedLink* link = placedFor(frame.arrangement, flight.link);
    const bool hasPattern = link && link->icons > 0;
    if (hasPattern) {
        const QLineF unit = line.unitVector();
        line.translate(QPointF(-unit.dy(), unit.dx()) * (link->line.bothDirections ? kBesidePattern : kBesideLane));
    }
    if (dot->lost) {
        painter.setOpacity(dot->opacity);
        const double along = hasPattern ? beforeSigns(line, dot->along, *link) : dot->along;
        paintCross(painter, line.pointAt(along), 5, theme.failed, 2.4);
        painter.setOpacity(1);
        return;
    }
    // Half of a ring beside words would read as a letter.
    const QPointF place = line.pointAt(dot->along);
    const auto covers = [place](const QRectF& label) {
        return label.adjusted(-kDotReach, -kDotReach, kDotReach, kDotReach).contains(place);
    };
    if (std::any_of(frame.arrangement.labels.begin(), frame.arrangement.labels.end(), covers))
        return;
    painter.save();
    painter.translate(place);
    if (hasPattern)
        painter.scale(kSmaller, kSmaller);
    paintMessageShape(painter, flight, theme.term(flight.term), theme);
    if (flight.count > 1) {
        const QFont base = painter.font();
        painter.setFont(scaled(base, 0.85, QFont::DemiBold));
        painter.setPen(theme.mutedInk);
        drawFigures(painter, QRectF(9, -8, 60, 16), Qt::AlignLeft, QStringLiteral("×%1").arg(flight.count));
    }
    painter.restore();
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
                       flight.kind == MessageKind::VoteReply || flight.kind == MessageKind::SnapshotReply;
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
    case MessageKind::Snapshot:
    case MessageKind::SnapshotReply:
        painter.drawRect(QRectF(-8, -5, 16, 10));
        break;
    case MessageKind::PreVote:
    case MessageKind::Vote:
    case MessageKind::TimeoutNow:
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
    paintLinks(painter, frame, theme);
    paintClients(painter, frame, theme);
    for (const Flight& flight : frame.flights)
        paintFlight(painter, flight, frame, theme);
    for (const PlacedLink& link : frame.arrangement.links)
        paintSigns(painter, link, frame.layout, theme);
    const NodeId newest = frame.selection.newest();
    const auto paintOne = [&](const SceneNode& node) {
        const NodePlace* place = frame.layout.find(node.id);
        const auto variant = frame.arrangement.labelVariants.find(node.id);
        if (!place || variant == frame.arrangement.labelVariants.end())
            return;
        paintNode(painter, node, {place->centre, frame.layout.radius, variant->second, frame.turn},
                  {frame.selection.contains(node.id), node.id == frame.hovered, frame.focused && node.id == newest},
                  theme);
    };
    for (const SceneNode& node : frame.scene.nodes) {
        if (node.id != newest)
            paintOne(node);
    }
    for (const SceneNode& node : frame.scene.nodes) {
        if (node.id == newest)
            paintOne(node);
    }
    if (frame.band)
        paintBand(painter, *frame.band, theme);
    if (frame.knife)
        paintKnife(painter, frame, theme);
}

} // namespace faultline::views
