// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/shape.h"

#include <QString>

#include <functional>
#include <map>
#include <vector>

namespace faultline::sim {

/// A cluster that is broken on purpose, by one rule left out, to see that the checks would find a bug there. A check
/// that no mutant can turn red has proved nothing when it is green.
struct Mutant
{
    const char* name;   ///< of the rule that is off
    const char* breaks; ///< what the rule is for, in a few words
    std::function<void(Demand&)> apply;
};

const std::vector<Mutant>& mutants();
const Mutant* findMutant(const QString& name);

/// How a mutant fared.
struct Caught
{
    quint64 seeds = 0;                 ///< tried
    quint64 first = 0;                 ///< how many it took until it was caught; 0: never
    quint64 notItsFault = 0;           ///< seeds that show a violation with all rules kept, too: a bug of ours
    std::map<QString, quint64> checks; ///< by which check, how often; "crash": by an invariant of its own
    /// By a check, and not only by stopping itself.
    bool byCheck() const;
};

/// Until it was caught `enough` times by a check, or `most` seeds were tried.
Caught chase(const Mutant& mutant, Demand demand, quint64 base, quint64 enough, quint64 most, int jobs);

} // namespace faultline::sim
