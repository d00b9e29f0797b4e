// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/disk/sim_disk.h"

namespace faultline::tests {

/// A disk that has bytes to spare and, at times, no room for a name: a folder needs a block more for it, or the file
/// system has no more inodes.
class ScarceDisk final : public storage::Disk
{
public:
    enum class Names { Plenty, None, NoneButRemovalsHappen };
    Names names = Names::Plenty;

    explicit ScarceDisk(const QString& folder) { static_cast<void>(m_disk.makeFolder(folder)); }

    bool lackedSpace() const override { return m_lackedSpace; }
    bool exists(const QString& path) const override { return m_disk.exists(path); }
    bool hasSpace(const QString& folder) const override { return m_disk.hasSpace(folder); }
    Result<std::unique_ptr<storage::File>> open(const QString& path, Open mode) override
    {
        if (mode == Open::CreateNew && lacks())
            return refused();
        return m_disk.open(path, mode);
    }
    Result<void> rename(const QString& from, const QString& to) override
    {
        return lacks() ? refused() : m_disk.rename(from, to);
    }
    Result<void> remove(const QString& path) override
    {
        if (lacks() && names == Names::NoneButRemovalsHappen)
            static_cast<void>(m_disk.remove(path));
        return lacks() ? refused() : m_disk.remove(path);
    }
    Result<QStringList> list(const QString& folder) const override { return m_disk.list(folder); }
    Result<void> syncFolder(const QString& folder) override { return m_disk.syncFolder(folder); }
    Result<void> makeFolder(const QString& folder) override { return m_disk.makeFolder(folder); }
    Result<std::unique_ptr<storage::FolderLock>> lockFolder(const QString& folder) override
    {
        return m_disk.lockFolder(folder);
    }

private:
    bool lacks()
    {
        m_lackedSpace = names != Names::Plenty;
        return m_lackedSpace;
    }
    static Error refused() { return Error{QStringLiteral("a name failed: No space left on device.")}; }

    sim::SimDisk m_disk{fault::Random(1)};
    bool m_lackedSpace = false;
};

} // namespace faultline::tests
