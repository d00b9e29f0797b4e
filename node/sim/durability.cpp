// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/durability.h"

#include "node/sim/entry_book.h"

#include <algorithm>
#include <map>

namespace faultline::sim {

bool couldDecide(const raft::Membership& membership, const std::function<bool(raft::NodeId)>& isOneOfThem)
{
    const auto areAMajority = [&](const std::set<raft::NodeId>& side) {
        const auto count = static_cast<std::size_t>(std::count_if(side.begin(), side.end(), isOneOfThem));
        return count > side.size() / 2;
    };
    return areAMajority(membership.voters) && (!membership.isJoint() || areAMajority(membership.outgoing));
}

Durability::Durability(const Shape& shape, Verdict& verdict, const CommittedLog& log, Random random)
    : m_shape(shape)
    , m_verdict(verdict)
    , m_log(log)
    , m_random(random)
{}

/// Newer ones more often: they are what is lost first.
raft::LogIndex Durability::drawIndex()
{
    constexpr quint64 kDoublings = 16;
    const quint64 back = m_random.below(quint64(1) << m_random.below(kDoublings));
    return {m_log.last().value - std::min<quint64>(back, m_log.last().value - 1)};
}

bool Durability::holds(const raft::StoredState& stored, raft::LogIndex index, const CommittedLog& log)
{
    const raft::SnapshotMark& snapshot = stored.snapshot;
    if (index <= snapshot.lastIndex)
        return index < snapshot.lastIndex || snapshot.lastTerm == log.termAt(index);
    if (stored.entries.empty() || index < stored.entries.front().index || index > stored.entries.back().index)
        return false;
    const raft::Entry& entry = stored.entries[index.value - stored.entries.front().index.value];
    return entry.term == log.termAt(index) && contentOf(entry) == log.contentAt(index);
}

void Durability::check(const std::vector<Host*>& hosts, Instant at)
{
    if (m_log.last().value == 0)
        return;
    const raft::LogIndex drawn = drawIndex();
    const raft::Membership& membership = m_log.membership();
    std::map<raft::NodeId, raft::StoredState> onDisk;
    for (const Host* host : hosts) {
        const SimDisk::Counts& counts = host->disk().counts();
        const raft::NodeId id{host->index() + 1};
        if (!membership.isVoter(id) || counts.flips > 0 || (counts.lies > 0 && !m_shape.liarsReturn))
            continue;
        auto state = host->durableState();
        if (state)
            onDisk.emplace(id, *std::move(state));
        else if (counts.lies == 0)
            m_verdict.fail(Check::DiskIsReadable, at,
                           QStringLiteral("the disk of %1 could not be read after a power cut: %2")
                               .arg(host->name(), state.error()));
    }
    for (const raft::LogIndex index : {m_log.last(), drawn}) {
        m_verdict.saw(Check::HeldByDisks);
        const auto lacks = [&](raft::NodeId id) {
            const auto found = onDisk.find(id);
            return found != onDisk.end() && !holds(found->second, index, m_log);
        };
        if (!couldDecide(membership, lacks))
            continue;
        m_verdict.fail(Check::HeldByDisks, at,
                       QStringLiteral("entry %1 was committed, and so many of the voters %2 do not have it on their "
                                      "disks that they could go on without it: %3")
                           .arg(index.value)
                           .arg(QString::fromStdString(raft::spoken(membership)), m_log.originOf(index)));
        return;
    }
}

} // namespace faultline::sim
