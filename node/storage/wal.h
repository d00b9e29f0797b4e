// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/wal_entry.h"

#include <memory>
#include <optional>
#include <span>

namespace faultline::storage {

struct OpenedWal;

/// The write-ahead log: what a node must still know after the power failed, written before anybody is told. One file
/// that only grows: records one after the other (wal_format.h), each with its checksum. An entry whose index is not
/// above the last one's takes back everything from that index on, as a follower does whose leader knows better.
///
/// append() only gathers; sync() writes all that was gathered in one piece and makes it durable, so a turn of the event
/// loop costs one write and one sync, however many requests it brought. After each sync the log notes how far it is
/// durable, at the front of the next write, so that the note costs no sync of its own (wal_recovery.h says what for).
///
/// One thread at a time. After an error from sync() the log is broken and every later call gives that error: the node
/// must stop, since nobody knows what is on the disk.
class Wal
{
public:
    /// Makes the folder where missing, locks it, and reads `wal` in it, or begins one. A torn tail is cut. What is
    /// handed back is durable. `disk` must outlive the log.
    static Result<OpenedWal> open(Disk& disk, const QString& folder);

    /// Notes that everything is durable, which needs no sync; a log that was not closed so is recovered all the same.
    ~Wal();
    Wal(const Wal&) = delete;
    Wal& operator=(const Wal&) = delete;

    /// Entries must follow each other; the first may be at most one above the last stored.
    void append(std::span<const Entry> entries, const std::optional<HardState>& hardState);
    Result<void> sync();
    /// Whether append() gathered something that sync() has not written.
    bool dirty() const { return !m_batch.isEmpty(); }

    quint64 lastIndex() const { return m_lastIndex; }
    /// Of the file, gathered ones not counted.
    qint64 bytes() const { return m_file->size(); }
    quint64 syncs() const { return m_syncs; }

private:
    Wal(std::unique_ptr<FolderLock> lock, std::unique_ptr<File> file, quint64 lastIndex, qint64 noted);

    void appendNote();
    qint64 placeOf(qsizetype offsetInBatch) const { return m_durable + offsetInBatch; }

    std::unique_ptr<FolderLock> m_lock;
    std::unique_ptr<File> m_file;
    QByteArray m_batch;
    quint64 m_lastIndex;
    qint64 m_durable; ///< everything before is; the batch will be written here
    qint64 m_noted;   ///< what the last note in the file says
    quint64 m_syncs = 0;
    std::optional<QString> m_broken;
};

struct OpenedWal
{
    std::unique_ptr<Wal> wal;
    Recovered recovered;
};

} // namespace faultline::storage
