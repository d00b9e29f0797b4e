// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/fault/partition.h"
#include "gui/lab/member_outcome.h"
#include "gui/lab/timeline/timeline.h"

#include <QObject>

#include <memory>

namespace faultline::lab {

struct LabOptions
{
    QString nodeProgram; ///< empty: `faultline-node` beside the running program
    int nodes = 5;       ///< 3 to 9
    wire::Pace pace = wire::Pace::watch();
    double rate = 20;       ///< operations a second of wall time, 1 to 20,000; 0: no load
    double readShare = 0.5; ///< of the operations, 0..1
    quint64 seed = 1;
    QByteArray watchedKey = "x";
    quint64 snapshotAfter = 0; ///< entries between two snapshots of a node, 10 or more; 0: as a node does by itself
    QString dataRoot; ///< where clusters put their folders; empty: one of the user's own where temporary files are
    quint64 dataLimitBytes = quint64(2) << 30; ///< of all nodes' logs together; beyond it the load stops
};

/// A live cluster of real processes under control: what the window, `faultline up` and `faultline run` stand on. Every
/// order returns at once; what comes of it is on the timeline. An order that makes no sense (kill a dead node, an id
/// that is not there) changes nothing and says so in a note.
///
/// Lives on the main thread (a node dies with the thread that started it), needs its event loop, never blocks it. The
/// load runs on a thread of its own.
class Lab : public QObject
{
    Q_OBJECT

public:
    explicit Lab(QObject* parent = nullptr);
    ~Lab() override; ///< kills what still runs; no process is left

    Timeline& timeline() { return *m_timeline; }
    const Timeline& timeline() const { return *m_timeline; }
    const LabOptions& options() const;

    /// Starts a fresh cluster (ending the one that runs). The error names what is missing: the node program, a port, a
    /// folder. serving() follows once a leader serves.
    Result<void> start(const LabOptions& options);
    /// Asks all nodes to end, kills those that have not after a second; ended() follows.
    void end();
    /// A fresh cluster with the same number of nodes and default load and pace, within 2 s, whatever state the old one
    /// is in. Does not wait for hung nodes: they are killed.
    void reset();
    bool isRunning() const;
    bool isServing() const;

    // ---- faults; each is a gesture, a fault on the timeline, and a caption
    void kill(NodeId node);    ///< SIGKILL
    void stop(NodeId node);    ///< SIGTERM: it says goodbye
    void freeze(NodeId node);  ///< SIGSTOP
    void thaw(NodeId node);    ///< SIGCONT
    void restart(NodeId node); ///< of a dead or stopped node; of a running or frozen one: kill, then start
    void isolate(NodeId node); ///< from its peers, both ways; clients still reach it
    void rejoin(NodeId node);
    /// Its peers and clients hear nothing more, not even that connections close; then SIGKILL.
    void powerOff(NodeId node);
    /// Killed and started again each `period` of wall time (1 s to 60 s), until it is restarted or healed.
    void crashLoop(NodeId node, std::chrono::milliseconds period = std::chrono::seconds(3));
    /// Every running node in turn, the leader last; the next when the one before has caught up. Asked again: stops.
    void rollingRestart();

    /// Replaces what is set for each of the links (a healthy fault heals them); numbers move there within `over`.
    /// `name` is the sentence's ("lossy Wi-Fi"); empty: what it does.
    void setLinkFault(const std::vector<LinkId>& links, const fault::LinkFault& fault,
                      std::chrono::milliseconds over = {}, const QString& name = {});
    /// Cuts them together, whatever else is wrong with them. `name`: of a partition; empty: drawn.
    void cut(const std::set<LinkId>& links, const QString& name = {});
    void healLinks(const std::vector<LinkId>& links);
    /// `around` as for cutsOf; empty: the leader, or where there is none a node drawn.
    void partition(PartitionShape shape, const std::vector<NodeId>& around = {});
    /// These from all the others.
    void partition(const std::vector<NodeId>& side);
    /// Heals one set of cuts, by its id in the fault state.
    void healCut(quint32 id);
    /// Heals every set of cuts; faults set for single links stay.
    void healPartitions();
    /// Everything that is wrong on purpose: links, partitions, isolations, clocks, disks and load; thaws the frozen,
    /// restarts the dead.
    void healAll();

    /// Ahead of the true time by `offset` (negative: behind) and from now on at `rate` (millionths).
    void setClock(NodeId node, std::chrono::microseconds offset, quint32 rate);
    void jumpClock(NodeId node, std::chrono::microseconds by);
    /// Replaces what is wrong with the node's disk; a healthy fault heals it.
    void setDisk(NodeId node, const fault::DiskFault& disk);
    /// The load is `factor` times what is set, moving there within `over`.
    void setSurge(double factor, std::chrono::milliseconds over = {});
    void setHotKey(fault::Share share);

    /// What is undone and redone stands in the timeline's faultState(). What cannot come back is said in the caption.
    void undo();
    void redo();

    /// Every node that runs has acknowledged the newest desired state.
    bool isObeyed() const;

    // ---- who belongs to the cluster, and who leads it; one change at a time. Each returns the number that
    // memberChangeEnded() will carry, which follows in any case unless the cluster ends. Undo of one is the other.
    /// A new process on ports of its own, of the lowest number that is free: it learns first, and votes once it has
    /// caught up.
    quint64 addNode();
    /// Out of the membership first; then its process ends and its data goes.
    quint64 removeNode(NodeId node);
    quint64 transferLeadership(NodeId node);

    // ---- pace and load
    void setPace(const wire::Pace& pace); ///< keeps held
    void setHeld(bool held);
    void setRate(double operationsPerSecond, std::chrono::milliseconds over = {});
    /// As set, on its way there; a surge multiplies it and is not in it. 0 before the first cluster.
    double rate() const;
    void setReadShare(double share);
    /// Takes the load off and puts it on again at the same rate.
    void setLoadOn(bool on);
    void setWatchedKey(const QByteArray& key);

    // ---- one command by hand, for the client strip
    /// Sends a command line ("SET x 1", quoting as in redis-cli) to that node's client port on a connection of the
    /// strip's own; commandReplied follows with the same id. Redirects are shown, not followed.
    quint64 sendCommand(NodeId node, const QString& line);

    struct CommandReply
    {
        quint64 id = 0;
        NodeId node;
        QString line;
        QString reply;       ///< as redis-cli prints it; empty when there was none
        QString explanation; ///< one plain sentence for -MOVED, -CLUSTERDOWN, closed, timeout, refused; else empty
        bool isError = false;
        std::chrono::microseconds took{0};
    };

signals:
    void serving();                          ///< a leader is there and has taken this cluster's first write
    void ended();                            ///< every process is gone and the folder removed
    void startFailed(const QString& reason); ///< after start() had returned well: a port was taken, a node would not
                                             ///< run; ended() follows
    void commandReplied(const faultline::lab::Lab::CommandReply& reply);
    void memberChangeEnded(const faultline::lab::MemberOutcome& outcome);

private:
    class Session;
    Timeline* m_timeline = nullptr;
    std::unique_ptr<Session> m_session;
};

} // namespace faultline::lab
