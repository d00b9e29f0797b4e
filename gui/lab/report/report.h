// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/report/conditions.h"
#include "gui/lab/scenario/runner.h"

#include <QJsonObject>
#include <QString>

namespace faultline::lab {

/// The conditions of a run, measured on this machine.
Conditions conditionsOf(const RunResult& result);

/// A run as JSON. These keys stay, for the programs that read them:
///
///   {"scenario", "nodes", "seed", "duration_s", "outcome": "met"|"not-met"|"unknown",
///    "conditions": {"commit", "engine", "sync", "pace", "cpu", "disk", "generator_limited"},
///    "expectations": [{"id", "text", "outcome", "measured", "unit"}],
///    "faults": [{"kind", "target", "from_s", "to_s"}],
///    "load": {"attempted", "ok", "failed", "unknown", "throughput_per_s", "samples",
///             "latency_ms": {"p50", "p90", "p99", "p999", "max"}},
///    "tally": {"acknowledged", "read_back", "lost"}}
///
/// Times are seconds since the cluster served. What was not measured is null: a percentile with fewer than ten samples
/// beyond it, the end of a fault that never ended, the figure of an expectation whose moment never came. `load` covers
/// duration_s; `tally` also the reading back after it.
QJsonObject reportOf(const RunResult& result, const Conditions& conditions);

/// Writes it whole or not at all, with a line feed at the end; into a pipe or a device as far as that takes it.
Result<void> writeReport(const QString& path, const QJsonObject& report);

} // namespace faultline::lab
