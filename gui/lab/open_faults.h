// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <optional>
#include <vector>

namespace faultline::lab {

/// Which faults are active, as the bands of a chart show them: each has a name, a beginning and an end. It compares
/// what is wrong before and after each deed and hands out the records that begin, change and end with it. Links that
/// got the same fault by the same deed are one band as long as any of them has it. Pure.
class OpenFaults
{
public:
    struct Change
    {
        std::vector<FaultRecord> begun; ///< without `onLeader`: learn() what the caller makes of them
        std::vector<FaultRecord> ended; ///< and those that lost some of their links, without `to`
    };

    Change update(const FaultState& before, const FaultState& after, const std::vector<NodeId>& nodes, Monotonic at);
    /// Something became known of a fault.
    void learn(const FaultRecord& fault);
    bool has(FaultKind kind, NodeId node) const;
    const std::vector<FaultRecord>& all() const { return m_open; }
    void clear()
    {
        m_open.clear();
        m_faultOfCut.clear();
    }

private:
    FaultRecord& begin(Change& change, FaultKind kind, const QString& name, Monotonic at);
    template <typename Which> void end(Change& change, Monotonic at, Which which);
    void updateNodes(Change& change, const FaultState& before, const FaultState& after, Monotonic at);
    void updateCuts(Change& change, const FaultState& before, const FaultState& after, const std::vector<NodeId>& nodes,
                    Monotonic at);
    void updateLinks(Change& change, const FaultState& before, const FaultState& after, Monotonic at);

    std::vector<FaultRecord> m_open;
    std::map<quint32, quint64> m_faultOfCut;
    quint64 m_last = 0;
};

/// "n3 killed", "n3 lost power".
QString bandName(NodeId node, NodeCondition condition);

} // namespace faultline::lab
