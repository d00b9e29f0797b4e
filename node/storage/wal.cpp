// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal.h"

#include "node/storage/lost_files.h"
#include "node/storage/snapshot_file.h"
#include "node/storage/wal_format.h"
#include "node/storage/wal_migration.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace faultline::storage {

namespace {

constexpr qsizetype kKeptCapacity = qsizetype(4) << 20;

/// What must always fit behind a batch: the note of an orderly end, or the record that seals the segment.
constexpr qint64 kReserve = format::recordSize(format::kSyncedSize) + format::recordSize(format::kSealedSize);

/// Of a segment that is begun in a new file: the first note in it, which says how long it is, must fit.
qint64 firstSize(const WalOptions& options)
{
    return std::max(options.fillStep, format::kSegmentHeaderSize + kReserve);
}

quint32 leastSize(qint64 size)
{
    return static_cast<quint32>(std::min<qint64>(size, std::numeric_limits<quint32>::max()));
}

/// A log is begun only where there was none, and whatever a snapshot left was there after a log.
Result<void> refuseWithoutLog(const Disk& disk, const QString& folder)
{
    const auto names = disk.list(folder);
    if (!names)
        return Error{names.error()};
    for (const QString& name : *names) {
        if (isOfASnapshot(name))
            return Error{QStringLiteral("%1 has %2, but no file of this node's log, which are named as %3: the node "
                                        "would have forgotten what it promised. %4")
                             .arg(folder, name, segmentName(1), adviceOnLostFiles())};
    }
    return {};
}

qint64 roundedUp(qint64 size, qint64 step)
{
    return (size + step - 1) / step * step;
}

} // namespace

Result<OpenedWal> Wal::open(Disk& disk, const QString& folder, const WalOptions& options)
{
    if (auto made = disk.makeFolder(folder); !made)
        return Error{made.error()};
    auto lock = disk.lockFolder(folder);
    if (!lock)
        return Error{lock.error()};
    if (auto synced = disk.syncFolder(folder); !synced)
        return Error{synced.error()};
    if (auto migrated = migrateFormat1(disk, folder, options.owner); !migrated)
        return Error{migrated.error()};
    auto numbers = segmentsIn(disk, folder);
    if (!numbers)
        return Error{numbers.error()};
    if (numbers->empty()) {
        if (auto missed = refuseWithoutLog(disk, folder); !missed)
            return Error{missed.error()};
        const format::SegmentHeader first{.owner = options.owner, .leastSize = leastSize(firstSize(options))};
        const auto created = createSegment(disk, folder, first.number, format::encode(first), firstSize(options));
        if (!created)
            return Error{created.error()};
        if (!*created)
            return Error{QStringLiteral("The disk of %1 is full: a log cannot be begun there. Make room, and start the "
                                        "node again.")
                             .arg(folder)};
        numbers->push_back(first.number);
    }
    auto scan = scanSegments(disk, folder, *numbers, options.owner);
    if (!scan)
        return Error{scan.error()};
    const std::size_t voided = scan->voided;
    const qint64 written = scan->last.written;
    Recovered recovered = std::move(scan->recovered);
    scan->recovered = {recovered.hardState, recovered.lastIndex() + 1, {}, 0};
    std::unique_ptr<Wal> wal(new Wal(disk, folder, options, *std::move(lock), *std::move(scan)));
    if (auto opened = wal->openLast(); !opened)
        return Error{opened.error()};
    if (auto cut = wal->cutTail(written); !cut)
        return Error{cut.error()};
    if (auto removed = wal->m_spares.removeThoseThere(); !removed)
        return Error{removed.error()};
    if (auto made = wal->makeRoom(); !made)
        return Error{made.error()};
    for (std::size_t i = 0; i < voided; ++i) {
        if (auto dropped = wal->dropFirst(); !dropped)
            return Error{dropped.error()};
        else if (!*dropped)
            break;
    }
    return OpenedWal{std::move(wal), std::move(recovered)};
}

Wal::Wal(Disk& disk, QString folder, const WalOptions& options, std::unique_ptr<FolderLock> lock, LogScan scan)
    : m_disk(disk)
    , m_folder(std::move(folder))
    , m_options(options)
    , m_lock(std::move(lock))
    , m_spares(disk, m_folder)
    , m_segments(std::move(scan.segments))
    , m_lastIndex(scan.recovered.lastIndex())
    , m_hardState(scan.recovered.hardState)
    , m_durable(scan.last.end)
    , m_noted(std::max(scan.last.noted, format::kSegmentHeaderSize))
{}

