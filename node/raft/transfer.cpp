// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include "node/raft/words.h"

// Handing over (§3.10 of the thesis): the leader stops taking proposals, waits until the other has its whole log, and
// tells it to stand for election at once. Nobody waits for an election timeout.

namespace faultline::raft {

std::optional<std::string> Raft::Machine::transferLeadership(NodeId to, Instant now)
{
    m_now = now;
    auto* leading = std::get_if<Leader>(&m_role);
    if (!leading)
        return "only a leader can hand over, and " + nameOf(m_options.self) + " does not lead";
    const Peer* peer = leading->find(to);
    if (!peer || !membership().voters.contains(to))
        return nameOf(to) + " is no other voter; the voters are " + namesOf(membership().voters);
    if (m_transfer)
        return "leadership is already being handed over to " + nameOf(m_transfer->to);
    m_transfer = Transfer{to, m_hardState.term, 0, false};
    m_events.push_back(TransferStarted{m_hardState.term, to});
    finishInput();
    return std::nullopt;
}

void Raft::Machine::transferTick()
{
    if (++m_transfer->ticks >= m_options.electionTicksMax)
        endTransfer(nameOf(m_transfer->to) + " did not take over within an election timeout");
}

void Raft::Machine::advanceTransfer(Leader& leading)
{
    const Peer* peer = leading.find(m_transfer->to);
    if (!peer || !membership().voters.contains(m_transfer->to)) {
        endTransfer(nameOf(m_transfer->to) + " is no longer a voter");
        return;
    }
    // Not before everything is committed: what was proposed here is answered here.
    if (m_transfer->isTold || peer->progress.match() != m_log.lastIndex() || m_commit != m_log.lastIndex())
        return;
    m_transfer->isTold = true;
    leading.leaseGivenUp = true;
    say(m_transfer->to, m_hardState.term, TimeoutNow{});
}

void Raft::Machine::endTransfer(std::string reason)
{
    m_events.push_back(TransferEnded{m_transfer->term, m_transfer->to, std::move(reason)});
    m_transfer.reset();
}

void Raft::Machine::onTimeoutNow(const Message& message)
{
    const auto* follower = std::get_if<Follower>(&m_role);
    if (!follower || message.term != m_hardState.term || !membership().isVoter(m_options.self) || isInstalling())
        return;
    askForVotes(nameOf(message.from) + " hands over to it", true);
}

} // namespace faultline::raft
