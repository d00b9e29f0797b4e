// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <vector>

// Which nodes are selected, in the order in which they were; the newest is the one that single things (the inspector,
// the toolbar, the keyboard) are about. Pure.
namespace faultline::views {

class Selection
{
public:
    const std::vector<NodeId>& nodes() const { return m_nodes; }
    bool contains(NodeId node) const;
    NodeId newest() const { return m_nodes.empty() ? NodeId{} : m_nodes.back(); }

    void set(const std::vector<NodeId>& nodes);
    void setOnly(NodeId node); ///< nobody: nothing is selected
    void add(NodeId node);     ///< one that is there becomes the newest
    void toggle(NodeId node);
    /// The keyboard goes on to `node` and takes it along; back to one that is selected, it lets go of where it was.
    void extendTo(NodeId node);
    void keepOnly(const std::vector<NodeId>& existing);

    bool operator==(const Selection&) const = default;

private:
    std::vector<NodeId> m_nodes;
};

} // namespace faultline::views
