// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"
#include "gui/lab/fault/fault_state.h"

#include <vector>

namespace faultline::lab {

/// What the lab wants of the nodes: pace, faults, the watched key. Every change makes a new version of the whole, which
/// goes to every node; obeying it twice is obeying it once. Pure.
class DesiredFaults
{
public:
    explicit DesiredFaults(std::vector<NodeId> nodes)
        : m_nodes(std::move(nodes))
    {
        ++m_state.version;
    }

    /// Who there is, from now on; setFaults() says what is wrong with their links.
    void setNodes(std::vector<NodeId> nodes) { m_nodes = std::move(nodes); }
    void setPace(const wire::Pace& pace);
    void setWatchedKey(const QByteArray& key);
    void setFaults(const FaultState& faults);

    const wire::DesiredState& state() const { return m_state; }
    /// What is wrong with the streams between clients and nodes: no node's business.
    const std::vector<wire::LinkState>& clientLinks() const { return m_clientLinks; }

private:
    std::vector<NodeId> m_nodes;
    wire::DesiredState m_state;
    std::vector<wire::LinkState> m_clientLinks;
};

} // namespace faultline::lab
