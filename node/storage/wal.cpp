// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal.h"

#include "node/storage/wal_format.h"
#include "node/storage/wal_recovery.h"

namespace faultline::storage {

namespace {

constexpr qsizetype kKeptCapacity = qsizetype(4) << 20;

/// Under another name first, so that a log with this name always has its header, whatever happens meanwhile.
Result<void> createLog(Disk& disk, const QString& path)
{
    const QString unfinished = path + QStringLiteral(".new");
    if (disk.exists(unfinished)) {
        if (auto removed = disk.remove(unfinished); !removed)
            return removed;
    }
    auto file = disk.open(unfinished, Disk::Open::CreateNew);
    if (!file)
        return Error{file.error()};
    if (auto written = (*file)->append(format::fileHeader()); !written)
        return written;
    if (auto synced = (*file)->sync(); !synced)
        return synced;
    return disk.rename(unfinished, path);
}

} // namespace

Result<OpenedWal> Wal::open(Disk& disk, const QString& folder)
{
    if (auto made = disk.makeFolder(folder); !made)
        return Error{made.error()};
    auto lock = disk.lockFolder(folder);
    if (!lock)
        return Error{lock.error()};
    const QString path = folder + QStringLiteral("/wal");
    if (!disk.exists(path)) {
        if (auto created = createLog(disk, path); !created)
            return Error{created.error()};
    }
    auto file = disk.open(path, Disk::Open::Existing);
    if (!file)
        return Error{file.error()};
    auto scan = scanWal(**file, path);
    if (!scan)
        return Error{scan.error()};
    if (scan->end < (*file)->size()) {
        if (auto cut = (*file)->truncate(scan->end); !cut)
            return Error{cut.error()};
    }
    // Whole records beyond the last note may still be in the system's memory only.
    if (auto synced = (*file)->sync(); !synced)
        return Error{synced.error()};
    const quint64 lastIndex = scan->recovered.entries.size();
    std::unique_ptr<Wal> wal(new Wal(*std::move(lock), *std::move(file), lastIndex, scan->noted));
    return OpenedWal{std::move(wal), std::move(scan->recovered)};
}

Wal::Wal(std::unique_ptr<FolderLock> lock, std::unique_ptr<File> file, quint64 lastIndex, qint64 noted)
    : m_lock(std::move(lock))
    , m_file(std::move(file))
    , m_lastIndex(lastIndex)
    , m_durable(m_file->size())
    , m_noted(noted)
{}

Wal::~Wal()
{
    if (m_broken)
        return;
    m_batch.clear();
    appendNote();
    // Without its note the log is as good; it only knows less about a flaw in its last records.
    if (dirty())
        static_cast<void>(m_file->write(m_durable, m_batch));
}

void Wal::appendNote()
{
    // Records other than notes are longer than one: there is only a note, or the file's header, to note.
    if (m_durable - m_noted <= format::recordSize(format::kSyncedSize))
        return;
    const qsizetype begun = format::beginRecord(m_batch, format::RecordKind::Synced);
    format::appendInteger(m_batch, m_durable);
    format::endRecord(m_batch, begun, placeOf(begun));
    m_noted = m_durable;
}

void Wal::append(std::span<const Entry> entries, const std::optional<HardState>& hardState)
{
    if (entries.empty() && !hardState)
        return;
    if (m_batch.isEmpty())
        appendNote();
    // The hard state first: torn in between, a node knows of a term without its entries, never entries without their
    // term.
    if (hardState) {
        const qsizetype begun = format::beginRecord(m_batch, format::RecordKind::HardState);
        format::appendInteger(m_batch, hardState->term);
        format::appendInteger(m_batch, hardState->vote);
        format::endRecord(m_batch, begun, placeOf(begun));
    }
    for (const Entry& entry : entries) {
        FAULTLINE_INVARIANT(entry.index >= 1 && entry.index <= m_lastIndex + 1, "entries of a log leave no gap");
        FAULTLINE_INVARIANT(entry.payload.size() <= format::kMaxBody - format::kEntryHeadSize,
                            "an entry fits a record");
        const qsizetype begun = format::beginRecord(m_batch, format::RecordKind::Entry);
        format::appendInteger(m_batch, entry.index);
        format::appendInteger(m_batch, entry.term);
        format::appendInteger(m_batch, entry.kind);
        m_batch.append(entry.payload);
        format::endRecord(m_batch, begun, placeOf(begun));
        m_lastIndex = entry.index;
    }
}

Result<void> Wal::sync()
{
    if (m_broken)
        return Error{*m_broken};
    if (m_batch.isEmpty())
        return {};
    auto done = m_file->write(m_durable, m_batch);
    if (done)
        done = m_file->sync();
    if (!done) {
        m_broken = done.error();
        return done;
    }
    m_durable += m_batch.size();
    if (m_batch.capacity() > kKeptCapacity)
        m_batch = QByteArray();
    else
        m_batch.resize(0);
    ++m_syncs;
    return {};
}

} // namespace faultline::storage
