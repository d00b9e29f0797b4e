// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/captions.h"
#include "gui/lab/cluster/cluster.h"
#include "gui/lab/fault/desired_faults.h"
#include "gui/lab/fault/fault_history.h"
#include "gui/lab/fault/partition.h"
#include "gui/lab/fault/ramp.h"
#include "gui/lab/open_faults.h"
#include "gui/lab/recovery.h"
#include "gui/lab/rolling_restart.h"

#include <QTimer>

#include <functional>
#include <memory>

namespace faultline::lab {

/// Breaks the cluster, and mends it: Jepsen's word for whoever does. What is wrong is one value (FaultState); every
/// deed is a step from one such value to the next, which is carried out on processes and links, shown as bands and
/// caption, and put on the list for undo, which is a step back. Orders return at once; those that make no sense change
/// nothing and say why in a note.
class Nemesis : public QObject
{
    Q_OBJECT

public:
    Nemesis(Timeline& timeline, Captions& captions, Recovery& recovery);
    ~Nemesis() override;

    /// A fresh cluster, all healthy. It must outlive the next call of either.
    void begin(Cluster& cluster, quint64 seed);
    void end();

    /// As it is at this moment, on its way along ramps.
    FaultState present() const;

    void kill(NodeId node);
    void stop(NodeId node);
    void freeze(NodeId node);
    void thaw(NodeId node);
    void restart(NodeId node);
    void isolate(NodeId node);
    void rejoin(NodeId node);
    void powerOff(NodeId node);
    void crashLoop(NodeId node, std::chrono::milliseconds period);
    void rollingRestart();

    void setLinkFault(const std::vector<LinkId>& links, const fault::LinkFault& fault, std::chrono::milliseconds over,
                      const QString& name);
    void cut(const std::set<LinkId>& links, const QString& name);
    void healLinks(const std::vector<LinkId>& links);
    void partition(PartitionShape shape, const std::vector<NodeId>& around);
    void partition(const std::vector<NodeId>& side);
    void healCut(quint32 id);
    void healPartitions();
    void healAll();
    void setClock(NodeId node, std::chrono::microseconds offset, quint32 rate);
    void jumpClock(NodeId node, std::chrono::microseconds by);
    void setDisk(NodeId node, const fault::DiskFault& disk);
    void setSurge(double factor, std::chrono::milliseconds over);
    void setHotKey(fault::Share share);
    void undo();
    void redo();

    // ---- who belongs to the cluster
    /// There is one node more, or less; nothing is wrong any more with one that has left.
    void membersAre(const std::vector<NodeId>& nodes);
    void didMemberChange(MemberStep step);
    void undidMemberChange(MemberStep step);
    void redidMemberChange(MemberStep step);

    // ---- what happens meanwhile
    void onRunning(NodeId node);
    void onDiedByItself(NodeId node, const QString& how);
    void onStatus(const StatusRecord& record);
    void learn(const FaultRecord& fault) { m_open.learn(fault); }

signals:
    /// A fault of links or of standing still is over: the first write after that is worth knowing, too.
    void healed(quint64 fault, faultline::wire::Monotonic at);
    /// Undo and redo come to this: once it has come about, undidMemberChange() or redidMemberChange().
    void memberChangeWanted(faultline::lab::MemberStep step, bool isRedo);
    /// present() is another: tell the nodes and the load.
    void changed();
    /// The leader can no longer lead; who else takes the first write after `since` is worth knowing.
    void leaderHit(quint64 fault, faultline::NodeId leader, faultline::wire::Monotonic since);

private:
    struct Said
    {
        QString what;
        QString undoSentence;  ///< empty: as `what`
        bool isUndo = false;   ///< or redo: not put on the list again
        QString bandName = {}; ///< of what begins; empty: as its kind has it
    };
    struct LinkRamp
    {
        Ramp ramp;
        fault::LinkFault from;
    };

    bool allows(NodeId node, bool isPossible, const QString& refusal);
    bool allows(const std::vector<LinkId>& links);
    bool hasCluster();
    NodeCondition conditionOf(NodeId node) const { return m_state.conditionOf(node); }
    std::optional<NodeLife> lifeOf(NodeId node) const { return m_cluster ? m_cluster->lifeOf(node) : std::nullopt; }
    /// The one way from one state to the next.
    void become(FaultState next, const Said& said);
    void carryOut(NodeId node, NodeCondition before, NodeCondition after);
    /// Nothing when there is nothing to say.
    std::optional<GestureRecord> caption(const QString& what, const FaultState& before, std::vector<FaultRecord> begun);
    void beginRolling(const GestureRecord& gesture);
    /// It was stopped; one that is over by itself is said elsewhere.
    void stopRolling();
    QString meaningOf(const std::optional<FaultState>& next) const;
    void expectCatchUps(const GestureRecord& gesture, const FaultState& before, const FaultState& after);
    /// As after a change that was given up and came about all the same: what is left to do is to move the step.
    bool isSoAlready(MemberStep wanted) const;
    void publish();
    /// A step of the list may be about a node that has left since.
    FaultState withoutTheGone(FaultState state) const;
    bool isLeaderHit(const FaultRecord& fault, NodeId leader, const FaultState& before) const;
    bool canLead(NodeId node, const FaultState& state) const;
    QString leadershipNow() const;
    quint64 highestCommit() const;
    void cutPowerWhenSilent(NodeId node);
    void lookAtPower();
    void crash(NodeId node);
    void advanceRamps();
    /// Where they lead to is there at once; become() shows it. True if any of these links was on its way.
    bool endRamps(const std::vector<LinkId>& links);

    Timeline& m_timeline;
    Captions& m_captions;
    Recovery& m_recovery;
    Cluster* m_cluster = nullptr;
    std::vector<NodeId> m_nodes;
    FaultState m_state; ///< where ramps lead to
    FaultHistory m_history;
    OpenFaults m_open;
    fault::Random m_random;

    std::map<LinkId, LinkRamp> m_linkRamps;
    std::optional<Ramp> m_surgeRamp;
    double m_surgeFrom = 1;
    QTimer m_rampTimer;

    std::map<NodeId, Monotonic> m_losingPower; ///< silent, and not yet dead; since
    QTimer m_powerTimer;
    std::map<NodeId, std::unique_ptr<QTimer>> m_crashTimers;
    std::set<NodeId> m_toFreeze; ///< once they run
    std::optional<RollingRestart> m_rolling;
    GestureRecord m_rollingGesture;
};

} // namespace faultline::lab
