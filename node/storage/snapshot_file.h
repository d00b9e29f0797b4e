// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/snapshot_format.h"

#include <functional>
#include <memory>
#include <optional>

namespace faultline::storage {

/// A snapshot that is whole and durable in its folder.
struct Snapshot
{
    SnapshotMeta meta;
    qint64 size = 0;      ///< of the file, which is what a peer is sent
    quint64 checksum = 0; ///< of header and state: two snapshots with the same one are the same
    bool operator==(const Snapshot&) const = default;
};

/// The next piece of a state; nothing when it was the last and all of them together are right.
using NextPiece = std::function<Result<std::optional<QByteArray>>()>;
/// Takes a state, piece by piece, so that it need not be in memory beside what is made of it. Before it is called
/// again, and after an error, what it took is worth nothing.
using TakeState = std::function<Result<void>(const NextPiece&)>;

/// Writes a snapshot beside the others, piece by piece, so that the state need not be in memory as a whole. Only
/// finish() makes it one. One thread at a time, which need not be the one that uses the folder's log.
class SnapshotWriter
{
public:
    Result<void> append(QByteArrayView state);
    /// Durable, under its name, when it returns without an error.
    Result<Snapshot> finish();
    /// After an error: the disk has no space for it. It may be begun anew another time.
    bool lackedSpace() const { return m_lackedSpace || m_file->lackedSpace(); }

private:
    friend class SnapshotFolder;
    SnapshotWriter(Disk& disk, QString path, std::unique_ptr<File> file, SnapshotMeta meta);
    Result<void> writeBlocks(bool all);

    Disk& m_disk;
    QString m_path; ///< when it is finished
    std::unique_ptr<File> m_file;
    SnapshotMeta m_meta;
    QByteArray m_gathered; ///< state that fills no block yet
    quint64 m_stateSize = 0;
    bool m_lackedSpace = false; ///< for its name
    format::Checksum m_checksum;
};

/// The snapshots of one node: `snapshot-<last index>` once they are whole. Nothing is handed out that was not verified.
/// The folder must be there and locked, as the log does (wal.h). `disk` must outlive it.
class SnapshotFolder
{
public:
    SnapshotFolder(Disk& disk, QString folder);

    /// The one to start from. `logFirstIndex` is where the log begins: it must go on from the snapshot without a gap,
    /// or begin at 1. A damaged newest one is passed over for an older one, or for none, when the log reaches back that
    /// far, and refused otherwise; so is a log that begins beyond every snapshot. Damaged is also one whose state
    /// `take` refuses; where none is returned, what it took is worth nothing.
    Result<std::optional<Snapshot>> newest(quint64 logFirstIndex, const TakeState& take) const;
    Result<void> read(const Snapshot& snapshot, const TakeState& take) const;
    /// Bytes of the file, to be sent to a peer; fewer only where it ends. Errors: it is no longer there.
    Result<QByteArray> chunk(const Snapshot& snapshot, qint64 offset, qsizetype length) const;

    /// A begun one of the same name, which was not finished, is begun anew. After an error, Disk::lackedSpace() says
    /// whether that was all.
    Result<std::unique_ptr<SnapshotWriter>> begin(const SnapshotMeta& meta);
    /// Removes what `newest`, which is durable, stands for: older ones, and what was begun and never finished.
    Result<void> removeOlderThan(const Snapshot& newest);
    /// At a start, nobody having begun one: what an earlier process began and never finished, and what it had no time
    /// to remove of those before the newest. A process that dies at each snapshot would else fill the disk.
    Result<void> removeLeftovers(const std::optional<Snapshot>& newest);
    /// Removes what begin() began, and nobody will finish.
    Result<void> removeBegun(quint64 lastIndex);

private:
    Disk& m_disk;
    QString m_folder;
};

/// "snapshot-00000000000000000012".
QString snapshotName(quint64 lastIndex);
/// Whether a file of this name is a snapshot, or the beginning of one.
bool isOfASnapshot(const QString& name);
/// Reads all of it. Errors name file and offset.
Result<Snapshot> verifySnapshot(const File& file, const QString& path);

} // namespace faultline::storage