Wal::~Wal()
{
    if (m_broken || !m_file)
        return;
    if (isNoted())
        return;
    m_batch.clear();
    appendNote();
    // Without its note the log is as good; it only knows less about a flaw in its last records.
    if (m_durable + m_batch.size() <= m_filled)
        static_cast<void>(m_file->write(m_durable, m_batch));
}

Result<void> Wal::openLast()
{
    const quint64 number = m_segments.back().number;
    auto file = m_disk.open(m_folder + QLatin1Char('/') + segmentName(number), Disk::Open::Existing);
    if (!file)
        return broken(Error{file.error()});
    m_seed = format::seedOf(m_options.owner, number);
    m_filled = (*file)->size();
    m_file = *std::move(file);
    return {};
}

Result<void> Wal::cutTail(qint64 written)
{
    // Written over rather than cut off: the file is no shorter than its notes say.
    constexpr qint64 kZerosAtOnce = qint64(1) << 20;
    for (qint64 place = m_durable; place < written; place += kZerosAtOnce) {
        const QByteArray zeros(static_cast<qsizetype>(std::min(written - place, kZerosAtOnce)), '\0');
        if (auto done = m_file->write(place, zeros); !done)
            return broken(done);
    }
    // Whole records beyond the last note may still be in the system's memory only, and room too.
    if (auto done = m_file->writeAgain(m_noted, m_durable); !done)
        return broken(done);
    if (auto done = m_file->writeAgain(std::max(m_durable, written), m_filled); !done)
        return broken(done);
    return broken(m_file->sync(SyncOf::Tail));
}

Result<bool> Wal::fillFor(qint64 bytes)
{
    const qint64 needed = m_durable + bytes + kReserve;
    if (needed <= m_filled)
        return true;
    for (const qint64 size : {roundedUp(needed, stepNow()), needed}) {
        const auto filled = m_file->fillTo(size);
        if (!filled) {
            static_cast<void>(broken(Error{filled.error()}));
            return filled;
        }
        m_isFull = !*filled;
        if (m_isFull)
            continue;
        m_filled = size;
        return true;
    }
    return false;
}

Result<void> Wal::makeRoom()
{
    if (m_broken)
        return Error{*m_broken};
    m_isFull = false;
    if (m_durable >= m_options.segmentSize && !dirty()) { // there was no space for the next segment
        if (const auto rolled = roll(false); !rolled || m_isFull)
            return rolled ? Result<void>() : Error{rolled.error()};
    }
    if (!wantsRoom())
        return {};
    const auto filled = fillFor(stepNow() / 2 + m_batch.size());
    return filled ? Result<void>() : Error{filled.error()};
}

Result<void> Wal::broken(const Result<void>& done)
{
    if (!done && !m_broken)
        m_broken = done.error();
    return done;
}

qint64 Wal::bytes() const
{
    return std::accumulate(m_segments.begin(), m_segments.end() - 1, m_durable,
                           [](qint64 sum, const Segment& segment) { return sum + segment.size; });
}

bool Wal::isNoted() const
{
    // A write begins with a note and has more: there is only a note, or the file's header, to note.
    return m_durable - m_noted <= format::recordSize(format::kSyncedSize);
}

void Wal::appendNote()
{
    format::appendNote(m_batch, m_filled, m_durable, m_seed);
    m_noted = m_durable;
    m_beginsWithNote = true;
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
        format::appendRecord(m_batch, *hardState, nextPlace(), m_seed);
        m_hardState = *hardState;
    }
    for (const Entry& entry : entries) {
        FAULTLINE_INVARIANT(entry.index >= 1 && entry.index <= m_lastIndex + 1, "entries of a log leave no gap");
        FAULTLINE_INVARIANT(entry.payload.size() <= format::kMaxBody - format::kEntryHeadSize,
                            "an entry fits a record");
        format::appendRecord(m_batch, entry, nextPlace(), m_seed);
        m_lastIndex = entry.index;
    }
}

Result<bool> Wal::sync()
{
    if (m_broken)
        return Error{*m_broken};
    if (m_batch.isEmpty())
        return true;
    if (auto filled = fillFor(m_batch.size()); !filled || !*filled)
        return filled;
    if (std::exchange(m_beginsWithNote, false)) { // with the room there is by now, which this write may need
        QByteArray note;
        format::appendNote(note, m_filled, m_durable, m_seed);
        std::copy(note.begin(), note.end(), m_batch.begin());
    }
    if (auto done = broken(writeBatch()); !done)
        return Error{done.error()};
    ++m_syncs;
    if (m_durable >= m_options.segmentSize && !m_isFull) {
        if (auto rolled = roll(false); !rolled)
            return rolled;
    }
    return true;
}

