// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <deque>
#include <map>
#include <optional>
#include <vector>

// What went over each link lately. Nodes count since they started, each since its own start; a mean over all of that
// says little of a fault set a moment ago, and counts of two ends that started at different times do not fit together.
namespace faultline::views {

inline constexpr std::chrono::seconds kCountedFor{10};

/// What both ends counted over the same time, which ends now.
struct RecentCounts
{
    std::chrono::microseconds over{0};
    std::optional<wire::LinkCounters> sender; ///< nothing: it reported nothing in that time
    std::optional<wire::LinkCounters> receiver;
};

/// Follows the reports of the nodes, at most four a second of each.
class LinkCounts
{
public:
    void follow(const lab::Timeline& timeline);

    /// Over the last kCountedFor; less where an end started later, or what is wrong with the link changed later.
    RecentCounts of(LinkId link) const;

private:
    struct Report
    {
        lab::Monotonic at{0};
        quint64 incarnation = 0;
        std::vector<wire::LinkCounters> links;
    };
    struct Setting
    {
        fault::LinkFault fault;
        lab::Monotonic since{0};
    };
    const Report* firstOf(NodeId node, NodeId peer, lab::Monotonic from) const; ///< from then on, of that peer
    std::optional<wire::LinkCounters> between(NodeId node, NodeId peer, lab::Monotonic from) const;

    lab::Monotonic m_clusterSince{0};
    lab::Monotonic m_now{0};                        ///< of the newest report
    std::map<NodeId, std::deque<Report>> m_reports; ///< of one incarnation each; oldest first
    std::map<LinkId, Setting> m_settings;
};

} // namespace faultline::views
