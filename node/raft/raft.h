// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/membership.h"
#include "node/raft/protocol_rules.h"
#include "node/raft/ready.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace faultline::raft {

struct Options
{
    NodeId self;
    /// Who the group begins with, used while neither a snapshot nor the log says otherwise; 1 to 9 voters. A node that
    /// joins a running group begins with none, and waits to be told.
    Membership initial;

    /// In ticks (10 ms of cluster time each). An election timeout is drawn anew, uniformly, from
    /// [electionTicksMin, electionTicksMax] each time it is armed (§5.2).
    int heartbeatTicks = 5;
    int electionTicksMin = 25;
    int electionTicksMax = 50;

    bool preVote = true;     ///< §9.6 of the thesis: a node cut off does not disturb the term when it returns
    bool checkQuorum = true; ///< §6.2 of the thesis: a leader that hears no majority for an election timeout steps down

    std::size_t maxEntriesPerAppend = 1024;
    std::size_t maxBytesPerAppend = 1 << 20;
    int maxInflightAppends = 64;              ///< messages on their way to one follower that is being replicated to
    std::size_t maxInflightBytes = 8 << 20;   ///< and payload bytes of them; one message may always be under way
    std::size_t maxSnapshotPiece = 256 << 10; ///< bytes of a snapshot in one message
    std::size_t maxUncommittedEntries = 1'000'000; ///< beyond, a leader takes no proposals
    std::uint64_t caughtUpWithin = 256;            ///< entries: a joining learner this close to the end becomes a voter

    /// §6.4.1 of the thesis: a leader answers reads without asking while a majority has answered it within
    /// electionTicksMin ticks of time, less a tenth for clocks that run apart. Off: every read is confirmed by a round.
    /// Needs checkQuorum, by which voters keep to a leader they hear; a node that has just started gives no vote for
    /// electionTicksMin, and brokenConnectionHint is not used, since both could depose a leader that holds a lease.
    bool leases = false;
    /// A broken connection to the leader is taken as a sign that it is dead: see Raft::connectionBroke(). Needs
    /// preVote.
    bool brokenConnectionHint = true;
    ProtocolRules rules;

    /// A uniform number in [0, bound). Handed in, so that a run can be repeated.
    std::function<std::uint32_t(std::uint32_t bound)> random;
};

enum class Role : std::uint8_t { Follower = 0, PreCandidate = 1, Candidate = 2, Leader = 3 };

/// A leader's view of one follower, for status and pictures.
struct FollowerProgress
{
    enum class State : std::uint8_t { Probe = 0, Replicate = 1, Snapshot = 2 };
    NodeId id;
    LogIndex match;
    LogIndex next;
    State state = State::Probe;
    bool isHeard = false;             ///< it has answered within one or two election timeouts
    std::size_t inflight = 0;         ///< messages not yet answered
    std::size_t inflightBytes = 0;    ///< payload of those
    std::uint64_t snapshotOffset = 0; ///< in state Snapshot: the bytes it has
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
    LogIndex firstIndex;                    ///< the first entry still in the log
    LogIndex snapshot;                      ///< what the newest snapshot ends with; 0: none
    Membership membership;                  ///< the newest in the log, committed or not
    LogIndex membershipAt;                  ///< where it stands; the snapshot's mark or 0 when no entry says it
    NodeId transferringTo;                  ///< leader only
    std::vector<FollowerProgress> progress; ///< leader only
};

/// What restart brings back from disk.
struct StoredState
{
    HardState hardState;
    SnapshotMark snapshot; ///< of the newest snapshot; its state is loaded in the store already
    /// The stored log: contiguous, from any place up to the one behind the snapshot's last. It must go with the
    /// snapshot, see logMeets().
    std::vector<Entry> entries;
    /// A snapshot that was on its way here when the node stopped, and how many bytes of it are on disk.
    SnapshotMark partialSnapshot;
    std::uint64_t partialBytes = 0;
};

