// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/ready.h"

#include <functional>
#include <memory>
#include <optional>

namespace faultline::raft {

struct Options
{
    NodeId self;
    std::vector<NodeId> voters; ///< including self; 1 to 9

    /// In ticks (10 ms of cluster time each). An election timeout is drawn anew, uniformly, from
    /// [electionTicksMin, electionTicksMax] each time it is armed (§5.2).
    int heartbeatTicks = 5;
    int electionTicksMin = 25;
    int electionTicksMax = 50;

    bool preVote = true;     ///< §9.6 of the thesis: a node cut off does not disturb the term when it returns
    bool checkQuorum = true; ///< §6.2 of the thesis: a leader that hears no majority for an election timeout steps down

    std::size_t maxEntriesPerAppend = 1024;
    std::size_t maxBytesPerAppend = 1 << 20;
    int maxInflightAppends = 64; ///< messages on their way to one follower that is being replicated to

    /// A uniform number in [0, bound). Handed in, so that a run can be repeated.
    std::function<std::uint32_t(std::uint32_t bound)> random;
};

enum class Role : std::uint8_t { Follower = 0, PreCandidate = 1, Candidate = 2, Leader = 3 };

/// A leader's view of one follower, for status and pictures.
struct FollowerProgress
{
    NodeId id;
    LogIndex match;
    LogIndex next;
    bool recentlyActive = false;
};

/// The state worth showing. A copy: safe to keep.
struct Status
{
    NodeId self;
    Role role = Role::Follower;
    Term term;
    NodeId leader; ///< nobody when unknown
    NodeId votedFor;
    LogIndex commit;
    LogIndex applied; ///< handed out in Ready::committed
    LogIndex lastIndex;
    Term lastTerm;
    std::vector<FollowerProgress> progress; ///< leader only
};

/// What restart brings back from disk.
struct StoredState
{
    HardState hardState;
    std::vector<Entry> entries; ///< contiguous from index 1
};

/// Raft for one group, as a pure state machine: inputs go in as values, and one Ready value comes out. No socket, file,
/// thread, clock or global randomness inside: the same inputs give the same outputs everywhere, so that the simulator
/// and the product run this very code. Not thread safe; one owner drives it.
///
/// Each input takes `now`; ticks alone count time towards elections and heartbeats, so that a stalled process does not
/// find its timeouts expired all at once.
class Raft
{
public:
    Raft(Options options, StoredState stored, Instant now);
    ~Raft();
    Raft(Raft&&) noexcept;
    Raft& operator=(Raft&&) noexcept;

    void tick(Instant now);
    /// Messages not addressed to self, or from no member, are ignored.
    void receive(Message message, Instant now);

    /// Appends one command when this node leads. Returns where it will be if it commits: the caller knows its own
    /// command at apply time by (index, term). Nothing when this node does not lead: nothing was proposed.
    struct Proposed
    {
        LogIndex index;
        Term term;
    };
    std::optional<Proposed> propose(QByteArray payload, Instant now);

    /// The write numbered `writeNumber` is on disk.
    void written(std::uint64_t writeNumber, Instant now);

    bool hasReady() const;
    /// Takes everything that has come up since the last call.
    Ready takeReady();

    Status status() const;

private:
    class Machine;
    std::unique_ptr<Machine> m_machine;
};

} // namespace faultline::raft
