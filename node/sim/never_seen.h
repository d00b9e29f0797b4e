// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/run_result.h"

#include <QStringList>

namespace faultline::sim {

/// What never came about in these runs though it should have: kinds of faults, checks that had nothing to look at, and
/// transitions of roles, of followers' progress, of memberships and snapshots. Empty: everything was seen. A simulator
/// that finds nothing has shown nothing unless this is empty too.
QStringList neverSeen(const RunResult& sum);

} // namespace faultline::sim
