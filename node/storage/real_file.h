// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/descriptor.h"
#include "node/storage/disk.h"
#include "node/storage/real_disk_state.h"

#include <memory>
#include <vector>

namespace faultline::storage {

/// A file of the operating system, with what is wrong with its disk, and its synced mark where marks are kept.
class RealFile final : public File
{
public:
    RealFile(std::shared_ptr<RealDiskState> disk, QString path, Descriptor fd, qint64 size);
    void keepMark(std::shared_ptr<SyncedMarks> marks, SyncedMark* mark);

    qint64 size() const override { return m_size; }
    Result<QByteArray> pread(qint64 offset, qsizetype length) const override;
    Result<void> write(qint64 offset, QByteArrayView bytes) override;
    Result<void> append(QByteArrayView bytes) override;
    Result<void> truncate(qint64 size) override;
    Result<bool> fillTo(qint64 size) override;
    bool lackedSpace() const override { return m_lackedSpace; }
    Result<void> sync(SyncOf of) override;

private:
    SyncedMark* mark() const; ///< nothing where none is kept, or any more
    Error writeFailed(int code);
    Result<void> flipBits();

    std::shared_ptr<RealDiskState> m_disk;
    QString m_path;
    Descriptor m_fd;
    qint64 m_size;
    qint64 m_onItsWay; ///< what was appended up to here
    bool m_lackedSpace = false;
    std::vector<WrittenRange> m_written; ///< since the last honest sync
    std::shared_ptr<SyncedMarks> m_marks;
    SyncedMark* m_mark = nullptr; ///< in m_marks
    quint64 m_inode = 0;          ///< whose mark it was
};

} // namespace faultline::storage
