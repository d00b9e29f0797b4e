// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/membership.h"
#include "node/raft/protocol_rules.h"

#include <array>
#include <set>

namespace faultline::raft {

/// More than half of the voters: any two majorities share a member, which is what the whole protocol rests on.
constexpr std::size_t majorityOf(std::size_t voters, const ProtocolRules& rules = {})
{
    return rules.needMajority ? voters / 2 + 1 : (voters < 2 ? 1 : voters / 2);
}

/// What each of some voters has reached: a log index, or a round. Asked at each acknowledgement, so it allocates
/// nothing.
class Standing
{
public:
    /// At most kMaxMembers of each kind there is.
    void add(std::uint64_t value);
    /// The highest value that so many have reached; 0 when there are not so many.
    std::uint64_t reachedBy(std::size_t count) const;

private:
    std::array<std::uint64_t, 3 * kMaxMembers> m_values{}; // falling
    std::size_t m_count = 0;
};

/// Who said yes in one election. A voter counts once, however often it says so; while joint, both sides must agree.
class Ballot
{
public:
    Ballot(const Membership& membership, const ProtocolRules& rules)
        : m_voters(membership.voters)
        , m_outgoing(rules.jointMajorities ? membership.outgoing : std::set<NodeId>{})
        , m_rules(rules)
    {}

    void count(NodeId voter);
    bool isWon() const;
    const std::set<NodeId>& yes() const { return m_yes; }

private:
    bool isWonOn(const std::set<NodeId>& side) const;

    std::set<NodeId> m_voters;
    std::set<NodeId> m_outgoing;
    ProtocolRules m_rules;
    std::set<NodeId> m_yes;
};

} // namespace faultline::raft
