// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/workload.h"

#include <optional>
#include <vector>

namespace faultline::sim {

/// Whether some order explains what the clients saw, by the product's own checker. A sentence when none does.
std::optional<QString> judge(const std::vector<Call>& calls, Verdict& verdict);

} // namespace faultline::sim
