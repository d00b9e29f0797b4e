// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QString>

#include <chrono>

// What is wrong with clocks and load, as people write it. Errors are one plain sentence with the allowed range.
namespace faultline::lab {

/// How far ahead a clock is: "5s", "-200ms", "2h", "30d".
Result<std::chrono::microseconds> parseOffset(const QString& text);
/// How fast a clock runs, in millionths: "110%", "90%".
Result<quint32> parseClockRate(const QString& text);
/// How many times the load that is set: "5", "x5", "2.5".
Result<double> parseSurge(const QString& text);

} // namespace faultline::lab
