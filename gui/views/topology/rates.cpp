// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/rates.h"

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kStep{150};
constexpr double kSmoothing_s = 0.7;

} // namespace

void Rates::Counter::take(quint64 newIncarnation, lab::Monotonic now, quint64 total)
{
    if (newIncarnation != incarnation || total < count) {
        *this = {newIncarnation, now, total, 0};
        return;
    }
    if (now - at < kStep)
        return;
    const double seconds = std::chrono::duration<double>(now - at).count();
    const double fresh = static_cast<double>(total - count) / seconds;
    rate += (fresh - rate) * (1 - std::exp(-seconds / kSmoothing_s));
    at = now;
    count = total;
}

void Rates::follow(const std::map<NodeId, lab::NodeState>& nodes)
{
    for (const auto& [id, node] : nodes) {
        if (!node.status || node.life != lab::NodeLife::Running) {
            m_nodes.erase(id);
            std::erase_if(m_links, [from = id](const auto& link) { return link.first.from == from; });
            continue;
        }
        const wire::Status& status = *node.status;
        m_nodes[id].take(status.incarnation, status.at, status.commands);
        for (const wire::LinkCounters& link : status.links)
            m_links[{id, link.peer}].take(status.incarnation, status.at, link.sentBytes);
    }
}

void Rates::clear()
{
    m_links.clear();
    m_nodes.clear();
}

double Rates::bytesPerSecond(LinkId link) const
{
    const auto found = m_links.find(link);
    return found == m_links.end() ? 0 : found->second.rate;
}

double Rates::commandsPerSecond(NodeId node) const
{
    const auto found = m_nodes.find(node);
    return found == m_nodes.end() ? 0 : found->second.rate;
}

double widthFor(double bytesPerSecond)
{
    if (bytesPerSecond < 100)
        return 1;
    return std::min(5.0, 1 + (std::log10(bytesPerSecond) - 2) * 4 / 6);
}

} // namespace faultline::views
