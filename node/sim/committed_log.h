// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/membership.h"
#include "node/raft/message.h"
#include "node/sim/check.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace faultline::sim {

/// The one log that was committed, as whoever applied first showed it; everybody else, in every life, must apply the
/// same. What was in it once stays there.
class CommittedLog
{
public:
    CommittedLog(Verdict& verdict, std::size_t nodes, raft::Membership initial);

    /// `inTerm`: the term the node was in when it applied the entry, in or before which it was committed.
    void applied(quint32 node, const raft::Entry& entry, quint64 stateHash, raft::Term inTerm, Instant at);
    /// The node goes on behind this index: it started with a snapshot, or installed one. 0: from the first.
    void jumped(quint32 node, raft::LogIndex behind);

    raft::LogIndex next(quint32 node) const { return m_next[node]; } ///< that it has to apply

    raft::LogIndex last() const { return {m_records.size()}; }
    /// 0 when nobody applied an entry there.
    raft::Term termAt(raft::LogIndex index) const;
    quint64 contentAt(raft::LogIndex index) const; ///< of an entry that somebody applied
    /// The newest entry that was surely committed before `term`; 0: none.
    raft::LogIndex lastBefore(raft::Term term) const;
    /// "n2 applied it first, in term 4 at tick 1204"; of an entry that somebody applied.
    QString originOf(raft::LogIndex index) const;
    /// Where an entry with this content stands first.
    std::optional<raft::LogIndex> placeOf(quint64 content) const;
    const raft::Membership& membership() const { return m_memberships.back(); }
    /// Client commands among the entries.
    quint64 commands() const { return m_commands; }
    quint64 hash() const { return m_hash; }

private:
    struct Record
    {
        raft::Term term;
        raft::Term appliedIn;
        quint64 content;
        quint64 stateHash;
        quint32 firstBy;
        Instant firstAt;
    };

    void add(const raft::Entry& entry, const Record& record, Instant at);
    void changeMembership(const raft::Membership& next, raft::LogIndex index, Instant at);

    Verdict& m_verdict;
    std::vector<Record> m_records;
    std::vector<raft::LogIndex> m_next; ///< of each node
    std::vector<raft::Membership> m_memberships;
    std::unordered_map<quint64, quint64> m_places; ///< content -> index; looked up, never walked through
    quint64 m_commands = 0;
    quint64 m_hash = 0; ///< of all of them, a chain
};

} // namespace faultline::sim
