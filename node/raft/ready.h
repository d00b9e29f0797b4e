// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace faultline::raft {

/// What a node must never forget (figure 2, "persistent state"), beside its log.
struct HardState
{
    Term term;
    NodeId votedFor;
    bool operator==(const HardState&) const = default;
};

// Things that happened, each with its reason in words a person reads ("no heartbeat from n3 for 312 ms").
struct BecameFollower
{
    Term term;
    NodeId leader;
    std::string reason;
};
struct BecamePreCandidate
{
    Term term;
    std::string reason;
};
struct BecameCandidate
{
    Term term;
    std::string reason;
};
struct BecameLeader
{
    Term term;
    std::string reason;
};
struct VoteGranted
{
    Term term;
    NodeId candidate;
    bool preVote = false;
};
struct VoteRefused
{
    Term term;
    NodeId candidate;
    bool preVote = false;
    std::string reason;
};
struct LogTruncated
{
    LogIndex from;
    LogIndex to;
    std::string reason;
}; ///< entries [from, to] were dropped
struct MembershipChanged
{
    LogIndex index;
    Membership membership;
    bool committed = false; ///< false: it is in the log and holds from now on; true: it is there to stay
};
struct TransferStarted
{
    Term term;
    NodeId to;
};
struct TransferEnded
{
    Term term;
    NodeId to;
    std::string reason; ///< why it did not come about; empty when it did
};
struct SnapshotSent
{
    NodeId to;
    LogIndex lastIndex;
}; ///< the follower has installed it
struct SnapshotInstalled
{
    NodeId from;
    LogIndex lastIndex;
}; ///< this node goes on from a leader's snapshot
using Event =
    std::variant<BecameFollower, BecamePreCandidate, BecameCandidate, BecameLeader, VoteGranted, VoteRefused,
                 LogTruncated, MembershipChanged, TransferStarted, TransferEnded, SnapshotSent, SnapshotInstalled>;

/// The read numbered `id` sees everything that was committed when it was asked for, once `index` is applied.
struct ConfirmedRead
{
    std::uint64_t id = 0;
    LogIndex index;
};

/// A node that starts with a long log is told to apply it in pieces.
inline constexpr std::size_t kMaxCommittedAtOnce = 10'000;

/// Everything the owner has to do for the group after some inputs. A value rather than callbacks, so that the owner can
/// batch, reorder what may be reordered, and write while it sends. One Ready is taken at a time; the next may be taken
/// before this one's write is done.
struct Ready
{
    std::vector<Message> sendNow;          ///< may leave at once (AppendEntries too: §10.2.1 of the thesis)
    std::vector<Message> sendAfterWritten; ///< may leave only once `writeNumber` is on disk (votes, acknowledgements)

    /// To be written and synced: truncate the stored log so that nothing at or after the first entry's index remains,
    /// append the entries, store the hard state. 0 when there is nothing to write (sendAfterWritten is then empty, or
    /// waits for nothing: those messages are in sendNow). Writes are numbered 1, 2, ... and Raft::written() must be
    /// called for each in that order.
    std::uint64_t writeNumber = 0;
    std::optional<HardState> hardState;
    Entries entries; ///< mostly those of messages above

    /// Pieces of a leader's snapshot, to be stored beside what is there, each at its offset (an offset of 0 begins
    /// anew), as part of write `writeNumber` and after its entries. After the one that isLast the owner verifies the
    /// whole, makes it its newest snapshot, loads the state from it and drops its whole log, whose entries do not meet
    /// the snapshot; the next entry it stores is the one behind the mark. When the snapshot cannot be verified the
    /// owner drops it, keeps the log, and calls Raft::snapshotRefused() before written(). Until written(), nothing is
    /// handed out as committed.
    std::vector<SnapshotPiece> snapshotPieces;

    /// Reads that may be answered now, each once `index` is applied.
    std::vector<ConfirmedRead> reads;
    /// Reads this node cannot answer: it no longer leads. Nothing was done; ask the next leader.
    std::vector<std::uint64_t> refusedReads;

    std::vector<Entry> committed; ///< at most kMaxCommittedAtOnce: apply these, in order; each entry is handed out once
    std::vector<Event> events;

    bool empty() const
    {
        return sendNow.empty() && sendAfterWritten.empty() && writeNumber == 0 && snapshotPieces.empty() &&
               reads.empty() && refusedReads.empty() && committed.empty() && events.empty();
    }
};

} // namespace faultline::raft
