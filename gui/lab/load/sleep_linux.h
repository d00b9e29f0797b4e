// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace faultline::lab {

/// How long this computer has been suspended since it started. Two looks a while apart tell whether it slept between
/// them. (CLOCK_BOOTTIME runs on in suspend and CLOCK_MONOTONIC does not: clock_gettime(2).)
std::chrono::microseconds suspendedSoFar();

} // namespace faultline::lab
