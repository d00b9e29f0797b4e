// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/stats/histogram.h"

namespace faultline::node {

/// Where a write's time goes inside its group, cumulative since the node started. A sample is of what went together,
/// and of the oldest in it: so many samples are so many batches, not so many commands.
struct StageTimes
{
    stats::Histogram queue;     ///< submitted -> the turn that takes it
    stats::Histogram append;    ///< taken -> the disk begins with it
    stats::Histogram sync;      ///< -> written and durable
    stats::Histogram replicate; ///< of a leader: taken -> a majority has it, this node's disk included or not
    stats::Histogram apply;     ///< the time to apply what was committed in one go
};

} // namespace faultline::node
