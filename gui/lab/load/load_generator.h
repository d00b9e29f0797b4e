// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <QObject>
#include <QString>
#include <QThread>

#include <vector>

namespace faultline::lab {

class LoadWorker;

/// Where one node takes commands.
struct LoadTarget
{
    NodeId id;
    QString host;
    quint16 port = 0;
};

struct LoadOptions
{
    std::vector<LoadTarget> targets;
    double rate = 20;       ///< operations a second of wall time, 0 to 20,000; 0: none
    double readShare = 0.5; ///< of the operations, 0 to 1
    quint64 seed = 1;       ///< fixes the order of keys, reads and writes
    wire::Pace pace;
};

/// Clients that write and read at a chosen rate whether or not the cluster keeps up (open loop), so that a slow answer
/// delays nobody else and latency counts from when the operation was meant to be sent (Tene, "How NOT to Measure
/// Latency"; Schroeder et al., "Open Versus Closed", 2006). They follow -MOVED, try again where nothing was proposed,
/// take a timeout (1 s of cluster time) or a closed connection for an unknown outcome, and check what they read against
/// what they wrote (ledger.h).
///
/// This object lives on the thread that made it; the work is done on a thread of its own. Orders take effect within
/// milliseconds. Signals arrive on this object's thread.
class LoadGenerator : public QObject
{
    Q_OBJECT

public:
    /// Operations under way at one time; what would go beyond is offered and not attempted, and the record says
    /// limited.
    static constexpr std::size_t kMaxOutstanding = 2'000;

    explicit LoadGenerator(QObject* parent = nullptr);
    ~LoadGenerator() override;

    /// Begins anew: fresh keys, an empty tally, healthy links, no hot key.
    void start(const LoadOptions& options);
    /// Drops every connection. What was under way is forgotten, not reported.
    void stop();
    /// One more node takes commands, or one does no longer; what was sent to it and not answered ends as unknown.
    void addTarget(const LoadTarget& target);
    void removeTarget(NodeId node);
    void setRate(double operationsPerSecond);
    void setReadShare(double share);
    /// This share of the operations goes to one key, as many at a time as it takes.
    void setHotKey(fault::Share share);
    /// What is wrong with the streams between the clients and the nodes, whole; links not named are healthy. Faults of
    /// whole messages have no place here. Deadlines run on: what is late is unknown.
    void setFaults(const std::vector<wire::LinkState>& links);
    /// Held: the schedule and all deadlines stand still. What is left of a timeout is left at the new factor, too.
    void setPace(const wire::Pace& pace);

    /// Reports once, by writeAcknowledged, the first write that any node but `victim` acknowledges after `since`.
    void watchRecovery(quint64 id, NodeId victim, Monotonic since);

signals:
    void loadMeasured(const faultline::lab::LoadRecord& record);  ///< every 200 ms
    void tallyChanged(const faultline::lab::TallyRecord& record); ///< with it, when it changed
    void slept(const faultline::lab::PauseRecord& record);        ///< the computer, or this thread, stood still; id 0
    void writeAcknowledged(quint64 id, faultline::lab::Monotonic at, faultline::NodeId by);

private:
    QThread m_thread;
    LoadWorker* m_worker = nullptr; ///< lives on m_thread
};

} // namespace faultline::lab
