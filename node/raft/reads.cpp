// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include <algorithm>
#include <array>
#include <utility>

// A leader that was deposed without having heard of it would answer reads from the past. So each message to a follower
// carries the number of its round and the answer brings it back: once a majority has answered a round that began after
// a read came, no other leader had been elected when the read came, and what this one had committed by then was all
// there was (§6.4 of the thesis).

namespace faultline::raft {

namespace {
constexpr std::size_t kMaxRoundsTimed = 64;
constexpr Instant kTick = std::chrono::milliseconds(10);
} // namespace

/// What is sent from now on is told from what was sent before.
void Raft::Machine::startRound(Leader& leading)
{
    if (!std::exchange(leading.roundHasLeft, false))
        return;
    ++m_round;
}

/// A message that carries the current round is on its way.
void Raft::Machine::roundLeft(Leader& leading)
{
    if (std::exchange(leading.roundHasLeft, true))
        return;
    // When too many wait for their answers the newest go untimed: their lease then counts from an older one.
    if (m_options.leases && leading.rounds.size() < kMaxRoundsTimed)
        leading.rounds.push_back({m_round, m_now, m_ticks});
}

bool Raft::Machine::hasLease(const Leader& leading) const
{
    if (!m_options.leases || leading.leaseGivenUp)
        return false;
    const bool isAlone = leading.peers.empty();
    if (isAlone || !leading.confirmed)
        return isAlone;
    // Clocks that run apart by a tenth must not matter.
    const int ticks = m_options.electionTicksMin;
    if (!m_options.rules.leaseByClock)
        return 10 * (m_ticks - leading.confirmed->tick) < 9 * static_cast<std::uint64_t>(ticks);
    return 10 * (m_now - leading.confirmed->at) < 9 * ticks * kTick;
}

bool Raft::Machine::read(std::uint64_t id, Instant now)
{
    m_now = now;
    auto* leading = std::get_if<Leader>(&m_role);
    if (!leading)
        return false;
    Read read{id, 0, {}};
    if (hasCommittedOwn(*leading) || !m_options.rules.readBehindOwnCommit)
        read.index = m_commit;
    if (read.index && (!m_options.rules.confirmBeforeRead || hasLease(*leading))) {
        m_reads.push_back({id, *read.index});
        return true;
    }
    startRound(*leading);
    read.round = m_round;
    leading->reads.push_back(read);
    if (!leading->roundHasLeft)
        askTheQuickest(*leading);
    confirmReads(*leading);
    finishInput();
    return true;
}

/// Those who were the first to answer the newest round, and no more than it takes: a follower that is asked costs both
/// ends a message. Should one of them be silent now, the tick asks all.
void Raft::Machine::askTheQuickest(Leader& leading)
{
    std::array<Peer*, 3 * kMaxMembers> voters{};
    std::size_t count = 0;
    for (Peer& peer : leading.peers) {
        if (peer.isVoter || peer.isOutgoing)
            voters.at(count++) = &peer;
    }
    std::size_t asked = majorityOf(membership().voters.size(), m_options.rules) - (leading.isVoter ? 1 : 0);
    const auto isQuicker = [](const Peer* a, const Peer* b) {
        return std::pair(b->progress.ackedRound, a->progress.ackedAs) <
               std::pair(a->progress.ackedRound, b->progress.ackedAs);
    };
    if (asked < count)
        std::partial_sort(voters.begin(), voters.begin() + asked, voters.begin() + count, isQuicker);
    // While joint, whom it takes is another question for each side; and whoever has never answered may be dead.
    if (asked > count || membership().isJoint() || (asked > 0 && voters.at(asked - 1)->progress.ackedRound == 0))
        asked = count;
    for (std::size_t i = 0; i < asked; ++i)
        voters.at(i)->progress.heartbeatDue = true;
    leading.hasSomethingToSend |= asked > 0;
    leading.fewWereAsked |= asked < count;
}

/// A read that a silent follower holds up waits for a tick and not for the next heartbeat.
void Raft::Machine::askAllWhereFewWereSilent(Leader& leading)
{
    if (!std::exchange(leading.fewWereAsked, false) || leading.reads.empty())
        return;
    for (Peer& peer : leading.peers)
        peer.progress.heartbeatDue |= peer.progress.ackedRound < leading.reads.front().round;
    leading.hasSomethingToSend = true;
}

void Raft::Machine::confirmReads(Leader& leading)
{
    if (leading.reads.empty() && leading.rounds.empty())
        return;
    const std::uint64_t confirmed = agreed(leading, m_round, [](const Progress& p) { return p.ackedRound; });
    while (!leading.rounds.empty() && leading.rounds.front().round <= confirmed) {
        leading.confirmed = leading.rounds.front();
        leading.rounds.pop_front();
    }
    if (hasCommittedOwn(leading)) {
        for (auto read = leading.reads.begin(); read != leading.reads.end() && !read->index; ++read)
            read->index = m_commit;
    }
    while (!leading.reads.empty() && leading.reads.front().index &&
           (leading.reads.front().round <= confirmed || !m_options.rules.confirmBeforeRead)) {
        m_reads.push_back({leading.reads.front().id, *leading.reads.front().index});
        leading.reads.pop_front();
    }
}

void Raft::Machine::refuseReads(Leader& leading)
{
    for (const Read& read : leading.reads)
        m_refusedReads.push_back(read.id);
    leading.reads.clear();
}

} // namespace faultline::raft
