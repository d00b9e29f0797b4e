// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include "node/raft/words.h"

#include <algorithm>
#include <utility>

namespace faultline::raft {

namespace {

/// Of entries sent on a guess.
constexpr std::size_t kMaxProbeBytes = 64 << 10;

/// Whether entries follow each other, and `previous`, as those of a leader of `term` do.
bool isLikeALeadersLog(const AppendEntries& append, Term term)
{
    LogIndex last = append.previousIndex;
    Term lastTerm = append.previousTerm;
    for (const Entry& entry : append.entries) {
        if (entry.index != last.next() || entry.term < lastTerm || entry.term > term)
            return false;
        if (entry.kind == EntryKind::Membership && !decodeMembership(entry.payload))
            return false;
        last = entry.index;
        lastTerm = entry.term;
    }
    return true;
}

} // namespace

Raft::Machine::Peer* Raft::Machine::Leader::find(NodeId id)
{
    const auto peer = std::find_if(peers.begin(), peers.end(), [&](const Peer& p) { return p.id == id; });
    return peer == peers.end() ? nullptr : &*peer;
}

void Raft::Machine::leaderTick(Leader& leading)
{
    if (m_options.checkQuorum && ++leading.ticksSinceQuorumCheck >= m_options.electionTicksMax) {
        leading.ticksSinceQuorumCheck = 0;
        const bool isHeard = agreed(leading, 1, [](const Progress& p) { return p.recentlyActive ? 1u : 0u; }) > 0;
        for (Peer& peer : leading.peers)
            peer.progress.quorumChecked();
        if (!isHeard) {
            becomeFollower(m_hardState.term, {}, "it heard from no majority for an election timeout");
            return;
        }
    }
    askAllWhereFewWereSilent(leading);
    if (++leading.ticksSinceHeartbeat >= m_options.heartbeatTicks) {
        leading.ticksSinceHeartbeat = 0;
        for (Peer& peer : leading.peers) {
            peer.progress.heartbeatPassed();
            peer.progress.heartbeatDue = true;
        }
        if (m_transfer)
            m_transfer->isTold = false; // the word may have been lost
        leading.hasSomethingToSend = !leading.peers.empty();
        startRound(leading);
    }
}

std::variant<Raft::Proposed, Raft::ProposalRefused> Raft::Machine::propose(QByteArray payload, Instant now)
{
    m_now = now;
    if (!std::holds_alternative<Leader>(m_role))
        return ProposalRefused::NotLeader;
    if (m_transfer)
        return ProposalRefused::Transferring;
    if (m_log.lastIndex().value >= m_commit.value + m_options.maxUncommittedEntries)
        return ProposalRefused::Full;
    appendOwn(EntryKind::Command, std::move(payload));
    const Proposed proposed{m_log.lastIndex(), m_hardState.term};
    finishInput();
    return proposed;
}

void Raft::Machine::appendOwn(EntryKind kind, QByteArray payload)
{
    append({m_hardState.term, m_log.lastIndex().next(), kind, std::move(payload)});
    auto& leading = std::get<Leader>(m_role);
    leading.hasSomethingToSend = true;
    if (!m_options.rules.syncBeforeAcknowledge)
        advanceCommit(leading);
}

void Raft::Machine::append(Entry entry)
{
    std::optional<Membership> membership;
    if (entry.kind == EntryKind::Membership)
        membership = decodeMembership(entry.payload);
    m_log.append(std::move(entry));
    if (membership) {
        m_memberships.append(m_log.lastIndex(), std::move(*membership));
        membershipHolds();
    }
}

void Raft::Machine::truncateFrom(LogIndex first, std::string reason)
{
    require(!m_options.rules.keepCommitted || first > m_commit, "what is committed is never dropped");
    m_events.push_back(LogTruncated{first, m_log.lastIndex(), std::move(reason)});
    m_log.truncateFrom(first);
    m_durable = std::min(m_durable, first.previous());
    m_nextWrite = std::min(m_nextWrite, first);
    if (m_options.rules.truncationVoidsWrites) {
        for (Write& write : m_writes)
            write.lastEntry = std::min(write.lastEntry, first.previous());
    }
    if (m_memberships.truncateFrom(first))
        membershipHolds();
}

void Raft::Machine::onAppend(const Message& message, const AppendEntries& append)
{
    if (std::holds_alternative<Leader>(m_role))
        return; // two leaders in one term: the sender lies
    follow(message);
    if (!isLikeALeadersLog(append, std::max(message.term, append.previousTerm)))
        return; // no leader's log looks like this
    if (isInstalling() && !append.entries.empty())
        return; // a snapshot is about to take the place of this log

    const ProtocolRules& rules = m_options.rules;
    const LogIndex previous = append.previousIndex;
    const LogIndex last{previous.value + append.entries.size()};
    if (previous > m_log.lastIndex()) {
        answer(message.from, AppendEntriesReply{false, previous, {}, m_log.lastIndex().next(), append.round});
        return;
    }
    // What comes before the log is in a snapshot and so committed: any leader has the same there.
    if (previous >= m_log.before() && m_log.termAt(previous) != append.previousTerm && rules.checkPrevious) {
        if (previous > m_commit)
            answer(message.from, AppendEntriesReply{false, previous, m_log.termAt(previous),
                                                    m_log.firstOfTermAt(previous), append.round});
        return;
    }

    if (!rules.keepWhatMatches) {
        const LogIndex first = std::max({previous, m_commit, m_log.before()}).next();
        if (first <= m_log.lastIndex())
            truncateFrom(first, "everything behind what " + nameOf(message.from) + " names is dropped");
    }
    bool isNews = false;
    for (const Entry& entry : append.entries) {
        if (entry.index <= m_log.before())
            continue;
        if (m_log.termAt(entry.index.previous()) > entry.term && rules.checkPrevious)
            return; // nor does it look like this behind what is in the snapshot
        if (entry.index <= m_log.lastIndex()) {
            if (m_log.termAt(entry.index) == entry.term)
                continue;
            if (entry.index <= m_commit && rules.keepCommitted)
                return; // a leader of this term would have what is committed
            truncateFrom(entry.index, nameOf(message.from) + ", the leader of term " +
                                          std::to_string(message.term.value) + ", has others in their place");
        }
        this->append(entry);
        isNews = true;
    }
    setCommit(std::min({append.leaderCommit, last, m_log.lastIndex()}));

    // A heartbeat is answered at once, so that reads need not wait for the disk: with what is there already.
    if (append.entries.empty() && isHardStateDurable())
        answer(message.from, AppendEntriesReply{true, std::min(last, durable()), {}, {}, append.round});
    else if (!isNews && last <= durable())
        answer(message.from, AppendEntriesReply{true, last, {}, {}, append.round});
    else
        promise(message.from, AppendEntriesReply{true, last, {}, {}, append.round});
}

void Raft::Machine::onAppendReply(const Message& message, const AppendEntriesReply& reply)
{
    auto* leading = std::get_if<Leader>(&m_role);
    if (!leading || reply.matchIndex > m_log.lastIndex() || reply.round > m_round)
        return;
    Peer* peer = answered(*leading, message.from, reply.round);
    if (!peer)
        return;
    Progress& follower = peer->progress;
    if (reply.success) {
        if (follower.accepted(reply.matchIndex))
            advanceCommit(*leading);
        return;
    }
    // Skip the whole conflicting term at once (end of §5.3): what we have beyond our last entry of that term or an
    // older one, the follower cannot have.
    LogIndex next = reply.conflictIndex;
    if (reply.conflictTerm.value != 0) {
        const LogIndex ours = m_log.lastWithTermAtMost(reply.conflictTerm, reply.matchIndex);
        if (ours.value != 0 && m_log.termAt(ours) == reply.conflictTerm)
            next = ours.next();
    }
    follower.refused(reply.matchIndex, next);
}

Raft::Machine::Peer* Raft::Machine::answered(Leader& leading, NodeId from, std::uint64_t round)
{
    Peer* peer = leading.find(from);
    if (!peer)
        return nullptr;
    leading.hasSomethingToSend = true;
    if (round > peer->progress.ackedRound) {
        peer->progress.ackedRound = round;
        peer->progress.ackedAs = ++leading.answers;
        confirmReads(leading);
    }
    return peer;
}

void Raft::Machine::advanceCommit(Leader& leading)
{
    const LogIndex majority{agreed(
        leading, durable().value, [](const Progress& p) { return p.match().value; },
        !m_options.rules.learnersDoNotCount)};
    if (majority <= m_commit)
        return;
    // Only entries of the leader's own term are committed by counting; those before come with them (§5.4.2, figure 8).
    if (m_options.rules.commitOnlyOwnTerm && (!m_log.knows(majority) || m_log.termAt(majority) != m_hardState.term))
        return;
    setCommit(majority);
    leading.hasSomethingToSend = true;
    if (!leading.reads.empty())
        confirmReads(leading);
}

void Raft::Machine::setCommit(LogIndex commit)
{
    if (commit <= m_commit)
        return;
    if (m_memberships.currentAt() > m_commit) {
        for (auto& [index, membership] : m_memberships.between(m_commit, commit))
            m_events.push_back(MembershipChanged{index, std::move(membership), true});
    }
    m_commit = commit;
}

Entries Raft::Machine::sendAppends(Leader& leading)
{
    if (!std::exchange(leading.hasSomethingToSend, false))
        return {};
    const bool haveLeft = m_memberships.currentAt() <= m_commit;
    Entries said;
    for (Peer& peer : leading.peers) {
        peer.progress.heartbeatDue |= peer.isLeaving && haveLeft;
        sendAppendsTo(peer, said);
    }
    // Whoever left the group has just been told so.
    if (haveLeft)
        std::erase_if(leading.peers, [](const Peer& peer) { return peer.isLeaving; });
    return said;
}

void Raft::Machine::sendAppendsTo(Peer& peer, Entries& said)
{
    Progress& follower = peer.progress;
    const bool heartbeatDue = std::exchange(follower.heartbeatDue, false);
    if (follower.state() != Progress::State::Snapshot && follower.next().previous() < m_log.before())
        follower.beginSnapshot(m_snapshot.lastIndex);
    if (follower.state() == Progress::State::Snapshot) {
        if (follower.pieceIsDue())
            sendSnapshotPiece(peer);
        else if (heartbeatDue) { // something that any log agrees to
            say(peer.id, m_hardState.term, AppendEntries{{}, {}, {}, {}, m_round});
            roundLeft(std::get<Leader>(m_role));
        }
        return;
    }
    if (follower.state() == Progress::State::Probe) {
        // The first one carries what comes next, since most guesses are right; one that is repeated only asks.
        if (!follower.probeIsOut())
            sendAppend(peer, m_log.slice(follower.next(), m_options.maxEntriesPerAppend,
                                         std::min(m_options.maxBytesPerAppend, kMaxProbeBytes)));
        else if (heartbeatDue)
            sendAppend(peer, {});
        follower.sentProbe();
        return;
    }
    const bool hasEntries = follower.next() <= m_log.lastIndex();
    if (hasEntries &&
        follower.hasRoom(static_cast<std::size_t>(m_options.maxInflightAppends), m_options.maxInflightBytes)) {
        if (said.empty() || said.front().index != follower.next())
            said = m_log.slice(follower.next(), m_options.maxEntriesPerAppend, m_options.maxBytesPerAppend);
        const LogIndex last = said.back().index;
        std::size_t bytes = 0;
        for (const Entry& entry : said)
            bytes += static_cast<std::size_t>(entry.payload.size());
        sendAppend(peer, said);
        follower.sentEntries(last, bytes);
        // The rest waits for the next Ready rather than for an acknowledgement.
        if (last < m_log.lastIndex())
            std::get<Leader>(m_role).hasSomethingToSend = true;
        return;
    }
    // An idle follower learns of a commit by itself; a busy one with the next entries, or when it has answered the
    // last.
    if (heartbeatDue)
        sendAppend(peer, {});
    else if (follower.isIdle() && follower.commitSent < m_commit)
        sendAppend(peer, {}, true);
}

void Raft::Machine::sendAppend(Peer& peer, Entries entries, bool isCommitNotice)
{
    const LogIndex previous = peer.progress.next().previous();
    const LogIndex last = entries.empty() ? previous : entries.back().index;
    peer.progress.commitSent = std::min(m_commit, last);
    say(peer.id, m_hardState.term,
        AppendEntries{previous, m_log.termAt(previous), m_commit, std::move(entries), m_round, isCommitNotice});
    roundLeft(std::get<Leader>(m_role));
}

} // namespace faultline::raft
