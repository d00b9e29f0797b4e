// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>

namespace faultline::storage {

/// What of one file is durable. Lives in the shared mapping, so that it outlives SIGKILL; each field is written whole.
/// A file is told apart by its inode, which stays the same when it is renamed.
struct SyncedMark
{
    quint64 inode;       ///< 0: free
    qint64 durable;      ///< everything before this offset is, ...
    qint64 dirtyFrom;    ///< ... but for what was overwritten since the last sync: from here
    qint64 dirtyTo;      ///< to here; 0: nothing
    quint64 newName;     ///< 1: the disk lied when the file was created, so that the file itself may vanish
    char formerName[88]; ///< when not empty: the disk lied when it was renamed, so that it may be called this again

    /// Before bytes are written.
    void willWrite(qint64 offset, qint64 end);
    void wasCut(qint64 size);
    void wasSynced(qint64 size);
    /// By a disk that lies. The first former name is kept, which is the durable one; a very long one is not.
    void willBeRenamed(const QByteArray& from);
};
static_assert(sizeof(SyncedMark) == 128);

/// The synced marks of the files of one folder, in the file `synced-marks` in it. SIGKILL alone keeps what the system
/// has in memory and so proves nothing about syncing; with the marks, what was not durable when a node "lost power" can
/// be taken away at its next start (power_cut.h). The file is for this machine alone and is begun anew when it is not
/// understood: a file without a mark counts as durable.
///
/// Any thread; one mark is used by one thread at a time.
class SyncedMarks
{
public:
    static QString fileName();
    /// Opens or makes it.
    static Result<std::unique_ptr<SyncedMarks>> open(const QString& folder);
    ~SyncedMarks();
    SyncedMarks(const SyncedMarks&) = delete;
    SyncedMarks& operator=(const SyncedMarks&) = delete;

    /// Nothing when there is none.
    SyncedMark* find(quint64 inode);
    /// The one there is, or a new one that says `durable`. Nothing when all are taken.
    SyncedMark* claim(quint64 inode, qint64 durable);
    void forget(quint64 inode);
    /// The folder was made durable by an honest sync.
    void namesAreDurable();

private:
    SyncedMarks(SyncedMark* marks, void* mapping)
        : m_marks(marks)
        , m_mapping(mapping)
    {}

    SyncedMark* slotOf(quint64 inode); ///< 0: a free one

    std::mutex m_mutex;
    SyncedMark* m_marks;
    void* m_mapping;
};

} // namespace faultline::storage
