// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/evidence.h"

#include "gui/lab/fault/partition.h"

#include <algorithm>

namespace faultline::lab {

void Evidence::begin(Monotonic at)
{
    m_facts.from = at;
    m_facts.to = at;
    m_facts.load = {};
    m_measuring = true;
}

void Evidence::end(Monotonic at)
{
    m_facts.to = at;
    m_measuring = false;
}

void Evidence::addStall(const Stall& stall)
{
    m_facts.stalls.push_back(stall);
}

quint64 Evidence::highestCommit() const
{
    quint64 highest = 0;
    for (const auto& [id, node] : m_nodes)
        highest = std::max(highest, node.commitIndex);
    return highest;
}

void Evidence::add(const Record& record)
{
    std::visit(
        [this](const auto& each) {
            using Kind = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<Kind, StatusRecord> || std::is_same_v<Kind, NodeRecord> ||
                          std::is_same_v<Kind, FaultRecord> || std::is_same_v<Kind, LoadRecord>) {
                note(each);
            } else if constexpr (std::is_same_v<Kind, EventRecord>) {
                if (each.event.kind == wire::NodeEventKind::BecameLeader)
                    m_facts.leadersByTerm[each.event.term].insert(each.node);
                if (each.event.kind == wire::NodeEventKind::LogTruncated)
                    ++m_facts.logTruncated;
            } else if constexpr (std::is_same_v<Kind, TallyRecord>) {
                m_facts.tally = each;
            } else if constexpr (std::is_same_v<Kind, PauseRecord>) {
                if (each.to && *each.to - each.from > kStallThatMatters)
                    addStall({NodeId{}, each.from, *each.to});
            } else if constexpr (std::is_same_v<Kind, ClusterRecord>) {
                // The record of a cluster's end has no members, and what was shown before it stays shown.
                if (!each.members.empty()) {
                    m_facts = {};
                    m_nodes.clear();
                    m_outvoted.clear();
                    m_members.clear();
                    for (const ClusterRecord::Member& member : each.members)
                        m_members.push_back(member.id);
                }
            }
        },
        record);
}

void Evidence::note(const StatusRecord& record)
{
    const wire::Status& status = record.status;
    NodeView& node = m_nodes[record.node];
    const bool sameLife = node.incarnation == status.incarnation;
    if (status.role == wire::Role::Leader)
        m_facts.leadersByTerm[status.term].insert(record.node);

    for (CatchUp& restart : m_facts.restarts) {
        if (restart.node == record.node && !restart.took && !sameLife && status.appliedIndex >= restart.goal)
            restart.took = status.at - restart.restartedAt;
    }
    const bool comingBack = std::any_of(m_facts.restarts.begin(), m_facts.restarts.end(), [&](const CatchUp& restart) {
        return restart.node == record.node && !restart.took;
    });
    // While it comes back the old incarnation is kept, so that each new report is told from the last of the old life.
    if (!comingBack)
        node.incarnation = status.incarnation;
    noteMinority(record);
    node.commitIndex = std::max(node.commitIndex, status.commitIndex);
    if (status.longestStall > kStallThatMatters)
        m_facts.stalls.push_back({record.node, status.at - status.longestStall, status.at});
}

void Evidence::noteMinority(const StatusRecord& record)
{
    for (Outvoted& outvoted : m_outvoted) {
        if (outvoted.node != record.node || record.status.at < outvoted.from + kUnderWay)
            continue;
        if (!outvoted.commitAtFirst) {
            outvoted.commitAtFirst = record.status.commitIndex;
            m_facts.minorityCommits = m_facts.minorityCommits.value_or(0);
        } else if (record.status.commitIndex > *outvoted.commitAtFirst) {
            *m_facts.minorityCommits += record.status.commitIndex - *outvoted.commitAtFirst;
            outvoted.commitAtFirst = record.status.commitIndex;
        }
    }
}

void Evidence::note(const NodeRecord& record)
{
    NodeView& node = m_nodes[record.node];
    const bool wasGone = node.life == NodeLife::Dead || node.life == NodeLife::Stopped;
    if (wasGone && (record.life == NodeLife::Starting || record.life == NodeLife::Running))
        m_facts.restarts.push_back({record.node, record.at, highestCommit(), std::nullopt});
    node.life = record.life;
}

void Evidence::note(const FaultRecord& record)
{
    const auto known = std::find_if(m_facts.faults.begin(), m_facts.faults.end(),
                                    [&](const FaultRecord& fault) { return fault.id == record.id; });
    if (record.to)
        std::erase_if(m_outvoted, [&](const Outvoted& outvoted) { return outvoted.fault == record.id; });
    if (known == m_facts.faults.end()) {
        m_facts.faults.push_back(record);
        if (record.kind == FaultKind::Cut && !record.to) {
            for (const auto& part : partsOf({record.links.begin(), record.links.end()}, m_members)) {
                for (const NodeId node : part) {
                    if (part.size() <= m_members.size() / 2)
                        m_outvoted.push_back({record.id, node, record.from, std::nullopt});
                }
            }
        }
    } else {
        // How the cluster came through it may be known only after it ended; a fault does not begin anew.
        const std::optional<Monotonic> ended = known->to;
        *known = record;
        if (!known->to)
            known->to = ended;
    }
}

void Evidence::note(const LoadRecord& record)
{
    if (!m_measuring || record.to <= m_facts.from)
        return;
    LoadRecord& sum = m_facts.load;
    if (sum.to == Monotonic{0})
        sum.from = record.from;
    sum.to = record.to;
    sum.targetRate = record.targetRate;
    sum.offered += record.offered;
    sum.attempted += record.attempted;
    sum.ok += record.ok;
    sum.failed += record.failed;
    sum.unknown += record.unknown;
    sum.redirects += record.redirects;
    sum.outstanding = record.outstanding;
    sum.limited = sum.limited || record.limited;
    sum.latency.add(record.latency);
    if (!sum.firstAckAt && record.firstAckAt) {
        sum.firstAckAt = record.firstAckAt;
        sum.firstAckBy = record.firstAckBy;
    }
}

} // namespace faultline::lab
