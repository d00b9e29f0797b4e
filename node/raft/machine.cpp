// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace faultline::raft {

namespace {
/// Handed out in one Ready. A node that starts with a long log is told to apply it in pieces.
constexpr std::uint64_t kMaxCommittedAtOnce = 10'000;

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;
} // namespace

std::string nameOf(NodeId id)
{
    return "n" + std::to_string(id.value);
}

std::string namesOf(const std::set<NodeId>& ids)
{
    std::string names;
    for (const NodeId id : ids)
        names += (names.empty() ? "" : " ") + nameOf(id);
    return names;
}

std::string spoken(Instant duration)
{
    return std::to_string(duration.count() / 1000) + " ms";
}

Raft::Machine::Machine(Options options, StoredState stored, Instant now)
    : m_options(std::move(options))
    , m_hardState(stored.hardState)
    , m_log(std::move(stored.entries))
    , m_now(now)
    , m_leaderHeardAt(now)
    , m_durable(m_log.lastIndex())
    , m_nextWrite(m_log.lastIndex().next())
{
    require(isMember(m_options.self), "a node is among the voters of its group");
    require(bool(m_options.random), "a generator of random numbers is handed in");
    require(m_options.electionTicksMin > m_options.heartbeatTicks && m_options.heartbeatTicks > 0 &&
                m_options.electionTicksMax >= m_options.electionTicksMin,
            "an election timeout is longer than a heartbeat");
    require(m_log.lastTerm() <= m_hardState.term, "no entry is of a term the node has not reached");
    armElectionTimer();
    checkInvariants();
}

bool Raft::Machine::isMember(NodeId id) const
{
    return std::find(m_options.voters.begin(), m_options.voters.end(), id) != m_options.voters.end();
}

NodeId Raft::Machine::leader() const
{
    if (std::holds_alternative<Leader>(m_role))
        return m_options.self;
    const auto* follower = std::get_if<Follower>(&m_role);
    return follower ? follower->leader : NodeId{};
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
    if (std::holds_alternative<Leader>(m_role))
        m_leaderHeardAt = m_now;
    setTerm(term);
    m_role = Follower{leader};
    if (!before)
        armElectionTimer();
    if (isNews)
        m_events.push_back(BecameFollower{term, leader, std::move(reason)});
}

std::string Raft::Machine::heardFromLeader() const
{
    return nameOf(leader()) + " leads and was heard " + spoken(m_now - m_leaderHeardAt) + " ago";
}

void Raft::Machine::say(NodeId to, Term term, decltype(Message::body) body)
{
    m_sendNow.push_back({m_options.self, to, term, std::move(body)});
}

void Raft::Machine::promise(NodeId to, decltype(Message::body) body)
{
    m_sendAfterWritten.push_back({m_options.self, to, m_hardState.term, std::move(body)});
}

void Raft::Machine::tick(Instant now)
{
    m_now = now;
    ++m_ticksSinceElection;
    if (auto* leader = std::get_if<Leader>(&m_role))
        leaderTick(*leader);
    else if (m_ticksSinceElection >= m_electionTimeout)
        electionTimedOut();
    checkInvariants();
}

void Raft::Machine::receive(Message message, Instant now)
{
    m_now = now;
    if (message.to != m_options.self || message.from == m_options.self || !isMember(message.from))
        return;

    const Term term = m_hardState.term;
    const auto* request = std::get_if<RequestVote>(&message.body);
    const auto* reply = std::get_if<RequestVoteReply>(&message.body);
    if (request && message.term > term && trustsItsLeader()) {
        // §6.2 of the thesis: who hears its leader helps nobody to depose it, and keeps its term.
        refuseVote(message, *request, heardFromLeader());
        return;
    }
    // A pre-vote and its grant speak of a term nobody is in yet (§9.6 of the thesis).
    const bool isOfTermToCome = (request && request->preVote) || (reply && reply->preVote && reply->granted);
    if (message.term > term && !isOfTermToCome) {
        const bool isLeader = std::holds_alternative<AppendEntries>(message.body);
        becomeFollower(message.term, isLeader ? message.from : NodeId{},
                       nameOf(message.from) +
                           (isLeader  ? " leads term "
                            : request ? " asks for votes in term "
                                      : " is in term ") +
                           std::to_string(message.term.value));
    } else if (message.term < term) {
        // Its sender lives in the past: the answer's term tells it so.
        if (std::holds_alternative<AppendEntries>(message.body))
            promise(message.from, AppendEntriesReply{});
        else if (request)
            refuseVote(message, *request, "its term " + std::to_string(message.term.value) + " is over");
        checkInvariants();
        return;
    }

    std::visit(Overloaded{
                   [&](const RequestVote& body) { onVoteRequest(message, body); },
                   [&](const RequestVoteReply& body) { onVoteReply(message, body); },
                   [&](const AppendEntries& body) { onAppend(message, body); },
                   [&](const AppendEntriesReply& body) { onAppendReply(message, body); },
               },
               message.body);
    checkInvariants();
}

