// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"

#include <set>
#include <vector>

namespace faultline::lab {

/// What the lab wants of the cluster: its pace, its faults, the watched key. Every change makes a new version of the
/// whole, which goes to every node; obeying it twice is obeying it once. Pure.
class DesiredFaults
{
public:
    explicit DesiredFaults(std::vector<NodeId> nodes)
        : m_nodes(std::move(nodes))
    {
        compose();
    }

    void setPace(const wire::Pace& pace);
    void setWatchedKey(const QByteArray& key);
    /// From its peers, both ways; clients still reach it.
    void isolate(NodeId node);
    void rejoin(NodeId node);
    bool isIsolated(NodeId node) const { return m_isolated.contains(node); }

    const wire::DesiredState& state() const { return m_state; }

private:
    void compose();

    std::vector<NodeId> m_nodes;
    std::set<NodeId> m_isolated;
    wire::DesiredState m_state;
};

} // namespace faultline::lab
