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
    LinkId link; ///< from the lower node, or from the clients; stands for both directions
    QPointF at;  ///< where it is crossed first
};

/// The links that the drawn line crosses, each once, in the order of LinkId: those between nodes, and of the clients'
/// those to `reached`, to which a line is on the canvas; nobody cuts what is not there to be seen. A link is crossed
/// anywhere between the middles of its two ends, so that a line that passes over a node has it on one side and leaves
/// no link behind. But where the line begins or ends on a node, the part on that node is no cut: it counts from the rim
/// on.
std::vector<Crossing> crossingsOf(const QPolygonF& drawn, const Layout& layout,
                                  const std::vector<NodeId>& reached = {});

/// Both directions of each crossed link.
std::set<LinkId> linksOf(const std::vector<Crossing>& crossings);

/// What the cut would come to together with what is cut already, said before it is done: "n1 n2 | n3 n4 n5"; where that
/// is no partition "cuts 2 links: not a full partition"; "already cut"; "crosses no link". Of the clients, who belong
/// to no part: "n1 n2 | n3 n4 n5; clients | n4".
QString spokenKnife(const std::vector<Crossing>& crossings, const lab::FaultState& faults,
                    const std::vector<NodeId>& nodes);

/// Those of which some direction is still whole: what the cut would change.
std::vector<Crossing> stillWhole(std::vector<Crossing> crossings, const lab::FaultState& faults);

} // namespace faultline::views
