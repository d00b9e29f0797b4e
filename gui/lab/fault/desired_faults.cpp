// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/desired_faults.h"

namespace faultline::lab {

namespace {

std::vector<wire::LinkState> unhealthy(const std::vector<LinkId>& links, const FaultState& faults)
{
    std::vector<wire::LinkState> states;
    for (const LinkId link : links) {
        if (const fault::LinkFault fault = faults.effective(link); !fault.healthy())
            states.push_back({link, fault});
    }
    return states;
}

} // namespace

void DesiredFaults::setPace(const wire::Pace& pace)
{
    ++m_state.version;
    m_state.pace = pace;
}

void DesiredFaults::setWatchedKey(const QByteArray& key)
{
    ++m_state.version;
    m_state.watchedKey = key;
}

void DesiredFaults::setFaults(const FaultState& faults)
{
    ++m_state.version;
    m_state.links = unhealthy(linksAmong(m_nodes), faults);
    m_state.clocks.clear();
    for (const auto& [node, fault] : faults.clocks)
        m_state.clocks.push_back({node, fault});
    m_state.disks.clear();
    for (const auto& [node, fault] : faults.disks)
        m_state.disks.push_back({node, fault});
    m_clientLinks = unhealthy(linksOfClients(m_nodes), faults);
}

} // namespace faultline::lab
