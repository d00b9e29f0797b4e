// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

// Whether a change of who belongs to the cluster or leads it makes sense now: one sentence that says why not, or
// nothing. The desktop greys out by it, and an order that comes all the same is refused with it.
namespace faultline::lab {

inline constexpr quint32 kMostMembers = 9;

QString whyNoneAdded(const Timeline& timeline);
/// Of a node that is no member (anymore) and is to come back under its name.
QString whyNotAdded(const Timeline& timeline, NodeId node);
QString whyNotRemoved(const Timeline& timeline, NodeId node);
QString whyNotLeader(const Timeline& timeline, NodeId node);

/// The lowest number that no node has; nobody when all are taken.
NodeId freeMember(const Timeline& timeline);

} // namespace faultline::lab