Result<void> Wal::writeBatch()
{
    if (auto written = m_file->write(m_durable, m_batch); !written)
        return written;
    if (auto synced = m_file->sync(SyncOf::Records); !synced)
        return synced;
    m_durable += m_batch.size();
    if (m_batch.capacity() > kKeptCapacity)
        m_batch = QByteArray();
    else
        m_batch.resize(0);
    return {};
}

Result<bool> Wal::roll(bool beginsAnew)
{
    if (auto filled = fillFor(0); !filled || !*filled)
        return filled;
    const format::SegmentHeader header{.owner = m_options.owner,
                                       .number = m_segments.back().number + 1,
                                       .lastIndex = m_lastIndex,
                                       .previousEnd = m_durable,
                                       .hardState = m_hardState,
                                       .beginsAnew = beginsAnew};
    const auto created = begin(header);
    if (!created) {
        static_cast<void>(broken(Error{created.error()}));
        return created;
    }
    m_isFull = !*created;
    if (m_isFull)
        return false;
    // Only now, when the next one is there to be missed.
    format::appendRecord(m_batch, format::RecordKind::Sealed, header.number, nextPlace(), m_seed);
    if (auto sealed = broken(writeBatch()); !sealed)
        return Error{sealed.error()};
    m_segments.back().size = m_durable;
    m_segments.push_back({header.number, header.lastIndex, format::kSegmentHeaderSize});
    m_durable = m_noted = format::kSegmentHeaderSize;
    if (auto opened = openLast(); !opened)
        return Error{opened.error()};
    return true;
}

Result<bool> Wal::begin(format::SegmentHeader header)
{
    const bool hasSpare = m_spares.count() > 0;
    const qint64 size = hasSpare ? m_spares.nextSize() : firstSize(m_options);
    header.leastSize = leastSize(size);
    if (!hasSpare)
        return createSegment(m_disk, m_folder, header.number, format::encode(header), size);
    return m_spares.use(header.number, format::encode(header));
}

Result<bool> Wal::dropFirst()
{
    const Segment& first = m_segments.front();
    const QString path = m_folder + QLatin1Char('/') + segmentName(first.number);
    const bool isWorthKeeping = first.size >= m_options.segmentSize && m_spares.wantsMore();
    if (auto gone = isWorthKeeping ? m_spares.keep(first.number, first.size) : m_disk.remove(path); !gone) {
        if (!m_disk.lackedSpace())
            return Error{broken(gone).error()};
        m_isFull = true;
        if (!m_disk.exists(path))
            m_segments.erase(m_segments.begin());
        return false;
    }
    m_segments.erase(m_segments.begin());
    return true;
}

Result<void> Wal::compact(quint64 upToIndex)
{
    if (m_broken)
        return Error{*m_broken};
    FAULTLINE_INVARIANT(!dirty(), "a log is compacted when everything in it is durable");
    FAULTLINE_INVARIANT(upToIndex <= m_lastIndex, "a log is compacted up to an entry that it holds");
    if (m_durable > format::kSegmentHeaderSize && m_segments.back().lastIndexBefore < upToIndex && !m_isFull) {
        if (auto rolled = roll(false); !rolled)
            return Error{rolled.error()};
    }
    while (m_segments.size() > 1 && m_segments[1].lastIndexBefore <= upToIndex) {
        if (auto dropped = dropFirst(); !dropped || !*dropped)
            return dropped ? Result<void>() : Error{dropped.error()};
    }
    return {};
}

Result<bool> Wal::beginAnewAfter(quint64 index)
{
    if (m_broken)
        return Error{*m_broken};
    FAULTLINE_INVARIANT(!dirty(), "a log begins anew when everything in it is durable");
    const quint64 before = std::exchange(m_lastIndex, index);
    const auto rolled = roll(true);
    if (!rolled)
        return rolled;
    if (!*rolled) {
        m_lastIndex = before;
        return false;
    }
    while (m_segments.size() > 1) {
        if (auto dropped = dropFirst(); !dropped || !*dropped)
            return dropped ? Result<bool>(true) : Error{dropped.error()};
    }
    return true;
}

} // namespace faultline::storage
