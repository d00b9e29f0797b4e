// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/fault_plan.h"
#include "node/sim/run_result.h"
#include "node/sim/shape.h"
#include "node/sim/trace.h"

namespace faultline::sim {

/// Everything that a run follows from. A value, so that it can be made smaller and run again.
struct SeedRun
{
    quint64 seed = 0;
    int ticks = 0; ///< under fire
    Shape shape;
    FaultPlan plan;
};

SeedRun drawRun(const Demand& demand, quint64 seed);
RunResult perform(const SeedRun& run, const Trace::Reader& reader);

} // namespace faultline::sim
