// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"
#include "node/raft/raft.h"
#include "node/sim/check.h"

#include <map>
#include <vector>

namespace faultline::sim {

/// Who voted for whom and who led when, over all lives of all nodes: what a vote says on the wire is a promise, and
/// what was promised holds after a restart too.
class VoteBook
{
public:
    VoteBook(Verdict& verdict, std::size_t nodes);

    void sees(quint32 from, const raft::Message& message, Instant at);
    void leads(quint32 node, raft::Term term, Instant at);
    /// After each turn.
    void sees(quint32 node, raft::Term term, raft::LogIndex commit, Instant at);
    /// A new life begins in `term`.
    void started(quint32 node, raft::Term term, raft::LogIndex commit, Instant at);
    /// The highest term in which the node promised something that it must remember.
    raft::Term promised(quint32 node) const { return m_nodes[node].promised; }

private:
    struct Node
    {
        std::map<quint64, quint32> votes; ///< term -> candidate; the last few
        raft::Term promised;
        raft::Term term;       ///< in this life
        raft::LogIndex commit; ///< in this life
        bool restarted = false;
    };

    void votes(quint32 node, raft::Term term, quint32 candidate, Instant at);

    Verdict& m_verdict;
    std::vector<Node> m_nodes;
    std::map<quint64, quint32> m_leaders; ///< term -> node; the last few
};

} // namespace faultline::sim
