// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include <algorithm>
#include <utility>

// §7: a log that grew for ever would fill the disk, so that a snapshot of the state takes the place of its older part.
// A follower that needs what a leader has forgotten gets the snapshot, in pieces (figure 13).

namespace faultline::raft {

namespace {
constexpr std::uint64_t kForgottenAtOnce = 4'096;
}

SnapshotMark Raft::Machine::markOfApplied() const
{
    const LogIndex index = std::min(m_applied, m_log.lastIndex());
    return {index, m_options.rules.snapshotKeepsItsTerm ? m_log.termAt(index) : Term{}, m_memberships.at(index)};
}

void Raft::Machine::compacted(const SnapshotMark& mark, LogIndex firstKept)
{
    if (mark.lastIndex <= m_snapshot.lastIndex)
        return; // one that came from a leader meanwhile is newer
    require(mark.lastIndex <= m_applied, "a snapshot is of what was applied");
    require(firstKept <= mark.lastIndex.next(), "what the log forgets is in the snapshot");
    m_snapshot = mark;
    m_durable = std::max(m_durable, mark.lastIndex);
    m_forgetBefore = std::min(firstKept, m_log.lastIndex().next());
    forgetSome();
    m_memberships.forgetBefore(mark.lastIndex);
    if (m_incoming && !m_incoming->isComplete && m_incoming->mark.lastIndex <= mark.lastIndex)
        m_incoming.reset();
    checkInvariants();
}

/// Freeing all that a snapshot stands for at once would take longer than a turn may.
void Raft::Machine::forgetSome()
{
    const LogIndex soFar{m_log.firstIndex().value + kForgottenAtOnce};
    m_log.forgetBefore(std::min(m_forgetBefore, soFar));
}

bool Raft::Machine::isSendingSnapshot() const
{
    const auto* leading = std::get_if<Leader>(&m_role);
    return leading && std::any_of(leading->peers.begin(), leading->peers.end(), [](const Peer& peer) {
               return peer.progress.state() == Progress::State::Snapshot && peer.progress.isHeard();
           });
}

void Raft::Machine::sendSnapshotPiece(Peer& peer)
{
    if (peer.progress.snapshot() != m_snapshot.lastIndex)
        peer.progress.beginSnapshot(m_snapshot.lastIndex); // a newer one took its place
    say(peer.id, m_hardState.term, InstallSnapshot{{m_snapshot, peer.progress.snapshotOffset(), {}, false}, m_round});
    peer.progress.sentPiece();
    roundLeft(std::get<Leader>(m_role));
}

void Raft::Machine::onInstallSnapshot(const Message& message, const InstallSnapshot& install)
{
    if (std::holds_alternative<Leader>(m_role))
        return; // two leaders in one term: the sender lies
    follow(message);
    const SnapshotPiece& piece = install.piece;
    const SnapshotMark& mark = piece.mark;
    if (mark.lastIndex.value == 0 || mark.lastTerm > message.term || mark.membership.voters.empty() || isInstalling())
        return;

    const bool isInLog = m_log.knows(mark.lastIndex) && m_log.termAt(mark.lastIndex) == mark.lastTerm;
    if (mark.lastIndex <= m_commit || isInLog) {
        setCommit(mark.lastIndex);
        m_incoming.reset();
        const InstallSnapshotReply reply{mark.lastIndex, piece.offset, true, install.round};
        if (mark.lastIndex <= durable())
            answer(message.from, reply);
        else
            promise(message.from, reply);
        return;
    }
    if (!m_incoming || m_incoming->mark != mark)
        m_incoming = Incoming{mark, 0, false, {}, 0};
    m_incoming->from = message.from;
    m_incoming->round = install.round;
    if (piece.offset != m_incoming->received || (piece.bytes.isEmpty() && !piece.isLast)) {
        // Lost, doubled or late: say where to go on.
        promise(message.from, InstallSnapshotReply{mark.lastIndex, m_incoming->received, false, install.round});
        return;
    }
    m_snapshotPieces.push_back(piece);
    m_incoming->received += static_cast<std::uint64_t>(piece.bytes.size());
    m_incoming->isComplete = piece.isLast; // written() answers that one, when the whole is known to be good
    if (!piece.isLast)
        promise(message.from, InstallSnapshotReply{mark.lastIndex, m_incoming->received, false, install.round});
}

void Raft::Machine::snapshotRefused()
{
    require(isInstalling(), "a snapshot is refused when its last piece is being written");
    const Incoming refused = std::exchange(m_incoming, std::nullopt).value();
    say(refused.from, m_hardState.term, InstallSnapshotReply{refused.mark.lastIndex, 0, false, refused.round});
}

/// The snapshot is on disk and the owner's state is the snapshot's.
void Raft::Machine::installSnapshot()
{
    const Incoming done = std::exchange(m_incoming, std::nullopt).value();
    const SnapshotMark& mark = done.mark;
    m_snapshot = mark;
    m_log.reset(mark.lastIndex, mark.lastTerm);
    m_commit = mark.lastIndex;
    m_applied = mark.lastIndex;
    m_durable = mark.lastIndex;
    m_nextWrite = mark.lastIndex.next();
    for (Write& write : m_writes)
        write.lastEntry = {};
    const bool isNews = m_memberships.current() != mark.membership;
    m_memberships.reset(mark.lastIndex, mark.membership);
    m_events.push_back(SnapshotInstalled{done.from, mark.lastIndex});
    if (isNews)
        membershipHolds();
    say(done.from, m_hardState.term, InstallSnapshotReply{mark.lastIndex, done.received, true, done.round});
}

void Raft::Machine::onInstallSnapshotReply(const Message& message, const InstallSnapshotReply& reply)
{
    auto* leading = std::get_if<Leader>(&m_role);
    if (!leading || reply.round > m_round || (reply.isInstalled && reply.lastIndex > m_log.lastIndex()))
        return;
    Peer* peer = answered(*leading, message.from, reply.round);
    if (!peer)
        return;
    Progress& follower = peer->progress;
    if (!reply.isInstalled) {
        follower.receivedPiece(reply.lastIndex, reply.received);
        return;
    }
    if (follower.state() == Progress::State::Snapshot && reply.lastIndex >= follower.snapshot())
        m_events.push_back(SnapshotSent{peer->id, reply.lastIndex});
    if (follower.accepted(reply.lastIndex))
        advanceCommit(*leading);
}

} // namespace faultline::raft
