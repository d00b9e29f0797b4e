// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <memory>

namespace faultline::storage {

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
    /// Writes where the file ends.
    virtual Result<void> append(QByteArrayView bytes) = 0;
    virtual Result<void> truncate(qint64 size) = 0;
    /// Makes the file this long, with zeros behind what it has, and durable. What is then written within it needs no
    /// space any more, and its sync only the bytes themselves: measured, fdatasync takes half the time where the file
    /// was written before, and not merely allocated. False, and the file is as it was, when there is no space.
    virtual Result<bool> fillTo(qint64 size) = 0;
    /// Whether the last write failed for want of space, and for no other reason.
    virtual bool lackedSpace() const = 0;
    /// Makes content and size durable. After an error nobody knows what is on the disk, and a later success says
    /// nothing about earlier writes (Rebello et al., "Can Applications Recover from fsync Failures?", 2020): give up
    /// the file.
    virtual Result<void> sync() = 0;
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
        Existing,  ///< an error when there is none
        CreateNew, ///< an error when there is one
    };

    virtual ~Disk() = default;

    virtual bool exists(const QString& path) const = 0;
    /// Whether files in the folder may grow by some megabytes, as far as anybody knows before it is tried.
    virtual bool hasSpace(const QString& folder) const = 0;
    virtual Result<std::unique_ptr<File>> open(const QString& path, Open mode) = 0;
    /// Replaces `to` when it exists. Durable when it returns.
    virtual Result<void> rename(const QString& from, const QString& to) = 0;
    virtual Result<void> remove(const QString& path) = 0;
    /// Names of the files in a folder, sorted.
    virtual Result<QStringList> list(const QString& folder) const = 0;
    /// Makes the folder and those above it where missing. Durable when it returns.
    virtual Result<void> makeFolder(const QString& folder) = 0;
    /// One user of a folder at a time: a lock on the file `lock` in it, which the system releases when the process
    /// ends, however it ends. The error names the process that has it.
    virtual Result<std::unique_ptr<FolderLock>> lockFolder(const QString& folder) = 0;
};

} // namespace faultline::storage
