// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/run_result.h"
#include "node/sim/trace.h"

#include <QStringList>

#include <functional>

namespace faultline::sim {

// Runs, each in a process of its own: an invariant that stops the process stops one run, and is a violation like any
// other, named "crash" with the words of the invariant.

/// What a run needs to be told by.
using Run = std::function<RunResult(quint64 number, const Trace::Reader& reader)>;

struct Told
{
    RunResult result;
    QStringList story; ///< its last lines
};

/// One run and its story.
Told runAndTell(const Run& run, quint64 number, int maxLines);

/// Numbers 0, 1, 2, ... below `count`, `jobs` (1 or more) at a time. `take` is called in the order of the numbers,
/// whoever ends first; once it says false no more begin.
void runMany(quint64 count, int jobs, const Run& run,
             const std::function<bool(quint64 number, const RunResult& result)>& take);

} // namespace faultline::sim
