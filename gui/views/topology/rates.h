// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <map>

// How much flows, from the cumulative counters that nodes report: bytes a second on each directed link, client commands
// a second at each node. Smoothed over about a second.
namespace faultline::views {

class Rates
{
public:
    void follow(const std::map<NodeId, lab::NodeState>& nodes);
    void clear();

    double bytesPerSecond(LinkId link) const;
    double commandsPerSecond(NodeId node) const;

private:
    struct Counter
    {
        quint64 incarnation = 0;
        lab::Monotonic at{0};
        quint64 count = 0;
        double rate = 0;
        void take(quint64 newIncarnation, lab::Monotonic now, quint64 total);
    };
    std::map<LinkId, Counter> m_links;
    std::map<NodeId, Counter> m_nodes;
};

/// Line width for a link that carries this much: 1 px when idle, 5 px at 100 MB/s, evenly by powers of ten between.
double widthFor(double bytesPerSecond);

} // namespace faultline::views
