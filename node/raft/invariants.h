// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/protocol_rules.h"
#include "node/raft/types.h"

namespace faultline::raft {

/// Stops the process, in release too, when `condition` does not hold; `expected` says in words what should have. For
/// what only a bug can cause: a node that went on could break a promise.
[[noreturn]] void broken(const char* expected);
inline void require(bool condition, const char* expected)
{
    if (!condition) [[unlikely]]
        broken(expected);
}

/// What must hold of a node at any time, and from one moment to the next, whatever it is told (figure 3 of the paper,
/// as far as one node can see it). Cheap: looked at after every input. Where an invariant states just what one of the
/// ProtocolRules does, it is not looked at while that rule is off.
class Invariants
{
public:
    explicit Invariants(const ProtocolRules& rules)
        : m_rules(rules)
    {}

    struct Snapshot
    {
        Term term;
        NodeId votedFor;
        LogIndex commit;
        LogIndex applied;
        LogIndex lastIndex;
        Term lastTerm;
        LogIndex before;   ///< the place before the first entry in the log
        LogIndex durable;  ///< the last index on disk
        LogIndex snapshot; ///< the last index of the newest snapshot on disk
        Term commitTerm;   ///< of the entry at commit; 0 when the log does not say
        bool leads = false;
    };

    void check(const Snapshot& now);

private:
    ProtocolRules m_rules;
    Snapshot m_before;
};

} // namespace faultline::raft
