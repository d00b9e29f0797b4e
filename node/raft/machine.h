// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/invariants.h"
#include "node/raft/log.h"
#include "node/raft/membership_history.h"
#include "node/raft/progress.h"
#include "node/raft/quorum.h"
#include "node/raft/raft.h"

#include <deque>
#include <string>
#include <variant>

namespace faultline::raft {

/// The machine behind Raft. What belongs to one role lives in that role's struct, so that a follower has no votes to
/// count and a candidate no progress to keep. Inputs change state and note what is to be said; takeReady() says it.
///
/// election.cpp has the votes, replication.cpp the log, reads.cpp, transfer.cpp, membership_change.cpp and
/// snapshot_transfer.cpp what their names say, machine.cpp what joins them.
class Raft::Machine
{
public:
    Machine(Options options, StoredState stored, Instant now);

    void tick(Instant now);
    void receive(const Message& message, Instant now);
    std::variant<Proposed, ProposalRefused> propose(QByteArray payload, Instant now);
    bool read(std::uint64_t id, Instant now);
    std::variant<Proposed, ChangeRefused> changeMembership(std::set<NodeId> voters, std::set<NodeId> learners,
                                                           QByteArray contacts, Instant now);
    std::optional<std::string> transferLeadership(NodeId to, Instant now);
    void connectionBroke(NodeId peer, Instant now);
    SnapshotMark markOfApplied() const;
    void compacted(const SnapshotMark& mark, LogIndex firstKept);
    void forgetSome();
    void snapshotRefused();
    void written(std::uint64_t writeNumber, Instant now);
    bool hasReady() const;
    Ready takeReady();

    Status status() const;
    Role role() const;
    NodeId leader() const;
    Term term() const { return m_hardState.term; }
    LogIndex commit() const { return m_commit; }
    LogIndex applied() const { return m_applied; }
    LogIndex lastIndex() const { return m_log.lastIndex(); }
    std::optional<Term> termAt(LogIndex index) const
    {
        return m_log.knows(index) ? std::optional(m_log.termAt(index)) : std::nullopt;
    }
    const Membership& membership() const { return m_memberships.current(); }
    bool isSendingSnapshot() const;
    void checkAll() const;

private:
    struct Follower
    {
        NodeId leader;                   ///< nobody until one is heard
        bool isConnectionBroken = false; ///< to that leader: it may be dead
    };
    struct PreCandidate
    {
        Ballot ballot;
    };
    struct Candidate
    {
        Ballot ballot;
    };

    /// Another member, as a leader sees it.
    struct Peer
    {
        NodeId id;
        Progress progress;
        bool isVoter = false;    ///< of the new side while joint
        bool isOutgoing = false; ///< of the old side while joint
        bool isLeaving = false;  ///< in no membership any more; it is told so before it is forgotten
    };
    /// A read that waits for its leader to be confirmed.
    struct Read
    {
        std::uint64_t id = 0;
        std::uint64_t round = 0;       ///< an answer to this or a later one was sent after the read came
        std::optional<LogIndex> index; ///< nothing until an entry of the leader's own term is committed
    };
    struct RoundSent
    {
        std::uint64_t round = 0;
        Instant at;
        std::uint64_t tick = 0;
    };
    struct Leader
    {
        std::vector<Peer> peers; ///< by rising id
        bool isVoter = true;     ///< as in Peer, of the leader itself
        bool isOutgoing = false;
        LogIndex firstOfTerm; ///< the entry it began its term with
        int ticksSinceHeartbeat = 0;
        int ticksSinceQuorumCheck = 0;
        bool hasSomethingToSend = false; ///< worth asking each peer's progress at the next takeReady()

        std::deque<Read> reads;
        bool roundHasLeft = false;          ///< something that carries the current round was sent
        bool fewWereAsked = false;          ///< for a round, since the last tick
        std::uint64_t answers = 0;          ///< those that were the first of a follower to a round
        std::deque<RoundSent> rounds;       ///< with leases: when those not yet confirmed first left
        std::optional<RoundSent> confirmed; ///< the newest that a majority has answered: the lease begins there
        bool leaseGivenUp = false; ///< for the rest of the term: somebody was told to take over, and may do so any time

        Peer* find(NodeId id);
    };

    /// Leadership on its way to another member. Outlives the leader's role, to learn how it ended.
    struct Transfer
    {
        NodeId to;
        Term term;
        int ticks = 0;
        bool isTold = false;
    };

    /// A write handed out and not yet reported done.
    struct Write
    {
        std::uint64_t number = 0;
        LogIndex lastEntry; ///< what it makes durable; lowered when a truncation takes that back; 0: no entries
        Term ownVoteIn;     ///< it makes our vote for ourselves in this term durable; 0: none
        bool hasHardState = false;
        bool installsSnapshot = false; ///< it has the last piece of the snapshot being received
    };
    /// A snapshot on its way here.
    struct Incoming
    {
        SnapshotMark mark;
        std::uint64_t received = 0; ///< bytes that came or were on disk at start
        bool isComplete = false;    ///< its last piece is being written, after which it takes the place of the log
        NodeId from;
        std::uint64_t round = 0;
    };

    // ---- machine.cpp
    void becomeFollower(Term term, NodeId leader, std::string reason);
    void follow(const Message& message);
    void armElectionTimer();
    void setTerm(Term term);
    void say(NodeId to, Term term, decltype(Message::body) body);
    void promise(NodeId to, decltype(Message::body) body);
    void answer(NodeId to, decltype(Message::body) body);
    bool isHardStateDurable() const { return !m_hardStateChanged && m_hardStateWrites == 0; }
    LogIndex durable() const;
    void finishInput();
    void checkInvariants();
    bool isFromAMember(const Message& message) const;
    bool acceptsTermOf(const Message& message);
    std::string heardFromLeader() const;

