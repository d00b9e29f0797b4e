// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/seed_run.h"

#include "node/sim/world.h"

namespace faultline::sim {

SeedRun drawRun(const Demand& demand, quint64 seed)
{
    Random random(seed);
    SeedRun run;
    run.seed = seed;
    run.ticks = demand.ticks;
    run.shape = drawShape(demand, random.branch());
    run.plan = drawPlan(run.shape.mix, demand.ticks, run.shape.nodes(), run.shape.voters, random.branch());
    return run;
}

RunResult perform(const SeedRun& run, const Trace::Reader& reader)
{
    return World(run.shape, run.plan, run.ticks, run.seed, reader).run();
}

} // namespace faultline::sim
