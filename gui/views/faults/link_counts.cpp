// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_counts.h"

#include <algorithm>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kBetweenReports{250};

/// What was counted from `before` to `after`.
wire::LinkCounters difference(const wire::LinkCounters& after, const wire::LinkCounters& before)
{
    wire::LinkCounters counted = after;
    counted.offeredFrames -= before.offeredFrames;
    counted.sentFrames -= before.sentFrames;
    counted.sentBytes -= before.sentBytes;
    counted.lostFrames -= before.lostFrames;
    counted.duplicatedFrames -= before.duplicatedFrames;
    counted.corruptedFrames -= before.corruptedFrames;
    counted.reorderedFrames -= before.reorderedFrames;
    counted.delayed -= before.delayed;
    counted.receivedFrames -= before.receivedFrames;
    counted.receivedBytes -= before.receivedBytes;
    counted.rejectedFrames -= before.rejectedFrames;
    counted.receivedLostFrames -= before.receivedLostFrames;
    return counted;
}

const wire::LinkCounters* countersOf(const std::vector<wire::LinkCounters>& links, NodeId peer)
{
    const auto found = std::find_if(links.begin(), links.end(),
                                    [peer](const wire::LinkCounters& counters) { return counters.peer == peer; });
    return found == links.end() ? nullptr : &*found;
}

} // namespace

void LinkCounts::follow(const lab::Timeline& timeline)
{
    if (m_clusterSince != timeline.clusterSince()) {
        *this = {};
        m_clusterSince = timeline.clusterSince();
    }
    std::erase_if(m_reports, [&](const auto& each) { return !timeline.node(each.first); });
    for (const auto& [id, node] : timeline.nodes()) {
        if (!node.status)
            continue;
        const wire::Status& status = *node.status;
        std::deque<Report>& reports = m_reports[id];
        if (!reports.empty() && reports.front().incarnation != status.incarnation)
            reports.clear();
        m_now = std::max(m_now, status.at);
        if (reports.empty() || status.at - reports.back().at >= kBetweenReports)
            reports.push_back({status.at, status.incarnation, status.links});
    }
    // The one before the time counted stays: it is what the time counted begins with.
    for (auto& [id, reports] : m_reports) {
        while (reports.size() > 1 && m_now - reports[1].at >= kCountedFor)
            reports.pop_front();
    }
    const lab::FaultState& state = timeline.faultState().state;
    std::erase_if(m_settings,
                  [&](const auto& each) { return !timeline.node(each.first.from) || !timeline.node(each.first.to); });
    for (const auto& [from, sender] : timeline.nodes()) {
        for (const auto& [to, receiver] : timeline.nodes()) {
            if (from == to)
                continue;
            const fault::LinkFault fault = state.effective({from, to});
            const auto [setting, isNew] = m_settings.try_emplace({from, to}, Setting{fault, {}});
            if (!isNew && setting->second.fault != fault)
                setting->second = {fault, m_now};
        }
    }
}

const LinkCounts::Report* LinkCounts::firstOf(NodeId node, NodeId peer, lab::Monotonic from) const
{
    const auto reports = m_reports.find(node);
    if (reports == m_reports.end())
        return nullptr;
    const auto first = std::find_if(reports->second.begin(), reports->second.end(), [&](const Report& report) {
        return report.at >= from && countersOf(report.links, peer);
    });
    return first == reports->second.end() ? nullptr : &*first;
}

std::optional<wire::LinkCounters> LinkCounts::between(NodeId node, NodeId peer, lab::Monotonic from) const
{
    const Report* first = firstOf(node, peer, from);
    const wire::LinkCounters* newest = first ? countersOf(m_reports.at(node).back().links, peer) : nullptr;
    return newest ? std::optional(difference(*newest, *countersOf(first->links, peer))) : std::nullopt;
}

RecentCounts LinkCounts::of(LinkId link) const
{
    lab::Monotonic from = m_now - kCountedFor;
    if (const auto setting = m_settings.find(link); setting != m_settings.end())
        from = std::max(from, setting->second.since);
    for (const LinkId end : {link, link.reversed(), link}) {
        if (const Report* first = firstOf(end.from, end.to, from))
            from = std::max(from, first->at);
    }
    return {m_now - from, between(link.from, link.to, from), between(link.to, link.from, from)};
}

} // namespace faultline::views
