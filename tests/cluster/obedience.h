// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "live_cluster.h"

namespace faultline::tests {

inline std::vector<NodeId> idsOf(const LiveCluster& cluster)
{
    std::vector<NodeId> ids;
    for (const auto& [id, node] : cluster.lab.timeline().nodes())
        ids.push_back(id);
    return ids;
}

inline const lab::FaultState& stateOf(const LiveCluster& cluster)
{
    return cluster.lab.timeline().faultState().state;
}

inline std::map<LinkId, fault::LinkFault> appliedBy(const wire::Status& status)
{
    std::map<LinkId, fault::LinkFault> applied;
    for (const wire::LinkState& state : status.faults)
        applied[state.link] = state.fault;
    return applied;
}

/// What the node itself says it applies is what the lab wants of it. True of one that does not run.
inline bool obeys(const LiveCluster& cluster, NodeId id, const lab::FaultState& wanted)
{
    const lab::NodeState& node = cluster.node(id);
    if (node.life != lab::NodeLife::Running)
        return true;
    if (!node.status)
        return false;
    std::map<LinkId, fault::LinkFault> expected;
    for (const LinkId link : lab::linksAmong(idsOf(cluster))) {
        if ((link.from == id || link.to == id) && !wanted.effective(link).healthy())
            expected[link] = wanted.effective(link);
    }
    return appliedBy(*node.status) == expected;
}

inline bool allObey(const LiveCluster& cluster, const lab::FaultState& wanted)
{
    const auto ids = idsOf(cluster);
    return std::all_of(ids.begin(), ids.end(), [&](NodeId id) { return obeys(cluster, id, wanted); });
}

} // namespace faultline::tests
