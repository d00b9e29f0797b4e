// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"
#include "node/sim/check.h"

#include <optional>
#include <vector>

namespace faultline::sim {

/// What an entry says, as a number.
quint64 contentOf(const raft::Entry& entry);
/// The same of a command whatever its stamp, by which a client's own command is known among the entries.
quint64 contentOfCommand(QByteArray payload);

/// Every entry that any leader ever sent, by index and term, with the term of the one before it. Log matching (§5.3)
/// follows by induction when each (index, term) is always the same entry behind the same term; so nobody's log is ever
/// compared with another's.
class EntryBook
{
public:
    explicit EntryBook(Verdict& verdict)
        : m_verdict(verdict)
    {}

    void sees(quint32 from, const raft::AppendEntries& append, Instant at);
    /// The log of `node` has `term` at `index`, and `previous` before it.
    void sees(quint32 node, raft::LogIndex index, raft::Term term, raft::Term previous, Instant at);

private:
    struct Known
    {
        raft::Term term;
        raft::Term previous;
        quint64 content;
    };

    const Known* find(raft::LogIndex index, raft::Term term) const;

    Verdict& m_verdict;
    std::vector<std::vector<Known>> m_known; ///< by index
};

} // namespace faultline::sim
