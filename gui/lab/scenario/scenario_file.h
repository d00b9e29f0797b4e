// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/scenario/scenario.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace faultline::lab {

/// A scenario is at most this long; a longer file is refused unread.
inline constexpr qint64 kMaxScenarioBytes = 1'000'000;

/// Reads a scenario from YAML. Pure: touches no file; `fileName` is only for the error, which is always one line,
/// `file:line: what is wrong, and what would be right`.
///
/// Fields: name, title, story, nodes, pace, rate, read_share, seed, watched_key, steps, expectations; only name and
/// steps must be there. A step: at or after (with within), do, and what belongs to it (step_file.h). An expectation:
/// id, text, measure, at_most or at_least, and of the load from and until. Durations and shares carry their unit:
/// 300ms, 2s, 1.5s, 1min; 0.05 or 5%. What is not known is refused, not skipped: a misspelt field must not turn an
/// expectation off.
Result<Scenario> parseScenario(const QByteArray& yaml, const QString& fileName);

/// The same from a file, or, for a plain name, from the scenarios built into the program (`leader-election`).
Result<Scenario> readScenario(const QString& fileOrName);

/// The names of the scenarios built into the program, in order.
QStringList builtInScenarios();

/// "300ms", "2s", "1.5s", "1min". Nothing when it is not a duration, is negative, or is over a day.
std::optional<std::chrono::milliseconds> parseDuration(const QString& text);

} // namespace faultline::lab
