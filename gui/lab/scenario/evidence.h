// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/scenario/minority_watch.h"
#include "gui/lab/scenario/scenario.h"
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

/// A node that came back (or, of nobody, a network that did), and how long it took until it (or every node that runs)
/// knew what was known then.
struct CatchUp
{
    NodeId node;
    Monotonic since{0};
    quint64 goal = 0; ///< the highest commit index known at that moment
    std::optional<std::chrono::microseconds> took;
};

/// What a run has shown: only what was measured, and enough of it to judge every expectation and write the report.
struct Facts
{
    Monotonic from{0}; ///< the measured part begins: the cluster served
    Monotonic to{0};   ///< and ends: all steps were taken. Reading everything back comes after, and is not in `load`.
    std::vector<FaultRecord> faults;                    ///< with every link that ever had it
    std::map<quint64, std::set<NodeId>> leadersByTerm;  ///< since the processes were started
    LoadRecord load;                                    ///< sums over the measured part
    std::vector<std::pair<Window, LoadRecord>> windows; ///< the same of parts of it: of slices that lie wholly inside
    TallyRecord tally;                                  ///< at the very end
    std::vector<wire::Pace> paces; ///< of the measured part, each once, as they came; none of them held
    std::vector<Stall> stalls;
    std::vector<CatchUp> restarts;
    std::vector<CatchUp> healings;          ///< of faults of links, isolations and freezes
    std::optional<quint64> minorityCommits; ///< nothing: no partition with a minority stood long enough
    quint64 logTruncated = 0;               ///< times a node dropped entries that were not committed
    std::optional<int> divergedNodes;       ///< nothing: could not be compared
};

/// A stall shorter than this is the ordinary life of a computer.
inline constexpr std::chrono::milliseconds kStallThatMatters{100};

/// Of links, an isolation or a freeze: what is healed without a process being started again.
bool isHealed(FaultKind kind);

/// Adds up the records of one run. Pure: no clock, no cluster; feed it the records and ask for the facts.
class Evidence
{
public:
    void add(const Record& record);
    /// The measured part begins and ends: load records that lie outside of it are not counted. Sums of `windows` are
    /// kept, too.
    void begin(Monotonic at, const std::vector<Window>& windows = {});
    void end(Monotonic at);
    void addStall(const Stall& stall);
    void setDivergedNodes(std::optional<int> nodes) { m_facts.divergedNodes = nodes; }

    const Facts& facts() const { return m_facts; }
    /// The highest commit index any node has reported.
    quint64 highestCommit() const;

private:
    void note(const MemberRecord& record);
    void note(const StatusRecord& record);
    void note(const NodeRecord& record);
    void note(const FaultRecord& record);
    void note(const LoadRecord& record);
    void notePace();

    struct NodeView
    {
        NodeLife life = NodeLife::Starting;
        quint64 incarnation = 0;
        quint64 commitIndex = 0;
        quint64 appliedIndex = 0;
        Monotonic reportedAt{0};
    };

    void noteHealings(Monotonic at);

    Facts m_facts;
    std::map<NodeId, NodeView> m_nodes;
    MinorityWatch m_minority;
    wire::Pace m_pace; ///< held or not, what time goes by once it goes on
    bool m_measuring = false;
};

} // namespace faultline::lab
