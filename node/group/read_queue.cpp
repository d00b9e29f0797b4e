// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/read_queue.h"

#include <numeric>
#include <utility>

namespace faultline::node {

namespace {

qint64 bytesOf(const std::vector<ReadQueue::Read>& reads)
{
    return std::accumulate(reads.begin(), reads.end(), qint64(0),
                           [](qint64 sum, const ReadQueue::Read& read) { return sum + read.command.size(); });
}

} // namespace

quint64 ReadQueue::beginRound()
{
    m_begun += m_gathered.size();
    m_asked += m_gathered.size();
    m_rounds.emplace(++m_lastRound, std::exchange(m_gathered, {}));
    return m_lastRound;
}

void ReadQueue::confirmed(quint64 round, raft::LogIndex index)
{
    const auto found = m_rounds.find(round);
    if (found == m_rounds.end())
        return;
    m_asked -= found->second.size();
    m_confirmed.push_back({index, std::move(found->second)});
    m_rounds.erase(found);
}

std::vector<ReadQueue::Read> ReadQueue::refused(quint64 round)
{
    const auto found = m_rounds.find(round);
    if (found == m_rounds.end())
        return {};
    std::vector<Read> reads = std::move(found->second);
    m_rounds.erase(found);
    m_asked -= reads.size();
    m_begun -= reads.size();
    m_bytes -= bytesOf(reads);
    return reads;
}

std::optional<ReadQueue::Read> ReadQueue::takeDue(raft::LogIndex applied)
{
    // Rounds are confirmed in the order they began, so that their indexes do not fall.
    if (!hasDue(applied))
        return std::nullopt;
    Confirmed& first = m_confirmed.front();
    Read read = std::move(first.reads[first.taken++]);
    m_bytes -= read.command.size();
    --m_begun;
    if (first.taken == first.reads.size())
        m_confirmed.pop_front();
    return read;
}

std::size_t ReadQueue::size() const
{
    return m_gathered.size() + m_begun;
}

} // namespace faultline::node
