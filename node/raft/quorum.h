// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <set>
#include <vector>

namespace faultline::raft {

/// More than half of the voters: any two majorities share a member, which is what the whole protocol rests on.
constexpr std::size_t majorityOf(std::size_t voters)
{
    return voters / 2 + 1;
}

/// The highest index that a majority has, given each voter's last. 0 for no voters.
LogIndex majorityMatch(std::vector<LogIndex> matches);

/// Who said yes in one election. A voter counts once, however often it says so.
class Ballot
{
public:
    explicit Ballot(std::size_t voters)
        : m_majority(majorityOf(voters))
    {}

    void count(NodeId voter) { m_yes.insert(voter); }
    bool isWon() const { return m_yes.size() >= m_majority; }
    const std::set<NodeId>& yes() const { return m_yes; }

private:
    std::size_t m_majority;
    std::set<NodeId> m_yes;
};

} // namespace faultline::raft
