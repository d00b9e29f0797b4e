// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

namespace faultline::raft {

namespace {

FollowerProgress::State shown(Progress::State state)
{
    switch (state) {
    case Progress::State::Probe:
        return FollowerProgress::State::Probe;
    case Progress::State::Replicate:
        return FollowerProgress::State::Replicate;
    case Progress::State::Snapshot:
        break;
    }
    return FollowerProgress::State::Snapshot;
}

} // namespace

Status Raft::Machine::status() const
{
    Status status;
    status.self = m_options.self;
    status.role = role();
    status.term = m_hardState.term;
    status.votedFor = m_hardState.votedFor;
    status.leader = leader();
    status.commit = m_commit;
    status.applied = m_applied;
    status.lastIndex = m_log.lastIndex();
    status.lastTerm = m_log.lastTerm();
    status.firstIndex = m_log.firstIndex();
    status.snapshot = m_snapshot.lastIndex;
    status.membership = membership();
    status.membershipAt = m_memberships.currentAt();
    if (const auto* leading = std::get_if<Leader>(&m_role)) {
        if (m_transfer)
            status.transferringTo = m_transfer->to;
        for (const Peer& peer : leading->peers) {
            const Progress& p = peer.progress;
            status.progress.push_back({peer.id, p.match(), p.next(), shown(p.state()), p.isHeard(), p.inflight(),
                                       p.inflightBytes(),
                                       p.state() == Progress::State::Snapshot ? p.snapshotOffset() : 0});
        }
    }
    return status;
}

} // namespace faultline::raft
