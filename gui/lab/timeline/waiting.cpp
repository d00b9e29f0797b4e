// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/waiting.h"

#include <QLocale>
#include <QStringList>

#include <algorithm>

namespace faultline::lab {

namespace {

const wire::Status* leadersStatus(const Timeline& timeline)
{
    const NodeState* leader = timeline.node(timeline.leader());
    return leader && leader->status ? &*leader->status : nullptr;
}

QString spoken(const wire::Status& leader, const wire::JoiningNode& joining)
{
    const bool isReached = std::any_of(leader.links.begin(), leader.links.end(), [&](const wire::LinkCounters& link) {
        return link.peer == joining.node && link.connected;
    });
    const QLocale locale(QLocale::English);
    return QStringLiteral("has %1 of %2 entries%3")
        .arg(locale.toString(joining.matchIndex), locale.toString(leader.lastIndex),
             isReached ? QString() : QStringLiteral(" and is not reached"));
}

} // namespace

QString spokenJoining(const Timeline& timeline, NodeId node)
{
    if (const wire::Status* leader = leadersStatus(timeline)) {
        for (const wire::JoiningNode& joining : leader->joining) {
            if (joining.node == node)
                return spoken(*leader, joining);
        }
    }
    return {};
}

QString spokenWaiting(const Timeline& timeline)
{
    QStringList waits;
    if (const wire::Status* leader = leadersStatus(timeline)) {
        for (const wire::JoiningNode& joining : leader->joining)
            waits << QStringLiteral("%1, which %2").arg(joining.node.name(), spoken(*leader, joining));
    }
    return waits.join(QStringLiteral("; "));
}

} // namespace faultline::lab
