// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <QByteArray>

#include <variant>
#include <vector>

namespace faultline::raft {

/// What an entry is for. Numbers are on disk and on the wire: never reuse one.
enum class EntryKind : std::uint8_t {
    NoOp = 0,    ///< the first entry of a leader's term: committing it commits everything before it (§8)
    Command = 1, ///< opaque to consensus; the store applies it
};

struct Entry
{
    Term term;
    LogIndex index;
    EntryKind kind = EntryKind::Command;
    QByteArray payload;
    bool operator==(const Entry&) const = default;
};

/// §5.2, and §9.6 of Ongaro's thesis when `preVote`: "would you vote for me in `term`?", which changes nobody's term.
struct RequestVote
{
    bool preVote = false;
    LogIndex lastLogIndex;
    Term lastLogTerm;
};

struct RequestVoteReply
{
    bool preVote = false;
    bool granted = false;
};

/// §5.3. Without entries it is a heartbeat.
struct AppendEntries
{
    LogIndex previousIndex;
    Term previousTerm;
    LogIndex leaderCommit;
    std::vector<Entry> entries;
};

/// `success`: the follower's log equals the leader's up to `matchIndex`, and that part is on its disk.
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
};

/// One message between two members. `term` is the sender's current term (for a pre-vote and its grant: the term asked
/// about).
struct Message
{
    NodeId from;
    NodeId to;
    Term term;
    std::variant<RequestVote, RequestVoteReply, AppendEntries, AppendEntriesReply> body;
};

} // namespace faultline::raft
