// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

// A change of the membership waits for nodes that join: each votes only once it has nearly everything the leader has,
// and one that never comes is waited for until it is removed again. Here is what there is to say of that.
namespace faultline::lab {

/// "has 12 of 3,456 entries", "has 0 of 3,456 entries and is not reached"; as the leader knows it. Empty when `node` is
/// not to become a voter.
QString spokenJoining(const Timeline& timeline, NodeId node);

/// Everybody a change waits for: "n6, which has 0 of 340 entries and is not reached". Empty when it waits for nobody.
QString spokenWaiting(const Timeline& timeline);

} // namespace faultline::lab
