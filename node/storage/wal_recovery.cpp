// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_recovery.h"

#include "node/storage/lost_files.h"

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
Result<QByteArrayView> recordAt(Window& window, qint64 offset, quint64 seed)
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
    if (record->size() < size || !checksumHolds(*record, offset, seed))
        return QByteArrayView();
    return record;
}

/// Where the zeros begin that reach to the end of the file, not before `from`.
Result<qint64> zerosFrom(const File& file, qint64 from)
{
    constexpr qint64 kAtOnce = qint64(256) << 10;
    for (qint64 end = file.size(); end > from;) {
        const qint64 begin = std::max(from, end - kAtOnce);
        const auto bytes = file.pread(begin, static_cast<qsizetype>(end - begin));
        if (!bytes)
            return Error{bytes.error()};
        const auto last = std::find_if(bytes->crbegin(), bytes->crend(), [](char byte) { return byte != 0; });
        if (last != bytes->crend())
            return begin + (bytes->crend() - last);
        end = begin;
    }
    return from;
}

/// The first flaw is at `from`: finds a note anywhere beyond it that says the flaw's place was durable.
Result<std::optional<qint64>> noteBeyond(Window& window, qint64 from, qint64 end, quint64 seed)
{
    for (qint64 place = (from + 7) / 8 * 8; place + recordSize(kSyncedSize2) <= end; place += 8) {
        auto head = window.at(place, kRecordHeaderSize);
        if (!head)
            return Error{head.error()};
        if (head->size() < kRecordHeaderSize)
            break;
        const std::optional<RecordHead> known = readHead(*head);
        if (!known || known->kind != RecordKind::Synced ||
            (known->bodySize != kSyncedSize && known->bodySize != kSyncedSize2))
            continue;
        auto record = recordAt(window, place, seed);
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
    Reader(const QString& path, Recovered& log)
        : m_path(path)
        , m_log(log)
    {}

    Result<void> take(QByteArrayView record, qint64 place)
    {
        const RecordHead head = *readHead(record);
        const QByteArrayView body = record.sliced(kRecordHeaderSize, static_cast<qsizetype>(head.bodySize));
        if (scan.sealed != 0)
            return wrong(place, QStringLiteral("a record follows the one that ends the segment"));
        switch (head.kind) {
        case RecordKind::Entry:
            return takeEntry(body, place);
        case RecordKind::HardState:
            if (body.size() != kHardStateSize)
                break;
            m_log.hardState = {readInteger<quint64>(body, 0), readInteger<quint32>(body, 8)};
            return {};
        case RecordKind::Synced: {
            if (body.size() != kSyncedSize && body.size() != kSyncedSize2)
                break;
            const auto synced = readInteger<qint64>(body, 0);
            if (synced < scan.noted || synced > place)
                break;
            if (body.size() == kSyncedSize)
                scan.leastSize = std::max(scan.leastSize, readInteger<qint64>(body, 8));
            scan.noted = synced;
            return {};
        }
        case RecordKind::Sealed:
            if (body.size() != kSealedSize || readInteger<quint64>(body, 0) == 0)
                break;
            scan.sealed = readInteger<quint64>(body, 0);
            return {};
        }
        return wrong(place, QStringLiteral("a record there is whole but makes no sense"));
    }

    RecordsScan scan;

private:
    Result<void> takeEntry(QByteArrayView body, qint64 place)
    {
        if (body.size() < kEntryHeadSize)
            return wrong(place, QStringLiteral("an entry there is too short"));
        Entry entry{readInteger<quint64>(body, 0), readInteger<quint64>(body, 8), static_cast<quint8>(body[16]),
                    body.sliced(kEntryHeadSize).toByteArray()};
        if (entry.index == 0 || entry.index > m_log.lastIndex() + 1)
            return wrong(place, QStringLiteral("entry %1 follows entry %2").arg(entry.index).arg(m_log.lastIndex()));
        // Below the first: it took the place of entries that stood in segments dropped since.
        m_log.firstIndex = std::min(m_log.firstIndex, entry.index);
        m_log.entries.resize(
            std::min<std::size_t>(m_log.entries.size(), static_cast<std::size_t>(entry.index - m_log.firstIndex)));
        m_log.entries.push_back(std::move(entry));
        return {};
    }

    Result<void> wrong(qint64 place, const QString& what) const
    {
        return Error{QStringLiteral("%1 is damaged at offset %2: %3.").arg(m_path).arg(place).arg(what)};
    }

    const QString& m_path;
    Recovered& m_log;
};

Error forgotten(const QString& path, qint64 place, qint64 durable)
{
    return Error{
        QStringLiteral("%1 is damaged at offset %2, in what was already durable up to offset %3: the node would "
                       "have forgotten what it promised. %4")
            .arg(path)
            .arg(place)
            .arg(durable)
            .arg(adviceOnLostFiles())};
}

Error cutShort(const QString& path, qint64 size, qint64 leastSize)
{
    return Error{QStringLiteral("%1 ends at offset %2, but was already %3 bytes long: what stood behind may have been "
                                "promised. %4")
                     .arg(path)
                     .arg(size)
                     .arg(leastSize)
                     .arg(adviceOnLostFiles())};
}

Error missing(const QString& folder, quint64 number)
{
    return Error{QStringLiteral("%1/%2 is missing, a part of this node's log: the node would have forgotten what it "
                                "promised. %3")
                     .arg(folder, segmentName(number), adviceOnLostFiles())};
}

} // namespace

