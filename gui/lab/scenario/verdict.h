// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/scenario/evidence.h"
#include "gui/lab/scenario/scenario.h"

#include <optional>
#include <vector>

namespace faultline::lab {

/// What a machine can say of an expectation. Unknown is an honest answer: the moment never came, or the computer was
/// too busy for the figure to mean anything.
enum class Outcome : quint8 { Met, NotMet, Unknown };

/// "met", "not-met", "unknown".
QString nameOf(Outcome outcome);

struct Verdict
{
    QString id;
    QString text;
    Outcome outcome = Outcome::Unknown;
    std::optional<double> measured; ///< in `unit`; nothing: there was nothing to measure
    QString unit;
    QString why; ///< of what is not plain from the figure: "n2 stood still for 340 ms meanwhile"
};

/// Judges one expectation by the facts. A time that is too long is Unknown instead of NotMet when an event loop of
/// another node, or the lab's, stood still for over 100 ms meanwhile, or the load generator was the limit; so are too
/// many terms. A time that
/// never came is NotMet when the run outlasted its bound, else Unknown. Writes that were not read back make "nothing
/// lost" Unknown.
Verdict judge(const Expectation& expectation, const Facts& facts);
std::vector<Verdict> judge(const std::vector<Expectation>& expectations, const Facts& facts);

/// NotMet if any is, else Unknown if any is, else Met.
Outcome overall(const std::vector<Verdict>& verdicts);

} // namespace faultline::lab
