// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

namespace faultline::raft {

namespace {
std::string placeOf(Term term, LogIndex index)
{
    return "(" + std::to_string(term.value) + "," + std::to_string(index.value) + ")";
}
} // namespace

void Raft::Machine::electionTimedOut()
{
    const NodeId lost = leader();
    const std::string waited = spoken(m_now - m_leaderHeardAt);
    const std::string reason = lost ? "no heartbeat from " + nameOf(lost) + " for " + waited
                               : std::holds_alternative<Follower>(m_role)
                                   ? "no leader for " + waited
                                   : "no majority answered its request for votes";
    if (m_options.preVote)
        askForPreVotes(reason);
    else
        askForVotes(reason);
}

void Raft::Machine::askForPreVotes(std::string reason)
{
    PreCandidate candidate{Ballot(voterCount())};
    candidate.ballot.count(m_options.self); // asking costs no promise, so nothing needs to be on disk
    const bool isWon = candidate.ballot.isWon();
    m_role = std::move(candidate);
    armElectionTimer();
    m_events.push_back(BecamePreCandidate{m_hardState.term, std::move(reason)});
    if (isWon) {
        askForVotes("it is alone");
        return;
    }
    for (const NodeId voter : m_options.voters) {
        if (voter != m_options.self)
            say(voter, m_hardState.term.next(), RequestVote{true, m_log.lastIndex(), m_log.lastTerm()});
    }
}

void Raft::Machine::askForVotes(std::string reason)
{
    m_hardState = {m_hardState.term.next(), m_options.self};
    m_hardStateChanged = true;
    m_ownVoteIn = m_hardState.term;
    m_role = Candidate{Ballot(voterCount())};
    armElectionTimer();
    m_events.push_back(BecameCandidate{m_hardState.term, std::move(reason)});
    for (const NodeId voter : m_options.voters) {
        if (voter != m_options.self)
            promise(voter, RequestVote{false, m_log.lastIndex(), m_log.lastTerm()});
    }
}

void Raft::Machine::becomeLeader(const Ballot& ballot)
{
    Leader leader;
    for (const NodeId voter : m_options.voters) {
        if (voter != m_options.self)
            leader.followers.emplace(voter, Progress(m_log.lastIndex()));
    }
    m_role = std::move(leader);
    m_events.push_back(BecameLeader{m_hardState.term, "votes of " + namesOf(ballot.yes())});
    for (auto& [id, follower] : std::get<Leader>(m_role).followers)
        follower.heartbeatDue = true;
    // Committing an entry of its own term is the only way to learn what is committed (§5.4.2, §8).
    appendOwn(EntryKind::NoOp, {});
}

bool Raft::Machine::trustsItsLeader() const
{
    if (!m_options.checkQuorum || !leader())
        return false;
    return std::holds_alternative<Leader>(m_role) || m_ticksSinceElection < m_options.electionTicksMin;
}

void Raft::Machine::refuseVote(const Message& message, const RequestVote& request, std::string reason)
{
    promise(message.from, RequestVoteReply{request.preVote, false});
    m_events.push_back(VoteRefused{message.term, message.from, request.preVote, std::move(reason)});
}

void Raft::Machine::onVoteRequest(const Message& message, const RequestVote& request)
{
    const NodeId votedFor = m_hardState.votedFor;
    if (!m_log.isUpToDate(request.lastLogTerm, request.lastLogIndex)) {
        refuseVote(message, request,
                   "log behind: " + placeOf(request.lastLogTerm, request.lastLogIndex) + " < " +
                       placeOf(m_log.lastTerm(), m_log.lastIndex()));
        return;
    }
    if (request.preVote) {
        if (message.term <= m_hardState.term) {
            refuseVote(message, request, "it is in term " + std::to_string(m_hardState.term.value) + " already");
            return;
        }
        say(message.from, message.term, RequestVoteReply{true, true});
        m_events.push_back(VoteGranted{message.term, message.from, true});
        return;
    }
    if (votedFor && votedFor != message.from) {
        refuseVote(message, request,
                   "already voted for " + (votedFor == m_options.self ? "itself" : nameOf(votedFor)) + " in term " +
                       std::to_string(m_hardState.term.value));
        return;
    }
    if (!votedFor && leader()) {
        refuseVote(message, request, nameOf(leader()) + " leads term " + std::to_string(m_hardState.term.value));
        return;
    }
    if (!votedFor) {
        m_hardState.votedFor = message.from;
        m_hardStateChanged = true;
    }
    armElectionTimer();
    promise(message.from, RequestVoteReply{false, true});
    m_events.push_back(VoteGranted{message.term, message.from, false});
}

void Raft::Machine::onVoteReply(const Message& message, const RequestVoteReply& reply)
{
    if (!reply.granted)
        return;
    if (auto* preCandidate = std::get_if<PreCandidate>(&m_role);
        preCandidate && reply.preVote && message.term == m_hardState.term.next()) {
        preCandidate->ballot.count(message.from);
        if (preCandidate->ballot.isWon())
            askForVotes(namesOf(preCandidate->ballot.yes()) + " would vote for it");
    } else if (auto* candidate = std::get_if<Candidate>(&m_role);
               candidate && !reply.preVote && message.term == m_hardState.term) {
        candidate->ballot.count(message.from);
        // Our own vote counts once it is on disk; a majority of others needs it just as little as it needs us.
        if (candidate->ballot.isWon())
            becomeLeader(Ballot(candidate->ballot));
    }
}

} // namespace faultline::raft