    // ---- election.cpp
    void electionTimedOut();
    bool mayBeNeededToLead() const;
    void askForPreVotes(std::string reason);
    void askForVotes(std::string reason, bool isTransfer);
    void becomeLeader(const Ballot& ballot);
    void onVoteRequest(const Message& message, const RequestVote& request);
    void onVoteReply(const Message& message, const RequestVoteReply& reply);
    bool trustsItsLeader() const;
    bool mayOwePatience() const;
    void refuseVote(const Message& message, const RequestVote& request, std::string reason);

    // ---- replication.cpp
    void leaderTick(Leader& leader);
    void onAppend(const Message& message, const AppendEntries& append);
    void onAppendReply(const Message& message, const AppendEntriesReply& reply);
    /// A follower has answered what it was sent in `round`: by that it confirms the leader to whoever reads (§6.4 of
    /// the thesis). Null when it is nobody this leader sends to.
    Peer* answered(Leader& leading, NodeId from, std::uint64_t round);
    void appendOwn(EntryKind kind, QByteArray payload);
    void append(Entry entry);
    void truncateFrom(LogIndex first, std::string reason);
    void advanceCommit(Leader& leader);
    void setCommit(LogIndex commit);
    /// What most followers got.
    Entries sendAppends(Leader& leader);
    /// `said`: what the one before got, which is mostly what this one needs.
    void sendAppendsTo(Peer& peer, Entries& said);
    void sendAppend(Peer& peer, Entries entries, bool isCommitNotice = false);
    /// The highest value that the majorities have, when `own` is this leader's and `of` gives a follower's.
    template <typename Of>
    std::uint64_t agreed(const Leader& leader, std::uint64_t own, Of of, bool learnersToo = false) const
    {
        Standing voters;
        Standing outgoing;
        if (leader.isVoter)
            voters.add(own);
        if (leader.isOutgoing)
            outgoing.add(own);
        for (const Peer& peer : leader.peers) {
            const std::uint64_t value = of(peer.progress);
            if (peer.isVoter || (learnersToo && !peer.isOutgoing && !peer.isLeaving))
                voters.add(value);
            if (peer.isOutgoing)
                outgoing.add(value);
        }
        const Membership& now = membership();
        const std::uint64_t value = voters.reachedBy(majorityOf(now.voters.size(), m_options.rules));
        return now.isJoint() && m_options.rules.jointMajorities
                   ? std::min(value, outgoing.reachedBy(majorityOf(now.outgoing.size(), m_options.rules)))
                   : value;
    }

    // ---- membership_change.cpp
    void membershipHolds();
    void arrangePeers(Leader& leader);
    void advanceChange();
    Proposed appendMembership(const Membership& membership);
    void stepAside(Leader& leader);

    // ---- reads.cpp
    bool hasCommittedOwn(const Leader& leader) const { return m_commit >= leader.firstOfTerm; }
    bool hasLease(const Leader& leader) const;
    void startRound(Leader& leader);
    void roundLeft(Leader& leader);
    void askTheQuickest(Leader& leader);
    void askAllWhereFewWereSilent(Leader& leader);
    void confirmReads(Leader& leader);
    void refuseReads(Leader& leader);

    // ---- transfer.cpp
    void transferTick();
    void advanceTransfer(Leader& leader);
    void endTransfer(std::string reason);
    void onTimeoutNow(const Message& message);

    // ---- snapshot_transfer.cpp
    void sendSnapshotPiece(Peer& peer);
    void onInstallSnapshot(const Message& message, const InstallSnapshot& install);
    void onInstallSnapshotReply(const Message& message, const InstallSnapshotReply& reply);
    void installSnapshot();
    bool isInstalling() const { return m_incoming && m_incoming->isComplete; }

    Options m_options;
    HardState m_hardState;
    Log m_log;
    MembershipHistory m_memberships;
    SnapshotMark m_snapshot; ///< of the newest one on disk
    LogIndex m_commit;
    LogIndex m_applied; ///< handed out as committed
    std::variant<Follower, PreCandidate, Candidate, Leader> m_role;
    std::optional<Transfer> m_transfer;
    std::optional<Incoming> m_incoming;

    Instant m_now;
    Instant m_leaderHeardAt; ///< or when it began to wait for one
    std::uint64_t m_ticks = 0;
    int m_ticksSinceElection = 0; ///< since the election timer was armed
    int m_electionTimeout = 0;    ///< in ticks, drawn anew each time
    std::uint64_t m_round = 1;    ///< of what a leader sends now

    LogIndex m_durable;      ///< entries up to here are on disk, and are those of m_log
    LogIndex m_nextWrite;    ///< the first entry not yet handed out for writing
    LogIndex m_forgetBefore; ///< a snapshot stands for what comes before; it goes a little at a time
    std::deque<Write> m_writes;
    std::uint64_t m_lastWriteNumber = 0;
    bool m_hardStateChanged = false;
    int m_hardStateWrites = 0; ///< of m_writes
    Term m_ownVoteIn;          ///< vote for ourselves not yet handed out for writing

    std::vector<Message> m_sendNow;
    std::vector<Message> m_sendAfterWritten;
    std::vector<SnapshotPiece> m_snapshotPieces;
    std::vector<ConfirmedRead> m_reads;
    std::vector<std::uint64_t> m_refusedReads;
    std::vector<Event> m_events;
    Invariants m_invariants;
};

} // namespace faultline::raft
