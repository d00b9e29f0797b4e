// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <deque>
#include <optional>
#include <vector>

namespace faultline::lab {

/// How a cluster comes through what was done to it: the time from a fault on its leader to a new leader and to the
/// first write another node acknowledged, and the time a node that comes back needs to know what the others know. It
/// follows gestures until there is something to say of each; what a gesture came to at once (its outcome when it is
/// handed in) stays in front of that. What never comes (writes, while there is no load) is awaited until so many later
/// ones are awaited as well. Pure: fed with what happens, it hands out the newer records.
class Recovery
{
public:
    static constexpr std::size_t kMostAwaited = 200; ///< of each kind

    /// A fault on the leader, done by this gesture. `term` is the highest then known.
    void expectNewLeader(const FaultRecord& fault, const GestureRecord& gesture, quint64 term);
    /// A node comes back and has to reach `goal`, the highest commit index then known.
    void expectCatchUp(const GestureRecord& gesture, NodeId node, quint64 goal);

    /// Each returns the records that are newer now: of faults and of gestures.
    std::vector<Record> onLeader(NodeId node, quint64 term, Monotonic at);
    std::vector<Record> onWrite(quint64 faultId, Monotonic at);
    /// What the node has applied, by its own report of that time.
    std::vector<Record> onApplied(NodeId node, quint64 index, Monotonic at);
    /// The fault is over, perhaps before the cluster has come through it.
    void faultEnded(quint64 faultId, Monotonic at);
    /// The fault is over; onWriteAfterHealing() tells of the first write since.
    void expectWriteAfterHealing(const FaultRecord& fault);
    std::vector<Record> onWriteAfterHealing(quint64 faultId, Monotonic at);
    /// The node ended again: nothing more will come of catching up.
    void forget(NodeId node);

private:
    struct Failover
    {
        FaultRecord fault;
        GestureRecord gesture;
        quint64 term = 0;
    };
    struct CatchUp
    {
        GestureRecord gesture;
        NodeId node;
        quint64 goal = 0;
    };

    std::vector<Record> recordsOf(const Failover& failover);

    std::deque<FaultRecord> m_healed;
    std::deque<Failover> m_failovers;
    std::vector<CatchUp> m_catchUps; ///< one a node
};

} // namespace faultline::lab
