// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/entries.h"
#include "node/raft/snapshot.h"

#include <variant>

namespace faultline::raft {

/// §5.2, and §9.6 of Ongaro's thesis when `preVote`: "would you vote for me in `term`?", which changes nobody's term.
/// `isTransfer`: the leader itself asked the sender to take over, so that voters who hear their leader answer too
/// (§4.2.3 and §3.10 of the thesis).
struct RequestVote
{
    bool preVote = false;
    LogIndex lastLogIndex;
    Term lastLogTerm;
    bool isTransfer = false;
};

struct RequestVoteReply
{
    bool preVote = false;
    bool granted = false;
};

/// §5.3. Without entries it is a heartbeat. `isCommitNotice`: it says only how far the log is committed, and nobody
/// waits for that; it may be kept back for a moment, and the next AppendEntries to the same member makes it
/// superfluous.
struct AppendEntries
{
    LogIndex previousIndex;
    Term previousTerm;
    LogIndex leaderCommit;
    Entries entries;
    std::uint64_t round = 0; ///< grows; comes back in the reply, by which a leader knows that it led when it sent this
    bool isCommitNotice = false; ///< not on the wire
};

/// `success`: the follower's log equals the leader's up to `matchIndex`, and that part is on its disk. An answer to a
/// heartbeat comes at once and may therefore speak of less than the heartbeat did.
/// Otherwise `conflictTerm` and `conflictIndex` let the leader skip a whole term at once (end of §5.3): the term the
/// follower has at previousIndex and the first index it has of that term; conflictTerm 0 means its log is shorter, and
/// conflictIndex is then one past its last entry. matchIndex is then the previousIndex that was refused, by which the
/// leader knows an old refusal from a new one.
struct AppendEntriesReply
{
    bool success = false;
    LogIndex matchIndex;
    Term conflictTerm;
    LogIndex conflictIndex;
    std::uint64_t round = 0; ///< of the AppendEntries this answers
};

/// §7: one bounded piece of the leader's snapshot, for a follower whose next entry the leader no longer has.
struct InstallSnapshot
{
    SnapshotPiece piece;
    std::uint64_t round = 0;
};

/// The follower has, on its disk, the first `received` bytes of the snapshot that ends at `lastIndex`; all of it when
/// `isInstalled`. The next piece begins there, so that a transfer goes on after loss and after a restart.
struct InstallSnapshotReply
{
    LogIndex lastIndex;
    std::uint64_t received = 0;
    bool isInstalled = false;
    std::uint64_t round = 0;
};

/// §3.10 of the thesis: take over at once; your log has everything mine has.
struct TimeoutNow
{
};

/// One message between two members. `term` is the sender's current term (for a pre-vote and its grant: the term asked
/// about).
struct Message
{
    NodeId from;
    NodeId to;
    Term term;
    std::variant<RequestVote, RequestVoteReply, AppendEntries, AppendEntriesReply, InstallSnapshot,
                 InstallSnapshotReply, TimeoutNow>
        body;
};

} // namespace faultline::raft
