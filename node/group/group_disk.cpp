// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group_disk.h"

#include "node/storage/lost_files.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace faultline::node {

namespace {

std::optional<raft::SnapshotMark> markOf(const storage::SnapshotMeta& meta)
{
    auto membership = raft::decodeMembership(meta.membership);
    if (!membership)
        return std::nullopt;
    return raft::SnapshotMark{{meta.lastIndex}, {meta.lastTerm}, *std::move(membership)};
}

} // namespace

GroupDisk::GroupDisk(storage::Disk& disk, QString folder, kv::StoreRules rules, std::unique_ptr<storage::Wal> wal)
    : m_disk(disk)
    , m_folder(std::move(folder))
    , m_rules(rules)
    , m_wal(std::move(wal))
    , m_snapshots(disk, m_folder)
{
    noteFigures();
}

Result<GroupDisk::Opened> GroupDisk::open(storage::Disk& disk, const QString& folder,
                                          const storage::WalOptions& options, kv::StoreRules rules)
{
    auto log = storage::Wal::open(disk, folder, options);
    if (!log)
        return Error{log.error()};
    const storage::Recovered recovered = std::move(log->recovered);
    Opened opened;
    opened.store = kv::Store(rules);
    opened.disk.reset(new GroupDisk(disk, folder, rules, std::move(log->wal)));
    opened.stored.hardState = {{recovered.hardState.term}, {recovered.hardState.vote}};
    opened.stored.entries.reserve(recovered.entries.size());
    for (const storage::Entry& entry : recovered.entries)
        opened.stored.entries.push_back(
            {{entry.term}, {entry.index}, static_cast<raft::EntryKind>(entry.kind), entry.payload});

    const auto newest = opened.disk->m_snapshots.newest(
        recovered.firstIndex, [&](const storage::NextPiece& next) { return opened.store.restore(next); });
    if (!newest)
        return Error{newest.error()};
    if (!*newest)
        opened.store = kv::Store(rules);
    if (*newest && recovered.hardState.term < (*newest)->meta.lastTerm)
        return Error{QStringLiteral("The log in %1 knows of no term beyond %2, but %3 there ends in term %4: the node "
                                    "would have forgotten what it promised. %5")
                         .arg(folder)
                         .arg(recovered.hardState.term)
                         .arg(storage::snapshotName((*newest)->meta.lastIndex))
                         .arg((*newest)->meta.lastTerm)
                         .arg(storage::adviceOnLostFiles())};
    if (auto removed = opened.disk->m_snapshots.removeLeftovers(*newest); !removed)
        return Error{removed.error()};
    if (*newest) {
        const storage::Snapshot& file = **newest;
        const auto mark = markOf(file.meta);
        if (!mark)
            return Error{QStringLiteral("The snapshot %1 in %2 has a membership that this version does not know.")
                             .arg(storage::snapshotName(file.meta.lastIndex), folder)};
        opened.snapshot = StoredSnapshot{*mark, file};
        opened.stored.snapshot = *mark;
        opened.disk->m_newest = mark->lastIndex;
        // It ended between the arrival of a leader's snapshot and the dropping of the log.
        if (recovered.lastIndex() < mark->lastIndex.value || !raft::logMeets(*mark, opened.stored.entries)) {
            const auto dropped = opened.disk->m_wal->beginAnewAfter(mark->lastIndex.value);
            if (!dropped)
                return Error{dropped.error()};
            if (!*dropped)
                return Error{QStringLiteral("The disk of %1 is full: a leader's snapshot cannot take the place of the "
                                            "log there. Make room, and start the node again.")
                                 .arg(folder)};
            opened.stored.entries.clear();
        }
    }
    if (auto resumed = opened.disk->resumeIncoming(opened.stored); !resumed)
        return Error{resumed.error()};
    return opened;
}

