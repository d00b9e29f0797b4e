// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/evidence.h"

#include <algorithm>

namespace faultline::lab {

namespace {

void addTo(LoadRecord& sum, const LoadRecord& record)
{
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

} // namespace

bool isHealed(FaultKind kind)
{
    return kind == FaultKind::Cut || kind == FaultKind::Link || kind == FaultKind::Isolate || kind == FaultKind::Freeze;
}

void Evidence::begin(Monotonic at, const std::vector<Window>& windows)
{
    m_facts.from = at;
    m_facts.to = at;
    m_facts.load = {};
    m_facts.windows.clear();
    for (const Window& window : windows)
        m_facts.windows.push_back({window, {}});
    m_facts.paces.clear();
    m_measuring = true;
    notePace();
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
                          std::is_same_v<Kind, FaultRecord> || std::is_same_v<Kind, LoadRecord> ||
                          std::is_same_v<Kind, MemberRecord>) {
                note(each);
            } else if constexpr (std::is_same_v<Kind, FaultStateRecord>) {
                m_minority.note(each);
            } else if constexpr (std::is_same_v<Kind, PaceRecord>) {
                m_minority.note(each);
                m_pace = each.pace;
                m_pace.held = false;
                notePace();
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
                    std::vector<NodeId> members;
                    for (const ClusterRecord::Member& member : each.members)
                        members.push_back(member.id);
                    m_minority.begin(std::move(members));
                }
            }
        },
        record);
}

void Evidence::note(const MemberRecord& record)
{
    if (record.isThere)
        return;
    m_nodes.erase(record.member.id);
    std::erase_if(m_facts.restarts,
                  [&](const CatchUp& restart) { return restart.node == record.member.id && !restart.took; });
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
            restart.took = status.at - restart.since;
    }
    const bool comingBack = std::any_of(m_facts.restarts.begin(), m_facts.restarts.end(), [&](const CatchUp& restart) {
        return restart.node == record.node && !restart.took;
    });
    // While it comes back the old incarnation is kept, so that each new report is told from the last of the old life.
    if (!comingBack)
        node.incarnation = status.incarnation;
    m_minority.note(record);
    m_facts.minorityCommits = m_minority.commits();
    node.commitIndex = std::max(node.commitIndex, status.commitIndex);
    node.appliedIndex = status.appliedIndex;
    node.reportedAt = status.at;
    noteHealings(status.at);
    if (status.longestStall > kStallThatMatters)
        m_facts.stalls.push_back({record.node, status.at - status.longestStall, status.at});
}

void Evidence::noteHealings(Monotonic at)
{
    for (CatchUp& healing : m_facts.healings) {
        if (healing.took || at <= healing.since)
            continue;
        bool anyRuns = false;
        bool allKnow = true;
        for (const auto& [id, node] : m_nodes) {
            const bool runs = node.life == NodeLife::Running;
            anyRuns = anyRuns || runs;
            allKnow = allKnow && (!runs || (node.reportedAt > healing.since && node.appliedIndex >= healing.goal));
        }
        if (anyRuns && allKnow)
            healing.took = at - healing.since;
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
    const bool isOpen = known == m_facts.faults.end() || !known->to;
    if (record.to && isOpen && isHealed(record.kind))
        m_facts.healings.push_back({NodeId{}, *record.to, highestCommit(), std::nullopt});
    if (known == m_facts.faults.end()) {
        m_facts.faults.push_back(record);
    } else {
        // How the cluster came through it may be known only after it ended; a fault does not begin anew.
        const std::optional<Monotonic> ended = known->to;
        std::vector<LinkId> links = std::move(known->links);
        *known = record;
        for (const LinkId link : record.links) {
            if (std::find(links.begin(), links.end(), link) == links.end())
                links.push_back(link);
        }
        known->links = std::move(links);
        if (!known->to)
            known->to = ended;
    }
}

void Evidence::notePace()
{
    if (m_measuring && std::find(m_facts.paces.begin(), m_facts.paces.end(), m_pace) == m_facts.paces.end())
        m_facts.paces.push_back(m_pace);
}

void Evidence::note(const LoadRecord& record)
{
    if (!m_measuring || record.to <= m_facts.from)
        return;
    addTo(m_facts.load, record);
    for (auto& [window, sum] : m_facts.windows) {
        const bool begun = !window.from || record.from >= m_facts.from + *window.from;
        const bool over = window.until && record.to > m_facts.from + *window.until;
        if (begun && !over)
            addTo(sum, record);
    }
}

} // namespace faultline::lab
