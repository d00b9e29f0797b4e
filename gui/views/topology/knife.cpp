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

std::vector<Crossing> crossingsOf(const QPolygonF& drawn, const Layout& layout)
{
    const QPolygonF line = reversed(fromItsRim(reversed(fromItsRim(drawn, layout)), layout));
    std::vector<Crossing> crossings;
    for (auto a = layout.nodes.begin(); a != layout.nodes.end(); ++a) {
        for (auto b = std::next(a); b != layout.nodes.end(); ++b) {
            for (qsizetype i = 0; i + 1 < line.size(); ++i) {
                const auto along = crossedAt(line[i], line[i + 1], a->centre, b->centre);
                if (!along)
                    continue;
                const LinkId link{std::min(a->id, b->id), std::max(a->id, b->id)};
                crossings.push_back({link, line[i] + (line[i + 1] - line[i]) * *along});
                break;
            }
        }
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

QString spokenKnife(const std::vector<Crossing>& crossings, const lab::FaultState& faults,
                    const std::vector<NodeId>& nodes)
{
    if (crossings.empty())
        return QStringLiteral("crosses no link");
    const std::size_t fresh = stillWhole(crossings, faults).size();
    if (fresh == 0)
        return QStringLiteral("already cut");
    std::set<LinkId> cuts = linksOf(crossings);
    for (const LinkId link : lab::linksAmong(nodes)) {
        if (faults.effective(link).cut)
            cuts.insert(link);
    }
    if (lab::partsOf(cuts, nodes).size() > 1)
        return lab::spokenCuts(cuts, nodes);
    return (fresh == 1 ? QStringLiteral("cuts 1 link") : QStringLiteral("cuts %1 links").arg(fresh)) +
           QStringLiteral(": not a full partition");
}

} // namespace faultline::views
