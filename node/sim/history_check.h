// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/checker.h"
#include "node/sim/workload.h"

#include <vector>

namespace faultline::sim {

/// Whether some order explains what the clients saw, by the product's own checker. When none does, that fails; when
/// nobody knows, it is for the caller to count.
check::Judgement judge(const std::vector<Call>& calls, Verdict& verdict, Instant at);

} // namespace faultline::sim
