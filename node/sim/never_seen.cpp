// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/never_seen.h"

namespace faultline::sim {

namespace {

/// Whatever a sound cluster does among faults, in the oracle's words. What no list can foresee is not in here: a role
/// that is left for itself, or a snapshot that is given up for a probe.
constexpr const char* kTransitions[] = {
    "follower -> pre-candidate",
    "follower -> candidate",
    "pre-candidate -> candidate",
    "pre-candidate -> follower",
    "candidate -> leader",
    "candidate -> follower",
    "candidate -> pre-candidate",
    "leader -> follower",
    "pre-vote granted",
    "pre-vote refused",
    "vote granted",
    "vote refused",
    "log truncated",
    "probe -> replicate",
    "probe -> snapshot",
    "replicate -> probe",
    "snapshot -> replicate",
    "membership entered",
    "membership committed",
    "joint membership entered",
    "joint membership committed",
    "some vote while others join",
    "transfer started",
    "transfer done",
    "transfer given up",
    "snapshot taken",
    "snapshot sent",
    "snapshot installed",
    "written by a majority alone",
};

/// Histories that the checker may give up on, in a hundred: a verdict that is not given has seen nothing.
constexpr quint64 kMostUndecided = 3;

} // namespace

QStringList neverSeen(const RunResult& sum)
{
    QStringList never;
    for (const auto* counts : {&sum.faults, &sum.checks}) {
        for (const auto& [name, count] : *counts) {
            if (count == 0)
                never << name;
        }
    }
    for (const char* transition : kTransitions) {
        if (!sum.transitions.contains(QLatin1String(transition)))
            never << QLatin1String(transition);
    }
    if (sum.undecided * 100 > kMostUndecided * sum.histories)
        never << QStringLiteral("a verdict on %1 of %2 histories").arg(sum.undecided).arg(sum.histories);
    return never;
}

} // namespace faultline::sim
