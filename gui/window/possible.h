// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <QString>

// Which gestures make sense on a node as it is, and in words why not: what greys out a button also answers a key.
namespace faultline::window {

enum class NodeGesture : quint8 { Kill, Stop, Freeze, Thaw, Restart, Isolate, Rejoin, Remove, MakeLeader };

/// Empty when the gesture makes sense. Otherwise a plain sentence with what would.
QString whyNot(NodeGesture gesture, const lab::Timeline& timeline, NodeId node);

/// The same of adding a node to the cluster.
QString whyNoNodeCanBeAdded(const lab::Timeline& timeline);

/// What the one key for both does next: F thaws a frozen node and freezes any other, I rejoins an isolated one.
NodeGesture freezeOrThaw(const lab::Timeline& timeline, NodeId node);
NodeGesture isolateOrRejoin(const lab::Timeline& timeline, NodeId node);

} // namespace faultline::window
