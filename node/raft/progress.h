// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <cstddef>
#include <deque>
#include <utility>

namespace faultline::raft {

/// What a leader knows of one follower's log. `match` is certain: the follower has said it is on its disk. `next` is a
/// guess: what to send first. The three states are those of etcd's raft (tracker/progress.go):
///
///  - Probe: the guess may be wrong. One AppendEntries is out at a time; its answer moves the guess, and the heartbeat
///    asks again, without entries, when the answer is lost.
///  - Replicate: the logs are known to meet. Entries are sent ahead of their acknowledgements, so many messages and
///    bytes at once; a refusal means that something was lost on the way and leads back to Probe.
///  - Snapshot: the leader no longer has the next entry. Pieces of its snapshot are sent, one at a time; the follower's
///    answer says how many bytes it has on its disk, and there the next piece begins.
class Progress
{
public:
    enum class State { Probe, Replicate, Snapshot };

    explicit Progress(LogIndex lastIndex)
        : m_next(lastIndex.next())
    {}

    State state() const { return m_state; }
    LogIndex match() const { return m_match; }
    LogIndex next() const { return m_next; }

    /// Entries up to `last`, of so many bytes, have just left. Replicate only.
    void sentEntries(LogIndex last, std::size_t bytes);
    void sentProbe() { m_probeIsOut = true; }
    bool probeIsOut() const { return m_probeIsOut; }
    /// One message may always be under way.
    bool hasRoom(std::size_t maxMessages, std::size_t maxBytes) const
    {
        return m_inflight.empty() || (m_inflight.size() < maxMessages && m_inflightBytes < maxBytes);
    }
    bool isIdle() const { return m_inflight.empty(); }
    std::size_t inflight() const { return m_inflight.size(); }
    std::size_t inflightBytes() const { return m_inflightBytes; }

    /// The follower has everything up to `index` on its disk. Returns whether that was news.
    bool accepted(LogIndex index);
    /// The follower refused an append that began after `refused`, and `next` is where to try. Old news is ignored.
    void refused(LogIndex refused, LogIndex next);

    /// It is to get the snapshot that ends at `lastIndex`, from its start.
    void beginSnapshot(LogIndex lastIndex);
    LogIndex snapshot() const { return m_snapshot; } ///< Snapshot only
    std::uint64_t snapshotOffset() const { return m_snapshotOffset; }
    bool pieceIsDue() const { return m_state == State::Snapshot && !m_pieceIsOut; }
    void sentPiece();
    /// It has the first `bytes` of the snapshot that ends at `lastIndex`. Returns whether a piece is due for that.
    bool receivedPiece(LogIndex lastIndex, std::uint64_t bytes);
    /// A heartbeat's time has passed. A piece that stays unanswered is sent again, more and more seldom, from where the
    /// follower last said it was: it may have lost what it had.
    void heartbeatPassed();

    void quorumChecked() { activeBefore = std::exchange(recentlyActive, false); }
    /// Whether it answers: yes within an election timeout after it last did, no after two.
    bool isHeard() const { return recentlyActive || activeBefore; }

    /// The inflight messages rise and are bounded, match lies before next: see Raft::checkAll().
    void checkAll(LogIndex lastIndex, std::size_t maxMessages, std::size_t maxBytes) const;

    bool heartbeatDue = false;
    bool recentlyActive = false;  ///< has answered anything since the quorum was last checked
    bool activeBefore = false;    ///< had answered anything between the two checks before
    LogIndex commitSent;          ///< the highest commit index it was told
    std::uint64_t ackedRound = 0; ///< the highest round it has answered
    std::uint64_t ackedAs = 0;    ///< which of all answers to a new round that was

private:
    struct Sent
    {
        LogIndex last;
        std::size_t bytes;
    };
    void forgetInflight();

    State m_state = State::Probe;
    LogIndex m_match;
    LogIndex m_next; ///< always beyond m_match
    bool m_probeIsOut = false;
    std::deque<Sent> m_inflight; ///< each message that was not yet answered, rising
    std::size_t m_inflightBytes = 0;

    LogIndex m_snapshot;
    std::uint64_t m_snapshotOffset = 0;
    std::uint64_t m_lastHeardOffset = 0;
    bool m_pieceIsOut = false;
    int m_heartbeatsWaited = 0;
    int m_heartbeatsToWait = 0;
};

} // namespace faultline::raft
