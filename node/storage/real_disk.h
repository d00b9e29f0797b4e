// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"

namespace faultline::storage {

/// Files of the operating system, by POSIX calls: sync is fdatasync(2), a new, renamed or removed name is made durable
/// by fsync(2) of its folder, locks are flock(2).
class RealDisk final : public Disk
{
public:
    bool exists(const QString& path) const override;
    Result<std::unique_ptr<File>> open(const QString& path, Open mode) override;
    Result<void> rename(const QString& from, const QString& to) override;
    Result<void> remove(const QString& path) override;
    Result<QStringList> list(const QString& folder) const override;
    Result<void> makeFolder(const QString& folder) override;
    Result<std::unique_ptr<FolderLock>> lockFolder(const QString& folder) override;
};

} // namespace faultline::storage
