// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/invariants.h"
#include "node/raft/log.h"
#include "node/raft/progress.h"
#include "node/raft/quorum.h"
#include "node/raft/raft.h"

#include <deque>
#include <map>
#include <string>
#include <variant>

namespace faultline::raft {

/// The machine behind Raft. What belongs to one role lives in that role's struct, so that a follower has no votes to
/// count and a candidate no progress to keep. Inputs change state and note what is to be said; takeReady() says it.
///
/// election.cpp has the votes, replication.cpp the log, machine.cpp what joins them.
class Raft::Machine
{
public:
    Machine(Options options, StoredState stored, Instant now);

    void tick(Instant now);
    void receive(Message message, Instant now);
    std::optional<Proposed> propose(QByteArray payload, Instant now);
    void written(std::uint64_t writeNumber, Instant now);
    bool hasReady() const;
    Ready takeReady();
    Status status() const;

private:
    struct Follower
    {
        NodeId leader; ///< nobody until one is heard
    };
    struct PreCandidate
    {
        Ballot ballot;
    };
    struct Candidate
    {
        Ballot ballot;
    };
    struct Leader
    {
        std::map<NodeId, Progress> followers;
        int ticksSinceHeartbeat = 0;
        int ticksSinceQuorumCheck = 0;
        bool hasSomethingToSend = false; ///< worth asking each follower's progress at the next takeReady()
    };

    /// A write handed out and not yet reported done.
    struct Write
    {
        std::uint64_t number = 0;
        LogIndex lastEntry; ///< what it makes durable; lowered when a truncation takes that back; 0: no entries
        Term ownVoteIn;     ///< it makes our vote for ourselves in this term durable; 0: none
    };

    // ---- machine.cpp
    bool isMember(NodeId id) const;
    std::size_t voterCount() const { return m_options.voters.size(); }
    NodeId leader() const;
    void becomeFollower(Term term, NodeId leader, std::string reason);
    void armElectionTimer();
    void setTerm(Term term);
    void say(NodeId to, Term term, decltype(Message::body) body);
    void promise(NodeId to, decltype(Message::body) body);
    void checkInvariants();
    std::string heardFromLeader() const;

    // ---- election.cpp
    void electionTimedOut();
    void askForPreVotes(std::string reason);
    void askForVotes(std::string reason);
    void becomeLeader(const Ballot& ballot);
    void onVoteRequest(const Message& message, const RequestVote& request);
    void onVoteReply(const Message& message, const RequestVoteReply& reply);
    bool trustsItsLeader() const;
    void refuseVote(const Message& message, const RequestVote& request, std::string reason);

    // ---- replication.cpp
    void leaderTick(Leader& leader);
    void onAppend(const Message& message, const AppendEntries& append);
    void onAppendReply(const Message& message, const AppendEntriesReply& reply);
    void appendOwn(EntryKind kind, QByteArray payload);
    void truncateFrom(LogIndex first, std::string reason);
    void advanceCommit(Leader& leader);
    void setCommit(LogIndex commit);
    void sendAppends(Leader& leader);
    void sendAppendsTo(NodeId id, Progress& follower);
    void sendAppend(NodeId id, Progress& follower, std::vector<Entry> entries);

    Options m_options;
    HardState m_hardState;
    Log m_log;
    LogIndex m_commit;
    LogIndex m_applied; ///< handed out as committed
    std::variant<Follower, PreCandidate, Candidate, Leader> m_role;

    Instant m_now;
    Instant m_leaderHeardAt;      ///< or when it began to wait for one
    int m_ticksSinceElection = 0; ///< since the election timer was armed
    int m_electionTimeout = 0;    ///< in ticks, drawn anew each time

    LogIndex m_durable;   ///< entries up to here are on disk, and are those of m_log
    LogIndex m_nextWrite; ///< the first entry not yet handed out for writing
    std::deque<Write> m_writes;
    std::uint64_t m_lastWriteNumber = 0;
    bool m_hardStateChanged = false;
    Term m_ownVoteIn; ///< vote for ourselves not yet handed out for writing

    std::vector<Message> m_sendNow;
    std::vector<Message> m_sendAfterWritten;
    std::vector<Event> m_events;
    Invariants m_invariants;
};

/// "n3".
std::string nameOf(NodeId id);
/// "n1 n2 n5".
std::string namesOf(const std::set<NodeId>& ids);
/// "312 ms".
std::string spoken(Instant duration);

} // namespace faultline::raft
