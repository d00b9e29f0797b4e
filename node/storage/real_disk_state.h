// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/disk_fault.h"
#include "node/storage/descriptor.h"
#include "node/storage/sync_trial.h"
#include "node/storage/synced_marks.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace faultline::storage {

/// Bytes of a file from an offset to another.
struct WrittenRange
{
    qint64 from;
    qint64 to;
};

/// What a real disk and its open files and locks share: what is wrong with it, what a test asks of it, and the marks of
/// the folders that are locked. Any thread.
class RealDiskState
{
public:
    using Pause = std::function<void(std::chrono::microseconds)>;

    explicit RealDiskState(Pause pause);

    void setFault(const fault::DiskFault& fault);
    fault::DiskFault fault() const;
    void setTrial(const SyncTrial& trial);

    /// Waits as long as a sync of this disk takes by its fault.
    void slowDown();
    /// Which bit of what was written is flipped, counted from the first; nothing for most.
    std::optional<quint64> drawFlippedBit(const WrittenRange& written);

    /// Before each change of a file or a name. Does not come back where a trial lets the power fail.
    void willChange();
    /// Before each sync, done or left out. The same.
    void willSync(SyncOf of);
    /// Whether a sync says it was done and is not: the disk lies, or a trial is made.
    bool isLeftOut(SyncOf of) const;
    /// After each sync, done or left out.
    void synced(SyncOf of);

    std::shared_ptr<SyncedMarks> marksOf(const QString& folder) const;
    void setMarks(const QString& folder, std::shared_ptr<SyncedMarks> marks);
    /// After a folder was made in `above`, now or earlier. 0, or what the system said.
    int makeFolderDurable(const QString& folder, const QString& above);
    /// After a name in it changed. 0, or what the system said.
    int makeNamesDurable(const QString& folder, SyncOf of);

private:
    mutable std::mutex m_mutex;
    fault::DiskFault m_fault;
    fault::Random m_random;
    SyncTrial m_trial;
    PowerFailure m_powerFailure;
    Pause m_pause;
    std::map<QString, std::shared_ptr<SyncedMarks>> m_marks;
    std::map<QString, bool> m_isFolderNew; ///< that were asked for: whether their own names are not durable
};

} // namespace faultline::storage
