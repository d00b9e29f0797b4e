// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/snapshot_file.h"

#include "node/storage/lost_files.h"

#include <algorithm>
#include <vector>

namespace faultline::storage {

namespace {

using namespace format;

const QString kPrefix = QStringLiteral("snapshot-");
const QString kUnfinished = QStringLiteral(".part");
constexpr qsizetype kNumberWidth = 20;

/// Of any file of a snapshot, finished or not; nothing of other files.
std::optional<quint64> indexOf(const QString& name)
{
    if (!name.startsWith(kPrefix))
        return std::nullopt;
    bool ok = false;
    const quint64 index = name.mid(kPrefix.size(), kNumberWidth).toULongLong(&ok);
    return ok ? std::optional(index) : std::nullopt;
}

/// Also what `take` leaves is read, since only the whole is right or not.
Result<Snapshot> readWhole(const File& file, const QString& path, std::optional<quint64> lastIndex,
                           const TakeState& take)
{
    auto reader = SnapshotReader::open(file, path);
    if (!reader)
        return Error{reader.error()};
    if (lastIndex && reader->meta().lastIndex != *lastIndex)
        return Error{QStringLiteral("%1 is the snapshot up to entry %2 under the name of another.")
                         .arg(path)
                         .arg(reader->meta().lastIndex)};
    std::optional<QString> damage;
    bool isAtEnd = false;
    const NextPiece next = [&]() -> Result<std::optional<QByteArray>> {
        auto piece = reader->next();
        isAtEnd = piece && !*piece;
        if (!piece)
            damage = piece.error();
        return piece;
    };
    const auto taken = take(next);
    while (!isAtEnd && !damage)
        static_cast<void>(next());
    if (damage)
        return Error{*damage};
    if (!taken)
        return Error{QStringLiteral("%1 is whole, and yet its state is none: %2").arg(path, taken.error())};
    return Snapshot{reader->meta(), reader->place(), reader->checksum()};
}

Result<Snapshot> readAt(Disk& disk, const QString& path, quint64 lastIndex, const TakeState& take)
{
    const auto file = disk.open(path, Disk::Open::Existing);
    return file ? readWhole(**file, path, lastIndex, take) : Error{file.error()};
}

} // namespace

QString snapshotName(quint64 lastIndex)
{
    return kPrefix + QStringLiteral("%1").arg(lastIndex, kNumberWidth, 10, QLatin1Char('0'));
}

bool isOfASnapshot(const QString& name)
{
    return indexOf(name).has_value();
}

Result<Snapshot> verifySnapshot(const File& file, const QString& path)
{
    return readWhole(file, path, {}, [](const NextPiece&) { return Result<void>(); });
}

SnapshotWriter::SnapshotWriter(Disk& disk, QString path, std::unique_ptr<File> file, SnapshotMeta meta)
    : m_disk(disk)
    , m_path(std::move(path))
    , m_file(std::move(file))
    , m_meta(std::move(meta))
{
    m_checksum.add(encode(m_meta));
}

Result<void> SnapshotWriter::append(QByteArrayView state)
{
    m_gathered.append(state);
    m_checksum.add(state);
    m_stateSize += static_cast<quint64>(state.size());
    return writeBlocks(false);
}

Result<void> SnapshotWriter::writeBlocks(bool all)
{
    qsizetype done = 0;
    QByteArray blocks = m_file->size() == 0 ? encode(m_meta) : QByteArray();
    while (m_gathered.size() - done >= kBlockSize || (all && done < m_gathered.size())) {
        const QByteArrayView data =
            QByteArrayView(m_gathered).sliced(done, std::min(kBlockSize, m_gathered.size() - done));
        appendBlock(blocks, BlockKind::State, data, m_file->size() + blocks.size());
        done += data.size();
    }
    m_gathered.remove(0, done);
    return blocks.isEmpty() ? Result<void>() : m_file->append(blocks);
}

Result<Snapshot> SnapshotWriter::finish()
{
    if (auto written = writeBlocks(true); !written)
        return Error{written.error()};
    QByteArray end;
    appendBlock(end, BlockKind::End, endData(m_stateSize, m_checksum.value()), m_file->size());
    if (auto written = m_file->append(end); !written)
        return Error{written.error()};
    if (auto synced = m_file->sync(SyncOf::Snapshot); !synced)
        return Error{synced.error()};
    const Snapshot snapshot{m_meta, m_file->size(), m_checksum.value()};
    if (auto renamed = m_disk.rename(m_path + kUnfinished, m_path); !renamed) {
        m_lackedSpace = m_disk.lackedSpace();
        return Error{renamed.error()};
    }
    return snapshot;
}

SnapshotFolder::SnapshotFolder(Disk& disk, QString folder)
    : m_disk(disk)
    , m_folder(std::move(folder))
{}

Result<std::optional<Snapshot>> SnapshotFolder::newest(quint64 logFirstIndex, const TakeState& take) const
{
    const auto names = m_disk.list(m_folder);
    if (!names)
        return Error{names.error()};
    std::vector<quint64> indexes;
    for (const QString& name : *names) {
        if (const auto index = indexOf(name); index && name == snapshotName(*index))
            indexes.push_back(*index);
    }
    std::ranges::sort(indexes, std::ranges::greater());
    std::optional<QString> refusal;
    for (const quint64 index : indexes) {
        if (index + 1 < logFirstIndex)
            break;
        const QString path = m_folder + QLatin1Char('/') + snapshotName(index);
        auto snapshot = readAt(m_disk, path, index, take);
        if (snapshot)
            return std::optional(*std::move(snapshot));
        if (!refusal)
            refusal = snapshot.error();
    }
    if (logFirstIndex <= 1)
        return std::optional<Snapshot>();
    if (refusal)
        return Error{QStringLiteral("%1 The log begins at entry %2, so nothing else says what was before. %3")
                         .arg(*refusal)
                         .arg(logFirstIndex)
                         .arg(adviceOnLostFiles())};
    return Error{QStringLiteral("%1 has no snapshot up to entry %2 or later, and its log begins at entry %3: a file is "
                                "missing. %4")
                     .arg(m_folder)
                     .arg(logFirstIndex - 1)
                     .arg(logFirstIndex)
                     .arg(adviceOnLostFiles())};
}

Result<void> SnapshotFolder::read(const Snapshot& snapshot, const TakeState& take) const
{
    const quint64 lastIndex = snapshot.meta.lastIndex;
    const auto whole = readAt(m_disk, m_folder + QLatin1Char('/') + snapshotName(lastIndex), lastIndex, take);
    return whole ? Result<void>() : Error{whole.error()};
}

Result<QByteArray> SnapshotFolder::chunk(const Snapshot& snapshot, qint64 offset, qsizetype length) const
{
    auto file = m_disk.open(m_folder + QLatin1Char('/') + snapshotName(snapshot.meta.lastIndex), Disk::Open::Existing);
    if (!file)
        return Error{file.error()};
    return (*file)->pread(offset, length);
}

Result<std::unique_ptr<SnapshotWriter>> SnapshotFolder::begin(const SnapshotMeta& meta)
{
    FAULTLINE_INVARIANT(meta.membership.size() <= kMaxMembership, "a membership fits the header of a snapshot");
    const QString path = m_folder + QLatin1Char('/') + snapshotName(meta.lastIndex);
    const QString unfinished = path + kUnfinished;
    if (m_disk.exists(unfinished)) {
        if (auto removed = m_disk.remove(unfinished); !removed)
            return Error{removed.error()};
    }
    auto file = m_disk.open(unfinished, Disk::Open::CreateNew);
    if (!file)
        return Error{file.error()};
    return std::unique_ptr<SnapshotWriter>(new SnapshotWriter(m_disk, path, *std::move(file), meta));
}

Result<void> SnapshotFolder::removeBegun(quint64 lastIndex)
{
    return removeLeftover(m_disk, m_folder + QLatin1Char('/') + snapshotName(lastIndex) + kUnfinished);
}

Result<void> SnapshotFolder::removeLeftovers(const std::optional<Snapshot>& newest)
{
    const auto names = m_disk.list(m_folder);
    if (!names)
        return Error{names.error()};
    for (const QString& name : *names) {
        if (!indexOf(name) || !name.endsWith(kUnfinished))
            continue;
        if (auto removed = removeLeftover(m_disk, m_folder + QLatin1Char('/') + name); !removed)
            return removed;
    }
    return newest ? removeOlderThan(*newest) : Result<void>();
}

Result<void> SnapshotFolder::removeOlderThan(const Snapshot& newest)
{
    const auto names = m_disk.list(m_folder);
    if (!names)
        return Error{names.error()};
    for (const QString& name : *names) {
        const auto index = indexOf(name);
        if (!index || *index > newest.meta.lastIndex || name == snapshotName(newest.meta.lastIndex))
            continue;
        if (auto removed = removeLeftover(m_disk, m_folder + QLatin1Char('/') + name); !removed)
            return removed;
    }
    return {};
}

} // namespace faultline::storage
