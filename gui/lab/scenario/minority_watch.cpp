// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/minority_watch.h"

#include <algorithm>

namespace faultline::lab {

namespace {

std::set<NodeId> partAround(NodeId first, const std::vector<NodeId>& members, const FaultState& state)
{
    std::set<NodeId> part{first};
    std::vector<NodeId> reached{first};
    while (!reached.empty()) {
        const NodeId node = reached.back();
        reached.pop_back();
        for (const NodeId other : members) {
            const bool hears = !state.effective({node, other}).blocks() || !state.effective({other, node}).blocks();
            if (hears && part.insert(other).second)
                reached.push_back(other);
        }
    }
    return part;
}

std::set<LinkId> borderOf(const std::set<NodeId>& part, const std::vector<NodeId>& members)
{
    std::set<LinkId> border;
    for (const NodeId inside : part) {
        for (const NodeId other : members) {
            if (!part.contains(other)) {
                border.insert({inside, other});
                border.insert({other, inside});
            }
        }
    }
    return border;
}

bool applies(const wire::Status& status, NodeId node, const std::set<LinkId>& border)
{
    return std::all_of(border.begin(), border.end(), [&](LinkId link) {
        const bool isOwn = link.from == node || link.to == node;
        return !isOwn || std::any_of(status.faults.begin(), status.faults.end(), [&](const wire::LinkState& state) {
            return state.link == link && state.fault.blocks();
        });
    });
}

} // namespace

void MinorityWatch::begin(std::vector<NodeId> members)
{
    *this = {};
    m_members = std::move(members);
}

void MinorityWatch::note(const FaultStateRecord& record)
{
    m_silent.clear();
    for (const auto& [node, condition] : record.state.conditions) {
        if (condition != NodeCondition::Runs)
            m_silent.insert(node);
    }
    m_state = record.state;
    findParts();
}

void MinorityWatch::findParts()
{
    std::vector<Part> parts;
    std::set<NodeId> seen;
    for (const NodeId node : m_members) {
        if (seen.contains(node))
            continue;
        std::set<NodeId> nodes = partAround(node, m_members, m_state);
        seen.insert(nodes.begin(), nodes.end());
        if (nodes.size() > m_members.size() / 2)
            continue;
        // One that stays as it was goes on being counted, whatever changed elsewhere.
        const auto known =
            std::find_if(m_parts.begin(), m_parts.end(), [&](const Part& part) { return part.nodes == nodes; });
        if (known != m_parts.end()) {
            parts.push_back(*known);
        } else {
            std::set<LinkId> border = borderOf(nodes, m_members);
            parts.push_back({std::move(nodes), std::move(border), {}, {}});
        }
    }
    m_parts = std::move(parts);
}

std::optional<Monotonic> MinorityWatch::cutOffSince(const Part& part) const
{
    Monotonic since{0};
    for (const NodeId node : part.nodes) {
        const auto deaf = part.deafSince.find(node);
        if (deaf != part.deafSince.end())
            since = std::max(since, deaf->second);
        else if (!m_silent.contains(node))
            return std::nullopt;
    }
    return since;
}

void MinorityWatch::noteMembership(const wire::Status& status)
{
    const std::pair knownAt(status.term, status.commitIndex);
    std::vector<NodeId> voters = status.voters;
    std::sort(voters.begin(), voters.end());
    if (status.role != wire::Role::Leader || voters.empty() || !status.outgoing.empty() || knownAt < m_membersKnownAt)
        return;
    m_membersKnownAt = knownAt;
    if (voters == m_members)
        return;
    m_members = std::move(voters);
    findParts();
}

void MinorityWatch::note(const StatusRecord& record)
{
    noteMembership(record.status);
    const auto part = std::find_if(m_parts.begin(), m_parts.end(),
                                   [&](const Part& each) { return each.nodes.contains(record.node); });
    if (part == m_parts.end())
        return;
    const wire::Status& status = record.status;
    if (!part->deafSince.contains(record.node) && applies(status, record.node, part->border))
        part->deafSince[record.node] = status.at;
    const std::optional<Monotonic> since = cutOffSince(*part);
    if (!since || status.at < *since + kUnderWay * m_factor)
        return;
    m_commits = m_commits.value_or(0);
    const auto [known, isFirst] = part->commitIndex.emplace(record.node, status.commitIndex);
    if (!isFirst && status.commitIndex > known->second) {
        *m_commits += status.commitIndex - known->second;
        known->second = status.commitIndex;
    }
}

} // namespace faultline::lab
