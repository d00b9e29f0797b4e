// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/log.h"

#include <algorithm>

namespace faultline::raft {

Log::Log(std::vector<Entry> entries)
    : Log(SnapshotMark{}, std::move(entries))
{}

Log::Log(const SnapshotMark& snapshot, std::vector<Entry> entries)
    : m_before(snapshot.lastIndex)
    , m_beforeTerm(snapshot.lastTerm)
{
    auto first = entries.begin();
    if (first != entries.end() && first->index <= m_before) {
        m_before = first->index;
        m_beforeTerm = first->term;
        ++first;
    }
    m_entries.assign(std::make_move_iterator(first), std::make_move_iterator(entries.end()));
    require(lastIndex() >= snapshot.lastIndex, "a stored log goes on where its snapshot ends");
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        require(m_entries[i].index.value == m_before.value + i + 1, "a stored log is contiguous");
}

void Log::checkAll() const
{
    Term term = m_beforeTerm;
    LogIndex index = m_before;
    for (const Entry& entry : m_entries) {
        require(entry.index == index.next(), "a log is contiguous");
        require(fits(term, entry), "terms never decrease along a log");
        index = entry.index;
        term = entry.term;
    }
}

void Log::append(Entry entry)
{
    require(entry.index == lastIndex().next(), "an appended entry has the next index");
    require(fits(lastTerm(), entry), "terms never decrease along a log");
    m_entries.push_back(std::move(entry));
}

void Log::truncateFrom(LogIndex first)
{
    require(first > m_before && first <= lastIndex().next(), "a log is cut at one of its entries");
    m_entries.resize(first.value - m_before.value - 1);
}

void Log::forgetBefore(LogIndex first)
{
    if (first <= firstIndex())
        return;
    const LogIndex last = first.previous();
    m_beforeTerm = termAt(last);
    m_entries.erase(m_entries.begin(), m_entries.begin() + static_cast<std::ptrdiff_t>(last.value - m_before.value));
    m_before = last;
}

void Log::reset(LogIndex before, Term term)
{
    m_entries.clear();
    m_before = before;
    m_beforeTerm = term;
}

std::vector<Entry> Log::slice(LogIndex first, std::size_t maxEntries, std::size_t maxBytes) const
{
    std::vector<Entry> entries;
    if (first <= lastIndex())
        entries.reserve(std::min<std::size_t>(lastIndex().value - first.value + 1, maxEntries));
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
    if (index == m_before)
        return m_before;
    const auto end = m_entries.begin() + static_cast<std::ptrdiff_t>(index.value - m_before.value);
    const auto first = std::lower_bound(m_entries.begin(), end, at(index).term,
                                        [](const Entry& entry, Term term) { return entry.term < term; });
    return first == end ? index : first->index;
}

LogIndex Log::lastWithTermAtMost(Term term, LogIndex limit) const
{
    if (limit < m_before)
        return {};
    const auto end =
        m_entries.begin() + static_cast<std::ptrdiff_t>(std::min(limit, lastIndex()).value - m_before.value);
    const auto beyond = std::upper_bound(m_entries.begin(), end, term,
                                         [](Term wanted, const Entry& entry) { return wanted < entry.term; });
    if (beyond != m_entries.begin())
        return std::prev(beyond)->index;
    return m_beforeTerm <= term ? m_before : LogIndex{0};
}

} // namespace faultline::raft
