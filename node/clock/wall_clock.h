// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/clock_fault.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace faultline::node {

/// What this node takes the time of day to be: the machine's, and as wrong as the lab wants it. Nothing of consensus
/// hangs on it, but when keys expire does (node/kv/time.h).
class WallClock
{
public:
    using Source = std::function<std::chrono::microseconds()>;

    /// `trueTime` since 1970; `monotonic` on the clock that lab and nodes share.
    WallClock(Source trueTime, Source monotonic)
        : m_trueTime(std::move(trueTime))
        , m_monotonic(std::move(monotonic))
    {}

    void setFault(const fault::ClockFault& fault) { m_fault = fault; }
    /// Since 1970; never before it.
    std::chrono::microseconds now() const
    {
        const auto ahead = m_fault.right() ? std::chrono::microseconds(0) : m_fault.aheadAt(m_monotonic());
        return std::max(std::chrono::microseconds(0), m_trueTime() + ahead);
    }

private:
    Source m_trueTime;
    Source m_monotonic;
    fault::ClockFault m_fault;
};

} // namespace faultline::node
