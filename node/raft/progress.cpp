// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/progress.h"

#include "node/raft/invariants.h"

#include <algorithm>

namespace faultline::raft {

namespace {
constexpr int kFirstWait = 4; ///< heartbeats before a piece of a snapshot is sent again
constexpr int kLongestWait = 64;
} // namespace

void Progress::forgetInflight()
{
    m_inflight.clear();
    m_inflightBytes = 0;
    m_probeIsOut = false;
}

void Progress::sentEntries(LogIndex last, std::size_t bytes)
{
    require(m_state == State::Replicate, "entries go to followers whose log is known to meet the leader's");
    require(last >= m_next, "entries that are sent are beyond those sent before");
    m_inflight.push_back({last, bytes});
    m_inflightBytes += bytes;
    m_next = last.next();
}

bool Progress::accepted(LogIndex index)
{
    recentlyActive = true;
    const bool isNews = index > m_match;
    m_match = std::max(m_match, index);
    m_next = std::max(m_next, m_match.next());
    while (!m_inflight.empty() && m_inflight.front().last <= index) {
        m_inflightBytes -= m_inflight.front().bytes;
        m_inflight.pop_front();
    }
    if (m_state == State::Probe || (m_state == State::Snapshot && m_match >= m_snapshot)) {
        m_state = State::Replicate;
        m_next = m_match.next();
        forgetInflight();
    }
    return isNews;
}

void Progress::refused(LogIndex refused, LogIndex next)
{
    recentlyActive = true;
    if (refused <= m_match || m_state == State::Snapshot)
        return;
    if (m_state == State::Probe && refused != m_next.previous())
        return;
    m_state = State::Probe;
    forgetInflight();
    m_next = std::max(m_match.next(), std::min(next, refused));
}

void Progress::beginSnapshot(LogIndex lastIndex)
{
    m_state = State::Snapshot;
    forgetInflight();
    m_snapshot = lastIndex;
    m_snapshotOffset = 0;
    m_lastHeardOffset = 0;
    m_pieceIsOut = false;
    m_heartbeatsToWait = kFirstWait;
}

void Progress::sentPiece()
{
    m_pieceIsOut = true;
    m_heartbeatsWaited = 0;
}

bool Progress::receivedPiece(LogIndex lastIndex, std::uint64_t bytes)
{
    recentlyActive = true;
    if (m_state != State::Snapshot || lastIndex != m_snapshot)
        return false;
    m_lastHeardOffset = bytes;
    if (bytes <= m_snapshotOffset)
        return false; // of an earlier piece, or the follower has lost what it had: heartbeatPassed() will tell
    m_snapshotOffset = bytes;
    m_pieceIsOut = false;
    m_heartbeatsToWait = kFirstWait;
    return true;
}

void Progress::heartbeatPassed()
{
    if (m_state != State::Snapshot || !m_pieceIsOut || ++m_heartbeatsWaited < m_heartbeatsToWait)
        return;
    m_pieceIsOut = false;
    m_snapshotOffset = m_lastHeardOffset;
    m_heartbeatsToWait = std::min(2 * m_heartbeatsToWait, kLongestWait);
}

void Progress::checkAll(LogIndex lastIndex, std::size_t maxMessages, std::size_t maxBytes) const
{
    require(m_match < m_next, "what a follower has lies before what it is sent next");
    require(m_match <= lastIndex, "a follower has nothing its leader has not");
    require(m_inflight.size() <= std::max<std::size_t>(1, maxMessages), "messages under way are bounded");
    require(m_inflight.size() <= 1 || m_inflightBytes - m_inflight.back().bytes < maxBytes,
            "bytes under way are bounded");
    require(m_state == State::Replicate || m_inflight.empty(), "entries are only under way while replicating");
    std::size_t bytes = 0;
    LogIndex last = m_match;
    for (const Sent& sent : m_inflight) {
        require(sent.last > last && sent.last < m_next, "messages under way follow each other");
        last = sent.last;
        bytes += sent.bytes;
    }
    require(bytes == m_inflightBytes, "bytes under way are counted");
}

} // namespace faultline::raft
