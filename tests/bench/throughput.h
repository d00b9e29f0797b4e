// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "figures.h"
#include "tool_output.h"

#include <optional>

namespace faultline::bench {

inline constexpr int kPayloadBytes = 256;

/// How often everything is done, and how long it takes.
struct Amount
{
    int repetitions = 5;
    int failovers = 20;
    int restarts = 3;
    int requests = 100'000; ///< in one repetition, at 50 or more connections; of one connection a tenth
};

/// How a row of requests a second, or of their latency, is asked for.
struct Shape
{
    bool isWrite = true;
    int connections = 1;
    int pipeline = 1;
    bool wantsLatency = false; ///< the median in ms, not requests a second
};

/// What is written before reads are measured, so that there is something to read: by a whole Amount five times as many
/// writes as there are keys, so that fewer than one in a hundred is not there.
inline constexpr Shape kFilling{true, 50, 16, false};

/// Nothing for a row that is about something else.
std::optional<Shape> shapeOf(const QString& row);
/// What of the run the row is about.
double figureOf(const Shape& shape, const Run& run);

/// One run of redis-benchmark with random keys. The error may be an answer of the server that is none (MOVED, BUSY):
/// such answers are fast and would look like throughput.
Result<Run> redisBenchmark(quint16 port, const Shape& shape, const Amount& amount);

} // namespace faultline::bench
