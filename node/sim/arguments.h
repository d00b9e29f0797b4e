// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/sim/shape.h"

#include <QString>
#include <QStringList>

namespace faultline::sim {

/// What `faultline-sim` was asked for.
struct Arguments
{
    enum class Ask { Runs, Mutants, Help };
    Ask ask = Ask::Runs;
    quint64 seed = 1;
    quint64 runs = 1;
    int jobs = 1;
    int seconds = 0;      ///< no new run begins after so long; 0: no bound
    bool allSeen = false; ///< what never came about is a failure
    bool json = false;
    QString mutant;
    Demand demand;
};

/// Without the program's name. The error is one sentence.
Result<Arguments> parseArguments(const QStringList& arguments);
QString helpText();

} // namespace faultline::sim
