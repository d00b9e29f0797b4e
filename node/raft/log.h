// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"

#include <deque>

namespace faultline::raft {

/// The replicated log as this node has it in memory: what is on disk, and behind it what is on its way there.
/// Contiguous from index 1.
class Log
{
public:
    explicit Log(std::vector<Entry> entries);

    LogIndex lastIndex() const { return {m_entries.size()}; }
    Term lastTerm() const { return termAt(lastIndex()); }
    /// 0 for index 0. `index` must not lie beyond the last.
    Term termAt(LogIndex index) const;
    const Entry& at(LogIndex index) const;

    /// Its index must be the next.
    void append(Entry entry);
    /// Drops everything from `first` on.
    void truncateFrom(LogIndex first);

    /// Entries from `first` on, at most so many and, but for the first of them, at most so many payload bytes.
    std::vector<Entry> slice(LogIndex first, std::size_t maxEntries, std::size_t maxBytes) const;

    /// Is a log that ends at (term, index) at least as new as this one? (§5.4.1)
    bool isUpToDate(Term term, LogIndex index) const;

    /// The first index that has the same term as the entry at `index`.
    LogIndex firstOfTermAt(LogIndex index) const;
    /// The last index, at most `limit`, whose term is at most `term`; 0 when there is none.
    LogIndex lastWithTermAtMost(Term term, LogIndex limit) const;

private:
    std::deque<Entry> m_entries; // a deque: growing past a million entries must not stop the world
};

} // namespace faultline::raft
