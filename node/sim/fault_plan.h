// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/random.h"

#include <QString>

#include <array>
#include <chrono>
#include <vector>

namespace faultline::sim {

enum class FaultKind : quint8 {
    Latency, ///< and jitter, of links
    Loss,    ///< of messages, and so for the next three
    Duplicate,
    Reorder,
    Corrupt,
    Cut,          ///< between two sides, both ways
    OneWayCut,    ///< one side is not heard any more, and hears
    Clog,         ///< messages pile up, and all come at once when it ends
    PowerOff,     ///< unsynced writes are lost or torn
    TornPowerOff, ///< the power goes in the middle of a change on disk
    Rot,          ///< bits flip on the way to the disk
    SlowDisk,
    FullDisk,
    LyingDisk,  ///< says it has synced, and has not; what that costs is seen when power goes
    Freeze,     ///< a stopped process: its time stands still, its messages wait
    ClockRate,  ///< its clock runs fast or slow
    Restart,    ///< killed and started again: what was written is kept. At times in the midst of disk work
    Membership, ///< asks for a change
    Transfer,   ///< asks the leader to hand over
    LeftBehind, ///< a node is cut off until it needs a snapshot, and gets it over links that lose
    Count
};

inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::Count);

/// "one-way cut".
const char* nameOf(FaultKind kind);

/// Sets of nodes: bit 0 is n1.
using NodeSet = quint32;
constexpr NodeSet setOf(quint32 index)
{
    return NodeSet(1) << index;
}
/// "n1 n4"
QString namesOf(NodeSet nodes);

/// One fault of a run: when, what, where, how bad. A value, so that a plan can be printed, and made smaller until only
/// what matters is left.
struct PlannedFault
{
    int tick = 0;
    int lasts = 0; ///< ticks; 0 for what happens at once
    FaultKind kind = FaultKind::Latency;
    NodeSet nodes = 0;     ///< the nodes it is about, or the senders of the links
    NodeSet others = 0;    ///< of links: the receivers; of a membership: the learners
    bool bothWays = false; ///< the links back too
    bool atLeader = false; ///< `nodes` is whoever leads then, and `others` the rest
    qint64 amount = 0;     ///< latency in µs, share in millionths, clock rate in millionths
    qint64 more = 0;       ///< jitter in µs
};

using FaultPlan = std::vector<PlannedFault>;

/// "cut n1 n2 from n3 n4 n5 for 220 ticks"
QString spoken(const PlannedFault& fault);

/// How a run's faults are drawn. Swarm testing (Groce et al., 2012): each run leaves some kinds out, so that the others
/// get room to go wrong in ways that their neighbours would hide.
struct FaultMix
{
    std::array<int, kFaultKinds> weights{}; ///< 0: never
    int ticksBetween = 100;                 ///< on average
    int longest = 500;                      ///< ticks
    int percentAtLeader = 30;               ///< of the faults that may be
    int rottable = 0;                       ///< of the first voters, so many disks may rot: less than a majority
    int mayLie = 0;                         ///< and so many lie
    int wildestClock = 2;                   ///< a clock runs at most so many times as fast or slow; 1: within 4%
};

/// The longest that a slow disk takes for one sync.
inline constexpr std::chrono::microseconds kSlowestSync{600'000};

/// Faults in the order of their ticks, up to `ticks`, in a world of so many nodes, of which `voters` begin as such.
FaultPlan drawPlan(const FaultMix& mix, int ticks, int nodes, int voters, Random random);

} // namespace faultline::sim
