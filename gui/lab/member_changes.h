// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/captions.h"
#include "gui/lab/client/leader_command.h"
#include "gui/lab/cluster/cluster.h"
#include "gui/lab/fault/fault_history.h"
#include "gui/lab/member_outcome.h"

#include <QObject>

#include <optional>

namespace faultline::lab {

/// Takes nodes into a running cluster, lets them go and hands leadership over, one such change at a time. Each asks the
/// leader and is over when the nodes themselves report it: a new node votes, the one that goes is out of the committed
/// membership, the other one leads. What cannot be done within its time is given up with one sentence.
class MemberChanges : public QObject
{
    Q_OBJECT

public:
    /// How a change came to be wished for: undo and redo are deeds, too, and stand elsewhere on the list.
    enum class Origin : quint8 { Deed, Undo, Redo };

    MemberChanges(Timeline& timeline, Captions& captions);

    /// It must outlive the next call of either.
    void begin(Cluster& cluster);
    void end();
    /// While the cluster is held no change can go on, and the time for it stands still.
    void setHeld(bool held);

    /// Of the lowest number that is free.
    quint64 add();
    quint64 add(NodeId node, Origin origin);
    quint64 remove(NodeId node, Origin origin = Origin::Deed);
    quint64 transfer(NodeId node);

    /// A node reported, or its life changed: is the change over?
    void look();
    void onRunning(NodeId node);
    void onRemoved(const ClusterRecord::Member& member);

signals:
    /// A new node stands beside the cluster, about to be taken in.
    void arrived(const faultline::lab::ClusterRecord::Member& member);
    void left(faultline::NodeId node);
    void changed(faultline::lab::MemberStep step, faultline::lab::MemberChanges::Origin origin);
    /// Never from within the order itself.
    void ended(const faultline::lab::MemberOutcome& outcome);

private:
    enum class What : quint8 { Add, Remove, Transfer };
    enum class Phase : quint8 { Starting, Asking, Waiting, Leaving };
    struct Change
    {
        quint64 id = 0;
        What what = What::Add;
        NodeId node;
        Origin origin = Origin::Deed;
        Phase phase = Phase::Starting;
        GestureRecord gesture;
        quint64 goal = 0; ///< once the membership is as wanted: the index that must be committed
        QString refusal;  ///< it was not taken in, and its process is on its way out
    };

    quint64 order(What what, NodeId node, Origin origin, const QString& whyNot);
    void askLeader();
    bool hasBegun() const; ///< the order has been taken, by what the nodes report
    bool holds() const;    ///< and what it asked for is so
    void wait(Phase phase, std::chrono::milliseconds patience);
    void giveUp();
    void refuse(const QString& reason);
    void finish(bool done, const QString& sentence);
    std::chrono::milliseconds inClusterTime(std::chrono::milliseconds time) const;

    Timeline& m_timeline;
    Captions& m_captions;
    Cluster* m_cluster = nullptr;
    LeaderCommand m_order;
    Patience m_patience;
    std::optional<Change> m_change;
    quint64 m_lastId = 0;
};

} // namespace faultline::lab
