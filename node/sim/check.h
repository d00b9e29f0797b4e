// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/schedule.h"

#include <QString>

#include <array>
#include <optional>

namespace faultline::sim {

/// What is looked at while a cluster runs: figure 3 of the Raft paper, the invariants of its TLA+ model and of
/// LogCabin, and what clients may rely on.
enum class Check : quint8 {
    ElectionSafety,    ///< §5.2: at most one leader a term
    OneVoteATerm,      ///< §5.2: nobody votes for two in one term, a restart between or not
    TermNeverGoesBack, ///< figure 2: nor does a promise, whatever happens to the process
    CommitNeverGoesBack,
    LeaderAppendOnly,   ///< §5.3: a leader drops nothing of its own log
    LogMatching,        ///< §5.3: same index and term, same entry and same log before it
    LeaderCompleteness, ///< §5.4: a leader has every entry committed in an earlier term
    StateMachineSafety, ///< §5.4.3: nobody applies another entry at the same index, nor skips one
    CommittedIsDurable, ///< a majority has it, as far as those that are up know
    HeldByDisks,        ///< and its disks do, for certain, those of members that are down too
    PromiseIsKept,      ///< what a member said it has, and what was then committed, it has after every start
    DiskIsReadable,     ///< what an honest disk gives back after a power cut opens again
    SameStateHash,      ///< at the same applied index
    SnapshotIsRight,    ///< a snapshot's mark names the entry that was committed there
    OneChangeAtATime,   ///< §6: no membership change before the last one is committed, and a joint one between
    AcknowledgedIsKept, ///< a write that was answered is in the committed log, once healed on every member
    ExactlyOnce,        ///< a call said again in its session is done once
    Linearizable,       ///< what clients saw has an order that explains it, key by key
    CorruptionRejected, ///< no damaged message comes through
    WholeState,         ///< all that must hold of a member by itself, its whole log included
    Bounded,            ///< queues, logs and files stay within their bounds
    Progress,           ///< once healed, a majority commits a new write in time
    Count
};

inline constexpr std::size_t kChecks = static_cast<std::size_t>(Check::Count);

/// "election safety"; in JSON and tables too.
const char* nameOf(Check check);

struct Violation
{
    QString check; ///< its name, or "crash"
    qint64 tick = 0;
    QString sentence; ///< who, where, what was expected
};

/// How often each check had something to look at, and the first that failed: what comes after it is its consequence.
class Verdict
{
public:
    void saw(Check check) { ++m_seen[static_cast<std::size_t>(check)]; }
    void fail(Check check, Instant at, const QString& sentence);

    const std::optional<Violation>& violation() const { return m_violation; }
    const std::array<quint64, kChecks>& seen() const { return m_seen; }

private:
    std::array<quint64, kChecks> m_seen{};
    std::optional<Violation> m_violation;
};

} // namespace faultline::sim
