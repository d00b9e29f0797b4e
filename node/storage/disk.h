// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <memory>

namespace faultline::storage {

/// What a sync is for: the promise that would be an empty one without it. Each call says so, so that a test can leave
/// out exactly one kind and see it missed (sync_trial.h).
enum class SyncOf : quint8 {
    Records,          ///< of the log, before anybody hears of them
    Tail,             ///< whole records that a killed process may have left in memory only, before they are handed back
    Room,             ///< zeros ahead of the writer: size and blocks are there before records count on them
    Segment,          ///< the header of a new segment, before it gets its name
    Spare,            ///< the same of a segment that is written over
    Snapshot,         ///< of this node's own state, before it gets its name
    IncomingSnapshot, ///< from a peer, before it gets its name
    RenamedName,      ///< a file's new name, before what it stands for is dropped or built upon
    RemovedName, ///< that a name is gone, before the next goes: segments may not come back with one missing between
    FoundNames,  ///< that an earlier process may have left between a change of names and its sync, before they count
    FolderName,  ///< of a folder that was made, now or by such a process, before anything in it counts
};

/// One open file. Closes when destroyed. What was written survives the process at once, but survives the machine only
/// after sync(). Not for two threads at a time. Errors are sentences that name the file and what the system said.
class File
{
public:
    virtual ~File() = default;

    virtual qint64 size() const = 0;
    /// Exactly `length` bytes from `offset`; fewer only where the file ends.
    virtual Result<QByteArray> pread(qint64 offset, qsizetype length) const = 0;
    /// Writes at `offset`, growing the file where needed. After an error any part may have been written.
    virtual Result<void> write(qint64 offset, QByteArrayView bytes) = 0;
    /// Writes again what is there already, so that the next sync makes it durable. For whoever finds it: after a sync
    /// that failed, what can be read may be on no disk, and the system does not try again (see sync()). It changes no
    /// byte, so that a power cut in its midst takes nothing that was durable.
    virtual Result<void> writeAgain(qint64 from, qint64 to) = 0;
    /// Writes where the file ends.
    virtual Result<void> append(QByteArrayView bytes) = 0;
    virtual Result<void> truncate(qint64 size) = 0;
    /// Makes the file this long, with zeros behind what it has, and durable. What is then written within it needs no
    /// space any more, and its sync only the bytes themselves: measured, fdatasync takes half the time where the file
    /// was written before, and not merely allocated. False, and the file is as it was, when there is no space.
    virtual Result<bool> fillTo(qint64 size) = 0;
    /// Whether the last write failed for want of space, and for no other reason.
    virtual bool lackedSpace() const = 0;
    /// Makes content and size durable, not the name. After an error nobody knows what is on the disk, and a later
    /// success says nothing about earlier writes (Rebello et al., "Can Applications Recover from fsync Failures?",
    /// 2020): give up the file.
    virtual Result<void> sync(SyncOf of) = 0;
};

/// Held while it lives: no other process, and nobody else in this one, gets the same lock.
class FolderLock
{
public:
    virtual ~FolderLock() = default;
};

/// The only thing in a node that touches files, so that the same code runs on a real disk and on one that is slow,
/// full, torn or lying. Paths are absolute or relative to the working folder.
class Disk
{
public:
    enum class Open {
        Existing, ///< an error when there is none
        /// An error when there is one. The name is durable with the next change of a name in the folder that is, and
        /// not before: what is created has a name that nobody misses, until it is whole and gets its own by rename().
        CreateNew,
    };

    virtual ~Disk() = default;

    /// After an error of open(), rename() or remove(): whether it failed for want of space, and for no other reason.
    /// Nothing was changed then; but a name that remove() could not make durable is gone all the same.
    virtual bool lackedSpace() const = 0;
    virtual bool exists(const QString& path) const = 0;
    /// Whether files in the folder may grow by some megabytes, as far as anybody knows before it is tried.
    virtual bool hasSpace(const QString& folder) const = 0;
    virtual Result<std::unique_ptr<File>> open(const QString& path, Open mode) = 0;
    /// Replaces `to` when it exists. Durable when it returns.
    virtual Result<void> rename(const QString& from, const QString& to) = 0;
    /// Durable when it returns.
    virtual Result<void> remove(const QString& path) = 0;
    /// Names of the files in a folder, sorted.
    virtual Result<QStringList> list(const QString& folder) const = 0;
    /// Makes durable which names the folder has. For whoever finds them: a process that was killed after it changed a
    /// name and before that was durable leaves behind what anybody can see and nobody can build upon.
    virtual Result<void> syncFolder(const QString& folder) = 0;
    /// Makes the folder and those above it where missing. Durable when it returns, also where it was there: who made
    /// it may have been killed before it was.
    virtual Result<void> makeFolder(const QString& folder) = 0;
    /// One user of a folder at a time: a lock on the file `lock` in it, which the system releases when the process
    /// ends, however it ends. The error names the process that has it.
    virtual Result<std::unique_ptr<FolderLock>> lockFolder(const QString& folder) = 0;
};

/// Removes a file that nobody needs and nobody minds: where even that wants space, it stays for another time.
inline Result<void> removeLeftover(Disk& disk, const QString& path)
{
    auto removed = disk.remove(path);
    return removed || disk.lackedSpace() ? Result<void>() : removed;
}

} // namespace faultline::storage
