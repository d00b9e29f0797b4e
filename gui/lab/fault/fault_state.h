// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/clock_fault.h"
#include "common/fault/disk_fault.h"
#include "common/fault/link_fault.h"
#include "common/wire/ids.h"

#include <QString>

#include <map>
#include <set>
#include <vector>

namespace faultline::lab {

/// What the lab did to a node's process. A node of which nothing is said runs.
enum class NodeCondition : quint8 {
    Runs,
    Frozen,       ///< SIGSTOP
    Stopped,      ///< SIGTERM: it said goodbye
    Killed,       ///< SIGKILL: its peers see the connections close
    PoweredOff,   ///< silence first, then SIGKILL: its peers see nothing at all
    CrashLooping, ///< killed and started again, over and over
};

/// Links that were cut together and are healed together: a partition by name, by a drawn line or by a selection.
struct CutSet
{
    quint32 id = 0;
    QString name; ///< "minority"; empty when it was drawn
    std::set<LinkId> links;
    bool operator==(const CutSet&) const = default;
};

/// Everything that is wrong on purpose, as one value: undo is the value before. Pure.
struct FaultState
{
    std::map<NodeId, NodeCondition> conditions; ///< of nodes that do not simply run
    std::map<NodeId, fault::ClockFault> clocks; ///< that are not right
    std::map<NodeId, fault::DiskFault> disks;   ///< that are not healthy
    std::map<LinkId, fault::LinkFault> links;   ///< as set for the link itself; never healthy. Also of clients.
    std::vector<CutSet> cuts;                   ///< oldest first; none is empty; at most kMostCuts
    std::set<NodeId> isolated;                  ///< from all peers, both ways; clients still reach them
    double surge = 1;                           ///< the load is so many times what the slider says; 1 to kMaxSurge
    fault::Share hotKey;                        ///< of the operations go to one and the same key
    bool rolling = false;                       ///< all running nodes are being restarted, one after the other
    std::map<NodeId, std::chrono::milliseconds> crashPeriods; ///< how long each in a crash loop runs at a time

    bool operator==(const FaultState&) const = default;
    bool healthy() const { return *this == FaultState(); }

    NodeCondition conditionOf(NodeId node) const;
    fault::DiskFault diskOf(NodeId node) const;
    /// The link's own fault, and cut when any set of cuts, an isolation or a missing power supply says so.
    fault::LinkFault effective(LinkId link) const;
    /// The same but for what is set for the link itself.
    bool isCutByMore(LinkId link) const;
    void setLink(LinkId link, const fault::LinkFault& fault); ///< healthy: forgets it
    /// Takes the link out of every set of cuts, and all that is set for it.
    void healLink(LinkId link);
    /// Nothing is said any more of nodes that are not among these, and of their links.
    void keepOnly(const std::set<NodeId>& nodes);
    /// The id is given here.
    void addCut(const QString& name, std::set<LinkId> together);
};

inline constexpr double kMaxSurge = 100;
inline constexpr std::size_t kMostCuts = 64; ///< sets of cuts; whoever adds one sees to it

/// All directed links between nodes, from x to, in order.
std::vector<LinkId> linksAmong(const std::vector<NodeId>& nodes);
/// clients -> node and node -> clients.
std::vector<LinkId> linksOfClients(const std::vector<NodeId>& nodes);

} // namespace faultline::lab