/// A leader's snapshot that was on its way when the node stopped goes on from what is here of it.
Result<void> GroupDisk::resumeIncoming(raft::StoredState& stored)
{
    const auto names = m_disk.list(m_folder);
    if (!names)
        return Error{names.error()};
    for (const QString& name : *names) {
        if (!name.endsWith(QStringLiteral(".incoming")))
            continue;
        const QString path = m_folder + u'/' + name;
        const auto file = m_disk.open(path, storage::Disk::Open::Existing);
        if (!file)
            return Error{file.error()};
        const auto reader = storage::SnapshotReader::open(**file, path);
        const auto mark = reader ? markOf(reader->meta()) : std::nullopt;
        if (!mark || mark->lastIndex <= m_newest)
            continue; // not even its header came, or it is of no use any more
        auto incoming = storage::IncomingSnapshot::open(m_disk, m_folder, mark->lastIndex.value, mark->lastTerm.value);
        if (!incoming)
            return Error{incoming.error()};
        if (!*incoming)
            return {};
        m_incoming = *std::move(incoming);
        stored.partialSnapshot = *mark;
        stored.partialBytes = static_cast<std::uint64_t>(m_incoming->received());
        return {};
    }
    return {};
}

Result<kv::Store> GroupDisk::load(const storage::Snapshot& snapshot) const
{
    kv::Store store(m_rules);
    if (auto read = m_snapshots.read(snapshot, [&](const storage::NextPiece& next) { return store.restore(next); });
        !read)
        return Error{read.error()};
    return store;
}

Result<std::optional<std::vector<GroupDisk::Outcome>>> GroupDisk::write(std::vector<Write> gathered)
{
    std::ranges::move(gathered, std::back_inserter(m_waiting));
    while (m_outcomes.size() < m_waiting.size()) {
        for (; m_gathered < m_waiting.size(); ++m_gathered) {
            append(m_waiting[m_gathered]);
            // A snapshot may take the place of the log, which must not hold anything that is not durable then.
            if (!m_waiting[m_gathered].snapshotPieces.empty()) {
                ++m_gathered;
                break;
            }
        }
        const auto synced = sync();
        if (!synced)
            return Error{synced.error()};
        if (!*synced)
            return std::optional<std::vector<Outcome>>();
        while (m_outcomes.size() < m_gathered) {
            const Write& written = m_waiting[m_outcomes.size()];
            Outcome& outcome = m_outcomes.emplace_back();
            for (const raft::SnapshotPiece& piece : written.snapshotPieces) {
                if (auto received = receive(piece, outcome); !received)
                    return Error{received.error()};
            }
        }
    }
    m_waiting.clear();
    m_gathered = 0;
    return std::optional(std::exchange(m_outcomes, {}));
}

Result<void> GroupDisk::makeRoom()
{
    m_hasSpace = m_disk.hasSpace(m_folder);
    auto made = m_wal->makeRoom();
    noteFigures();
    return made;
}

Result<bool> GroupDisk::sync()
{
    auto synced = m_wal->sync();
    noteFigures();
    return synced;
}

void GroupDisk::noteFigures()
{
    m_logBytes.store(m_wal->bytes(), std::memory_order_relaxed);
    m_syncs.store(m_wal->syncs(), std::memory_order_relaxed);
    m_wantsRoom.store(m_wal->wantsRoom(), std::memory_order_relaxed);
    m_isFull.store(m_wal->isFull() || !m_hasSpace, std::memory_order_relaxed);
}

void GroupDisk::append(const Write& what)
{
    std::vector<storage::Entry> entries;
    entries.reserve(what.entries.size());
    // The log copies what they carry, and another thread takes and drops parts of the same blocks.
    for (const raft::Entry& entry : what.entries)
        entries.push_back({entry.index.value, entry.term.value, static_cast<quint8>(entry.kind),
                           QByteArray::fromRawData(entry.payload.constData(), entry.payload.size())});
    std::optional<storage::HardState> hardState;
    if (what.hardState)
        hardState = storage::HardState{what.hardState->term.value, what.hardState->votedFor.value};
    m_wal->append(entries, hardState);
}

Result<void> GroupDisk::receive(const raft::SnapshotPiece& piece, Outcome& outcome)
{
    const raft::SnapshotMark& mark = piece.mark;
    if (!m_incoming || m_incoming->lastIndex() != mark.lastIndex.value ||
        m_incoming->lastTerm() != mark.lastTerm.value) {
        m_incoming.reset(); // its file goes, even where there is no space for the other
        auto incoming = storage::IncomingSnapshot::open(m_disk, m_folder, mark.lastIndex.value, mark.lastTerm.value);
        if (!incoming)
            return Error{incoming.error()};
        if (!*incoming) {
            outcome.snapshotRefused = piece.isLast;
            return {};
        }
        m_incoming = *std::move(incoming);
    }
    // What finds no space is not taken; the whole will then not be right, and is asked for again.
    if (auto written = m_incoming->write(static_cast<qint64>(piece.offset), piece.bytes);
        !written && !m_incoming->lackedSpace())
        return written;
    return piece.isLast ? install(mark, outcome) : Result<void>();
}

