// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/log.h"

#include "node/raft/invariants.h"

#include <algorithm>

namespace faultline::raft {

Log::Log(std::vector<Entry> entries)
    : m_entries(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()))
{
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        require(m_entries[i].index.value == i + 1, "a stored log is contiguous from index 1");
        require(i == 0 || m_entries[i - 1].term <= m_entries[i].term, "terms never decrease along a log");
    }
}

Term Log::termAt(LogIndex index) const
{
    return index.value == 0 ? Term{0} : at(index).term;
}

const Entry& Log::at(LogIndex index) const
{
    require(index.value >= 1 && index <= lastIndex(), "an entry that is asked for is in the log");
    return m_entries[index.value - 1];
}

void Log::append(Entry entry)
{
    require(entry.index == lastIndex().next(), "an appended entry has the next index");
    require(entry.term >= lastTerm(), "terms never decrease along a log");
    m_entries.push_back(std::move(entry));
}

void Log::truncateFrom(LogIndex first)
{
    require(first.value >= 1 && first <= lastIndex().next(), "a log is cut at one of its entries");
    m_entries.resize(first.value - 1);
}

std::vector<Entry> Log::slice(LogIndex first, std::size_t maxEntries, std::size_t maxBytes) const
{
    std::vector<Entry> entries;
    std::size_t bytes = 0;
    for (LogIndex index = first; index <= lastIndex() && entries.size() < maxEntries; index = index.next()) {
        const Entry& entry = at(index);
        bytes += static_cast<std::size_t>(entry.payload.size());
        if (!entries.empty() && bytes > maxBytes)
            break;
        entries.push_back(entry);
    }
    return entries;
}

bool Log::isUpToDate(Term term, LogIndex index) const
{
    return term > lastTerm() || (term == lastTerm() && index >= lastIndex());
}

LogIndex Log::firstOfTermAt(LogIndex index) const
{
    const auto end = m_entries.begin() + static_cast<std::ptrdiff_t>(index.value);
    const auto first = std::lower_bound(m_entries.begin(), end, at(index).term,
                                        [](const Entry& entry, Term term) { return entry.term < term; });
    return first->index;
}

LogIndex Log::lastWithTermAtMost(Term term, LogIndex limit) const
{
    const auto end = m_entries.begin() + static_cast<std::ptrdiff_t>(std::min(limit, lastIndex()).value);
    const auto beyond = std::upper_bound(m_entries.begin(), end, term,
                                         [](Term wanted, const Entry& entry) { return wanted < entry.term; });
    return beyond == m_entries.begin() ? LogIndex{0} : std::prev(beyond)->index;
}

} // namespace faultline::raft
