// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/spare_segments.h"
#include "node/storage/wal_entry.h"
#include "node/storage/wal_recovery.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace faultline::storage {

struct OpenedWal;

struct WalOptions
{
    /// Which log this is, the same at every start: a node refuses the folder of another.
    quint64 owner = 0;
    /// A segment that has grown to this is followed by the next one.
    qint64 segmentSize = qint64(16) << 20;
    /// Room is made in pieces of this, filled with zeros ahead of the writer (four times as much once a segment has
    /// grown beyond one), so that an idle node's folder stays small.
    qint64 fillStep = qint64(1) << 20;
};

/// The write-ahead log: what a node must still know after the power failed, written before anybody is told. A row of
/// files, the segments `wal-0000000001`, ...: records one after the other (wal_format.h), each with its
/// checksum. An entry whose index is not above the last one's takes back everything from that index on, as a follower
/// does whose leader knows better.
///
/// append() only gathers; sync() writes all that was gathered in one piece and makes it durable, so a turn of the event
/// loop costs one write and one sync, however many requests it brought. After each sync the log notes how far it is
/// durable, at the front of the next write, so that the note costs no sync of its own (wal_recovery.h says what for).
/// It notes too how long the file is, so that one that lost its end is told from one with a torn tail.
/// The next segment's header notes both of the segment before and of itself; it also repeats the hard state, so that
/// every segment but the newest can be dropped once a snapshot stands for its entries.
///
/// Records are written over zeros that were made durable before, or over a segment that is not needed any more
/// (spare_segments.h): that makes a sync shorter, and space is known before anybody is promised anything. A full disk
/// breaks nothing: what was gathered waits.
///
/// One thread at a time. After an error from sync(), compact() or beginAnewAfter() the log is broken and every later
/// call gives that error: the node must stop, since nobody knows what is on the disk.
class Wal
{
public:
    /// Makes the folder where missing, locks it, and reads the log in it, or begins one. A torn tail is cut; a log of
    /// an older format is rewritten. What is handed back is durable. A folder that has snapshots and no log is refused.
    /// `disk` must outlive the log.
    static Result<OpenedWal> open(Disk& disk, const QString& folder, const WalOptions& options = {});

    /// Notes that everything is durable, which needs no sync; a log that was not closed so is recovered all the same.
    ~Wal();
    Wal(const Wal&) = delete;
    Wal& operator=(const Wal&) = delete;

    /// Entries must follow each other; the first may be at most one above the last stored.
    void append(std::span<const Entry> entries, const std::optional<HardState>& hardState);
    /// False when the disk has no space: nothing was written, and all of it waits for a later call.
    Result<bool> sync();
    /// Whether append() gathered something that sync() has not written.
    bool dirty() const { return !m_batch.isEmpty(); }

    /// Whether makeRoom() is due, so that no sync() has to do it first.
    bool wantsRoom() const { return m_filled - m_durable < stepNow() / 2; }
    /// Makes room ahead of what is written. Of no consequence but for isFull().
    Result<void> makeRoom();
    /// The disk had no space for the room that was asked for last.
    bool isFull() const { return m_isFull; }

    /// A durable snapshot stands for the entries up to this one (lastIndex() at most): segments with nothing beyond it
    /// are removed, oldest first, and a new one is begun, so that the next call finds more to remove. At any moment of
    /// it the folder holds a whole log. On a full disk no new one is begun. Not while dirty().
    Result<void> compact(quint64 upToIndex);
    /// A durable snapshot from the leader takes the place of all entries, also of those beyond it, which may be of
    /// another history: the next entry is index + 1. Not while dirty(). False, and the log is as it was, when the disk
    /// has no space for a new segment.
    Result<bool> beginAnewAfter(quint64 index);

    quint64 lastIndex() const { return m_lastIndex; }
    /// Of all segments, gathered ones not counted.
    qint64 bytes() const;
    std::size_t segments() const { return m_segments.size(); }
    quint64 syncs() const { return m_syncs; }

private:
    Wal(Disk& disk, QString folder, const WalOptions& options, std::unique_ptr<FolderLock> lock, LogScan scan);

    Result<void> openLast();
    Result<void> cutTail(qint64 written);
    qint64 stepNow() const { return m_durable >= m_options.fillStep ? 4 * m_options.fillStep : m_options.fillStep; }
    Result<bool> fillFor(qint64 bytes);
    bool isNoted() const;
    void appendNote();
    qint64 nextPlace() const { return m_durable + m_batch.size(); }
    Result<void> writeBatch();
    /// Goes on in a new segment; false when there is no space for one.
    Result<bool> roll(bool beginsAnew);
    Result<bool> begin(format::SegmentHeader header);
    /// False when there is no space even for that; it may have gone all the same.
    Result<bool> dropFirst();
    Result<void> broken(const Result<void>& done);

    Disk& m_disk;
    QString m_folder;
    WalOptions m_options;
    std::unique_ptr<FolderLock> m_lock;
    SpareSegments m_spares;
    std::vector<Segment> m_segments; ///< oldest first, never empty; the size of the last one is m_durable's business
    std::unique_ptr<File> m_file;    ///< of the last segment
    quint64 m_seed = 0;              ///< of its records
    QByteArray m_batch;
    quint64 m_lastIndex;
    HardState m_hardState;
    qint64 m_durable;              ///< of the last segment, everything before is; the batch will be written here
    qint64 m_filled = 0;           ///< and up to here there is room
    qint64 m_noted;                ///< what the last note in it says
    bool m_beginsWithNote = false; ///< the batch
    bool m_isFull = false;
    quint64 m_syncs = 0;
    std::optional<QString> m_broken;
};

struct OpenedWal
{
    std::unique_ptr<Wal> wal;
    Recovered recovered;
};

} // namespace faultline::storage
