// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include "node/raft/words.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace faultline::raft {

namespace {
template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

bool isRequest(const Message& message)
{
    return std::holds_alternative<RequestVote>(message.body) || std::holds_alternative<AppendEntries>(message.body) ||
           std::holds_alternative<InstallSnapshot>(message.body) || std::holds_alternative<TimeoutNow>(message.body);
}

bool isFromALeader(const Message& message)
{
    return std::holds_alternative<AppendEntries>(message.body) ||
           std::holds_alternative<InstallSnapshot>(message.body) || std::holds_alternative<TimeoutNow>(message.body);
}
} // namespace

Raft::Machine::Machine(Options options, StoredState stored, Instant now)
    : m_options(std::move(options))
    , m_hardState(stored.hardState)
    , m_log(stored.snapshot, std::move(stored.entries))
    , m_memberships(stored.snapshot.lastIndex,
                    stored.snapshot.lastIndex.value ? stored.snapshot.membership : m_options.initial)
    , m_snapshot(stored.snapshot)
    , m_commit(stored.snapshot.lastIndex)
    , m_applied(stored.snapshot.lastIndex)
    , m_role(Follower{})
    , m_now(now)
    , m_leaderHeardAt(now)
    , m_durable(m_log.lastIndex())
    , m_nextWrite(m_log.lastIndex().next())
    , m_invariants(m_options.rules)
{
    require(bool(m_options.self), "a node has a number, from 1");
    require(bool(m_options.random), "a generator of random numbers is handed in");
    require(m_options.electionTicksMin > m_options.heartbeatTicks && m_options.heartbeatTicks > 0 &&
                m_options.electionTicksMax >= m_options.electionTicksMin,
            "an election timeout is longer than a heartbeat");
    require(!m_options.leases || m_options.checkQuorum, "leases rest on voters that keep to a leader they hear");
    if (!m_options.rules.checkPrevious)
        m_log.allowAnyTerms();
    if (!m_options.rules.rememberVote)
        m_hardState = {m_log.lastTerm(), {}};
    require(m_log.lastTerm() <= m_hardState.term, "no entry is of a term the node has not reached");
    m_log.checkAll();
    for (LogIndex index = std::max(m_log.firstIndex(), m_commit.next()); index <= m_log.lastIndex();
         index = index.next()) {
        if (m_log.at(index).kind != EntryKind::Membership)
            continue;
        auto membership = decodeMembership(m_log.at(index).payload);
        require(membership.has_value(), "a membership in the log is one this version knows");
        m_memberships.append(index, std::move(*membership));
    }
    if (stored.partialSnapshot.lastIndex > m_snapshot.lastIndex)
        m_incoming = Incoming{std::move(stored.partialSnapshot), stored.partialBytes, false, {}, 0};
    armElectionTimer();
    checkInvariants();
}

bool Raft::Machine::isFromAMember(const Message& message) const
{
    if (membership().contains(message.from))
        return true;
    const auto* leading = std::get_if<Leader>(&m_role);
    return leading && std::any_of(leading->peers.begin(), leading->peers.end(),
                                  [&](const Peer& peer) { return peer.id == message.from; });
}

NodeId Raft::Machine::leader() const
{
    if (std::holds_alternative<Leader>(m_role))
        return m_options.self;
    const auto* follower = std::get_if<Follower>(&m_role);
    return follower ? follower->leader : NodeId{};
}

Role Raft::Machine::role() const
{
    return std::visit(Overloaded{
                          [](const Follower&) { return Role::Follower; },
                          [](const PreCandidate&) { return Role::PreCandidate; },
                          [](const Candidate&) { return Role::Candidate; },
                          [](const Leader&) { return Role::Leader; },
                      },
                      m_role);
}

void Raft::Machine::armElectionTimer()
{
    const auto spread = static_cast<std::uint32_t>(m_options.electionTicksMax - m_options.electionTicksMin + 1);
    m_ticksSinceElection = 0;
    m_electionTimeout = m_options.electionTicksMin + static_cast<int>(m_options.random(spread));
}

void Raft::Machine::setTerm(Term term)
{
    if (term == m_hardState.term)
        return;
    m_hardState = {term, {}};
    m_hardStateChanged = true;
}

void Raft::Machine::becomeFollower(Term term, NodeId leader, std::string reason)
{
    const auto* before = std::get_if<Follower>(&m_role);
    const bool isNews = !before || before->leader != leader || term != m_hardState.term;
    if (auto* led = std::get_if<Leader>(&m_role)) {
        m_leaderHeardAt = m_now;
        refuseReads(*led);
    }
    const bool mustArm = !before;
    setTerm(term);
    m_role = Follower{leader};
    if (mustArm)
        armElectionTimer();
    if (isNews)
        m_events.push_back(BecameFollower{term, leader, std::move(reason)});
    if (m_transfer && leader)
        endTransfer(leader == m_transfer->to ? std::string() : nameOf(leader) + " leads instead");
}

