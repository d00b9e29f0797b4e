// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace faultline::views {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kCrownSpace = 30; ///< above a node, at 100%
constexpr double kLabelSpace = 50; ///< below a node, at 100%
constexpr double kSideSpace = 40;  ///< beside a node, for what of its label is wider than itself
constexpr double kLane = 5;
constexpr double kWidestRing = 2.0; ///< width of the ring to its height

double scaleFor(QSizeF size)
{
    return std::clamp(std::min(size.width() / 720, size.height() / 520), 44 / kNodeAcross, 112 / kNodeAcross);
}

QPointF keptInside(QSizeF size, double radius, QPointF point)
{
    const double scale = radius / (kNodeAcross / 2);
    const double left = radius + 4;
    const double top = radius + kCrownSpace * scale;
    const double right = std::max(left, size.width() - left);
    const double bottom = std::max(top, size.height() - radius - kLabelSpace);
    return {std::clamp(point.x(), left, right), std::clamp(point.y(), top, bottom)};
}

QLineF rimToRim(QPointF from, double fromRadius, QPointF to, double toRadius)
{
    const QLineF whole(from, to);
    const double length = whole.length();
    if (length <= fromRadius + toRadius + 1)
        return {};
    return {whole.pointAt(fromRadius / length), whole.pointAt(1 - toRadius / length)};
}

/// The room that the lines of clients at `from` leave to the nodes they pass by on their way to another: from the line
/// to the rim, the least of all.
double roomBeside(QPointF from, const std::vector<QPointF>& nodes, double radius)
{
    double least = std::numeric_limits<double>::infinity();
    for (const QPointF to : nodes) {
        const QPointF whole = to - from;
        const double squared = std::max(1.0, QPointF::dotProduct(whole, whole));
        for (const QPointF other : nodes) {
            if (other == to)
                continue;
            const double along = std::clamp(QPointF::dotProduct(other - from, whole) / squared, 0.0, 1.0);
            least = std::min(least, QLineF(from + whole * along, other).length() - radius);
        }
    }
    return least;
}

/// Outside the ring at the upper left, further right where a line would pass behind a node and seem to end there. Asks
/// where nodes stand of themselves, so that nobody who moves one moves the clients.
QPointF placeClients(QSizeF size, const std::vector<QPointF>& nodes, double radius)
{
    constexpr double kClear = 6;
    const double y = std::max(40.0, size.height() * 0.11);
    QPointF best(std::max(40.0, size.width() * 0.09), y);
    const double apart = radius + kClientReach + 14;
    double most = roomBeside(best, nodes, radius);
    for (double share = 0.10; most < kClear && share <= 0.30; share += 0.01) {
        const QPointF point(std::max(40.0, size.width() * share), y);
        const bool isFree =
            std::all_of(nodes.begin(), nodes.end(), [&](QPointF node) { return QLineF(node, point).length() > apart; });
        const double room = roomBeside(point, nodes, radius);
        if (isFree && room > most) {
            most = room;
            best = point;
        }
    }
    return best;
}

} // namespace

const NodePlace* Layout::find(NodeId id) const
{
    const auto place = std::find_if(nodes.begin(), nodes.end(), [id](const NodePlace& node) { return node.id == id; });
    return place == nodes.end() ? nullptr : &*place;
}

Layout layOut(QSizeF size, const std::vector<NodeId>& nodes, const MovedNodes& moved)
{
    Layout layout;
    layout.size = size;
    double scale = scaleFor(size);
    const auto count = static_cast<double>(nodes.size());
    const double top = kCrownSpace * scale;
    const double height = size.height() - top - kLabelSpace * std::max(1.0, scale);
    const auto ring = [&](double radius) {
        const double ry = std::max(10.0, height / 2 - radius - 6);
        const double rx = std::max(10.0, std::min(size.width() / 2 - radius - kSideSpace, ry * kWidestRing));
        return QSizeF(rx, ry);
    };
    QSizeF axes = ring(scale * kNodeAcross / 2);
    if (count > 1) {
        const auto gap = [&] { return 2 * std::sin(kPi / count) * std::min(axes.width(), axes.height()); };
        while (scale > 44 / kNodeAcross && gap() < scale * kNodeAcross * 1.35) {
            scale = std::max(44 / kNodeAcross, scale * 0.95);
            axes = ring(scale * kNodeAcross / 2);
        }
    }
    layout.radius = scale * kNodeAcross / 2;

    const QPointF centre(size.width() / 2, top + height / 2);
    std::vector<QPointF> unmoved;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const double angle = 2 * kPi * static_cast<double>(i) / count - kPi / 2;
        QPointF point = centre + QPointF(axes.width() * std::cos(angle), axes.height() * std::sin(angle));
        unmoved.push_back(keptInside(size, layout.radius, point));
        if (const auto put = moved.find(nodes[i]); put != moved.end())
            point = {put->second.x() * size.width(), put->second.y() * size.height()};
        layout.nodes.push_back({nodes[i], keptInside(size, layout.radius, point)});
    }
    layout.client = placeClients(size, unmoved, layout.radius);
    return layout;
}

NodeId nodeAt(const Layout& layout, QPointF point)
{
    const double reach = std::max(layout.radius, kSmallestTarget / 2);
    for (auto node = layout.nodes.rbegin(); node != layout.nodes.rend(); ++node) {
        if (QLineF(node->centre, point).length() <= reach)
            return node->id;
    }
    return {};
}

QLineF linkLine(const Layout& layout, NodeId from, NodeId to)
{
    struct End
    {
        QPointF centre;
        double reach;
    };
    const auto endOf = [&](NodeId id) -> std::optional<End> {
        if (id == kClients)
            return End{layout.client, kClientReach};
        const NodePlace* place = layout.find(id);
        return place ? std::optional(End{place->centre, layout.radius}) : std::nullopt;
    };
    const auto start = endOf(from);
    const auto end = endOf(to);
    if (!start || !end || from == to)
        return {};
    return rimToRim(start->centre, start->reach, end->centre, end->reach);
}

QLineF laneLine(const Layout& layout, NodeId from, NodeId to)
{
    const QLineF line = linkLine(layout, from, to);
    if (line.isNull())
        return line;
    const QLineF unit = line.unitVector();
    const QPointF right(-unit.dy() * kLane, unit.dx() * kLane);
    return line.translated(right);
}

std::vector<NodeId> nodesIn(const Layout& layout, const QRectF& area)
{
    std::vector<NodeId> inside;
    for (const NodePlace& node : layout.nodes) {
        if (area.contains(node.centre))
            inside.push_back(node.id);
    }
    return inside;
}

QPointF shareOf(const Layout& layout, QPointF point)
{
    if (layout.size.isEmpty())
        return {0.5, 0.5};
    const QPointF kept = keptInside(layout.size, layout.radius, point);
    return {kept.x() / layout.size.width(), kept.y() / layout.size.height()};
}

NodeId neighbour(const Layout& layout, NodeId from, int step)
{
    if (layout.nodes.empty())
        return {};
    const auto count = static_cast<int>(layout.nodes.size());
    for (int i = 0; i < count; ++i) {
        if (layout.nodes[static_cast<std::size_t>(i)].id == from)
            return layout.nodes[static_cast<std::size_t>(((i + step) % count + count) % count)].id;
    }
    return step >= 0 ? layout.nodes.front().id : layout.nodes.back().id;
}

} // namespace faultline::views