Result<RecordsScan> scanRecords(const File& file, const QString& path, qint64 headerSize, quint64 seed,
                                qint64 leastSize, Recovered& log)
{
    Window window(file);
    Reader reader(path, log);
    reader.scan.leastSize = leastSize;
    qint64 place = headerSize;
    while (place < file.size()) {
        auto record = recordAt(window, place, seed);
        if (!record)
            return Error{record.error()};
        if (record->isEmpty())
            break;
        const qsizetype size = record->size();
        if (auto taken = reader.take(*record, place); !taken)
            return Error{taken.error()};
        place += size;
    }
    reader.scan.end = reader.scan.written = place;
    if (reader.scan.sealed != 0)
        return reader.scan; // written when everything before was durable; nothing was said behind it
    if (file.size() < reader.scan.leastSize)
        return cutShort(path, file.size(), reader.scan.leastSize);
    const auto zeros = zerosFrom(file, place);
    if (!zeros)
        return Error{zeros.error()};
    const qint64 written = std::min(file.size(), (*zeros + 7) / 8 * 8); // a record may end with some
    if (place < written) {
        auto note = noteBeyond(window, place, written, seed);
        if (!note)
            return Error{note.error()};
        if (*note)
            return forgotten(path, place, **note);
    }
    reader.scan.written = written;
    return reader.scan;
}

Result<SegmentHeader> readSegmentHeader(const File& file, const QString& path, quint64 number, quint64 owner)
{
    const auto bytes = file.pread(0, kSegmentHeaderSize);
    if (!bytes)
        return Error{bytes.error()};
    if (bytes->isEmpty())
        return Error{QStringLiteral("%1 is empty, but a log is never shorter than its header: its content was lost. %2")
                         .arg(path, adviceOnLostFiles())};
    if (bytes->size() < 12 || !bytes->startsWith("faultwal"))
        return Error{QStringLiteral("%1 is not a log of this program: it does not begin with \"faultwal\".").arg(path)};
    const auto version = readInteger<quint32>(*bytes, 8);
    const auto header = bytes->size() == kSegmentHeaderSize ? decodeHeader(*bytes) : std::nullopt;
    if (!header && version > kVersion && version < kVersion + 1'000)
        return Error{
            QStringLiteral("%1 has log format %2, but this program reads formats up to %3: use the version that "
                           "wrote it.")
                .arg(path)
                .arg(version)
                .arg(kVersion)};
    if (!header)
        return Error{QStringLiteral("%1 is damaged at offset 0: its header does not match its checksum.").arg(path)};
    if (header->owner != owner)
        return Error{
            QStringLiteral("%1 belongs to another node or another cluster: give each node a folder of its own, "
                           "and the one it had before.")
                .arg(path)};
    if (header->number != number)
        return Error{QStringLiteral("%1 is segment %2 of the log under the name of another: restore the files as they "
                                    "were.")
                         .arg(path)
                         .arg(header->number)};
    return *header;
}

Result<LogScan> scanSegments(Disk& disk, const QString& folder, const std::vector<quint64>& numbers, quint64 owner)
{
    LogScan log;
    QString previousPath;
    for (const quint64 number : numbers) {
        const QString path = folder + QLatin1Char('/') + segmentName(number);
        auto file = disk.open(path, Disk::Open::Existing);
        if (!file)
            return Error{file.error()};
        const auto header = readSegmentHeader(**file, path, number, owner);
        if (!header)
            return Error{header.error()};
        if (!log.segments.empty()) {
            if (number != log.segments.back().number + 1)
                return missing(folder, log.segments.back().number + 1);
            if (log.last.end < header->previousEnd)
                return forgotten(previousPath, log.last.end, header->previousEnd);
            if (!header->beginsAnew && header->lastIndex != log.recovered.lastIndex())
                return Error{
                    QStringLiteral("%1 is damaged at offset 32: it goes on after entry %2, but the segment before "
                                   "ends with entry %3.")
                        .arg(path)
                        .arg(header->lastIndex)
                        .arg(log.recovered.lastIndex())};
        }
        if (log.segments.empty() || header->beginsAnew) {
            log.recovered.entries.clear();
            log.recovered.firstIndex = header->lastIndex + 1;
            log.voided = log.segments.size();
        }
        log.recovered.hardState = header->hardState;
        const auto records =
            scanRecords(**file, path, kSegmentHeaderSize, seedOf(owner, number), header->leastSize, log.recovered);
        if (!records)
            return Error{records.error()};
        log.last = *records;
        log.segments.push_back({number, header->lastIndex, records->end});
        previousPath = path;
    }
    if (!log.segments.empty() && log.last.sealed != 0)
        return missing(folder, log.last.sealed);
    if (!log.segments.empty())
        log.recovered.cutBytes = log.last.written - log.last.end;
    return log;
}

QString segmentName(quint64 number)
{
    return QStringLiteral("wal-%1").arg(number, 10, 10, QLatin1Char('0'));
}

Result<std::vector<quint64>> segmentsIn(const Disk& disk, const QString& folder)
{
    const auto names = disk.list(folder);
    if (!names)
        return Error{names.error()};
    std::vector<quint64> numbers;
    for (const QString& name : *names) {
        if (!name.startsWith(QLatin1String("wal-")) || name.endsWith(QLatin1String(".new")))
            continue;
        const quint64 number = name.sliced(4).toULongLong();
        if (number == 0 || name != segmentName(number))
            return Error{
                QStringLiteral("%1/%2 is no file of this node's log, which are named as %3: move it elsewhere.")
                    .arg(folder, name, segmentName(1))};
        numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

} // namespace faultline::storage
