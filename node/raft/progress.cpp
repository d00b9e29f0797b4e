// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/progress.h"

#include "node/raft/invariants.h"

#include <algorithm>

namespace faultline::raft {

void Progress::sentEntries(LogIndex last)
{
    require(m_state == State::Replicate, "entries go to followers whose log is known to meet the leader's");
    require(last >= m_next, "entries that are sent are beyond those sent before");
    m_inflight.push_back(last);
    m_next = last.next();
}

bool Progress::accepted(LogIndex index)
{
    recentlyActive = true;
    const bool isNews = index > m_match;
    m_match = std::max(m_match, index);
    m_next = std::max(m_next, m_match.next());
    while (!m_inflight.empty() && m_inflight.front() <= index)
        m_inflight.pop_front();
    if (m_state == State::Probe) {
        m_state = State::Replicate;
        m_next = m_match.next();
        m_probeIsOut = false;
        m_inflight.clear();
    }
    return isNews;
}

void Progress::refused(LogIndex refused, LogIndex next)
{
    recentlyActive = true;
    if (refused <= m_match)
        return;
    if (m_state == State::Probe && refused != m_next.previous())
        return;
    m_state = State::Probe;
    m_inflight.clear();
    m_probeIsOut = false;
    m_next = std::max(m_match.next(), std::min(next, refused));
}

} // namespace faultline::raft
