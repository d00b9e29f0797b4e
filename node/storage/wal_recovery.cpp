// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_recovery.h"

#include "node/storage/wal_format.h"

#include <algorithm>
#include <optional>

namespace faultline::storage {

namespace {

using namespace format;

/// Looks at a file through a window that moves forward, so that a log of any size takes a few megabytes to read.
class Window
{
public:
    explicit Window(const File& file)
        : m_file(file)
    {}

    /// Fewer bytes where the file ends. Good until the next call.
    Result<QByteArrayView> at(qint64 offset, qsizetype length)
    {
        if (offset < m_offset || offset + length > m_offset + m_bytes.size()) {
            auto bytes = m_file.pread(offset, std::max(length, kSize));
            if (!bytes)
                return Error{bytes.error()};
            m_bytes = *std::move(bytes);
            m_offset = offset;
        }
        const QByteArrayView view = QByteArrayView(m_bytes).sliced(static_cast<qsizetype>(offset - m_offset));
        return view.first(std::min(length, view.size()));
    }

private:
    static constexpr qsizetype kSize = qsizetype(1) << 20;

    const File& m_file;
    QByteArray m_bytes;
    qint64 m_offset = 0;
};

/// The whole record at `offset`, or an empty view when there is none.
Result<QByteArrayView> recordAt(Window& window, qint64 offset)
{
    auto head = window.at(offset, kRecordHeaderSize);
    if (!head)
        return head;
    if (head->size() < kRecordHeaderSize)
        return QByteArrayView();
    const std::optional<RecordHead> known = readHead(*head);
    if (!known)
        return QByteArrayView();
    const auto size = static_cast<qsizetype>(recordSize(known->bodySize));
    auto record = window.at(offset, size);
    if (!record)
        return record;
    if (record->size() < size || !checksumHolds(*record, offset))
        return QByteArrayView();
    return record;
}

Result<void> checkFileHeader(Window& window, const QString& path)
{
    auto header = window.at(0, kFileHeaderSize);
    if (!header)
        return Error{header.error()};
    const QByteArray ours = fileHeader();
    if (*header == ours)
        return {};
    if (header->isEmpty())
        return Error{
            QStringLiteral("%1 is empty, but a log is never shorter than its header: its content was lost. Restore "
                           "it, or remove this node's folder and let the node begin anew.")
                .arg(path)};
    if (header->size() < kFileHeaderSize || header->first(8) != QByteArrayView(ours).first(8))
        return Error{QStringLiteral("%1 is not a log of this program: it does not begin with \"faultwal\".").arg(path)};
    const auto version = readInteger<quint32>(*header, 8);
    if (*header == fileHeader(version))
        return Error{QStringLiteral(
                         "%1 has log format %2, but this program reads format %3 only: use the version that wrote it.")
                         .arg(path)
                         .arg(version)
                         .arg(kVersion)};
    return Error{QStringLiteral("%1 is damaged at offset 0: its header does not match its checksum.").arg(path)};
}

/// The first flaw is at `from`: finds a note anywhere beyond it that says the flaw's place was durable.
Result<std::optional<qint64>> noteBeyond(Window& window, qint64 from, qint64 end)
{
    for (qint64 place = (from + 7) / 8 * 8; place + recordSize(kSyncedSize) <= end; place += 8) {
        auto head = window.at(place, kRecordHeaderSize);
        if (!head)
            return Error{head.error()};
        if (head->size() < kRecordHeaderSize)
            break;
        const std::optional<RecordHead> known = readHead(*head);
        if (!known || known->kind != RecordKind::Synced || known->bodySize != kSyncedSize)
            continue;
        auto record = recordAt(window, place);
        if (!record)
            return Error{record.error()};
        if (record->isEmpty())
            continue;
        const auto synced = readInteger<qint64>(*record, kRecordHeaderSize);
        if (synced > from)
            return std::optional(synced);
    }
    return std::optional<qint64>();
}

class Reader
{
public:
    explicit Reader(const QString& path)
        : m_path(path)
    {}

    Result<void> take(QByteArrayView record, qint64 place)
    {
        const RecordHead head = *readHead(record);
        const QByteArrayView body = record.sliced(kRecordHeaderSize, static_cast<qsizetype>(head.bodySize));
        switch (head.kind) {
        case RecordKind::Entry:
            return takeEntry(body, place);
        case RecordKind::HardState:
            if (body.size() != kHardStateSize)
                break;
            scan.recovered.hardState = {readInteger<quint64>(body, 0), readInteger<quint32>(body, 8)};
            return {};
        case RecordKind::Synced: {
            if (body.size() != kSyncedSize)
                break;
            const auto synced = readInteger<qint64>(body, 0);
            if (synced < scan.noted || synced > place)
                break;
            scan.noted = synced;
            return {};
        }
        }
        return wrong(place, QStringLiteral("a record there is whole but makes no sense"));
    }

    WalScan scan;

private:
    Result<void> takeEntry(QByteArrayView body, qint64 place)
    {
        if (body.size() < kEntryHeadSize)
            return wrong(place, QStringLiteral("an entry there is too short"));
        auto& entries = scan.recovered.entries;
        Entry entry{readInteger<quint64>(body, 0), readInteger<quint64>(body, 8), static_cast<quint8>(body[16]),
                    body.sliced(kEntryHeadSize).toByteArray()};
        if (entry.index == 0 || entry.index > entries.size() + 1)
            return wrong(place, QStringLiteral("entry %1 follows entry %2").arg(entry.index).arg(entries.size()));
        entries.resize(static_cast<std::size_t>(entry.index - 1));
        entries.push_back(std::move(entry));
        return {};
    }

    Result<void> wrong(qint64 place, const QString& what) const
    {
        return Error{QStringLiteral("%1 is damaged at offset %2: %3.").arg(m_path).arg(place).arg(what)};
    }

    const QString& m_path;
};

} // namespace

Result<WalScan> scanWal(const File& file, const QString& path)
{
    Window window(file);
    if (auto header = checkFileHeader(window, path); !header)
        return Error{header.error()};
    Reader reader(path);
    qint64 place = kFileHeaderSize;
    while (place < file.size()) {
        auto record = recordAt(window, place);
        if (!record)
            return Error{record.error()};
        if (record->isEmpty())
            break;
        const qsizetype size = record->size();
        if (auto taken = reader.take(*record, place); !taken)
            return Error{taken.error()};
        place += size;
    }
    if (place < file.size()) {
        auto note = noteBeyond(window, place, file.size());
        if (!note)
            return Error{note.error()};
        if (*note)
            return Error{
                QStringLiteral("%1 is damaged at offset %2, in what was already durable up to offset %3: the node "
                               "would have forgotten what it promised. Restore the file, or remove this node's "
                               "folder and let the node begin anew.")
                    .arg(path)
                    .arg(place)
                    .arg(**note)};
    }
    // Missing: a file that ends below its own last note. Notes speak of what stands before them, so none can.
    reader.scan.end = place;
    reader.scan.recovered.cutBytes = file.size() - place;
    return std::move(reader.scan);
}

} // namespace faultline::storage
