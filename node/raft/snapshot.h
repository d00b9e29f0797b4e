// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/membership.h"

#include <QByteArray>

#include <cstdint>

namespace faultline::raft {

/// What a snapshot stands for: the state after everything up to `lastIndex` was applied, and the membership then (§7).
/// The bytes of the state are the owner's: consensus only says which of them go where.
struct SnapshotMark
{
    LogIndex lastIndex; ///< 0: none
    Term lastTerm;
    Membership membership;
    bool operator==(const SnapshotMark&) const = default;
};

/// A piece of a snapshot on its way (figure 13). Consensus makes it without bytes; the owner of a leader fills in
/// `bytes` and `isLast` from its newest snapshot before it is sent.
struct SnapshotPiece
{
    SnapshotMark mark;
    std::uint64_t offset = 0;
    QByteArray bytes;
    bool isLast = false;
};

} // namespace faultline::raft