/// The message is from the leader of this node's term.
void Raft::Machine::follow(const Message& message)
{
    if (leader() != message.from)
        becomeFollower(m_hardState.term, message.from,
                       nameOf(message.from) + " leads term " + std::to_string(m_hardState.term.value));
    std::get<Follower>(m_role).isConnectionBroken = false;
    m_leaderHeardAt = m_now;
    armElectionTimer();
}

std::string Raft::Machine::heardFromLeader() const
{
    return nameOf(leader()) +
           (leader() == m_options.self ? " leads" : " leads and was heard " + spoken(m_now - m_leaderHeardAt) + " ago");
}

void Raft::Machine::say(NodeId to, Term term, decltype(Message::body) body)
{
    m_sendNow.push_back({m_options.self, to, term, std::move(body)});
}

/// Leaves once everything that this node has taken in so far is on its disk.
void Raft::Machine::promise(NodeId to, decltype(Message::body) body)
{
    if (m_options.rules.syncBeforeAcknowledge)
        m_sendAfterWritten.push_back({m_options.self, to, m_hardState.term, std::move(body)});
    else
        say(to, m_hardState.term, std::move(body));
}

/// Speaks of nothing but this node's term and of what is on its disk: leaves at once when the term is there too.
void Raft::Machine::answer(NodeId to, decltype(Message::body) body)
{
    if (isHardStateDurable())
        say(to, m_hardState.term, std::move(body));
    else
        promise(to, std::move(body));
}

/// Up to where this node's log counts: what is on its disk.
LogIndex Raft::Machine::durable() const
{
    return m_options.rules.syncBeforeAcknowledge ? std::min(m_durable, m_log.lastIndex()) : m_log.lastIndex();
}

void Raft::Machine::tick(Instant now)
{
    m_now = now;
    ++m_ticks;
    ++m_ticksSinceElection;
    if (m_transfer)
        transferTick();
    if (auto* leading = std::get_if<Leader>(&m_role))
        leaderTick(*leading);
    else if (m_ticksSinceElection >= m_electionTimeout)
        electionTimedOut();
    finishInput();
}

/// Brings this node to the message's term, if that is the newer. Returns whether the message is to be looked at.
bool Raft::Machine::acceptsTermOf(const Message& message)
{
    const Term term = m_hardState.term;
    const auto* request = std::get_if<RequestVote>(&message.body);
    const auto* reply = std::get_if<RequestVoteReply>(&message.body);
    if (request && message.term > term && !request->isTransfer && (trustsItsLeader() || mayOwePatience())) {
        // §4.2.3 of the thesis: who hears its leader helps nobody to depose it, and keeps its term.
        refuseVote(message, *request,
                   trustsItsLeader() ? heardFromLeader()
                                     : "it has just started and may have answered a leader's lease");
        return false;
    }
    // A pre-vote and its grant speak of a term nobody is in yet (§9.6 of the thesis).
    const bool isOfTermToCome = (request && request->preVote) || (reply && reply->preVote && reply->granted);
    if (message.term > term && !isOfTermToCome) {
        const bool hasRole = !std::holds_alternative<Follower>(m_role);
        if (hasRole && !m_options.rules.stepDownOnHigherTerm) {
            setTerm(message.term);
            return true;
        }
        const bool isLeader = isFromALeader(message);
        becomeFollower(message.term, isLeader ? message.from : NodeId{},
                       nameOf(message.from) +
                           (isLeader  ? " leads term "
                            : request ? " asks for votes in term "
                                      : " is in term ") +
                           std::to_string(message.term.value));
    } else if (message.term < term && m_options.rules.ignoreStaleTerms) {
        // Its sender lives in the past: the answer's term tells it so.
        if (std::holds_alternative<AppendEntries>(message.body) ||
            std::holds_alternative<InstallSnapshot>(message.body))
            answer(message.from, AppendEntriesReply{});
        else if (request)
            refuseVote(message, *request, "its term " + std::to_string(message.term.value) + " is over");
        return false;
    }
    return true;
}

void Raft::Machine::receive(const Message& message, Instant now)
{
    m_now = now;
    if (message.to != m_options.self || message.from == m_options.self || !message.from)
        return;
    if (!isRequest(message) && !isFromAMember(message))
        return;
    if (acceptsTermOf(message)) {
        std::visit(Overloaded{
                       [&](const RequestVote& body) { onVoteRequest(message, body); },
                       [&](const RequestVoteReply& body) { onVoteReply(message, body); },
                       [&](const AppendEntries& body) { onAppend(message, body); },
                       [&](const AppendEntriesReply& body) { onAppendReply(message, body); },
                       [&](const InstallSnapshot& body) { onInstallSnapshot(message, body); },
                       [&](const InstallSnapshotReply& body) { onInstallSnapshotReply(message, body); },
                       [&](const TimeoutNow&) { onTimeoutNow(message); },
                   },
                   message.body);
    }
    finishInput();
}

