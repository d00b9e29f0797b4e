// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"

#include <vector>

namespace faultline::storage {

/// Files of segments that nobody needs any more, kept to be written over: their room is there and was written before,
/// which is what makes a sync short, and costs no zeros a second time. What still stands in them is no danger, since a
/// record is good for one place of one segment only (wal_format.h). In the folder they are called `spare-0000000007`.
class SpareSegments
{
public:
    static constexpr std::size_t kMost = 4;

    /// `disk` must outlive it.
    SpareSegments(Disk& disk, QString folder)
        : m_disk(disk)
        , m_folder(std::move(folder))
    {}

    /// Those that an earlier process left go: a disk that lied may have given one of them back the name of a spare
    /// after it had become a segment, and its records would be good in a segment of the same number.
    Result<void> removeThoseThere();

    std::size_t count() const { return m_spares.size(); }
    bool wantsMore() const { return m_spares.size() + m_left < kMost; }
    /// Takes the file of a segment, which is one no more, and is at least so long.
    Result<void> keep(quint64 number, qint64 size);
    /// Of the one that is used next, at least. There must be one.
    qint64 nextSize() const { return m_spares.back().size; }
    /// One of them becomes the segment of this number, with this content at its beginning: whole or not at all. There
    /// must be one. Needs no space, but maybe for the name: false then, and it is a spare as before.
    Result<bool> use(quint64 number, QByteArrayView content);

private:
    struct Spare
    {
        QString name;
        qint64 size;
    };
    QString pathOf(const QString& name) const { return m_folder + QLatin1Char('/') + name; }

    Disk& m_disk;
    QString m_folder;
    std::vector<Spare> m_spares;
    std::size_t m_left = 0; ///< of an earlier process, which a full disk did not let go; the next start tries again
};

} // namespace faultline::storage
