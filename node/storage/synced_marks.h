// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>
#include <set>

namespace faultline::storage {

/// What of one file, and of its name, is durable. Lives in the shared mapping, so that it outlives SIGKILL: each word
/// is stored whole, and carries a check beside its value (48 bits and 16), so that a mark that rotted is noticed and
/// takes nothing away. A file is told apart by its inode, which stays the same when it is renamed.
class SyncedMark
{
public:
    /// 0: it is free. It is freed once its file's name is gone for good, and may then be another's, though the file be
    /// open still.
    quint64 inode() const { return m_inode; }
    /// Everything before this offset is durable, but for what was overwritten since: dirtyFrom to dirtyTo, nothing when
    /// that is 0.
    qint64 durable() const;
    qint64 dirtyFrom() const;
    qint64 dirtyTo() const;
    /// Its name came, and the folder was not made durable since: the file itself may vanish.
    bool isCreated() const;
    /// Its name went: the file, which is kept aside, may be back.
    bool isRemoved() const;
    /// ... because another took it, which goes if it comes.
    bool isReplaced() const;
    /// When not empty, the name it may be called again: what it was before it was renamed or removed.
    QString formerName() const;

    void wasCreated();
    /// Before bytes are written.
    void willWrite(qint64 offset, qint64 end);
    void wasCut(qint64 size);
    void wasSynced(qint64 size);

private:
    friend class SyncedMarks;

    void begin(quint64 inode, qint64 durable);
    void end();
    quint64 sealed(quint64 value, int word) const;
    quint64 namesSealed(quint64 names) const;
    quint64 names() const;
    bool isWhole() const;
    /// Before it goes. The first former name is kept, which is the durable one; a very long one is not.
    void noteName(const QString& former, quint64 bit);
    void nameIsDurable();

    quint64 m_inode; ///< 0: free
    quint64 m_durable;
    quint64 m_dirtyFrom;
    quint64 m_dirtyTo;
    quint64 m_names;
    char m_formerName[88];
};
static_assert(sizeof(SyncedMark) == 128);

/// The synced marks of the files of one folder, in the file `synced-marks` in it. SIGKILL alone keeps what the system
/// has in memory and so proves nothing about syncing; with the marks, what was not durable when a node "lost power" can
/// be taken away at its next start (power_cut.h): bytes, and names that came, went or changed. For that a file whose
/// name goes is kept aside under another, `undo-<inode>`, until the folder is durable.
///
/// The file is for this machine alone and is begun anew when it is none of this program's, or of another length: a file
/// without a mark counts as durable. So it is when the system was started since, or the folder is another one: nobody
/// makes the marks themselves durable, so a real crash may have left them older than the files, which are what the disk
/// had. Marks of formats 1 and 2 are read: they did not say when and where they were made, and the first knew nothing
/// of names that went.
///
/// Any thread; one mark is used by one thread at a time.
class SyncedMarks
{
public:
    static QString fileName();
    /// Whether a name is of a file that is kept aside.
    static bool isAside(const QString& name);
    /// Opens or makes it. When a mark in it rotted, that is an error where marks are to be `trusted`, which names the
    /// place; else all are begun anew. Nothing where the disk has no space for them.
    static Result<std::unique_ptr<SyncedMarks>> open(const QString& folder, bool trusted = false);
    ~SyncedMarks();
    SyncedMarks(const SyncedMarks&) = delete;
    SyncedMarks& operator=(const SyncedMarks&) = delete;

    /// Nothing when there is none.
    SyncedMark* find(quint64 inode);
    /// The one there is, or a new one that says `durable`. Nothing when all are taken.
    SyncedMark* claim(quint64 inode, qint64 durable);
    void forget(quint64 inode);
    void forgetAllBut(const std::set<quint64>& inodes);
    /// Before the name of this file goes.
    void willRemove(const QString& path);
    /// Before this file gets another name, be it that of a file that is there.
    void willRename(const QString& from, const QString& to);
    /// The folder was made durable by an honest sync.
    void namesAreDurable();

    /// The folder itself was made, and its name is not durable: all that is in it may vanish.
    bool isFolderNew() const;
    void setFolderNew(bool isNew);

private:
    SyncedMarks(QString folder, void* mapping)
        : m_folder(std::move(folder))
        , m_mapping(mapping)
    {}

    void keepAside(const QString& path, quint64 bit);
    Result<void> understand(const QString& path, qint64 size, bool trusted);
    void beginAnew();
    void dropStrayAsides();
    QString asidePath(quint64 inode) const;
    quint64& folderWord() const;
    SyncedMark* marks() const;
    SyncedMark* slotOf(quint64 inode) const; ///< 0: a free one

    std::mutex m_mutex;
    QString m_folder;
    void* m_mapping;
};

} // namespace faultline::storage
