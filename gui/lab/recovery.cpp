// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/recovery.h"

#include "gui/lab/timeline/timeline.h"

#include <algorithm>

namespace faultline::lab {

namespace {

/// The gesture, with what is known now behind what it came to at once.
GestureRecord cameTo(GestureRecord gesture, const QString& outcome)
{
    if (!gesture.outcome.isEmpty())
        gesture.outcome += QStringLiteral("; ");
    gesture.outcome += outcome;
    return gesture;
}

template <typename T> void add(std::deque<T>& awaited, T another)
{
    awaited.push_back(std::move(another));
    if (awaited.size() > Recovery::kMostAwaited)
        awaited.pop_front();
}

} // namespace

void Recovery::expectNewLeader(const FaultRecord& fault, const GestureRecord& gesture, quint64 term)
{
    add(m_failovers, Failover{fault, gesture, term});
}

void Recovery::expectWriteAfterHealing(const FaultRecord& fault)
{
    add(m_healed, fault);
}

void Recovery::expectCatchUp(const GestureRecord& gesture, NodeId node, quint64 goal)
{
    forget(node);
    m_catchUps.push_back({gesture, node, goal});
}

std::vector<Record> Recovery::recordsOf(const Failover& failover)
{
    QStringList known;
    if (failover.fault.leaderAfter)
        known << QStringLiteral("%1 leads after %2")
                     .arg(failover.fault.newLeader.name(), spokenDuration(*failover.fault.leaderAfter));
    if (failover.fault.writeAfter)
        known << QStringLiteral("first write after %1").arg(spokenDuration(*failover.fault.writeAfter));
    for (FaultRecord& healed : m_healed) {
        if (healed.id == failover.fault.id)
            healed = failover.fault;
    }
    return {failover.fault, cameTo(failover.gesture, known.join(QStringLiteral(", ")))};
}

std::vector<Record> Recovery::onLeader(NodeId node, quint64 term, Monotonic at)
{
    std::vector<Record> news;
    for (Failover& failover : m_failovers) {
        if (failover.fault.leaderAfter || term <= failover.term || at <= failover.fault.from)
            continue;
        failover.fault.newLeader = node;
        failover.fault.leaderAfter = at - failover.fault.from;
        for (Record& record : recordsOf(failover))
            news.push_back(std::move(record));
    }
    std::erase_if(m_failovers, [](const Failover& f) { return f.fault.leaderAfter && f.fault.writeAfter; });
    return news;
}

std::vector<Record> Recovery::onWrite(quint64 faultId, Monotonic at)
{
    const auto found = std::find_if(m_failovers.begin(), m_failovers.end(),
                                    [faultId](const Failover& f) { return f.fault.id == faultId; });
    if (found == m_failovers.end() || at <= found->fault.from)
        return {};
    found->fault.writeAfter = at - found->fault.from;
    auto news = recordsOf(*found);
    if (found->fault.leaderAfter)
        m_failovers.erase(found);
    return news;
}

std::vector<Record> Recovery::onApplied(NodeId node, quint64 index, Monotonic at)
{
    const auto found =
        std::find_if(m_catchUps.begin(), m_catchUps.end(), [node](const CatchUp& c) { return c.node == node; });
    if (found == m_catchUps.end() || index < found->goal || at <= found->gesture.at)
        return {};
    const Record news = cameTo(
        found->gesture,
        QStringLiteral("%1 is back and caught up after %2").arg(node.name(), spokenDuration(at - found->gesture.at)));
    m_catchUps.erase(found);
    return {news};
}

std::vector<Record> Recovery::onWriteAfterHealing(quint64 faultId, Monotonic at)
{
    const auto found =
        std::find_if(m_healed.begin(), m_healed.end(), [faultId](const FaultRecord& f) { return f.id == faultId; });
    if (found == m_healed.end() || at <= *found->to)
        return {};
    FaultRecord fault = *found;
    fault.writeAfterHealing = at - *fault.to;
    m_healed.erase(found);
    for (Failover& failover : m_failovers) {
        if (failover.fault.id == faultId)
            failover.fault.writeAfterHealing = fault.writeAfterHealing;
    }
    return {fault};
}

void Recovery::faultEnded(quint64 faultId, Monotonic at)
{
    for (Failover& failover : m_failovers) {
        if (failover.fault.id == faultId)
            failover.fault.to = at;
    }
}

void Recovery::forget(NodeId node)
{
    std::erase_if(m_catchUps, [node](const CatchUp& c) { return c.node == node; });
}

} // namespace faultline::lab
