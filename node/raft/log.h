// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/invariants.h"
#include "node/raft/message.h"

#include <deque>

namespace faultline::raft {

/// The replicated log as this node has it in memory: what is on disk, and behind it what is on its way there.
///
/// It is contiguous, and begins behind a place whose term it still knows: (0,0), or the last entry that was forgotten
/// because a snapshot stands for it (§7). The term there is what the next append is held against.
class Log
{
public:
    /// Contiguous entries that begin with index 1.
    explicit Log(std::vector<Entry> entries = {});
    /// Contiguous entries that begin anywhere up to the one behind the snapshot's last. Those before that are kept for
    /// followers that are nearly there; the first of them only serves as the place before the others.
    Log(const SnapshotMark& snapshot, std::vector<Entry> entries);

    LogIndex before() const { return m_before; } ///< the place before the first entry
    LogIndex firstIndex() const { return m_before.next(); }
    LogIndex lastIndex() const { return {m_before.value + m_entries.size()}; }
    Term lastTerm() const { return m_entries.empty() ? m_beforeTerm : m_entries.back().term; }
    /// Whether termAt(index) may be asked.
    bool knows(LogIndex index) const { return index >= m_before && index <= lastIndex(); }
    Term termAt(LogIndex index) const { return index == m_before ? m_beforeTerm : at(index).term; }
    const Entry& at(LogIndex index) const
    {
        require(index > m_before && index <= lastIndex(), "an entry that is asked for is in the log");
        return m_entries[index.value - m_before.value - 1];
    }

    /// Its index must be the next.
    void append(Entry entry);
    /// Drops everything from `first` on.
    void truncateFrom(LogIndex first);
    /// Forgets what comes before `first`, which may be one past the last.
    void forgetBefore(LogIndex first);
    /// Forgets everything and goes on behind this place.
    void reset(LogIndex before, Term term);

    /// Entries from `first` on, at most so many and, but for the first of them, at most so many payload bytes.
    std::vector<Entry> slice(LogIndex first, std::size_t maxEntries, std::size_t maxBytes) const;

    /// Is a log that ends at (term, index) at least as new as this one? (§5.4.1)
    bool isUpToDate(Term term, LogIndex index) const;

    /// The first index in the log that has the same term as the one at `index`.
    LogIndex firstOfTermAt(LogIndex index) const;
    /// The last index, at most `limit`, whose term is at most `term`; 0 when the log knows none.
    LogIndex lastWithTermAtMost(Term term, LogIndex limit) const;

    /// Terms may decrease along the log. For a group that is broken on purpose: see ProtocolRules::checkPrevious.
    void allowAnyTerms() { m_anyTerms = true; }
    /// Walks the whole log.
    void checkAll() const;

private:
    bool fits(Term before, const Entry& entry) const { return m_anyTerms || before <= entry.term; }

    LogIndex m_before;
    Term m_beforeTerm;
    std::deque<Entry> m_entries; // a deque: growing past a million entries must not stop the world
    bool m_anyTerms = false;
};

} // namespace faultline::raft
