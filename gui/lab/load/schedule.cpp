// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/schedule.h"

#include <algorithm>
#include <cmath>

namespace faultline::lab {

void Schedule::setRate(double perSecond, Instant now)
{
    const double since = double((now - m_base).count()) * m_rate / 1e6;
    const double passed = std::max(0.0, m_passed + since - double(m_taken));
    m_passed = passed - std::floor(passed);
    m_rate = perSecond;
    m_base = now;
    m_taken = 0;
}

std::optional<Schedule::Instant> Schedule::nextDue() const
{
    if (m_rate <= 0)
        return std::nullopt;
    return m_base + Instant(std::llround((double(m_taken + 1) - m_passed) * 1e6 / m_rate));
}

std::optional<Schedule::Instant> Schedule::takeDue(Instant now)
{
    const auto due = nextDue();
    if (!due || *due > now)
        return std::nullopt;
    ++m_taken;
    return due;
}

} // namespace faultline::lab
