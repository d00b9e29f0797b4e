// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/clock/paced_clock.h"

namespace faultline::node {

PacedClock::PacedClock(Wall wall)
    : m_wall(std::move(wall))
    , m_begun(m_wall())
    , m_wallAnchor(m_begun)
{}

PacedClock::Instant PacedClock::now() const
{
    if (m_pace.held)
        return m_anchor;
    return m_anchor + (m_wall() - m_wallAnchor) / m_pace.factor;
}

void PacedClock::setPace(const wire::Pace& pace)
{
    if (pace == m_pace)
        return;
    m_anchor = now();
    m_wallAnchor = m_wall();
    m_pace = pace;
    goOn();
}

void PacedClock::goOn()
{
    for (const auto& listener : m_listeners)
        listener();
}

std::optional<std::chrono::microseconds> PacedClock::wallUntil(Instant due) const
{
    const Instant left = due - now();
    if (left.count() <= 0)
        return std::chrono::microseconds(0);
    if (isHeld())
        return std::nullopt;
    return left * m_pace.factor;
}

} // namespace faultline::node
