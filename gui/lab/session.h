// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/client/command_session.h"
#include "gui/lab/cluster/cluster.h"
#include "gui/lab/fault/desired_faults.h"
#include "gui/lab/lab.h"
#include "gui/lab/load/load_generator.h"
#include "gui/lab/member_changes.h"
#include "gui/lab/nemesis.h"
#include "gui/lab/recovery.h"

#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace faultline::lab {

/// What is behind a Lab: the cluster that runs, those that are still ending, the load, the faults, and the
/// gestures whose outcome is awaited. It puts all that happens on the timeline.
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

    Nemesis& nemesis() { return m_nemesis; }
    MemberChanges& members() { return m_members; }
    bool isObeyed() const { return m_cluster && m_cluster->isDesiredObeyed(); }

    void setPace(const wire::Pace& pace);
    void setHeld(bool held);
    void setRate(double perSecond, std::chrono::milliseconds over);
    double rate() const { return m_rateRamp ? m_rateRamp->between(m_rateFrom, m_rate) : m_rate; }
    void setReadShare(double share);
    void setLoadOn(bool on);
    void setWatchedKey(const QByteArray& key);
    quint64 sendCommand(NodeId node, const QString& line);

private:
    Result<void> launch();
    void abandon(bool gracefully);
    void forgetCluster(Cluster* cluster);
    void removeLater(ClusterFolder folder);
    void sayIfEnded();
    void onHappened(const Record& record);
    void onEnded(NodeId node, bool asked, bool neverRan, const QString& how);
    void lookForFirstLeader();
    void becomeServing();
    void connectMembers();
    void membersChanged();
    void applyPace();
    void applyRate();
    void lookAtDataSize();

    void tellFaults();
    void sayIfLimited();

    Lab& m_lab;
    Timeline& m_timeline;
    LabOptions m_options;
    std::unique_ptr<Cluster> m_cluster;
    std::vector<std::unique_ptr<Cluster>> m_ending; ///< killed or asked to end, and not yet gone
    std::unique_ptr<DesiredFaults> m_desired;
    LoadGenerator m_load;
    CommandSession m_commands;
    Captions m_captions;
    Recovery m_recovery;
    Nemesis m_nemesis;
    MemberChanges m_members;

    bool m_hadLeader = false; ///< the cluster has elected one: from then on it runs at the chosen pace
    bool m_serving = false;
    bool m_isEnding = false;
    int m_foldersGoing = 0; ///< being deleted on another thread
    wire::Pace m_pace;      ///< as chosen; held apart
    bool m_held = false;
    double m_rate = 0; ///< as set, and where a ramp leads to
    double m_rateFrom = 0;
    std::optional<Ramp> m_rateRamp;
    QTimer m_rateTimer;
    bool m_loadOn = true;
    bool m_dataLimitReached = false;
    std::optional<PauseRecord> m_hold;
    quint64 m_lastPause = 0;
    QTimer m_dataTimer;
};

} // namespace faultline::lab
