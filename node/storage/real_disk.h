// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/disk_fault.h"
#include "node/storage/disk.h"
#include "node/storage/sync_trial.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace faultline::storage {

class RealDiskState;

/// Files of the operating system, by POSIX calls: sync is fdatasync(2), a renamed or removed name is made durable by
/// fsync(2) of its folder, locks are flock(2).
///
/// Whoever locks a folder has its synced marks kept (synced_marks.h) until the lock goes, for the files opened
/// meanwhile and for names that come, go or change. Faults of a disk act on everything that is open. A lying disk
/// leaves the marks alone, so that the next power cut shows the lie.
class RealDisk final : public Disk
{
public:
    using Pause = std::function<void(std::chrono::microseconds)>;

    /// `pause` is how a slow disk lets its caller wait, of the time that DiskFault speaks of; without one it sleeps.
    explicit RealDisk(Pause pause = {});
    ~RealDisk() override;

    /// From any thread.
    void setFault(const fault::DiskFault& fault);
    /// For tests alone. Before anything is opened.
    void setTrial(const SyncTrial& trial);

    bool lackedSpace() const override;
    bool exists(const QString& path) const override;
    bool hasSpace(const QString& folder) const override;
    Result<std::unique_ptr<File>> open(const QString& path, Open mode) override;
    Result<void> rename(const QString& from, const QString& to) override;
    Result<void> remove(const QString& path) override;
    Result<QStringList> list(const QString& folder) const override;
    Result<void> syncFolder(const QString& folder) override;
    Result<void> makeFolder(const QString& folder) override;
    Result<std::unique_ptr<FolderLock>> lockFolder(const QString& folder) override;

private:
    Error nameFailed(const QString& what, const QString& path, int code);

    std::shared_ptr<RealDiskState> m_state;
    std::atomic<bool> m_lackedSpace = false;
};

} // namespace faultline::storage
