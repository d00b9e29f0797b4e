// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/quorum.h"

#include "node/raft/invariants.h"

#include <algorithm>

namespace faultline::raft {

void Standing::add(std::uint64_t value)
{
    require(m_count < m_values.size(), "a group has a bounded number of members");
    std::size_t place = m_count++;
    for (; place > 0 && m_values[place - 1] < value; --place)
        m_values[place] = m_values[place - 1];
    m_values[place] = value;
}

std::uint64_t Standing::reachedBy(std::size_t count) const
{
    return count == 0 || count > m_count ? 0 : m_values[count - 1];
}

void Ballot::count(NodeId voter)
{
    if (m_voters.contains(voter) || m_outgoing.contains(voter))
        m_yes.insert(voter);
}

bool Ballot::isWonOn(const std::set<NodeId>& side) const
{
    const auto yes = std::count_if(side.begin(), side.end(), [this](NodeId id) { return m_yes.contains(id); });
    return static_cast<std::size_t>(yes) >= majorityOf(side.size(), m_rules);
}

bool Ballot::isWon() const
{
    return isWonOn(m_voters) && (m_outgoing.empty() || isWonOn(m_outgoing));
}

} // namespace faultline::raft
