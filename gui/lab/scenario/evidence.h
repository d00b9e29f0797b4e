// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace faultline::lab {

/// A time in which an event loop did nothing: what was timed across it says more about the computer than the cluster.
struct Stall
{
    NodeId node; ///< nobody: the lab's own event loop, the whole computer, or a hold
    Monotonic from{0};
    Monotonic to{0};
};

/// A node that came back, and how long it took until it knew what the others knew.
struct CatchUp
{
    NodeId node;
    Monotonic restartedAt{0};
    quint64 goal = 0; ///< the highest commit index known when it restarted
    std::optional<std::chrono::microseconds> took;
};

/// What a run has shown: only what was measured, and enough of it to judge every expectation and write the report.
struct Facts
{
    Monotonic from{0}; ///< the measured part begins: the cluster served
    Monotonic to{0};   ///< and ends: all steps were taken. Reading everything back comes after, and is not in `load`.
    std::vector<FaultRecord> faults;
    std::map<quint64, std::set<NodeId>> leadersByTerm; ///< since the processes were started
    LoadRecord load;                                   ///< sums over the measured part
    TallyRecord tally;                                 ///< at the very end
    std::vector<Stall> stalls;
    std::vector<CatchUp> restarts;
    std::optional<quint64> minorityCommits; ///< nothing: no partition with a minority stood long enough
    quint64 logTruncated = 0;               ///< times a node dropped entries that were not committed
    std::optional<int> divergedNodes;       ///< nothing: could not be compared
};

/// A stall shorter than this is the ordinary life of a computer.
inline constexpr std::chrono::milliseconds kStallThatMatters{100};
/// What was acknowledged before a partition may be learnt of a little later.
inline constexpr std::chrono::milliseconds kUnderWay{500};

/// Adds up the records of one run. Pure: no clock, no cluster; feed it the records and ask for the facts.
class Evidence
{
public:
    void add(const Record& record);
    /// The measured part begins and ends: load records that lie outside of it are not counted.
    void begin(Monotonic at);
    void end(Monotonic at);
    void addStall(const Stall& stall);
    void setDivergedNodes(std::optional<int> nodes) { m_facts.divergedNodes = nodes; }

    const Facts& facts() const { return m_facts; }
    /// The highest commit index any node has reported.
    quint64 highestCommit() const;

private:
    void noteMinority(const StatusRecord& record);
    void note(const StatusRecord& record);
    void note(const NodeRecord& record);
    void note(const FaultRecord& record);
    void note(const LoadRecord& record);

    struct NodeView
    {
        NodeLife life = NodeLife::Starting;
        quint64 incarnation = 0;
        quint64 commitIndex = 0;
    };
    /// A node in the smaller part of a partition.
    struct Outvoted
    {
        quint64 fault = 0;
        NodeId node;
        Monotonic from{0};
        std::optional<quint64> commitAtFirst; ///< once what was under way has arrived
    };

    Facts m_facts;
    std::map<NodeId, NodeView> m_nodes;
    std::vector<NodeId> m_members;
    std::vector<Outvoted> m_outvoted;
    bool m_measuring = false;
};

} // namespace faultline::lab
