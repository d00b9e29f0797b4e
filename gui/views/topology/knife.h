// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/fault/fault_state.h"
#include "gui/views/topology/layout.h"

#include <QPolygonF>

#include <set>
#include <vector>

// The knife: whoever draws a line across links cuts them. Which links a drawn line crosses, and what that comes to.
// Pure. Faults are handed in without the conditions of nodes (Scene::faults): a cut is of links, whoever has power.
namespace faultline::views {

struct Crossing
{
    LinkId link; ///< from the lower node; stands for both directions
    QPointF at;  ///< where it is crossed first
};

/// The links between nodes that the drawn line crosses, each once, in the order of LinkId. A link is crossed anywhere
/// between the middles of its two nodes, so that a line that passes over a node has it on one side and leaves no link
/// behind. But where the line begins or ends on a node, the part on that node is no cut: it counts from the rim on.
std::vector<Crossing> crossingsOf(const QPolygonF& drawn, const Layout& layout);

/// Both directions of each crossed link.
std::set<LinkId> linksOf(const std::vector<Crossing>& crossings);

/// What the cut would come to together with what is cut already, said before it is done: "n1 n2 | n3 n4 n5"; where that
/// is no partition "cuts 2 links: not a full partition"; "already cut"; "crosses no link".
QString spokenKnife(const std::vector<Crossing>& crossings, const lab::FaultState& faults,
                    const std::vector<NodeId>& nodes);

/// Those of which some direction is still whole: what the cut would change.
std::vector<Crossing> stillWhole(std::vector<Crossing> crossings, const lab::FaultState& faults);

} // namespace faultline::views
