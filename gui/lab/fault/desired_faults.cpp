// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/desired_faults.h"

namespace faultline::lab {

void DesiredFaults::setPace(const wire::Pace& pace)
{
    m_state.pace = pace;
    compose();
}

void DesiredFaults::setWatchedKey(const QByteArray& key)
{
    m_state.watchedKey = key;
    compose();
}

void DesiredFaults::isolate(NodeId node)
{
    m_isolated.insert(node);
    compose();
}

void DesiredFaults::rejoin(NodeId node)
{
    m_isolated.erase(node);
    compose();
}

void DesiredFaults::compose()
{
    ++m_state.version;
    m_state.links.clear();
    for (const NodeId from : m_nodes) {
        for (const NodeId to : m_nodes) {
            if (from == to || (!m_isolated.contains(from) && !m_isolated.contains(to)))
                continue;
            fault::LinkFault cut;
            cut.cut = true;
            m_state.links.push_back({{from, to}, cut});
        }
    }
}

} // namespace faultline::lab
