// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/kv/store.h"
#include "node/raft/raft.h"
#include "node/storage/incoming_snapshot.h"
#include "node/storage/snapshot_file.h"
#include "node/storage/wal.h"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace faultline::node {

/// A snapshot that is durable here, as consensus and as the disk know it.
struct StoredSnapshot
{
    raft::SnapshotMark mark;
    storage::Snapshot file;
};

/// What a group keeps on its disk, its log and its snapshots, between consensus, which knows nothing of files, and
/// storage, which knows nothing of consensus. All that may wait for the disk is in here: it is called where the
/// StorageQueue does its work, one call at a time. The figures alone may be asked for elsewhere, and are of the past.
///
/// Errors are sentences about the disk, after which this node can keep no promise any more.
class GroupDisk
{
public:
    struct Opened
    {
        std::shared_ptr<GroupDisk> disk;
        raft::StoredState stored;
        kv::Store store; ///< as of the snapshot
        std::optional<StoredSnapshot> snapshot;
    };
    /// Reads back what the folder holds. `owner`: see storage::WalOptions.
    static Result<Opened> open(storage::Disk& disk, const QString& folder, quint64 owner, kv::StoreRules rules);

    struct Write ///< that of one Ready
    {
        std::vector<raft::Entry> entries;
        std::optional<raft::HardState> hardState;
        std::vector<raft::SnapshotPiece> snapshotPieces;
    };
    struct Installed ///< a leader's snapshot took the place of log and state
    {
        kv::Store store;
        StoredSnapshot snapshot;
    };
    struct Outcome
    {
        std::optional<Installed> installed;
        bool snapshotRefused = false; ///< the last piece came, and the whole is not right
    };
    /// What gathered while the disk was at work, in its order: one append and one sync for all of it, unless a snapshot
    /// is among it. Durable when it returns without an error; an outcome for each.
    Result<std::vector<Outcome>> write(std::span<const Write> gathered);

    /// The next piece of a snapshot of this node's own state; the first one begins it.
    Result<void> addToSnapshot(const raft::SnapshotMark& mark, QByteArrayView state);
    /// Durable when it returns without an error; then the log before `firstKept` is dropped. Nothing when a leader's
    /// newer one came meanwhile.
    Result<std::optional<StoredSnapshot>> finishSnapshot(const raft::SnapshotMark& mark, raft::LogIndex firstKept);

    /// Bytes of a snapshot to send, fewer only where it ends. An error when it is there no longer.
    Result<QByteArray> chunk(const StoredSnapshot& snapshot, qint64 offset, qsizetype length) const;

    qint64 logBytes() const { return m_logBytes.load(std::memory_order_relaxed); }
    quint64 syncs() const { return m_syncs.load(std::memory_order_relaxed); }

private:
    GroupDisk(storage::Disk& disk, QString folder, kv::StoreRules rules, std::unique_ptr<storage::Wal> wal);

    void append(const Write& what);
    Result<void> sync();
    void noteFigures();
    Result<void> receive(const raft::SnapshotPiece& piece, Outcome& outcome);
    Result<void> install(const raft::SnapshotMark& mark, Outcome& outcome);
    Result<kv::Store> load(const storage::Snapshot& snapshot) const;
    Result<void> resumeIncoming(raft::StoredState& stored);

    storage::Disk& m_disk;
    QString m_folder;
    kv::StoreRules m_rules;
    std::unique_ptr<storage::Wal> m_wal;
    storage::SnapshotFolder m_snapshots;
    raft::LogIndex m_newest; ///< what the newest snapshot ends with
    std::unique_ptr<storage::SnapshotWriter> m_writer;
    raft::LogIndex m_writing; ///< what that one ends with
    std::unique_ptr<storage::IncomingSnapshot> m_incoming;
    std::atomic<qint64> m_logBytes = 0;
    std::atomic<quint64> m_syncs = 0;
};

} // namespace faultline::node
