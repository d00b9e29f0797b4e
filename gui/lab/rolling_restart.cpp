// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/rolling_restart.h"

#include <algorithm>

namespace faultline::lab {

RollingRestart::RollingRestart(const Timeline& timeline)
{
    for (const auto& [id, node] : timeline.nodes()) {
        if (node.life == NodeLife::Running)
            m_left.push_back(id);
    }
    m_count = m_left.size();
}

NodeId RollingRestart::next(const Timeline& timeline)
{
    if (m_current) {
        const NodeState* node = timeline.node(m_current);
        const bool isGone = !node; // it has left the cluster
        const bool isBack = node && node->life == NodeLife::Running && node->status &&
                            node->status->incarnation != m_incarnation && node->status->appliedIndex >= m_goal;
        if (!isBack && !isGone)
            return {};
        m_back += isBack ? 1 : 0;
        m_current = {};
    }
    // Without a leader nobody catches up, and another restart could cost the majority.
    const NodeId leader = timeline.leader();
    if (m_left.empty() || !leader)
        return {};
    if (m_left.front() == leader)
        std::rotate(m_left.begin(), m_left.begin() + 1, m_left.end());
    m_current = m_left.front();
    m_left.pop_front();
    const NodeState* node = timeline.node(m_current);
    m_incarnation = node && node->status ? node->status->incarnation : 0;
    m_goal = 0;
    for (const auto& [id, state] : timeline.nodes())
        m_goal = std::max(m_goal, state.status ? state.status->commitIndex : 0);
    return m_current;
}

} // namespace faultline::lab
