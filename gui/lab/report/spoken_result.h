// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/scenario/runner.h"

#include <QStringList>

// What came of a run in lines for a person; a terminal and a window say the same.
namespace faultline::lab {

/// "as expected", "not as expected", "unknown".
QString spokenOutcome(Outcome outcome);

/// "A new leader within two seconds of the kill: 312 ms", and in brackets why where the figure does not say it.
QString spokenVerdict(const Verdict& verdict);

/// What each fault of a leader cost, then the tally, then the first loss if there was one.
QStringList spokenFacts(const Facts& facts);

/// All of it: "power-cut: met", a line for each verdict, and the facts.
QStringList spokenResult(const RunResult& result);

} // namespace faultline::lab
