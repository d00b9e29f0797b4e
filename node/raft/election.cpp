// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include "node/raft/words.h"

#include <algorithm>

namespace faultline::raft {

void Raft::Machine::electionTimedOut()
{
    const NodeId lost = leader();
    const std::string waited = spoken(m_now - m_leaderHeardAt);
    if (!mayBeNeededToLead() || isInstalling()) {
        // It cannot lead; it no longer says that the one it lost does.
        if (std::holds_alternative<Follower>(m_role) && lost)
            becomeFollower(m_hardState.term, {}, "no heartbeat from " + nameOf(lost) + " for " + waited);
        armElectionTimer();
        return;
    }
    if (std::holds_alternative<Candidate>(m_role) && !isHardStateDurable() && m_options.rules.syncBeforeAcknowledge) {
        // It waits for its own disk: nobody has been asked yet, and asking again would only lengthen the queue.
        armElectionTimer();
        return;
    }
    const auto* follower = std::get_if<Follower>(&m_role);
    const std::string reason = follower && follower->isConnectionBroken ? "its connection to " + nameOf(lost) + " broke"
                               : lost     ? "no heartbeat from " + nameOf(lost) + " for " + waited
                               : follower ? "no leader for " + waited
                                          : "no majority answered its request for votes";
    if (m_options.preVote)
        askForPreVotes(reason);
    else
        askForVotes(reason, false);
}

/// Whom the newest membership leaves out is still needed until that is committed: it may be the only one whose log has
/// what the others lack. Its own vote counts for nothing then (§4.2.2 of the thesis). What it knows to be committed may
/// lie several memberships back, so it is enough that one since then gave it a vote.
bool Raft::Machine::mayBeNeededToLead() const
{
    const auto givesItAVote = [this](const Membership& each) { return each.isVoter(m_options.self); };
    if (givesItAVote(membership()) || givesItAVote(m_memberships.at(m_commit)))
        return true;
    const auto since = m_memberships.between(m_commit, m_log.lastIndex());
    return std::any_of(since.begin(), since.end(), [&](const auto& each) { return givesItAVote(each.second); });
}

/// Each waits a few ticks of its own, so that they do not all ask at once.
void Raft::Machine::connectionBroke(NodeId peer, Instant now)
{
    constexpr std::uint32_t kLongestWait = 4;
    m_now = now;
    auto* follower = std::get_if<Follower>(&m_role);
    if (!follower || !peer || follower->leader != peer || follower->isConnectionBroken ||
        !m_options.brokenConnectionHint || !m_options.preVote || m_options.leases)
        return;
    follower->isConnectionBroken = true;
    m_electionTimeout =
        std::min(m_electionTimeout, m_ticksSinceElection + 1 + static_cast<int>(m_options.random(kLongestWait)));
    finishInput();
}

void Raft::Machine::askForPreVotes(std::string reason)
{
    PreCandidate candidate{Ballot(membership(), m_options.rules)};
    candidate.ballot.count(m_options.self); // asking costs no promise, so nothing needs to be on disk
    const bool isWon = candidate.ballot.isWon();
    m_role = std::move(candidate);
    armElectionTimer();
    m_events.push_back(BecamePreCandidate{m_hardState.term, std::move(reason)});
    if (isWon) {
        askForVotes("its own vote is enough", false);
        return;
    }
    for (const NodeId member : membership().members()) {
        if (member != m_options.self && membership().isVoter(member))
            say(member, m_hardState.term.next(), RequestVote{true, m_log.lastIndex(), m_log.lastTerm(), false});
    }
}

void Raft::Machine::askForVotes(std::string reason, bool isTransfer)
{
    m_hardState = {m_hardState.term.next(), m_options.self};
    m_hardStateChanged = true;
    m_ownVoteIn = m_hardState.term;
    m_role = Candidate{Ballot(membership(), m_options.rules)};
    armElectionTimer();
    m_events.push_back(BecameCandidate{m_hardState.term, std::move(reason)});
    for (const NodeId member : membership().members()) {
        if (member != m_options.self && membership().isVoter(member))
            promise(member, RequestVote{false, m_log.lastIndex(), m_log.lastTerm(), isTransfer});
    }
    if (!m_options.rules.syncBeforeAcknowledge) {
        auto& candidate = std::get<Candidate>(m_role);
        candidate.ballot.count(m_options.self);
        if (candidate.ballot.isWon())
            becomeLeader(Ballot(candidate.ballot));
    }
}

void Raft::Machine::becomeLeader(const Ballot& ballot)
{
    m_role = Leader{};
    auto& leading = std::get<Leader>(m_role);
    leading.firstOfTerm = m_log.lastIndex().next();
    arrangePeers(leading);
    startRound(leading);
    m_events.push_back(BecameLeader{m_hardState.term, "votes of " + namesOf(ballot.yes())});
    for (Peer& peer : leading.peers)
        peer.progress.heartbeatDue = true;
    if (m_transfer)
        endTransfer("it leads again");
    // Committing an entry of its own term is the only way to learn what is committed (§5.4.2, §8). The very first says
    // who belongs to the group, so that one who joins later, or gets a snapshot, finds it in the log.
    if (m_memberships.currentAt().value == 0)
        appendOwn(EntryKind::Membership, encodeMembership(membership()));
    else
        appendOwn(EntryKind::NoOp, {});
}

/// It hears its leader, so it helps nobody to depose it.
bool Raft::Machine::trustsItsLeader() const
{
    if (!m_options.checkQuorum || !leader())
        return false;
    if (const auto* follower = std::get_if<Follower>(&m_role))
        return !follower->isConnectionBroken && m_ticksSinceElection < m_options.electionTicksMin;
    return true;
}

/// It may have answered a leader's lease before it was restarted, and has forgotten whose.
bool Raft::Machine::mayOwePatience() const
{
    return m_options.leases && m_hardState.term.value != 0 &&
           m_ticks < static_cast<std::uint64_t>(m_options.electionTicksMin);
}

void Raft::Machine::refuseVote(const Message& message, const RequestVote& request, std::string reason)
{
    answer(message.from, RequestVoteReply{request.preVote, false});
    m_events.push_back(VoteRefused{message.term, message.from, request.preVote, std::move(reason)});
}

void Raft::Machine::onVoteRequest(const Message& message, const RequestVote& request)
{
    const ProtocolRules& rules = m_options.rules;
    const NodeId votedFor = m_hardState.votedFor;
    if (rules.voteForUpToDateOnly && !m_log.isUpToDate(request.lastLogTerm, request.lastLogIndex)) {
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
    if (votedFor && votedFor != message.from && rules.voteOncePerTerm) {
        refuseVote(message, request,
                   "already voted for " + (votedFor == m_options.self ? "itself" : nameOf(votedFor)) + " in term " +
                       std::to_string(m_hardState.term.value));
        return;
    }
    if (leader() == m_options.self || (!votedFor && leader())) {
        refuseVote(message, request, nameOf(leader()) + " leads term " + std::to_string(m_hardState.term.value));
        return;
    }
    if (votedFor != message.from) {
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
            askForVotes(namesOf(preCandidate->ballot.yes()) + " would vote for it", false);
    } else if (auto* candidate = std::get_if<Candidate>(&m_role);
               candidate && !reply.preVote && (message.term == m_hardState.term || !m_options.rules.ignoreStaleTerms)) {
        candidate->ballot.count(message.from);
        // Our own vote counts once it is on disk; a majority of others needs it just as little as it needs us.
        if (candidate->ballot.isWon())
            becomeLeader(Ballot(candidate->ballot));
    }
}

} // namespace faultline::raft
