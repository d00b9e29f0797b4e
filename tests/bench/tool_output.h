// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>

namespace faultline::bench {

/// What a load program found out in one run.
struct Run
{
    double perSecond = 0;
    double medianMs = 0;
};

/// `redis-benchmark --csv` of one test, version 7: a line of names, and a line of values in quotes.
Result<Run> parseRedisBenchmark(const QByteArray& output);
/// `wrk --latency`. An error too when a request was answered by anything but success.
Result<Run> parseWrk(const QByteArray& output);
/// `etcdctl check perf`: writes a second, whether it passed or failed.
Result<double> parseCheckPerf(const QByteArray& output);

} // namespace faultline::bench
