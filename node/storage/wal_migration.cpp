// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_migration.h"

#include "node/storage/lost_files.h"
#include "node/storage/wal_recovery.h"

#include <algorithm>
#include <limits>

namespace faultline::storage {

namespace {

using namespace format;

Result<Recovered> readFormat1(Disk& disk, const QString& path)
{
    auto file = disk.open(path, Disk::Open::Existing);
    if (!file)
        return Error{file.error()};
    const auto header = (*file)->pread(0, kFileHeaderSize1);
    if (!header)
        return Error{header.error()};
    if (header->isEmpty())
        return Error{QStringLiteral("%1 is empty, but a log is never shorter than its header: its content was lost. %2")
                         .arg(path, adviceOnLostFiles())};
    if (!header->startsWith("faultwal"))
        return Error{QStringLiteral("%1 is not a log of this program: it does not begin with \"faultwal\".").arg(path)};
    if (*header != fileHeader1())
        return Error{QStringLiteral("%1 is damaged at offset 0: its header does not match its checksum.").arg(path)};
    Recovered log;
    const auto records = scanRecords(**file, path, kFileHeaderSize1, 0, 0, log);
    if (!records)
        return Error{records.error()};
    return log;
}

} // namespace

Result<bool> createSegment(Disk& disk, const QString& folder, quint64 number, QByteArrayView content, qint64 filledTo)
{
    const QString path = folder + QLatin1Char('/') + segmentName(number);
    const QString unfinished = path + QStringLiteral(".new");
    if (disk.exists(unfinished)) {
        if (auto removed = disk.remove(unfinished); !removed)
            return disk.lackedSpace() ? Result<bool>(false) : Error{removed.error()};
    }
    const auto giveUp = [&]() -> Result<bool> {
        auto removed = removeLeftover(disk, unfinished);
        return removed ? Result<bool>(false) : Error{removed.error()};
    };
    auto file = disk.open(unfinished, Disk::Open::CreateNew);
    if (!file)
        return disk.lackedSpace() ? Result<bool>(false) : Error{file.error()};
    auto filled = (*file)->fillTo(filledTo);
    if (!filled)
        return filled;
    if (!*filled) {
        file->reset();
        return giveUp();
    }
    if (auto written = (*file)->write(0, content); !written)
        return Error{written.error()};
    if (auto synced = (*file)->sync(SyncOf::Segment); !synced)
        return Error{synced.error()};
    file->reset();
    if (auto renamed = disk.rename(unfinished, path); !renamed)
        return disk.lackedSpace() ? giveUp() : Error{renamed.error()};
    return true;
}

Result<void> migrateFormat1(Disk& disk, const QString& folder, quint64 owner)
{
    const QString path = folder + QStringLiteral("/wal");
    if (!disk.exists(path))
        return {};
    const auto numbers = segmentsIn(disk, folder);
    if (!numbers)
        return Error{numbers.error()};
    if (*numbers == std::vector<quint64>{1})
        return disk.remove(path);
    if (!numbers->empty())
        return Error{
            QStringLiteral("%1 is a log of format 1 beside one that went on without it: move it elsewhere.").arg(path)};
    const auto log = readFormat1(disk, path);
    if (!log)
        return Error{log.error()};
    SegmentHeader header{.owner = owner, .number = 1, .hardState = log->hardState};
    const quint64 seed = seedOf(header.owner, header.number);
    QByteArray content = encode(header);
    for (const Entry& entry : log->entries)
        appendRecord(content, entry, content.size(), seed);
    appendNote(content, 0, content.size(), seed);
    // The next note, which says how long the file is then, must fit.
    const qint64 size = content.size() + recordSize(kSyncedSize);
    header.leastSize = static_cast<quint32>(std::min<qint64>(size, std::numeric_limits<quint32>::max()));
    const QByteArray begin = encode(header);
    std::copy(begin.begin(), begin.end(), content.begin());
    const auto created = createSegment(disk, folder, 1, content, size);
    if (!created)
        return Error{created.error()};
    if (!*created)
        return Error{QStringLiteral("The disk of %1 is full: its log cannot be rewritten in the present format. Make "
                                    "room, and start the node again.")
                         .arg(folder)};
    return disk.remove(path);
}

} // namespace faultline::storage
