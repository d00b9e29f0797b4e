// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/link_lines.h"

#include <algorithm>
#include <limits>

namespace faultline::views {

std::vector<LinkLine> linesOf(const SceneLink& link, const Layout& layout)
{
    const LinkId there{link.a, link.b};
    std::vector<LinkLine> lines;
    const auto add = [&](LinkId id, bool bothDirections, const QLineF& line) {
        if (!line.isNull())
            lines.push_back({id, bothDirections, line, {}});
    };
    if (link.same()) {
        add(there, true, linkLine(layout, link.a, link.b));
    } else {
        add(there, false, laneLine(layout, link.a, link.b));
        add(there.reversed(), false, laneLine(layout, link.b, link.a));
    }
    return lines;
}

double distanceTo(const QLineF& line, QPointF point)
{
    const QPointF whole = line.p2() - line.p1();
    const double squared = QPointF::dotProduct(whole, whole);
    const double along =
        squared > 0 ? std::clamp(QPointF::dotProduct(point - line.p1(), whole) / squared, 0.0, 1.0) : 0;
    return QLineF(line.pointAt(along), point).length();
}

std::optional<LinkHit> linkAt(const std::vector<LinkLine>& lines, QPointF point)
{
    const auto nearestWhere = [&](auto meant) {
        const LinkLine* nearest = nullptr;
        double least = std::numeric_limits<double>::infinity();
        for (const LinkLine& line : lines) {
            const double distance = distanceTo(line.line, point);
            if (meant(line, distance) && distance < least) {
                nearest = &line;
                least = distance;
            }
        }
        return nearest;
    };
    const LinkLine* hit = nearestWhere([&](const LinkLine& line, double) { return line.mark.contains(point); });
    if (!hit)
        hit = nearestWhere([](const LinkLine&, double distance) { return distance <= kLinkReach; });
    if (!hit)
        return std::nullopt;
    return LinkHit{hit->link, hit->bothDirections};
}

} // namespace faultline::views
