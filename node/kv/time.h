// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace faultline::kv {

/// When keys expire, in short. Which clock it is, and why:
///
/// A key's deadline must be the same on every replica, so no replica may look at its own clock when it applies an
/// entry. The leader stamps each entry with its time, and the state's time is the highest stamp that was applied: a
/// replica that applies the same entries finds the same keys expired after each of them, however late it applies them,
/// and a new leader whose clock is behind cannot bring a key back. A leader whose clock has passed the earliest
/// deadline puts an entry into the log that says nothing but the time. (Redis does the like by having the master write
/// a DEL.)
///
/// The leader's clock is its wall clock (node/clock/wall_clock.h), less the lag. The wall clock, because EXPIREAT and
/// PEXPIREAT name moments since 1970, and because a key must go on ageing while the whole cluster is down. It can be
/// wrong: a leader whose clock jumps ahead expires keys too early, and when it is set right the state's time stands
/// still until the clock has caught up. Both are the true effect of a wrong clock, and a lab can show them.
///
/// The lag is how far the cluster's own time has fallen behind the wall because a lab slowed it down or held it: at
/// pace x10 a key set to expire in ten seconds lives for a hundred. It is part of the state, so that a node that was
/// started later counts it in when it leads; a leader tells it by time entries.
struct TimeOfDay
{
    qint64 wall = 0; ///< milliseconds since 1970
    qint64 lag = 0;  ///< milliseconds, since this process began
};

} // namespace faultline::kv
