// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/stored_log.h"

namespace faultline::node {

raft::StoredState storedState(const storage::OpenedWal& opened)
{
    raft::StoredState state;
    state.hardState = {{opened.recovered.hardState.term}, {opened.recovered.hardState.vote}};
    state.entries.reserve(opened.recovered.entries.size());
    for (const storage::Entry& entry : opened.recovered.entries)
        state.entries.push_back({{entry.term}, {entry.index}, static_cast<raft::EntryKind>(entry.kind), entry.payload});
    return state;
}

Result<void> appendAndSync(storage::Wal& wal, const std::vector<raft::Entry>& entries,
                           const std::optional<raft::HardState>& hardState)
{
    std::vector<storage::Entry> stored;
    stored.reserve(entries.size());
    for (const raft::Entry& entry : entries)
        stored.push_back({entry.index.value, entry.term.value, static_cast<quint8>(entry.kind), entry.payload});
    std::optional<storage::HardState> promise;
    if (hardState)
        promise = storage::HardState{hardState->term.value, hardState->votedFor.value};
    wal.append(stored, promise);
    return wal.sync();
}

} // namespace faultline::node
