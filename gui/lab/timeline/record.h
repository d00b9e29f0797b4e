// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/stats/histogram.h"
#include "common/wire/control.h"
#include "gui/lab/fault/fault_state.h"

#include <QString>

#include <optional>
#include <variant>
#include <vector>

// Everything that happens to a cluster under control, as values in one stream. Whatever is shown (a view, a caption, a
// report) is a function of these records, so that it can be shown again from a file. Times are monotonicNow(), the
// clock shared by the lab and its nodes.
namespace faultline::lab {

using wire::Monotonic;

/// A fresh cluster begins, or (members empty) there is none. Everything known of the previous one is void.
struct ClusterRecord
{
    struct Member
    {
        NodeId id;
        quint16 clientPort = 0;
        quint16 peerPort = 0;
        quint16 controlPort = 0;
        bool operator==(const Member&) const = default;
    };
    Monotonic at{0};
    std::vector<Member> members;
    quint64 seed = 0;
    QByteArray watchedKey;
};

/// A node stands beside the running cluster, to be taken in (`isThere`), or has left it for good.
struct MemberRecord
{
    Monotonic at{0};
    ClusterRecord::Member member;
    bool isThere = true;
};

/// Who belongs to the cluster or leads it is being changed on purpose: "n6 is being added"; empty: that is over.
struct MemberChangeRecord
{
    Monotonic at{0};
    QString underWay;
};

enum class NodeLife : quint8 {
    Starting, ///< the process is being started, or has not yet obeyed its first desired state
    Running,
    Frozen,   ///< SIGSTOP: alive, and silent
    Stopping, ///< asked to end
    Stopped,  ///< ended because it was asked to
    Dead,     ///< killed, or ended by itself
};

/// The life of one node's process changed.
struct NodeRecord
{
    Monotonic at{0};
    NodeId node;
    NodeLife life = NodeLife::Starting;
    qint64 pid = 0;
    QString
        how; ///< of Stopped and Dead, in words: "killed by SIGKILL", "exited with code 3: <its last line of stderr>"
};

/// A node's own report, as it came.
struct StatusRecord
{
    NodeId node;
    wire::Status status;
};

struct HistogramsRecord
{
    NodeId node;
    wire::Histograms histograms;
};

/// What a node said happened to it.
struct EventRecord
{
    NodeId node;
    wire::NodeEvent event;
};

/// One end's report of one sampled message.
struct MessageRecord
{
    wire::MessageSample sample;
};

enum class FaultKind : quint8 {
    Kill,
    Stop,
    Freeze,
    Isolate,
    PowerOff,
    CrashLoop,
    Cut,  ///< of links: drawn, by a partition's name, or one by one
    Link, ///< of links: anything but cut
    Clock,
    Disk,
    Surge,
    HotKey,
    RollingRestart, ///< of all nodes; each goes down for a moment, and no fault of its own tells of that
};

/// A fault began or (with `to`) ended. The same id comes again when something about the fault becomes known; the newest
/// record with an id is the fault. Restart ends a kill or a stop, thaw a freeze, rejoin an isolation.
struct FaultRecord
{
    quint64 id = 0;
    FaultKind kind = FaultKind::Kill;
    NodeId target;             ///< nobody: of links, or of the load
    std::vector<LinkId> links; ///< of Cut and Link, that still have it
    fault::LinkFault fault;    ///< of Link
    fault::DiskFault disk;     ///< of Disk
    bool onLeader = false;     ///< the target led when it was hit
    QString name;              ///< for the band: "n3 killed"
    Monotonic from{0};
    std::optional<Monotonic> to;
    /// How the cluster came through a fault on its leader. Wall time since `from`. The new leader by its own report of
    /// having become leader; the write by the load generator, acknowledged by another node than the target.
    NodeId newLeader;
    std::optional<std::chrono::microseconds> leaderAfter;
    std::optional<std::chrono::microseconds> writeAfter;
    /// Wall time from `to` to the first write acknowledged after it; of faults of links, of isolations and freezes.
    std::optional<std::chrono::microseconds> writeAfterHealing;
};

/// All that is wrong on purpose, whole, each time it changes, and what undo and redo would do.
struct FaultStateRecord
{
    Monotonic at{0};
    FaultState state;
    QString undo; ///< "Cut n1 -> n3": the sentence of what would be undone; empty when there is nothing
    QString redo;
    /// What that comes to beyond its sentence, before it is done: "restarts n4; what it had not synced stays lost",
    /// "there is nothing to bring back". Empty when there is no more to say.
    QString undoMeans = {};
    QString redoMeans = {};
};

/// A gesture of the user or a step of a scenario, and what came of it; the newest record with an id is the gesture.
struct GestureRecord
{
    quint64 id = 0;
    Monotonic at{0};
    QString what;    ///< "Killed n3, the leader"
    QString outcome; ///< "n5 leads after 2.9 s"; empty until there is one, or what it costs is known at once
};

struct PaceRecord
{
    Monotonic at{0};
    wire::Pace pace;
};

/// The whole stood still on purpose (hold) or the computer slept: drawn as a grey band, schedules shifted.
struct PauseRecord
{
    quint64 id = 0;
    QString reason; ///< "held", "computer asleep"
    Monotonic from{0};
    std::optional<Monotonic> to;
};

/// What the load generator did since its previous record. Counts are of operations; latency is wall time from the
/// intended send time to the answer, of operations that ended ok in this slice.
struct LoadRecord
{
    Monotonic from{0};
    Monotonic to{0};
    double targetRate = 0; ///< op/s asked for: what the slider says times the surge; 0 when the load is off
    quint64 offered = 0;   ///< became due
    quint64 attempted = 0; ///< sent at least once
    quint64 ok = 0;
    quint64 failed = 0;    ///< refused, and surely not done
    quint64 unknown = 0;   ///< timeout or closed connection: may or may not have been done
    quint64 redirects = 0; ///< -MOVED followed
    quint32 outstanding = 0;
    bool limited = false; ///< the generator itself (its bound on outstanding operations, or its thread) was the limit
    stats::Histogram latency;
    std::optional<Monotonic> firstAckAt; ///< of a write in this slice, and by whom
    NodeId firstAckBy;
};

/// Cumulative since the cluster began.
struct TallyRecord
{
    Monotonic at{0};
    quint64 acknowledged = 0; ///< writes the cluster said OK to
    quint64 readBack = 0;     ///< of these, covered by a later read of the same key
    quint64 lost = 0;         ///< of these, surely gone: a later read showed an older value
    QString firstLoss;        ///< "load:7: wrote 41, read 40 from n2"
};

enum class Severity : quint8 { Info, Warning, Error };

/// The lab itself has something to say: a node died by itself, the load stopped at 2 GB, a port was taken.
struct NoteRecord
{
    Monotonic at{0};
    Severity severity = Severity::Info;
    NodeId node; ///< whom it is about, if anyone
    QString text;
};

using Record = std::variant<ClusterRecord, MemberRecord, MemberChangeRecord, NodeRecord, StatusRecord, HistogramsRecord,
                            EventRecord, MessageRecord, FaultRecord, FaultStateRecord, GestureRecord, PaceRecord,
                            PauseRecord, LoadRecord, TallyRecord, NoteRecord>;

} // namespace faultline::lab
