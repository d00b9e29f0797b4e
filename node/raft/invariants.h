// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

namespace faultline::raft {

/// Stops the process, in release too, when `condition` does not hold; `expected` says in words what should have. For
/// what only a bug can cause: a node that went on could break a promise.
void require(bool condition, const char* expected);

/// What must hold of a node at any time, and from one moment to the next, whatever it is told (figure 3 of the paper,
/// as far as one node can see it). Cheap: looked at after every input.
class Invariants
{
public:
    struct Snapshot
    {
        Term term;
        NodeId votedFor;
        LogIndex commit;
        LogIndex applied;
        LogIndex lastIndex;
        Term lastTerm;
        LogIndex durable; ///< the last index on disk
        bool leads = false;
    };

    void check(const Snapshot& now);

private:
    Snapshot m_before;
};

} // namespace faultline::raft
