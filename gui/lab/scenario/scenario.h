// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"
#include "common/wire/ids.h"
#include "gui/lab/fault/partition.h"

#include <QString>

#include <optional>
#include <vector>

// A scenario: a cluster, a load, a few things that go wrong at given moments, and what is expected of the cluster all
// the same. Read from YAML (scenario_file.h), acted out on a real cluster (runner.h), judged by what was measured
// (verdict.h).
namespace faultline::lab {

/// What a step waits for before it acts.
enum class Condition : quint8 {
    Serving,        ///< a leader is there and a write was acknowledged since the step before
    NewLeader,      ///< a leader of a higher term than at the step before
    Recovered,      ///< NewLeader, and a write was acknowledged since it led; without a fault on a leader: as Serving
    CaughtUp,       ///< every node that should run does, and has applied what was committed when the waiting began
    MembersSettled, ///< no change of who belongs to the cluster or leads it is under way, and somebody leads
};

enum class Action : quint8 {
    Kill,
    Stop,
    Freeze,
    Thaw,
    Restart,
    Isolate,
    Rejoin,
    PowerOff,
    CrashLoop,
    RollingRestart,
    Link,      ///< sets what is wrong with links
    Cut,       ///< of links, together
    Partition, ///< by a shape's name, or one side from the rest
    Heal,      ///< links, or without any every partition
    HealAll,
    Clock,
    Disk,
    AddNode,            ///< to the running cluster
    RemoveNode,         ///< from it
    TransferLeadership, ///< to the target
    Surge,
    HotKey,
    Hold,
    Release,
    Rate,
    Pace,
    Wait,
};

/// Which nodes a step is about. Chosen when the step acts, not when it is read.
struct Target
{
    enum class Kind : quint8 {
        None,
        Leader,
        Followers,
        Random, ///< one that runs, by the scenario's seed
        All,
        Dead, ///< what was killed or stopped
        Frozen,
        Isolated,
        Clients, ///< only at the end of links
        Named,
    };
    Kind kind = Kind::None;
    std::vector<NodeId> named;
    bool operator==(const Target&) const = default;
};

/// Directed links: from each of some to each of others, and back when `both`. Chosen when the step acts.
struct LinkSelector
{
    Target from;
    Target to;
    bool both = false;
    bool operator==(const LinkSelector&) const = default;
};

/// Steps are taken in the order they are written; each waits for its own moment, and for the step before it.
struct Step
{
    /// Time since the cluster served. A moment that has passed is now.
    std::optional<std::chrono::milliseconds> at;
    std::optional<Condition> after;
    /// How long `after` may take; when it takes longer the run ends there and the step is an expectation not met.
    std::chrono::milliseconds within = std::chrono::seconds(30);
    Action action = Action::Wait;
    Target target;
    /// What this step did, and that alone, is undone after this time (kill, stop, power-off, crash-loop: restart,
    /// freeze: thaw, isolate: rejoin, link, cut, partition: those links healed, clock: right, disk: healthy, surge,
    /// hot-key: none, hold: release) while the run goes on, unless that happened meanwhile. Of `wait`, which then has
    /// neither `at` nor `after`: how long it waits.
    std::optional<std::chrono::milliseconds> duration;
    std::vector<LinkSelector> links;                 ///< of link, cut and heal
    fault::LinkFault fault;                          ///< of link
    fault::DiskFault disk;                           ///< of disk
    QString preset;                                  ///< of link and disk: its name, when it came by one
    std::chrono::milliseconds over{0};               ///< of link, surge and rate: getting there takes so long
    std::optional<PartitionShape> shape;             ///< of partition, around the target
    Target side;                                     ///< of partition without a shape: one side of it
    std::optional<std::chrono::microseconds> offset; ///< of clock: ahead of the true time; without it as it was
    std::optional<std::chrono::microseconds> jump;   ///< of clock
    std::optional<quint32> clockRate;                ///< of clock, millionths
    double factor = 1;                               ///< of surge
    fault::Share share;                              ///< of hot-key
    std::chrono::milliseconds period{3'000};         ///< of crash-loop: how long it runs at a time
    double rate = 0;                                 ///< of Action::Rate, operations a second
    wire::Pace pace;                                 ///< of Action::Pace
    int line = 0;                                    ///< where it is written
    bool operator==(const Step&) const = default;
};

/// What can be measured of a run.
enum class Measure : quint8 {
    KillToLeader,  ///< worst time from a kill of the leader to the moment a new one led
    KillToWrite,   ///< worst time from a kill of the leader to the first write acknowledged by another node
    FaultToLeader, ///< the same of any fault on a leader
    FaultToWrite,
    HealToWrite,       ///< worst time from the end of a fault of links, an isolation or a freeze to the next write
    HealToCaughtUp,    ///< the same to every running node having applied what was committed at that end
    MinorityCommits,   ///< entries committed by nodes in the smaller part of a partition while it stood
    LogTruncated,      ///< how often a node dropped entries that were not committed
    RestartToCaughtUp, ///< worst time from a restart to having applied what was committed at the restart
    Terms,             ///< how many terms had a leader
    LeadersPerTermMax, ///< 1, or Raft is broken
    Lost,              ///< acknowledged writes that are gone
    Acknowledged,      ///< writes acknowledged
    AllReadBack,  ///< share of the acknowledged writes that were read back, at the latest by the reading at the end
    UnknownShare, ///< operations of unknown outcome, of those attempted
    Availability, ///< operations that ended ok, of those attempted
    FailedShare,  ///< operations refused, of those attempted
    Throughput,   ///< operations that ended ok, a second
    LatencyP50,   ///< from the intended send time
    LatencyP99,
    DivergedNodes, ///< nodes whose state differs from the leader's at the same applied index, when all is quiet
};

enum class MeasureUnit : quint8 { Milliseconds, Count, Share, PerSecond };

/// A part of the run, in time since the cluster served; without a bound: from the beginning, to the end.
struct Window
{
    std::optional<std::chrono::milliseconds> from;
    std::optional<std::chrono::milliseconds> until;
    bool isWhole() const { return !from && !until; }
    bool operator==(const Window&) const = default;
};

struct Expectation
{
    QString id;
    QString text;
    Measure measure = Measure::Lost;
    std::optional<double> atMost; ///< in the measure's unit; exactly one of the two is there
    std::optional<double> atLeast;
    Window window; ///< of measures of the load
    bool operator==(const Expectation&) const = default;
};

struct Scenario
{
    QString name;
    QString title;
    QString story;
    int nodes = 5; ///< 3 to 9
    wire::Pace pace = wire::Pace::real();
    double rate = 20; ///< operations a second, 1 to 20,000; 0: no load
    double readShare = 0.5;
    quint64 seed = 1;
    QByteArray watchedKey = "x";
    std::vector<Step> steps;
    std::vector<Expectation> expectations;
};

inline constexpr int kMinNodes = 3;
inline constexpr int kMaxNodes = 9;
inline constexpr double kMaxRate = 20'000;

MeasureUnit unitOf(Measure measure);
/// Whether it is of the load, so that it can be measured over a part of the run.
bool isOfLoad(Measure measure);
/// "ms", "share" (of 1), "/s"; a count has none.
QString unitName(MeasureUnit unit);

/// The words of the file: "kill_to_leader", "kill", "recovered", "leader", "n1 n2".
QString nameOf(Measure measure);
QString nameOf(Action action);
QString nameOf(Condition condition);
QString nameOf(const Target& target);
QString nameOf(const LinkSelector& selector); ///< "leader<->followers"

std::optional<Measure> measureNamed(const QString& name);
std::optional<Action> actionNamed(const QString& name);
std::optional<Condition> conditionNamed(const QString& name);
QStringList measureNames();
QStringList actionNames();
QStringList conditionNames();

/// "real", "watch" or "x1" to "x50", with the base delay that belongs to it.
std::optional<wire::Pace> paceNamed(const QString& name);
QString nameOf(const wire::Pace& pace);

} // namespace faultline::lab
