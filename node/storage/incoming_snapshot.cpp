// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/incoming_snapshot.h"

namespace faultline::storage {

namespace {

const QString kIncoming = QStringLiteral(".incoming");

/// How much of the file, from the first byte, is right: whole blocks only.
qint64 rightPart(const File& file, const QString& path)
{
    auto reader = SnapshotReader::open(file, path);
    if (!reader)
        return 0;
    for (;;) {
        const auto piece = reader->next();
        if (!piece || !*piece)
            return reader->place();
    }
}

} // namespace

Result<std::unique_ptr<IncomingSnapshot>> IncomingSnapshot::open(Disk& disk, const QString& folder, quint64 lastIndex,
                                                                 quint64 lastTerm)
{
    const QString name = QStringLiteral("%1.%2").arg(snapshotName(lastIndex)).arg(lastTerm) + kIncoming;
    const auto names = disk.list(folder);
    if (!names)
        return Error{names.error()};
    for (const QString& other : *names) {
        if (other == name || !other.endsWith(kIncoming))
            continue;
        if (auto removed = removeLeftover(disk, folder + QLatin1Char('/') + other); !removed)
            return Error{removed.error()};
    }
    const QString path = folder + QLatin1Char('/') + name;
    auto file = disk.open(path, names->contains(name) ? Disk::Open::Existing : Disk::Open::CreateNew);
    if (!file)
        return disk.lackedSpace() ? Result<std::unique_ptr<IncomingSnapshot>>(nullptr) : Error{file.error()};
    const qint64 right = rightPart(**file, path);
    if ((*file)->size() > right) {
        if (auto cut = (*file)->truncate(right); !cut)
            return Error{cut.error()};
    }
    return std::unique_ptr<IncomingSnapshot>(
        new IncomingSnapshot(disk, folder, path, *std::move(file), lastIndex, lastTerm));
}

IncomingSnapshot::IncomingSnapshot(Disk& disk, QString folder, QString path, std::unique_ptr<File> file,
                                   quint64 lastIndex, quint64 lastTerm)
    : m_disk(disk)
    , m_folder(std::move(folder))
    , m_path(std::move(path))
    , m_file(std::move(file))
    , m_lastIndex(lastIndex)
    , m_lastTerm(lastTerm)
{}

Result<void> IncomingSnapshot::write(qint64 offset, QByteArrayView chunk)
{
    if (offset < 0 || offset > received() || offset + chunk.size() <= received())
        return {};
    auto written = m_file->append(chunk.sliced(static_cast<qsizetype>(received() - offset)));
    m_lackedSpace = !written && m_file->lackedSpace();
    return written;
}

Result<std::optional<Snapshot>> IncomingSnapshot::finish()
{
    m_lackedSpace = false;
    const auto snapshot = verifySnapshot(*m_file, m_path);
    if (!snapshot || snapshot->meta.lastIndex != m_lastIndex || snapshot->meta.lastTerm != m_lastTerm) {
        m_file.reset();
        if (auto removed = removeLeftover(m_disk, m_path); !removed)
            return Error{removed.error()};
        return std::optional<Snapshot>();
    }
    if (auto synced = m_file->sync(SyncOf::IncomingSnapshot); !synced)
        return Error{synced.error()};
    m_file.reset();
    if (auto renamed = m_disk.rename(m_path, m_folder + QLatin1Char('/') + snapshotName(m_lastIndex)); !renamed) {
        m_lackedSpace = m_disk.lackedSpace();
        return Error{renamed.error()};
    }
    return std::optional(*snapshot);
}

} // namespace faultline::storage
