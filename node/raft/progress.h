// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <deque>

namespace faultline::raft {

/// What a leader knows of one follower's log. `match` is certain: the follower has said it is on its disk. `next` is a
/// guess: what to send first. The two states are those of etcd's raft (tracker/progress.go):
///
///  - Probe: the guess may be wrong. One empty AppendEntries is out at a time; its answer moves the guess, and the
///    heartbeat asks again when the answer is lost.
///  - Replicate: the logs are known to meet. Entries are sent ahead of their acknowledgements, so many messages at
///  once;
///    a refusal means that something was lost on the way and leads back to Probe.
class Progress
{
public:
    enum class State { Probe, Replicate };

    explicit Progress(LogIndex lastIndex)
        : m_next(lastIndex.next())
    {}

    State state() const { return m_state; }
    LogIndex match() const { return m_match; }
    LogIndex next() const { return m_next; }

    /// Entries up to `last` have just left. Replicate only.
    void sentEntries(LogIndex last);
    void sentProbe() { m_probeIsOut = true; }
    bool probeIsOut() const { return m_probeIsOut; }
    bool hasRoom(std::size_t maxInflight) const { return m_inflight.size() < maxInflight; }
    bool isIdle() const { return m_inflight.empty(); }

    /// The follower has everything up to `index` on its disk. Returns whether that was news.
    bool accepted(LogIndex index);
    /// The follower refused an append that began after `refused`, and `next` is where to try. Old news is ignored.
    void refused(LogIndex refused, LogIndex next);

    bool heartbeatDue = false;
    bool recentlyActive = false; ///< has answered anything since the quorum was last checked
    LogIndex commitSent;         ///< the highest commit index it was told

private:
    State m_state = State::Probe;
    LogIndex m_match;
    LogIndex m_next; ///< always beyond m_match
    bool m_probeIsOut = false;
    std::deque<LogIndex> m_inflight; ///< last index of each message that was not yet answered, rising
};

} // namespace faultline::raft
