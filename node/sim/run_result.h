// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/check.h"
#include "node/sim/fault_plan.h"

#include <QString>

#include <map>
#include <optional>

namespace faultline::sim {

/// What came of one run, or, added up, of many.
struct RunResult
{
    quint64 ticks = 0;
    quint64 commits = 0; ///< client commands in the committed log
    quint64 messages = 0;
    quint64 traceHash = 0;
    quint64 histories = 0; ///< of clients, that were judged
    quint64 undecided = 0; ///< of those; the checker gave up on them
    std::map<QString, quint64> faults;
    std::map<QString, quint64> transitions;
    std::map<QString, quint64> checks; ///< on something that could have been wrong
    std::optional<Violation> violation;

    /// All but the violation.
    void add(const RunResult& other);
};

QByteArray toBytes(const RunResult& result);
std::optional<RunResult> runResultFrom(const QByteArray& bytes);

} // namespace faultline::sim
