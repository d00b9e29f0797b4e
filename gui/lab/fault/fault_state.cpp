// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/fault_state.h"

#include <algorithm>

namespace faultline::lab {

NodeCondition FaultState::conditionOf(NodeId node) const
{
    const auto found = conditions.find(node);
    return found == conditions.end() ? NodeCondition::Runs : found->second;
}

fault::DiskFault FaultState::diskOf(NodeId node) const
{
    const auto found = disks.find(node);
    return found == disks.end() ? fault::DiskFault() : found->second;
}

bool FaultState::isCutByMore(LinkId link) const
{
    if (conditionOf(link.from) == NodeCondition::PoweredOff || conditionOf(link.to) == NodeCondition::PoweredOff)
        return true;
    if (!link.isOfClients() && (isolated.contains(link.from) || isolated.contains(link.to)))
        return true;
    return std::any_of(cuts.begin(), cuts.end(), [link](const CutSet& cut) { return cut.links.contains(link); });
}

fault::LinkFault FaultState::effective(LinkId link) const
{
    const auto own = links.find(link);
    fault::LinkFault fault = own == links.end() ? fault::LinkFault() : own->second;
    fault.cut = fault.cut || isCutByMore(link);
    return fault;
}

void FaultState::setLink(LinkId link, const fault::LinkFault& fault)
{
    if (fault.healthy())
        links.erase(link);
    else
        links[link] = fault;
}

void FaultState::healLink(LinkId link)
{
    links.erase(link);
    for (CutSet& cut : cuts)
        cut.links.erase(link);
    std::erase_if(cuts, [](const CutSet& cut) { return cut.links.empty(); });
}

void FaultState::addCut(const QString& name, std::set<LinkId> together)
{
    if (together.empty())
        return;
    quint32 id = 1;
    for (const CutSet& cut : cuts)
        id = std::max(id, cut.id + 1);
    cuts.push_back({id, name, std::move(together)});
}

void FaultState::keepOnly(const std::set<NodeId>& nodes)
{
    const auto isGone = [&nodes](NodeId node) { return node != kClients && !nodes.contains(node); };
    const auto ofGone = [&isGone](LinkId link) { return isGone(link.from) || isGone(link.to); };
    std::erase_if(conditions, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(crashPeriods, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(clocks, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(disks, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(links, [&](const auto& entry) { return ofGone(entry.first); });
    std::erase_if(isolated, isGone);
    for (CutSet& cut : cuts)
        std::erase_if(cut.links, ofGone);
    std::erase_if(cuts, [](const CutSet& cut) { return cut.links.empty(); });
}

std::vector<LinkId> linksAmong(const std::vector<NodeId>& nodes)
{
    std::vector<LinkId> links;
    for (const NodeId from : nodes) {
        for (const NodeId to : nodes) {
            if (from != to)
                links.push_back({from, to});
        }
    }
    return links;
}

std::vector<LinkId> linksOfClients(const std::vector<NodeId>& nodes)
{
    std::vector<LinkId> links;
    for (const NodeId node : nodes) {
        links.push_back({kClients, node});
        links.push_back({node, kClients});
    }
    return links;
}

} // namespace faultline::lab
