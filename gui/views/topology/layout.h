// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QLineF>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <map>
#include <vector>

// Where things stand on the canvas: nodes on a ring, the first at the top and on clockwise, the clients outside it at
// the upper left, where their lines pass no node that is not meant, if there is such a place. Pure geometry in pixels,
// y down, no painting.
namespace faultline::views {

inline constexpr double kSmallestTarget = 28; ///< across, of what can be clicked
inline constexpr double kNodeAcross = 72;     ///< of a node at 100%

struct NodePlace
{
    NodeId id;
    QPointF centre;
};

struct Layout
{
    QSizeF size;
    double radius = kNodeAcross / 2; ///< of each node
    std::vector<NodePlace> nodes;
    QPointF client;

    const NodePlace* find(NodeId id) const;
};

/// Where the user put nodes, as shares (0..1) of the canvas's width and height, so that they stay in place as the
/// window grows.
using MovedNodes = std::map<NodeId, QPointF>;

/// Lays out `nodes` on a canvas. Nodes grow and shrink with it between 44 and 112 px across and never stand outside.
Layout layOut(QSizeF size, const std::vector<NodeId>& nodes, const MovedNodes& moved = {});

/// The node at that point; nobody when there is none. Of two that overlap, the one drawn last.
NodeId nodeAt(const Layout& layout, QPointF point);

inline constexpr double kClientReach = 26; ///< where lines of clients begin, from the middle of their symbol

/// From rim to rim, kClients being one of the ends or none. Nothing (a null line) when either is not there or they
/// touch.
QLineF linkLine(const Layout& layout, NodeId from, NodeId to);

/// As linkLine, but shifted a little to the right of the direction of travel, so that the two directions of a link do
/// not run into each other.
QLineF laneLine(const Layout& layout, NodeId from, NodeId to);

/// Those whose middle is inside.
std::vector<NodeId> nodesIn(const Layout& layout, const QRectF& area);

/// The share of the canvas that a point is, kept so far inside that a node there is wholly visible.
QPointF shareOf(const Layout& layout, QPointF point);

/// The next node in order of number, round and round; the first (or last) when `from` is nobody.
NodeId neighbour(const Layout& layout, NodeId from, int step);

} // namespace faultline::views
