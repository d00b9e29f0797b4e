// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/membership_history.h"

#include "node/raft/invariants.h"

#include <algorithm>

namespace faultline::raft {

const Membership& MembershipHistory::at(LogIndex index) const
{
    const auto held =
        std::find_if(m_memberships.rbegin(), m_memberships.rend(), [&](const Held& h) { return h.index <= index; });
    return held == m_memberships.rend() ? m_memberships.front().membership : held->membership;
}

std::vector<std::pair<LogIndex, Membership>> MembershipHistory::between(LogIndex after, LogIndex upTo) const
{
    std::vector<std::pair<LogIndex, Membership>> found;
    for (const Held& held : m_memberships) {
        if (held.index > after && held.index <= upTo)
            found.emplace_back(held.index, held.membership);
    }
    return found;
}

void MembershipHistory::append(LogIndex index, Membership membership)
{
    require(index > currentAt(), "memberships follow each other along the log");
    m_memberships.push_back({index, std::move(membership)});
}

bool MembershipHistory::truncateFrom(LogIndex first)
{
    bool changed = false;
    while (m_memberships.size() > 1 && m_memberships.back().index >= first) {
        m_memberships.pop_back();
        changed = true;
    }
    return changed;
}

void MembershipHistory::forgetBefore(LogIndex index)
{
    while (m_memberships.size() > 1 && m_memberships[1].index <= index)
        m_memberships.pop_front();
}

void MembershipHistory::reset(LogIndex at, Membership membership)
{
    m_memberships.clear();
    m_memberships.push_back({at, std::move(membership)});
}

} // namespace faultline::raft
