// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/raft/raft.h"
#include "node/storage/wal.h"

#include <optional>
#include <vector>

namespace faultline::node {

// Between consensus, which knows nothing of files, and the log, which knows nothing of consensus.

/// What the log brought back, as consensus wants it.
raft::StoredState storedState(const storage::OpenedWal& opened);

/// Durable when it returns without an error.
Result<void> appendAndSync(storage::Wal& wal, const std::vector<raft::Entry>& entries,
                           const std::optional<raft::HardState>& hardState);

} // namespace faultline::node
