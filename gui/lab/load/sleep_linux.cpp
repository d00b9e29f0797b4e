// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/sleep_linux.h"

#include <ctime>

namespace faultline::lab {

namespace {
std::chrono::microseconds read(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
}
} // namespace

std::chrono::microseconds suspendedSoFar()
{
    return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

} // namespace faultline::lab
