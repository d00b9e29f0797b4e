// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/selection.h"

#include <algorithm>

namespace faultline::views {

bool Selection::contains(NodeId node) const
{
    return std::find(m_nodes.begin(), m_nodes.end(), node) != m_nodes.end();
}

void Selection::set(const std::vector<NodeId>& nodes)
{
    m_nodes.clear();
    for (const NodeId node : nodes)
        add(node);
}

void Selection::setOnly(NodeId node)
{
    m_nodes.clear();
    add(node);
}

void Selection::add(NodeId node)
{
    if (!node)
        return;
    std::erase(m_nodes, node);
    m_nodes.push_back(node);
}

void Selection::toggle(NodeId node)
{
    if (std::erase(m_nodes, node) == 0)
        add(node);
}

void Selection::extendTo(NodeId node)
{
    if (contains(node) && node != newest())
        m_nodes.pop_back();
    add(node);
}

void Selection::keepOnly(const std::vector<NodeId>& existing)
{
    std::erase_if(m_nodes,
                  [&](NodeId node) { return std::find(existing.begin(), existing.end(), node) == existing.end(); });
}

} // namespace faultline::views
