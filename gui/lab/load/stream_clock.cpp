// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/stream_clock.h"

#include <algorithm>

namespace faultline::lab {

void StreamClock::setPace(const wire::Pace& pace)
{
    m_anchor = now();
    m_wallAnchor = wire::monotonicNow();
    m_factor = pace.factor;
    m_held = pace.held;
}

StreamClock::Instant StreamClock::now() const
{
    return m_held ? m_anchor : m_anchor + (wire::monotonicNow() - m_wallAnchor) / m_factor;
}

std::optional<std::chrono::microseconds> StreamClock::wallUntil(Instant due) const
{
    if (m_held)
        return std::nullopt;
    return std::max(std::chrono::microseconds(0), due - now()) * m_factor;
}

} // namespace faultline::lab
