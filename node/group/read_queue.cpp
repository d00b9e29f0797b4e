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

std::vector<ReadQueue::Read> ReadQueue::takeDue(raft::LogIndex applied)
{
    std::vector<Read> due;
    // Rounds are confirmed in the order they began, so that their indexes do not fall.
    while (!m_confirmed.empty() && m_confirmed.front().index <= applied) {
        std::vector<Read>& reads = m_confirmed.front().reads;
        m_begun -= reads.size();
        m_bytes -= bytesOf(reads);
        if (due.empty())
            due = std::move(reads);
        else
            due.insert(due.end(), std::make_move_iterator(reads.begin()), std::make_move_iterator(reads.end()));
        m_confirmed.pop_front();
    }
    return due;
}

std::size_t ReadQueue::size() const
{
    return m_gathered.size() + m_begun;
}

} // namespace faultline::node