void Raft::Machine::written(std::uint64_t writeNumber, Instant now)
{
    m_now = now;
    require(!m_writes.empty() && m_writes.front().number == writeNumber, "writes are reported done in their order");
    const Write write = m_writes.front();
    m_writes.pop_front();
    m_durable = std::max(m_durable, write.lastEntry);

    if (auto* candidate = std::get_if<Candidate>(&m_role);
        candidate && write.ownVoteIn.value != 0 && write.ownVoteIn == m_hardState.term) {
        candidate->ballot.count(m_options.self);
        if (candidate->ballot.isWon())
            becomeLeader(Ballot(candidate->ballot));
    } else if (auto* leader = std::get_if<Leader>(&m_role)) {
        advanceCommit(*leader);
    }
    checkInvariants();
}

bool Raft::Machine::hasReady() const
{
    const auto* leader = std::get_if<Leader>(&m_role);
    return !m_sendNow.empty() || !m_sendAfterWritten.empty() || !m_events.empty() || m_hardStateChanged ||
           m_nextWrite <= m_log.lastIndex() || m_applied < m_commit || (leader && leader->hasSomethingToSend);
}

Ready Raft::Machine::takeReady()
{
    if (auto* leader = std::get_if<Leader>(&m_role))
        sendAppends(*leader);

    Ready ready;
    ready.sendNow = std::exchange(m_sendNow, {});
    ready.sendAfterWritten = std::exchange(m_sendAfterWritten, {});
    ready.events = std::exchange(m_events, {});
    if (std::exchange(m_hardStateChanged, false))
        ready.hardState = m_hardState;
    if (m_nextWrite <= m_log.lastIndex()) {
        ready.entries = m_log.slice(m_nextWrite, m_log.lastIndex().value, std::numeric_limits<std::size_t>::max());
        m_nextWrite = m_log.lastIndex().next();
    }

    // A promise may rest on a write that was handed out earlier and is not done; then it waits behind an empty one.
    const bool mustWait = !ready.sendAfterWritten.empty() && !m_writes.empty();
    if (ready.hardState || !ready.entries.empty() || mustWait) {
        ready.writeNumber = ++m_lastWriteNumber;
        m_writes.push_back({ready.writeNumber, ready.entries.empty() ? LogIndex{} : ready.entries.back().index,
                            std::exchange(m_ownVoteIn, {})});
    } else {
        std::move(ready.sendAfterWritten.begin(), ready.sendAfterWritten.end(), std::back_inserter(ready.sendNow));
        ready.sendAfterWritten.clear();
    }

    const LogIndex end{std::min(m_commit.value, m_applied.value + kMaxCommittedAtOnce)};
    if (m_applied < end) {
        ready.committed =
            m_log.slice(m_applied.next(), end.value - m_applied.value, std::numeric_limits<std::size_t>::max());
        m_applied = end;
    }
    checkInvariants();
    return ready;
}

Status Raft::Machine::status() const
{
    Status status;
    status.self = m_options.self;
    status.term = m_hardState.term;
    status.votedFor = m_hardState.votedFor;
    status.leader = leader();
    status.commit = m_commit;
    status.applied = m_applied;
    status.lastIndex = m_log.lastIndex();
    status.lastTerm = m_log.lastTerm();
    status.role = std::visit(Overloaded{
                                 [](const Follower&) { return Role::Follower; },
                                 [](const PreCandidate&) { return Role::PreCandidate; },
                                 [](const Candidate&) { return Role::Candidate; },
                                 [](const Leader&) { return Role::Leader; },
                             },
                             m_role);
    if (const auto* leading = std::get_if<Leader>(&m_role)) {
        for (const auto& [id, progress] : leading->followers)
            status.progress.push_back({id, progress.match(), progress.next(), progress.recentlyActive});
    }
    return status;
}

void Raft::Machine::checkInvariants()
{
    m_invariants.check({m_hardState.term, m_hardState.votedFor, m_commit, m_applied, m_log.lastIndex(),
                        m_log.lastTerm(), m_durable, std::holds_alternative<Leader>(m_role)});
}

} // namespace faultline::raft
