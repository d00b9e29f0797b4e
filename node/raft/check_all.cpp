// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include <algorithm>

namespace faultline::raft {

void Raft::Machine::checkAll() const
{
    const ProtocolRules& rules = m_options.rules;
    m_log.checkAll();
    require(m_log.knows(m_applied) || !rules.keepCommitted || !rules.applyOnlyCommitted,
            "what was applied last is in the log or right before it");
    require((m_nextWrite <= m_log.lastIndex().next() && m_durable < m_nextWrite) || !rules.truncationVoidsWrites,
            "what is on disk was handed out to be written, and that is in the log");

    for (LogIndex index = m_log.lastIndex(); index > std::max(m_log.before(), m_snapshot.lastIndex);
         index = index.previous()) {
        const Entry& entry = m_log.at(index);
        if (entry.kind != EntryKind::Membership)
            continue;
        require(m_memberships.currentAt() == index && decodeMembership(entry.payload) == membership(),
                "the newest membership in the log holds");
        break;
    }
    const auto hardStateWrites =
        std::count_if(m_writes.begin(), m_writes.end(), [](const Write& write) { return write.hasHardState; });
    require(hardStateWrites == m_hardStateWrites, "writes under way are counted");
    require(std::is_sorted(m_writes.begin(), m_writes.end(),
                           [](const Write& a, const Write& b) { return a.number < b.number; }),
            "writes under way are in their order");
    require(!m_incoming || m_incoming->mark.lastIndex > m_snapshot.lastIndex,
            "a snapshot that is on its way here is newer than what is here");

    const auto* leading = std::get_if<Leader>(&m_role);
    if (!leading)
        return;
    require(std::is_sorted(leading->peers.begin(), leading->peers.end(),
                           [](const Peer& a, const Peer& b) { return a.id < b.id; }),
            "a leader knows each member once");
    std::set<NodeId> followed{m_options.self};
    for (const Peer& peer : leading->peers) {
        peer.progress.checkAll(m_log.lastIndex(), static_cast<std::size_t>(m_options.maxInflightAppends),
                               m_options.maxInflightBytes);
        if (peer.isLeaving)
            continue;
        followed.insert(peer.id);
        require(peer.isVoter == membership().voters.contains(peer.id) &&
                    peer.isOutgoing == membership().outgoing.contains(peer.id),
                "a leader counts each member as the membership says");
    }
    std::set<NodeId> members = membership().members();
    members.insert(m_options.self);
    require(followed == members, "a leader follows each member");
    std::uint64_t round = 0;
    for (const Read& read : leading->reads) {
        require(read.round >= round && read.round <= m_round, "reads wait in the order they came");
        round = read.round;
    }
}

} // namespace faultline::raft
