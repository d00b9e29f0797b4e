// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace faultline::node {

/// What the operating system says of this process. All that is bound to Linux in this program.
struct ProcessFigures
{
    quint64 residentBytes = 0;
    std::chrono::microseconds cpuTime{0}; ///< user and system
};

ProcessFigures processFigures();

} // namespace faultline::node
