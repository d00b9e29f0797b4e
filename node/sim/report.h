// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/mutants.h"
#include "node/sim/run_result.h"
#include "node/sim/shrinker.h"

#include <QStringList>

#include <optional>
#include <utility>

namespace faultline::sim {

/// What there is to say after some runs.
struct Report
{
    quint64 base = 0;
    quint64 seeds = 0; ///< run
    RunResult sum;
    quint64 milliseconds = 0; ///< of processor time, all runs together

    struct Found
    {
        quint64 seed = 0;
        Violation violation; ///< as it was first seen
        Shrunk shrunk;
        QStringList story; ///< of the shrunk run
    };
    std::optional<Found> found;
    std::optional<QStringList> neverSeen; ///< when asked for

    quint64 ticksPerSecond() const { return sum.ticks * 1'000 / std::max<quint64>(1, milliseconds); }
};

QString asText(const Report& report);
QByteArray asJson(const Report& report);

using Chased = std::vector<std::pair<const Mutant*, Caught>>;
QString asText(const Chased& chased);
QByteArray asJson(const Chased& chased);

} // namespace faultline::sim