Result<void> GroupDisk::install(const raft::SnapshotMark& mark, Outcome& outcome)
{
    const auto incoming = std::exchange(m_incoming, nullptr);
    const auto finished = incoming->finish();
    if (!finished && incoming->lackedSpace()) {
        outcome.snapshotRefused = true;
        return {};
    }
    if (!finished)
        return Error{finished.error()};
    outcome.snapshotRefused = !*finished;
    if (outcome.snapshotRefused)
        return {};
    const storage::Snapshot& file = **finished;
    auto store = load(file);
    if (!store || markOf(file.meta) != mark) {
        outcome.snapshotRefused = true; // every block of it is as it was sent, and yet it is no state
        return storage::removeLeftover(m_disk, m_folder + u'/' + storage::snapshotName(mark.lastIndex.value));
    }
    const auto dropped = m_wal->beginAnewAfter(mark.lastIndex.value);
    if (!dropped)
        return Error{dropped.error()};
    if (!*dropped) {
        outcome.snapshotRefused = true; // there was space for it, but not for the log to go on behind it
        return storage::removeLeftover(m_disk, m_folder + u'/' + storage::snapshotName(mark.lastIndex.value));
    }
    m_newest = mark.lastIndex;
    outcome.installed = Installed{*std::move(store), {mark, file}};
    return m_snapshots.removeOlderThan(file);
}

Result<bool> GroupDisk::addToSnapshot(const raft::SnapshotMark& mark, QByteArrayView state)
{
    if (!m_writer || m_writing != mark.lastIndex) {
        auto writer =
            m_snapshots.begin({mark.lastIndex.value, mark.lastTerm.value, raft::encodeMembership(mark.membership)});
        if (!writer && m_disk.lackedSpace())
            return false;
        if (!writer)
            return Error{writer.error()};
        m_writer = *std::move(writer);
        m_writing = mark.lastIndex;
    }
    if (auto written = m_writer->append(state); !written)
        return m_writer->lackedSpace() ? giveUpSnapshot() : Error{written.error()};
    return true;
}

Result<bool> GroupDisk::giveUpSnapshot()
{
    m_writer.reset();
    if (auto removed = m_snapshots.removeBegun(m_writing.value); !removed)
        return Error{removed.error()};
    return false;
}

Result<std::optional<StoredSnapshot>> GroupDisk::finishSnapshot(const raft::SnapshotMark& mark,
                                                                raft::LogIndex firstKept)
{
    if (mark.lastIndex <= m_newest) {
        m_writer.reset();
        return std::optional<StoredSnapshot>();
    }
    const auto givenUp = [this]() -> Result<std::optional<StoredSnapshot>> {
        if (auto done = giveUpSnapshot(); !done)
            return Error{done.error()};
        return std::optional<StoredSnapshot>();
    };
    // What the log has no space for may be the term in which the snapshot ends, without which it could not be read.
    if (m_wal->dirty())
        return givenUp();
    const auto finished = m_writer->finish();
    if (!finished && m_writer->lackedSpace())
        return givenUp();
    if (!finished)
        return Error{finished.error()};
    m_writer.reset();
    m_newest = mark.lastIndex;
    if (auto dropped = m_wal->compact(firstKept.previous().value); !dropped)
        return Error{dropped.error()};
    noteFigures();
    // One that a leader still sends goes with the older ones: what comes of it later begins a file of its own.
    if (m_incoming && m_incoming->lastIndex() <= mark.lastIndex.value)
        m_incoming.reset();
    if (auto removed = m_snapshots.removeOlderThan(*finished); !removed)
        return Error{removed.error()};
    return std::optional(StoredSnapshot{mark, *finished});
}

Result<QByteArray> GroupDisk::chunk(const StoredSnapshot& snapshot, qint64 offset, qsizetype length) const
{
    return m_snapshots.chunk(snapshot.file, offset, length);
}

} // namespace faultline::node
