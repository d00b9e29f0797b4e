// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"

#include <chrono>

namespace faultline::lab {

/// A number on its way from one value to another in a straight line, in cluster time that is handed in piece by piece.
class Ramp
{
public:
    Ramp() = default;
    explicit Ramp(std::chrono::microseconds over)
        : m_over(over)
    {}

    void advance(std::chrono::microseconds by) { m_passed += by; }
    bool done() const { return m_passed >= m_over; }
    double between(double from, double to) const;
    /// Latency, jitter, shares and bandwidth move (unlimited bandwidth and flags do not: they are there at once); the
    /// distribution is the target's.
    fault::LinkFault between(const fault::LinkFault& from, const fault::LinkFault& to) const;

private:
    std::chrono::microseconds m_over{0};
    std::chrono::microseconds m_passed{0};
};

} // namespace faultline::lab
