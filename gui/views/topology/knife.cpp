// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/knife.h"

#include "gui/lab/fault/partition.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace faultline::views {
namespace {

double cross(QPointF a, QPointF b)
{
    return a.x() * b.y() - a.y() * b.x();
}

/// Where a -> b crosses c -> d, as a share of a -> b. A point on the other line counts to one side of it, so that a
/// line through a corner crosses once.
std::optional<double> crossedAt(QPointF a, QPointF b, QPointF c, QPointF d)
{
    const auto side = [](QPointF from, QPointF to, QPointF point) { return cross(to - from, point - from) >= 0; };
    if (side(a, b, c) == side(a, b, d) || side(c, d, a) == side(c, d, b))
        return std::nullopt;
    return std::clamp(cross(c - a, d - c) / cross(b - a, d - c), 0.0, 1.0);
}

const NodePlace* placeAt(const Layout& layout, QPointF point)
{
    return layout.find(nodeAt(layout, point));
}

/// Without what lies on the node on which the line begins.
QPolygonF fromItsRim(QPolygonF drawn, const Layout& layout)
{
    if (drawn.isEmpty())
        return drawn;
    const NodePlace* node = placeAt(layout, drawn.first());
    if (!node)
        return drawn;
    const auto outside = std::find_if(drawn.begin(), drawn.end(), [&](QPointF point) {
        return QLineF(node->centre, point).length() > layout.radius;
    });
    if (outside == drawn.end())
        return {};
    const QPointF within = *std::prev(outside);
    const QPointF step = *outside - within;
    const QPointF out = within - node->centre;
    const double a = QPointF::dotProduct(step, step);
    const double b = QPointF::dotProduct(out, step);
    const double c = QPointF::dotProduct(out, out) - layout.radius * layout.radius;
    const double along = std::clamp((-b + std::sqrt(std::max(0.0, b * b - a * c))) / a, 0.0, 1.0);
    drawn.erase(drawn.begin(), outside);
    drawn.prepend(within + step * along);
    return drawn;
}

QPolygonF reversed(QPolygonF drawn)
{
    std::reverse(drawn.begin(), drawn.end());
    return drawn;
}

} // namespace

std::vector<Crossing> crossingsOf(const QPolygonF& drawn, const Layout& layout, const std::vector<NodeId>& reached)
{
    const QPolygonF line = reversed(fromItsRim(reversed(fromItsRim(drawn, layout)), layout));
    std::vector<Crossing> crossings;
    const auto consider = [&](LinkId link, QPointF from, QPointF to) {
        for (qsizetype i = 0; i + 1 < line.size(); ++i) {
            if (const auto along = crossedAt(line[i], line[i + 1], from, to)) {
                crossings.push_back({link, line[i] + (line[i + 1] - line[i]) * *along});
                return;
            }
        }
    };
    for (auto a = layout.nodes.begin(); a != layout.nodes.end(); ++a) {
        for (auto b = std::next(a); b != layout.nodes.end(); ++b)
            consider({std::min(a->id, b->id), std::max(a->id, b->id)}, a->centre, b->centre);
        if (std::find(reached.begin(), reached.end(), a->id) != reached.end())
            consider({kClients, a->id}, layout.client, a->centre);
    }
    std::sort(crossings.begin(), crossings.end(), [](const Crossing& x, const Crossing& y) { return x.link < y.link; });
    return crossings;
}

std::set<LinkId> linksOf(const std::vector<Crossing>& crossings)
{
    std::set<LinkId> links;
    for (const Crossing& crossing : crossings) {
        links.insert(crossing.link);
        links.insert(crossing.link.reversed());
    }
    return links;
}

std::vector<Crossing> stillWhole(std::vector<Crossing> crossings, const lab::FaultState& faults)
{
    std::erase_if(crossings, [&](const Crossing& crossing) {
        return faults.effective(crossing.link).cut && faults.effective(crossing.link.reversed()).cut;
    });
    return crossings;
}

namespace {

QString ofClients(const std::vector<Crossing>& crossings)
{
    QStringList names;
    for (const Crossing& crossing : crossings) {
        if (crossing.link.isOfClients())
            names << crossing.link.to.name();
    }
    return names.isEmpty() ? QString() : QStringLiteral("%1 | ").arg(kClients.name()) + names.join(QLatin1Char(' '));
}

QString betweenNodes(const std::vector<Crossing>& fresh, const std::vector<Crossing>& crossings,
                     const lab::FaultState& faults, const std::vector<NodeId>& nodes)
{
    const auto count = std::count_if(fresh.begin(), fresh.end(),
                                     [](const Crossing& crossing) { return !crossing.link.isOfClients(); });
    if (count == 0)
        return {};
    std::set<LinkId> cuts = linksOf(crossings);
    std::erase_if(cuts, [](LinkId link) { return link.isOfClients(); });
    for (const LinkId link : lab::linksAmong(nodes)) {
        if (faults.effective(link).cut)
            cuts.insert(link);
    }
    if (lab::partsOf(cuts, nodes).size() > 1)
        return lab::spokenCuts(cuts, nodes);
    return (count == 1 ? QStringLiteral("cuts 1 link") : QStringLiteral("cuts %1 links").arg(count)) +
           QStringLiteral(": not a full partition");
}

} // namespace

QString spokenKnife(const std::vector<Crossing>& crossings, const lab::FaultState& faults,
                    const std::vector<NodeId>& nodes)
{
    if (crossings.empty())
        return QStringLiteral("crosses no link");
    const std::vector<Crossing> fresh = stillWhole(crossings, faults);
    if (fresh.empty())
        return QStringLiteral("already cut");
    QStringList words{betweenNodes(fresh, crossings, faults, nodes), ofClients(fresh)};
    words.removeAll(QString());
    return words.join(QStringLiteral("; "));
}

} // namespace faultline::views
