// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/topology/layout.h"
#include "gui/views/topology/scene.h"

#include <QRectF>

#include <optional>
#include <vector>

// Which lines the links are on the canvas, and which of them a pointer means. Pure.
namespace faultline::views {

/// One line: both directions of a link where they are the same, else one of them.
struct LinkLine
{
    LinkId link; ///< where it stands for both: from the lower node, or from the clients
    bool bothDirections = true;
    QLineF line; ///< the way the link goes
    QRectF mark; ///< where its icons stand; empty without any
    bool operator==(const LinkLine&) const = default;
};

inline constexpr double kLinkReach = 8; ///< pixels from the line that still mean it

/// The lines of `link` on the canvas; none where its ends touch.
std::vector<LinkLine> linesOf(const SceneLink& link, const Layout& layout);

struct LinkHit
{
    LinkId link;
    bool bothDirections = true;
    bool operator==(const LinkHit&) const = default;
};

/// The nearest line within reach of the point; where it stands on icons, theirs. Nodes are not looked at.
std::optional<LinkHit> linkAt(const std::vector<LinkLine>& lines, QPointF point);

/// From the point to the nearest point of the line between its two ends.
double distanceTo(const QLineF& line, QPointF point);

} // namespace faultline::views
