// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace faultline::node {

/// The cluster's own time, which the lab can slow down and stop so that a person can follow it. Ticks, link delays and
/// timeouts of consensus run on it; what is reported to people stays wall time. Starts at zero, never goes back.
class PacedClock
{
public:
    using Instant = std::chrono::microseconds;               ///< of cluster time
    using Wall = std::function<std::chrono::microseconds()>; ///< a monotonic clock

    explicit PacedClock(Wall wall);

    Instant now() const;
    /// How far it has fallen behind the wall since it began, by slow paces and holds.
    std::chrono::microseconds lag() const { return m_wall() - m_begun - now(); }
    const wire::Pace& pace() const { return m_pace; }
    void setPace(const wire::Pace& pace);

    /// Nothing may move: no tick, no message, no answer.
    bool isHeld() const { return m_pace.held || standsStill(); }
    /// Held beyond the pace, because this node cannot know what the world is like: not even a connection is opened.
    bool standsStill() const { return m_standsStill && m_standsStill(); }
    /// The node stands still while `condition` says so; whoever ends it calls goOn().
    void standStillWhile(std::function<bool()> condition) { m_standsStill = std::move(condition); }
    void goOn();

    /// Wall time until `due` at the present pace, 0 when it has passed; nothing while held, when it may never come.
    std::optional<std::chrono::microseconds> wallUntil(Instant due) const;

    /// Called after each change of pace, and when the clock goes on, so that timers can be set anew. The owner outlives
    /// the clock.
    void whenPaceChanges(std::function<void()> listener) { m_listeners.push_back(std::move(listener)); }

private:
    Wall m_wall;
    wire::Pace m_pace;
    std::function<bool()> m_standsStill;
    std::chrono::microseconds m_begun; ///< wall
    std::chrono::microseconds m_wallAnchor;
    Instant m_anchor{0}; ///< cluster time at m_wallAnchor
    std::vector<std::function<void()>> m_listeners;
};

} // namespace faultline::node
