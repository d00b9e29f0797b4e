// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/check.h"

namespace faultline::sim {

const char* nameOf(Check check)
{
    switch (check) {
    case Check::ElectionSafety:
        return "election safety";
    case Check::OneVoteATerm:
        return "one vote a term";
    case Check::TermNeverGoesBack:
        return "term never goes back";
    case Check::CommitNeverGoesBack:
        return "commit never goes back";
    case Check::LeaderAppendOnly:
        return "leader append-only";
    case Check::LogMatching:
        return "log matching";
    case Check::LeaderCompleteness:
        return "leader completeness";
    case Check::StateMachineSafety:
        return "state-machine safety";
    case Check::CommittedIsDurable:
        return "committed is durable";
    case Check::HeldByDisks:
        return "committed is on disks";
    case Check::PromiseIsKept:
        return "promise is kept";
    case Check::DiskIsReadable:
        return "honest disk is readable";
    case Check::SameStateHash:
        return "same state hash";
    case Check::SnapshotIsRight:
        return "snapshot names its entry";
    case Check::OneChangeAtATime:
        return "one membership change at a time";
    case Check::AcknowledgedIsKept:
        return "acknowledged is kept";
    case Check::ExactlyOnce:
        return "exactly once in a session";
    case Check::Linearizable:
        return "linearizable";
    case Check::CorruptionRejected:
        return "corruption rejected";
    case Check::WholeState:
        return "whole state of a member";
    case Check::Bounded:
        return "bounded";
    case Check::Progress:
        return "progress after healing";
    case Check::Count:
        break;
    }
    return "";
}

void Verdict::fail(Check check, Instant at, const QString& sentence)
{
    if (!m_violation)
        m_violation = Violation{QString::fromLatin1(nameOf(check)), at / kTick, sentence};
}

} // namespace faultline::sim
