// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <deque>
#include <optional>

namespace faultline::lab {

/// Which node's turn it is when all are restarted one after the other: the next only when the one before has caught up
/// with what was committed when it went, and the leader last, so that there is one election at most. Pure.
class RollingRestart
{
public:
    /// Of all nodes that run.
    explicit RollingRestart(const Timeline& timeline);

    /// The node to restart now; nobody while one is on its way back, or when all are done.
    NodeId next(const Timeline& timeline);
    bool done() const { return m_left.empty() && !m_current; }
    std::size_t count() const { return m_count; }
    std::size_t finished() const { return m_back; } ///< those that came back; who left the cluster is none of them
    NodeId current() const { return m_current; }

private:
    std::deque<NodeId> m_left;
    std::size_t m_count = 0;
    std::size_t m_back = 0;
    NodeId m_current;
    quint64 m_incarnation = 0; ///< of its life before
    quint64 m_goal = 0;
};

} // namespace faultline::lab