/// Whether a stored log goes with the newest snapshot: it begins right behind its last entry, or holds that very entry.
/// It does not after a crash between the arrival of a leader's snapshot and the dropping of the log. The owner must
/// then drop the stored log before it starts Raft without entries: a later start could not tell old entries from new
/// ones.
bool logMeets(const SnapshotMark& snapshot, const std::vector<Entry>& entries);

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
    /// Messages not addressed to self are ignored, and replies from nobody in the membership. Requests are heard from
    /// anybody: a node may not know yet, or no longer, who belongs to the group (§6).
    void receive(const Message& message, Instant now);

    /// Appends one command when this node leads. Says where it will be if it commits: the caller knows its own command
    /// at apply time by (index, term). After a refusal nothing was proposed.
    struct Proposed
    {
        LogIndex index;
        Term term;
    };
    enum class ProposalRefused : std::uint8_t {
        NotLeader = 0,
        Transferring = 1, ///< leadership is being handed over: try again soon
        Full = 2,         ///< more than Options::maxUncommittedEntries are not committed yet
    };
    std::variant<Proposed, ProposalRefused> propose(QByteArray payload, Instant now);

    /// A linearizable read without an entry in the log (ReadIndex, §6.4 of the thesis): the Ready to come has `id`
    /// either among reads or among refusedReads. False when this node does not lead: nothing will come.
    bool read(std::uint64_t id, Instant now);

    /// Begins a change towards these voters and learners. New voters pass through learning; `contacts` replaces what
    /// the membership carried. Refused, with a sentence, when this node does not lead, a change is under way, no voter
    /// would be left, or there would be more than kMaxMembers. A change that waits for learners to catch up may be
    /// replaced by another. Whoever is caught up votes without waiting for the others; who leaves waits for all of
    /// them, so a node that never comes has to be taken out again before another can leave. A leader that is not among
    /// the voters steps down when the change is committed.
    struct ChangeRefused
    {
        std::string reason;
    };
    std::variant<Proposed, ChangeRefused> changeMembership(std::set<NodeId> voters, std::set<NodeId> learners,
                                                           QByteArray contacts, Instant now);

    /// Hands leadership to a voter: takes no proposals until it has everything, then tells it to take over; gives up
    /// after an election timeout (TransferEnded says why). Refused with a sentence when this node does not lead or `to`
    /// is no other voter.
    std::optional<std::string> transferLeadership(NodeId to, Instant now);

    /// The connection from `peer` broke, by which a follower of it need not wait for its election timeout: it asks for
    /// pre-votes within a few ticks. Only a hint: it changes nobody's term, and a leader that lives keeps its post.
    void connectionBroke(NodeId peer, Instant now);

    /// The mark a snapshot of everything applied so far must carry.
    SnapshotMark markOfApplied() const;
    /// The owner has a durable snapshot with this mark, which it will send to whoever needs it; log entries before
    /// `firstKept` may be forgotten. Keeping some behind the mark spares followers that are nearly there the snapshot.
    /// firstKept is at most one past the mark.
    void compacted(const SnapshotMark& mark, LogIndex firstKept);
    /// The snapshot whose last piece came in a Ready cannot be verified; it is asked for again from its start.
    void snapshotRefused();

    /// The write numbered `writeNumber` is on disk.
    void written(std::uint64_t writeNumber, Instant now);

    bool hasReady() const;
    /// Takes everything that has come up since the last call.
    Ready takeReady();

    /// A copy of everything worth showing; the accessors below cost nothing.
    Status status() const;
    Role role() const;
    Term term() const;
    NodeId leader() const; ///< nobody when unknown
    LogIndex commit() const;
    LogIndex applied() const;
    LogIndex lastIndex() const;
    const Membership& membership() const;
    bool isSendingSnapshot() const; ///< to some follower that answers

    /// Looks at everything that must hold of this node, the whole log included, and stops the process like the cheap
    /// checks after each input do. For tests and the simulator.
    void checkAll() const;
    /// Of the entry there, or of the place before the first; nothing where the log knows none.
    std::optional<Term> termAt(LogIndex index) const;

private:
    class Machine;
    std::unique_ptr<Machine> m_machine;
};

} // namespace faultline::raft
