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
/// A full disk is no error: writes wait until there is space, and snapshots are given up, to be taken another time.
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
    /// Reads back what the folder holds.
    static Result<Opened> open(storage::Disk& disk, const QString& folder, const storage::WalOptions& log,
                               kv::StoreRules rules);

    struct Write ///< that of one Ready
    {
        raft::Entries entries;
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
        bool snapshotRefused = false; ///< the last piece came, and the whole is not right or finds no space
    };
    /// What gathered while the disk was at work, in its order: one append and one sync for all of it, unless a snapshot
    /// is among it. Durable when it returns outcomes, one for each. Nothing while the disk is full: what was given
    /// waits here, comes before what the next call brings, and its outcomes come with that.
    Result<std::optional<std::vector<Outcome>>> write(std::vector<Write> gathered);

    /// Looks whether there is space, and makes room for what will be written, see storage::Wal. Due when wantsRoom(),
    /// and now and then.
    Result<void> makeRoom();

    /// The next piece of a snapshot of this node's own state; the first one begins it. False when there is no space:
    /// what there was of it is dropped.
    Result<bool> addToSnapshot(const raft::SnapshotMark& mark, QByteArrayView state);
    /// Durable when it returns without an error; then the log before `firstKept` is dropped. Nothing when a leader's
    /// newer one came meanwhile, or there was no space for it.
    Result<std::optional<StoredSnapshot>> finishSnapshot(const raft::SnapshotMark& mark, raft::LogIndex firstKept);

    /// Bytes of a snapshot to send, fewer only where it ends. An error when it is there no longer.
    Result<QByteArray> chunk(const StoredSnapshot& snapshot, qint64 offset, qsizetype length) const;

    qint64 logBytes() const { return m_logBytes.load(std::memory_order_relaxed); }
    quint64 syncs() const { return m_syncs.load(std::memory_order_relaxed); }
    bool wantsRoom() const { return m_wantsRoom.load(std::memory_order_relaxed); }
    /// There was no space when that was looked at last, though the log may have some room left.
    bool isFull() const { return m_isFull.load(std::memory_order_relaxed); }

private:
    GroupDisk(storage::Disk& disk, QString folder, kv::StoreRules rules, std::unique_ptr<storage::Wal> wal);

    void append(const Write& what);
    Result<bool> sync();
    Result<bool> giveUpSnapshot();
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
    std::vector<Write> m_waiting; ///< writes that are not durable; the log has gathered the first m_gathered of them
    std::size_t m_gathered = 0;
    bool m_hasSpace = true;
    std::vector<Outcome> m_outcomes; ///< of those that are
    raft::LogIndex m_newest;         ///< what the newest snapshot ends with
    std::unique_ptr<storage::SnapshotWriter> m_writer;
    raft::LogIndex m_writing; ///< what that one ends with
    std::unique_ptr<storage::IncomingSnapshot> m_incoming;
    std::atomic<qint64> m_logBytes = 0;
    std::atomic<quint64> m_syncs = 0;
    std::atomic<bool> m_wantsRoom = false;
    std::atomic<bool> m_isFull = false;
};

} // namespace faultline::node