void Raft::Machine::written(std::uint64_t writeNumber, Instant now)
{
    m_now = now;
    require(!m_writes.empty() && m_writes.front().number == writeNumber, "writes are reported done in their order");
    const Write write = m_writes.front();
    m_writes.pop_front();
    m_hardStateWrites -= write.hasHardState ? 1 : 0;
    m_durable = std::max(m_durable, write.lastEntry);
    if (write.installsSnapshot && isInstalling())
        installSnapshot();

    if (auto* candidate = std::get_if<Candidate>(&m_role);
        candidate && write.ownVoteIn.value != 0 && write.ownVoteIn == m_hardState.term) {
        candidate->ballot.count(m_options.self);
        if (candidate->ballot.isWon())
            becomeLeader(Ballot(candidate->ballot));
    } else if (auto* leading = std::get_if<Leader>(&m_role)) {
        advanceCommit(*leading);
    }
    finishInput();
}

/// What an input may have made possible for a leader, and the cheap checks.
void Raft::Machine::finishInput()
{
    if (auto* leading = std::get_if<Leader>(&m_role)) {
        if (m_transfer)
            advanceTransfer(*leading);
        if (membership().isChanging() || !leading->isVoter)
            advanceChange();
    }
    checkInvariants();
}

bool Raft::Machine::hasReady() const
{
    const auto* leading = std::get_if<Leader>(&m_role);
    const LogIndex end = m_options.rules.applyOnlyCommitted ? m_commit : m_log.lastIndex();
    return !m_sendNow.empty() || !m_sendAfterWritten.empty() || !m_events.empty() || m_hardStateChanged ||
           m_nextWrite <= m_log.lastIndex() || (m_applied < end && !isInstalling()) || !m_reads.empty() ||
           !m_refusedReads.empty() || !m_snapshotPieces.empty() || (leading && leading->hasSomethingToSend);
}

Ready Raft::Machine::takeReady()
{
    Entries said;
    if (auto* leading = std::get_if<Leader>(&m_role))
        said = sendAppends(*leading);

    Ready ready;
    ready.sendNow = std::exchange(m_sendNow, {});
    ready.sendAfterWritten = std::exchange(m_sendAfterWritten, {});
    ready.events = std::exchange(m_events, {});
    ready.reads = std::exchange(m_reads, {});
    ready.refusedReads = std::exchange(m_refusedReads, {});
    ready.snapshotPieces = std::exchange(m_snapshotPieces, {});
    if (std::exchange(m_hardStateChanged, false))
        ready.hardState = m_hardState;
    if (m_nextWrite <= m_log.lastIndex()) {
        if (!said.empty() && said.front().index == m_nextWrite && said.back().index == m_log.lastIndex())
            ready.entries = std::move(said);
        else
            ready.entries = m_log.slice(m_nextWrite, m_log.lastIndex().value, std::numeric_limits<std::size_t>::max());
        m_nextWrite = m_log.lastIndex().next();
    }

    // A promise may rest on a write that was handed out earlier and is not done; then it waits behind an empty one.
    const bool mustWait = !ready.sendAfterWritten.empty() && !m_writes.empty();
    if (ready.hardState || !ready.entries.empty() || !ready.snapshotPieces.empty() || mustWait) {
        ready.writeNumber = ++m_lastWriteNumber;
        m_writes.push_back({ready.writeNumber, ready.entries.empty() ? LogIndex{} : ready.entries.back().index,
                            std::exchange(m_ownVoteIn, {}), ready.hardState.has_value(),
                            !ready.snapshotPieces.empty() && ready.snapshotPieces.back().isLast});
        m_hardStateWrites += ready.hardState ? 1 : 0;
    } else {
        std::move(ready.sendAfterWritten.begin(), ready.sendAfterWritten.end(), std::back_inserter(ready.sendNow));
        ready.sendAfterWritten.clear();
    }

    const LogIndex last = m_options.rules.applyOnlyCommitted ? m_commit : m_log.lastIndex();
    const LogIndex end{std::min(last.value, m_applied.value + kMaxCommittedAtOnce)};
    if (m_applied < end && !isInstalling()) {
        ready.committed =
            m_log.slice(m_applied.next(), end.value - m_applied.value, std::numeric_limits<std::size_t>::max());
        m_applied = end;
    }
    forgetSome();
    checkInvariants();
    return ready;
}

void Raft::Machine::checkInvariants()
{
    m_invariants.check({m_hardState.term, m_hardState.votedFor, m_commit, m_applied, m_log.lastIndex(),
                        m_log.lastTerm(), m_log.before(), m_durable, m_snapshot.lastIndex,
                        m_log.knows(m_commit) ? m_log.termAt(m_commit) : Term{},
                        std::holds_alternative<Leader>(m_role)});
}

} // namespace faultline::raft
