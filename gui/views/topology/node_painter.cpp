// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/node_painter.h"

#include "gui/views/theme/figures.h"
#include "gui/views/theme/icon.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace faultline::views {
namespace {

double scaleOf(const NodeSpace& space)
{
    return space.radius / 36;
}

void paintGlow(QPainter& painter, const NodeSpace& space, const NodeTouch& touch, const Theme& theme)
{
    painter.setPen(Qt::NoPen);
    if (touch.selected) {
        painter.setBrush(faint(theme.accent, theme.dark ? 0.20 : 0.14));
        painter.drawEllipse(space.centre, space.radius + 10, space.radius + 10);
        painter.setBrush(faint(theme.accent, theme.dark ? 0.30 : 0.22));
        painter.drawEllipse(space.centre, space.radius + 6, space.radius + 6);
    } else if (touch.hovered) {
        painter.setBrush(faint(theme.ink, 0.07));
        painter.drawEllipse(space.centre, space.radius + 8, space.radius + 8);
    }
    if (touch.selected || touch.hovered) {
        painter.setBrush(theme.canvas);
        painter.drawEllipse(space.centre, space.radius + 3, space.radius + 3);
    }
    if (touch.focused && touch.selected) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.accent, 1.5));
        painter.drawEllipse(space.centre, space.radius + 10, space.radius + 10);
    }
}

QPen ringPen(const SceneNode& node, const NodeSpace& space, const Theme& theme)
{
    const double scale = scaleOf(space);
    QPen pen(ringColour(node.look, theme), 2.5 * scale);
    pen.setCapStyle(Qt::FlatCap);
    const double around = 2 * 3.14159265358979 * space.radius;
    switch (node.look) {
    case Look::Leader:
        pen.setWidthF(5 * scale);
        break;
    case Look::StaleLeader:
        pen.setWidthF(3 * scale);
        break;
    case Look::Candidate:
    case Look::PreCandidate: {
        pen.setWidthF(3.5 * scale);
        const double dash = around / 16 / pen.widthF();
        pen.setDashPattern({dash * 0.62, dash * 0.38});
        pen.setDashOffset(-space.turn * dash * 16);
        break;
    }
    case Look::Dead:
    case Look::Stopped: {
        const double dash = around / 24 / pen.widthF();
        pen.setDashPattern({dash * 0.5, dash * 0.5});
        break;
    }
    case Look::Starting: {
        const double dash = around / 40 / pen.widthF();
        pen.setDashPattern({dash * 0.4, dash * 0.6});
        break;
    }
    case Look::Learner:
        pen.setWidthF(1.4 * scale);
        break;
    case Look::Follower:
    case Look::Frozen:
        break;
    }
    return pen;
}

void paintDisc(QPainter& painter, const SceneNode& node, const NodeSpace& space, const Theme& theme)
{
    const double scale = scaleOf(space);
    const bool gone = node.look == Look::Dead || node.look == Look::Stopped;
    painter.setPen(Qt::NoPen);
    painter.setBrush(gone || node.look == Look::Learner ? theme.canvas : theme.panel);
    painter.drawEllipse(space.centre, space.radius, space.radius);
    if (node.look == Look::Frozen) {
        painter.setBrush(QBrush(faint(theme.frozen, 0.55), Qt::BDiagPattern));
        painter.drawEllipse(space.centre, space.radius, space.radius);
    }
    if (node.look == Look::Dead) {
        painter.setPen(QPen(faint(theme.dead, 0.4), 3 * scale, Qt::SolidLine, Qt::RoundCap));
        const double arm = space.radius * 0.62;
        painter.drawLine(space.centre + QPointF(-arm, -arm), space.centre + QPointF(arm, arm));
        painter.drawLine(space.centre + QPointF(arm, -arm), space.centre + QPointF(-arm, arm));
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(ringPen(node, space, theme));
    painter.drawEllipse(space.centre, space.radius, space.radius);
    if (node.look == Look::Learner)
        painter.drawEllipse(space.centre, space.radius - 4.5 * scale, space.radius - 4.5 * scale);
}

/// A small disc on the rim, at the upper right.
void paintBadge(QPainter& painter, Glyph glyph, const NodeSpace& space, const QColor& rim, const QColor& ink,
                const Theme& theme)
{
    const double size = 24 * scaleOf(space);
    const QPointF at = space.centre + QPointF(space.radius * 0.74, -space.radius * 0.74);
    painter.setPen(QPen(rim, 1.5 * scaleOf(space)));
    painter.setBrush(theme.panel);
    painter.drawEllipse(at, size * 0.55, size * 0.55);
    paintGlyph(painter, glyph, {at.x() - size * 0.4, at.y() - size * 0.4, size * 0.8, size * 0.8}, ink);
}

void paintMarks(QPainter& painter, const SceneNode& node, const NodeSpace& space, const Theme& theme)
{
    const double scale = scaleOf(space);
    if (node.isolated) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.failed, 2.5 * scale, Qt::SolidLine, Qt::FlatCap));
        const double outer = space.radius + 6 * scale;
        const QRectF box(space.centre.x() - outer, space.centre.y() - outer, 2 * outer, 2 * outer);
        for (int quarter = 0; quarter < 4; ++quarter)
            painter.drawArc(box, (quarter * 90 + 20) * 16, 50 * 16);
    }
    const QRectF crown = crownArea(node, space.centre, space.radius);
    if (!crown.isEmpty())
        paintGlyph(painter, Glyph::Crown, crown, node.look == Look::Leader ? theme.leader : theme.dead);
    if (node.look == Look::Frozen)
        paintBadge(painter, Glyph::Freeze, space, theme.frozen, theme.frozenText, theme);
    if (node.look == Look::Dead)
        paintBadge(painter, node.withoutPower ? Glyph::Power : Glyph::Kill, space, theme.dead, theme.mutedInk, theme);
}

