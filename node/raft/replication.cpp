// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include <algorithm>
#include <utility>

namespace faultline::raft {

void Raft::Machine::leaderTick(Leader& leader)
{
    if (m_options.checkQuorum && ++leader.ticksSinceQuorumCheck >= m_options.electionTicksMax) {
        leader.ticksSinceQuorumCheck = 0;
        std::size_t active = 1;
        for (auto& [id, follower] : leader.followers)
            active += std::exchange(follower.recentlyActive, false) ? 1 : 0;
        if (active < majorityOf(voterCount())) {
            becomeFollower(m_hardState.term, {}, "it heard from no majority for an election timeout");
            return;
        }
    }
    if (++leader.ticksSinceHeartbeat >= m_options.heartbeatTicks) {
        leader.ticksSinceHeartbeat = 0;
        for (auto& [id, follower] : leader.followers)
            follower.heartbeatDue = true;
        leader.hasSomethingToSend = true;
    }
}

std::optional<Raft::Proposed> Raft::Machine::propose(QByteArray payload, Instant now)
{
    m_now = now;
    if (!std::holds_alternative<Leader>(m_role))
        return std::nullopt;
    appendOwn(EntryKind::Command, std::move(payload));
    checkInvariants();
    return Proposed{m_log.lastIndex(), m_hardState.term};
}

void Raft::Machine::appendOwn(EntryKind kind, QByteArray payload)
{
    m_log.append({m_hardState.term, m_log.lastIndex().next(), kind, std::move(payload)});
    std::get<Leader>(m_role).hasSomethingToSend = true;
}

void Raft::Machine::truncateFrom(LogIndex first, std::string reason)
{
    require(first > m_commit, "what is committed is never dropped");
    m_events.push_back(LogTruncated{first, m_log.lastIndex(), std::move(reason)});
    m_log.truncateFrom(first);
    m_durable = std::min(m_durable, first.previous());
    m_nextWrite = std::min(m_nextWrite, first);
    for (Write& write : m_writes)
        write.lastEntry = std::min(write.lastEntry, first.previous());
}

void Raft::Machine::onAppend(const Message& message, const AppendEntries& append)
{
    if (std::holds_alternative<Leader>(m_role))
        return; // two leaders in one term: the sender lies
    if (leader() != message.from)
        becomeFollower(m_hardState.term, message.from,
                       nameOf(message.from) + " leads term " + std::to_string(m_hardState.term.value));
    m_leaderHeardAt = m_now;
    armElectionTimer();

    LogIndex last = append.previousIndex;
    Term lastTerm = append.previousTerm;
    for (const Entry& entry : append.entries) {
        if (entry.index != last.next() || entry.term < lastTerm || entry.term > message.term)
            return; // no leader's log looks like this
        last = entry.index;
        lastTerm = entry.term;
    }

    if (append.previousIndex > m_log.lastIndex()) {
        promise(message.from, AppendEntriesReply{false, append.previousIndex, {}, m_log.lastIndex().next()});
        return;
    }
    if (const Term ours = m_log.termAt(append.previousIndex); ours != append.previousTerm) {
        if (append.previousIndex > m_commit)
            promise(message.from,
                    AppendEntriesReply{false, append.previousIndex, ours, m_log.firstOfTermAt(append.previousIndex)});
        return;
    }

    for (const Entry& entry : append.entries) {
        if (entry.index <= m_log.lastIndex()) {
            if (m_log.termAt(entry.index) == entry.term)
                continue;
            if (entry.index <= m_commit)
                return; // a leader of this term would have what is committed
            truncateFrom(entry.index, nameOf(message.from) + ", the leader of term " +
                                          std::to_string(message.term.value) + ", has others in their place");
        }
        m_log.append(entry);
    }
    setCommit(std::min(append.leaderCommit, last));
    promise(message.from, AppendEntriesReply{true, last, {}, {}});
}

void Raft::Machine::onAppendReply(const Message& message, const AppendEntriesReply& reply)
{
    auto* leader = std::get_if<Leader>(&m_role);
    if (!leader || reply.matchIndex > m_log.lastIndex())
        return;
    Progress& follower = leader->followers.at(message.from);
    leader->hasSomethingToSend = true;
    if (reply.success) {
        if (follower.accepted(reply.matchIndex))
            advanceCommit(*leader);
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

void Raft::Machine::advanceCommit(Leader& leader)
{
    std::vector<LogIndex> matches{m_durable};
    for (const auto& [id, follower] : leader.followers)
        matches.push_back(follower.match());
    const LogIndex majority = majorityMatch(std::move(matches));
    // Only entries of the leader's own term are committed by counting; those before come with them (§5.4.2, figure 8).
    if (majority > m_commit && m_log.termAt(majority) == m_hardState.term) {
        setCommit(majority);
        leader.hasSomethingToSend = true;
    }
}

void Raft::Machine::setCommit(LogIndex commit)
{
    m_commit = std::max(m_commit, commit);
}

void Raft::Machine::sendAppends(Leader& leader)
{
    if (!std::exchange(leader.hasSomethingToSend, false))
        return;
    for (auto& [id, follower] : leader.followers)
        sendAppendsTo(id, follower);
}

void Raft::Machine::sendAppendsTo(NodeId id, Progress& follower)
{
    const bool heartbeatDue = std::exchange(follower.heartbeatDue, false);
    if (follower.state() == Progress::State::Probe) {
        if (!follower.probeIsOut() || heartbeatDue) {
            sendAppend(id, follower, {});
            follower.sentProbe();
        }
        return;
    }
    const bool hasEntries = follower.next() <= m_log.lastIndex();
    if (hasEntries && follower.hasRoom(static_cast<std::size_t>(m_options.maxInflightAppends))) {
        auto entries = m_log.slice(follower.next(), m_options.maxEntriesPerAppend, m_options.maxBytesPerAppend);
        const LogIndex last = entries.back().index;
        sendAppend(id, follower, std::move(entries));
        follower.sentEntries(last);
        // The rest waits for the next Ready rather than for an acknowledgement.
        if (last < m_log.lastIndex())
            std::get<Leader>(m_role).hasSomethingToSend = true;
        return;
    }
    // An idle follower learns of a commit at once; a busy one with the next entries, or when it has answered the last.
    if (heartbeatDue || (follower.isIdle() && follower.commitSent < m_commit))
        sendAppend(id, follower, {});
}

void Raft::Machine::sendAppend(NodeId id, Progress& follower, std::vector<Entry> entries)
{
    const LogIndex previous = follower.next().previous();
    const LogIndex last = entries.empty() ? previous : entries.back().index;
    follower.commitSent = std::min(m_commit, last);
    say(id, m_hardState.term, AppendEntries{previous, m_log.termAt(previous), m_commit, std::move(entries)});
}

} // namespace faultline::raft
