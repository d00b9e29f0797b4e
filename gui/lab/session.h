// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/client/command_session.h"
#include "gui/lab/cluster/cluster.h"
#include "gui/lab/fault/desired_faults.h"
#include "gui/lab/lab.h"
#include "gui/lab/load/load_generator.h"
#include "gui/lab/recovery.h"

#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace faultline::lab {

/// What is behind a Lab: the cluster that runs, those that are still ending, the load, the faults, and the gestures
/// whose outcome is awaited. It puts all that happens on the timeline.
class Lab::Session : public QObject
{
    Q_OBJECT

public:
    Session(Lab& lab, Timeline& timeline);
    ~Session() override;

    Result<void> start(const LabOptions& options);
    void end();
    void reset();
    bool isRunning() const { return m_cluster != nullptr; }
    bool isServing() const { return m_serving; }
    const LabOptions& options() const { return m_options; }

    void kill(NodeId node);
    void stop(NodeId node);
    void freeze(NodeId node);
    void thaw(NodeId node);
    void restart(NodeId node);
    void isolate(NodeId node);
    void rejoin(NodeId node);

    void setPace(const wire::Pace& pace);
    void setHeld(bool held);
    void setRate(double perSecond);
    void setReadShare(double share);
    void setLoadOn(bool on);
    void setWatchedKey(const QByteArray& key);
    quint64 sendCommand(NodeId node, const QString& line);

private:
    Result<void> launch();
    void abandon(bool gracefully);
    void forgetCluster(Cluster* cluster);
    void onHappened(const Record& record);
    void onEnded(NodeId node, bool asked, bool neverRan, const QString& how);
    void lookForFirstLeader();
    void becomeServing();
    void applyPace();
    void applyRate();
    void lookAtDataSize();

    /// A gesture on a node of the running cluster; false (and a note) when `isPossible` is not.
    bool allows(NodeId node, bool isPossible, const QString& refusal);
    GestureRecord gesture(const QString& what, const QString& outcome = {});
    /// `name` is for bands; the caption reads `did` (", the leader") and `more`.
    void beginFault(FaultKind kind, NodeId node, const QString& name, const QString& did, const QString& more = {});
    void endFault(FaultKind kind, NodeId node);
    bool hasOpenFault(FaultKind kind, NodeId node) const;
    void note(Severity severity, NodeId node, const QString& text);
    QString leadershipAfter(NodeId node) const;
    bool canHaveMajority(NodeId without) const;
    quint64 highestCommit() const;

    Lab& m_lab;
    Timeline& m_timeline;
    LabOptions m_options;
    std::unique_ptr<Cluster> m_cluster;
    std::vector<std::unique_ptr<Cluster>> m_ending; ///< killed or asked to end, and not yet gone
    std::unique_ptr<DesiredFaults> m_desired;
    LoadGenerator m_load;
    CommandSession m_commands;
    Recovery m_recovery;
    std::vector<FaultRecord> m_openFaults;

    bool m_hadLeader = false; ///< the cluster has elected one: from then on it runs at the chosen pace
    bool m_serving = false;
    bool m_isEnding = false;
    wire::Pace m_pace; ///< as chosen; held apart
    bool m_held = false;
    double m_rate = 0;
    bool m_loadOn = true;
    bool m_dataLimitReached = false;
    std::optional<PauseRecord> m_hold;
    quint64 m_lastGesture = 0;
    quint64 m_lastFault = 0;
    quint64 m_lastPause = 0;
    QTimer m_dataTimer;
};

} // namespace faultline::lab