void paintInside(QPainter& painter, const SceneNode& node, const NodeSpace& space, const Theme& theme)
{
    const double scale = std::max(0.8, scaleOf(space));
    const bool gone = node.look == Look::Dead || node.look == Look::Stopped;
    const QFont base = painter.font();
    const QColor ink = gone ? theme.mutedInk : theme.ink;
    const bool hasPending = !node.pending.isEmpty() && !gone;
    const double room = space.radius * 1.66;

    const double nameY = node.value.isEmpty() ? 0 : hasPending ? -space.radius * 0.46 : -space.radius * 0.22;
    painter.setFont(scaled(base, 1.25 * scale, QFont::DemiBold));
    painter.setPen(ink);
    const auto row = [&](double y, double height) {
        return QRectF(space.centre.x() - room / 2, space.centre.y() + y - height / 2, room, height);
    };
    drawFigures(painter, row(nameY, 24), Qt::AlignHCenter, node.id.name());
    if (node.value.isEmpty())
        return;

    painter.setFont(scaled(base, 0.95 * scale, QFont::Medium));
    const auto fitted = [&](const QString& text) {
        return QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, room);
    };
    painter.setPen(gone ? theme.mutedInk : ink);
    drawFigures(painter, row(hasPending ? space.radius * 0.06 : space.radius * 0.32, 18), Qt::AlignHCenter,
                fitted(node.value));
    if (!hasPending)
        return;
    painter.setFont(scaled(base, 0.85 * scale, QFont::Normal));
    const QString pending = fitted(node.pending);
    const double width = std::min(room * 0.96, figuresWidth(painter.font(), pending) + 12 * scale);
    const double height = QFontMetricsF(painter.font()).height() + 2;
    const QRectF pill(space.centre.x() - width / 2, space.centre.y() + space.radius * 0.54 - height / 2, width, height);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.mutedInk, 1.2, Qt::DashLine));
    painter.drawRoundedRect(pill, height / 2, height / 2);
    painter.setPen(theme.mutedInk);
    drawFigures(painter, pill, Qt::AlignHCenter, pending);
}

struct LabelLine
{
    QString text;
    bool isWord = false;
    std::optional<Glyph> fault = std::nullopt; ///< of clock or disk, whose icon it has in front
};

double iconWidth(const QFont& font)
{
    return QFontMetricsF(font).height();
}

double widthOf(const LabelLine& line, const QFont& font)
{
    return figuresWidth(font, line.text) + (line.fault ? iconWidth(font) : 0);
}

/// On a veil of canvas, so that links and messages behind it do not cut through the letters.
void paintLabelLine(QPainter& painter, QPointF top, const LabelLine& line, const QColor& colour, const Theme& theme)
{
    const double width = widthOf(line, painter.font());
    const double height = QFontMetricsF(painter.font()).height();
    const QRectF area(top.x() - width / 2, top.y(), width, height);
    painter.setPen(Qt::NoPen);
    painter.setBrush(faint(theme.canvas, 0.95));
    painter.drawRoundedRect(area.adjusted(-4, 0, 4, 0), 4, 4);
    if (line.fault)
        paintGlyph(painter, *line.fault, {area.left() - 1, area.top() + 1, height - 2, height - 2}, colour);
    painter.setPen(colour);
    drawFigures(painter, area, line.fault ? Qt::AlignRight : Qt::AlignHCenter, line.text);
}

