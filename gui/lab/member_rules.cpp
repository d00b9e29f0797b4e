// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/member_rules.h"

namespace faultline::lab {

namespace {

/// What stands in the way of every change.
QString whyNoChange(const Timeline& timeline)
{
    if (!timeline.hasCluster())
        return QStringLiteral("there is no cluster; start one first");
    if (!timeline.memberChange().isEmpty())
        return timeline.memberChange() + QStringLiteral(": one change at a time");
    if (timeline.pace().held)
        return QStringLiteral("the cluster is held; let it go on first");
    return {};
}

QString whyNotThere(const Timeline& timeline, NodeId node)
{
    const QString why = whyNoChange(timeline);
    if (!why.isEmpty() || timeline.node(node))
        return why;
    return QStringLiteral("there is no %1 in this cluster").arg(node.name());
}

} // namespace

NodeId freeMember(const Timeline& timeline)
{
    for (quint32 number = 1; number <= kMostMembers; ++number) {
        if (!timeline.node({number}))
            return {number};
    }
    return {};
}

QString whyNoneAdded(const Timeline& timeline)
{
    const QString why = whyNoChange(timeline);
    if (!why.isEmpty() || freeMember(timeline))
        return why;
    return QStringLiteral("the cluster has nine nodes, and more it cannot have; remove one first");
}

QString whyNotAdded(const Timeline& timeline, NodeId node)
{
    const QString why = whyNoneAdded(timeline);
    if (!why.isEmpty() || !timeline.node(node))
        return why;
    return QStringLiteral("%1 belongs to the cluster already").arg(node.name());
}

QString whyNotRemoved(const Timeline& timeline, NodeId node)
{
    const QString why = whyNotThere(timeline, node);
    if (!why.isEmpty() || timeline.membership().voters != std::set<NodeId>{node})
        return why;
    return QStringLiteral("%1 is the last that votes: without it nothing could be agreed").arg(node.name());
}

QString whyNotLeader(const Timeline& timeline, NodeId node)
{
    const QString why = whyNotThere(timeline, node);
    if (!why.isEmpty())
        return why;
    if (timeline.leader() == node)
        return QStringLiteral("%1 leads already").arg(node.name());
    if (!timeline.membership().voters.contains(node))
        return QStringLiteral("%1 has no vote yet, so it cannot lead").arg(node.name());
    if (timeline.node(node)->life != NodeLife::Running)
        return QStringLiteral("%1 is not running, so it cannot lead").arg(node.name());
    return {};
}

} // namespace faultline::lab
