// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/invariants.h"

#include <cstdio>
#include <cstdlib>

namespace faultline::raft {

void broken(const char* expected)
{
    std::fprintf(stderr, "faultline: invariant of consensus broken: %s\n", expected);
    std::abort();
}

void Invariants::check(const Snapshot& now)
{
    require(now.term >= m_before.term, "a term never goes back");
    require(!m_rules.voteOncePerTerm || now.term > m_before.term || !m_before.votedFor ||
                now.votedFor == m_before.votedFor,
            "one vote a term");
    require(now.commit >= m_before.commit, "the commit index never goes back");
    require(now.applied >= m_before.applied, "what was applied stays applied");
    require(!m_rules.applyOnlyCommitted || now.applied <= now.commit, "nothing is applied before it is committed");
    require(!m_rules.keepCommitted || now.commit <= now.lastIndex, "what is committed is in the log");
    require(!m_rules.truncationVoidsWrites || now.durable <= now.lastIndex, "what is on disk is in the log");
    require(now.lastTerm <= now.term, "no entry is of a term the node has not reached");
    require(now.before <= now.snapshot, "what is forgotten of the log is in the snapshot");
    require(!m_rules.applyOnlyCommitted || now.snapshot <= now.commit, "what is in the snapshot is committed");
    const bool stillLeads = now.leads && m_before.leads && now.term == m_before.term;
    require(!stillLeads || now.lastIndex >= m_before.lastIndex, "a leader only appends");
    require(!m_rules.commitOnlyOwnTerm || !stillLeads || now.commit == m_before.commit || now.commitTerm == now.term,
            "a leader commits entries of older terms only with one of its own");
    m_before = now;
}

} // namespace faultline::raft