/// What there is to say of a node, by how much room there is; what is wrong with clock and disk is said in any case.
std::vector<LabelLine> labelLines(const SceneNode& node, int variant)
{
    const LabelLine word{node.word, true};
    std::vector<LabelLine> lines;
    const bool isPlain = node.look == Look::Follower && node.word == QLatin1String("follower");
    const bool figuresFirst = variant == 2 && isPlain && !node.figures.isEmpty();
    if (!figuresFirst && !(variant == 4 && isPlain))
        lines.push_back(word);
    if (variant == 1) {
        for (const QString& part : node.figures.split(QStringLiteral(" · "), Qt::SkipEmptyParts))
            lines.push_back({part});
    } else if (figuresFirst || (variant == 0 && !node.figures.isEmpty())) {
        lines.push_back({node.figures});
    }
    for (const auto& [glyph, text] : {std::pair(Glyph::Disk, node.disk), std::pair(Glyph::Clock, node.clock)}) {
        if (!text.isEmpty())
            lines.insert(lines.begin() + std::min<std::ptrdiff_t>(1, std::ssize(lines)), {text, true, glyph});
    }
    return lines;
}

QFont labelFont(const QFont& base, const NodeSpace& space, bool isWord)
{
    const double scale = std::clamp(scaleOf(space), 0.85, 1.3);
    return isWord ? scaled(base, scale, QFont::DemiBold) : scaled(base, 0.92 * scale);
}

/// The third of the hues is the colour of clock and disk faults.
QColor machineInk(const Theme& theme)
{
    return blended(theme.term(3), theme.ink, theme.dark ? 0 : 0.2);
}

QPointF labelTop(const NodeSpace& space)
{
    return space.centre + QPointF(0, space.radius + 11);
}

void paintLabel(QPainter& painter, const SceneNode& node, const NodeSpace& space, const Theme& theme)
{
    const bool gone = node.look == Look::Dead || node.look == Look::Stopped;
    const QFont base = painter.font();
    const QColor wordInk = node.isolated && !gone ? theme.failedText : wordColour(node.look, theme);
    const QColor figureInk = gone ? blended(theme.canvas, theme.mutedInk, 0.75) : theme.mutedInk;
    QPointF top = labelTop(space);
    for (const LabelLine& line : labelLines(node, space.labelVariant)) {
        painter.setFont(labelFont(base, space, line.isWord));
        paintLabelLine(painter, top, line, line.fault ? machineInk(theme) : line.isWord ? wordInk : figureInk, theme);
        top.ry() += QFontMetricsF(painter.font()).height();
    }
}

} // namespace

QRectF crownArea(const SceneNode& node, QPointF centre, double radius)
{
    if (node.look != Look::Leader && node.look != Look::StaleLeader)
        return {};
    const double scale = radius / 36;
    const double size = 26 * scale;
    const double lift = (node.isolated ? 9 : 4) * scale;
    return {centre.x() - size / 2, centre.y() - radius - size - lift + 3 * scale, size, size};
}

QRectF labelArea(const SceneNode& node, const NodeSpace& space, const QFont& base)
{
    double width = 0;
    double height = 0;
    for (const LabelLine& line : labelLines(node, space.labelVariant)) {
        const QFont font = labelFont(base, space, line.isWord);
        width = std::max(width, widthOf(line, font));
        height += QFontMetricsF(font).height();
    }
    const QPointF top = labelTop(space);
    return {top.x() - width / 2, top.y(), width, height};
}

QColor ringColour(Look look, const Theme& theme)
{
    switch (look) {
    case Look::Leader:
        return theme.leader;
    case Look::Candidate:
    case Look::PreCandidate:
        return theme.candidate;
    case Look::Frozen:
        return theme.frozen;
    case Look::Dead:
    case Look::Stopped:
        return theme.dead;
    case Look::Starting:
    case Look::Follower:
    case Look::Learner:
    case Look::StaleLeader:
        break;
    }
    return theme.follower;
}

QColor wordColour(Look look, const Theme& theme)
{
    switch (look) {
    case Look::Leader:
        return theme.leaderText;
    case Look::Candidate:
    case Look::PreCandidate:
        return theme.candidate;
    case Look::Frozen:
        return theme.frozenText;
    case Look::Starting:
    case Look::Follower:
    case Look::Learner:
    case Look::StaleLeader:
    case Look::Stopped:
    case Look::Dead:
        break;
    }
    return theme.mutedInk;
}

void paintNode(QPainter& painter, const SceneNode& node, const NodeSpace& space, const NodeTouch& touch,
               const Theme& theme)
{
    painter.save();
    const QFont base = painter.font();
    paintGlow(painter, space, touch, theme);
    paintDisc(painter, node, space, theme);
    paintMarks(painter, node, space, theme);
    painter.setFont(base);
    paintInside(painter, node, space, theme);
    painter.setFont(base);
    paintLabel(painter, node, space, theme);
    painter.restore();
}

} // namespace faultline::views
