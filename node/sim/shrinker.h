// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/check.h"
#include "node/sim/seed_run.h"

#include <chrono>

namespace faultline::sim {

struct Shrunk
{
    SeedRun run;
    Violation violation;
    int tried = 0;
};

/// The fewest faults and ticks found that still show this violation (by the name of its check): halves of the faults
/// are left out, then quarters, then single ones (delta debugging, Zeller 1999), and what is left is made shorter. What
/// it comes to follows from the run alone, unless `atMost` runs were not enough.
Shrunk shrink(SeedRun run, Violation violation, int atMost);

} // namespace faultline::sim
