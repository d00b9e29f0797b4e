// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace faultline::node {

namespace {
constexpr qint64 kEntryBesidePayload = 100;             ///< bytes an entry takes in memory, about
constexpr qsizetype kPieceBytes = qsizetype(256) << 10; ///< of a snapshot, written between two turns
constexpr quint64 kPatienceWhileSending = 4;
constexpr int kByteMarks = 8;
constexpr quint64 kRetriesWithoutSpace = 10; ///< while the log grows by what makes a snapshot due
} // namespace

void Group::sendPiece(raft::Message message)
{
    const raft::SnapshotPiece& piece = std::get<raft::InstallSnapshot>(message.body).piece;
    if (!m_newest || m_newest->mark.lastIndex != piece.mark.lastIndex)
        return;
    // On a disk that stands still, consensus asks again and again.
    const raft::NodeId to = message.to;
    if (!m_piecesWaiting.insert(to).second)
        return;
    auto filled = std::make_shared<std::optional<raft::Message>>(std::move(message));
    m_handed.storage.run(
        [disk = m_disk, snapshot = *m_newest, filled,
         most = static_cast<qsizetype>(m_options.raft.maxSnapshotPiece)]() -> Result<void> {
            raft::SnapshotPiece& empty = std::get<raft::InstallSnapshot>((*filled)->body).piece;
            const auto offset = static_cast<qint64>(empty.offset);
            auto bytes = disk->chunk(snapshot, offset, most);
            if (!bytes) {
                filled->reset(); // a newer one took its place on the disk; consensus asks for that one soon
                return {};
            }
            empty.bytes = *std::move(bytes);
            empty.isLast = offset + empty.bytes.size() >= snapshot.file.size;
            return {};
        },
        [this, alive = m_alive, to, filled](const Result<void>&) {
            if (!*alive)
                return;
            m_piecesWaiting.erase(to);
            if (!m_failure && *filled)
                m_handed.transport.send(**filled);
        });
}

void Group::install(GroupDisk::Installed installed)
{
    free(std::exchange(m_store, std::move(installed.store)).clear());
    m_newest = std::move(installed.snapshot);
    m_applied = m_newest->mark.lastIndex;
    m_bytesSinceSnapshot = 0;
    if (m_taking)
        letGoOfSnapshot(); // of a state that is past
    ++m_snapshotsInstalled;
    std::erase_if(m_watchedUnapplied, [&](const Unapplied& waiting) { return waiting.index <= m_applied; });
}

void Group::noteSize(const raft::Entry& applied)
{
    const qint64 size = applied.payload.size() + kEntryBesidePayload;
    m_bytesSinceSnapshot += size;
    m_bytesSinceMark += size;
    if (m_bytesSinceMark * kByteMarks < m_options.keepBytes)
        return;
    m_bytesSinceMark = 0;
    m_byteMarks.push_back(applied.index);
    if (m_byteMarks.size() > kByteMarks)
        m_byteMarks.pop_front();
}

bool Group::isSnapshotDue() const
{
    const quint64 entries = m_applied.value - (m_newest ? m_newest->mark.lastIndex.value : 0);
    const qint64 worth = m_options.snapshotWorthBytes == 0 ? 0
                         : m_newest                        ? std::max(m_options.snapshotWorthBytes, m_newest->file.size)
                                                           : m_options.snapshotWorthBytes;
    const auto isOver = [&](quint64 factor) {
        const auto bytes = m_bytesSinceSnapshot / static_cast<qint64>(factor);
        return (entries >= factor * m_options.snapshotAfterEntries && bytes >= worth) ||
               bytes >= m_options.snapshotAfterBytes;
    };
    return entries > 0 && !m_disk->isFull() && m_applied.value >= m_noSnapshotBefore && isOver(1) &&
           (isOver(kPatienceWhileSending) || !m_raft.isSendingSnapshot());
}

void Group::goOnWithSnapshot()
{
    if (!m_taking && isSnapshotDue())
        beginSnapshot();
    if (!m_taking || m_taking->pieceIsOut)
        return;
    m_taking->pieceIsOut = true;
    writePiece();
}

void Group::beginSnapshot()
{
    const raft::SnapshotMark mark = m_raft.markOfApplied();
    raft::LogIndex firstKept = std::max(m_options.firstKeptBehind(mark.lastIndex), m_raft.status().firstIndex);
    if (m_byteMarks.size() == kByteMarks)
        firstKept = std::max(firstKept, m_byteMarks.front().next());
    m_taking.emplace(Taking{mark, firstKept, std::make_shared<kv::SnapshotWriter>(m_store.snapshot()),
                            std::exchange(m_bytesSinceSnapshot, 0)});
}

void Group::writePiece()
{
    enum class Came { Added, NoSpace, AtEnd };
    auto came = std::make_shared<Came>(Came::Added);
    m_handed.storage.run(
        [disk = m_disk, mark = m_taking->mark, writer = m_taking->writer, came]() -> Result<void> {
            const QByteArray piece = writer->next(kPieceBytes);
            if (piece.isEmpty()) {
                *came = Came::AtEnd;
                return {};
            }
            const auto added = disk->addToSnapshot(mark, piece);
            if (!added)
                return Error{added.error()};
            *came = *added ? Came::Added : Came::NoSpace;
            return {};
        },
        [this, alive = m_alive, mark = m_taking->mark, came](const Result<void>& done) {
            if (!*alive || m_failure)
                return;
            const bool isStillTaken = m_taking && m_taking->mark == mark;
            if (!done)
                m_failure = done.error();
            else if (isStillTaken && *came == Came::AtEnd)
                finishSnapshot();
            else if (isStillTaken && *came == Came::NoSpace)
                giveUpSnapshot();
            else if (isStillTaken)
                m_taking->pieceIsOut = false;
            due();
        });
}

void Group::giveUpSnapshot()
{
    m_bytesSinceSnapshot += m_taking->bytesBefore;
    letGoOfSnapshot();
    m_noSnapshotBefore = m_applied.value + std::max<quint64>(1, m_options.snapshotAfterEntries / kRetriesWithoutSpace);
}

/// It may be the last that holds what the store replaced since, which takes long to free.
void Group::letGoOfSnapshot()
{
    m_handed.storage.run(
        [writer = std::move(m_taking->writer)]() mutable -> Result<void> {
            writer.reset();
            return {};
        },
        [](const Result<void>&) {});
    m_taking.reset();
}

void Group::finishSnapshot()
{
    auto taken = std::make_shared<std::optional<StoredSnapshot>>();
    m_handed.storage.run(
        [disk = m_disk, mark = m_taking->mark, firstKept = m_taking->firstKept, taken]() -> Result<void> {
            auto finished = disk->finishSnapshot(mark, firstKept);
            if (!finished)
                return Error{finished.error()};
            *taken = *std::move(finished);
            return {};
        },
        [this, alive = m_alive, mark = m_taking->mark, taken](const Result<void>& done) {
            if (!*alive || m_failure)
                return;
            if (!done)
                m_failure = done.error();
            else if (*taken)
                snapshotTaken(**taken);
            else if (m_taking && m_taking->mark == mark)
                giveUpSnapshot();
            due();
        });
}

void Group::snapshotTaken(const StoredSnapshot& snapshot)
{
    m_raft.compacted(snapshot.mark, m_taking->firstKept);
    m_taking.reset();
    m_newest = snapshot;
    ++m_snapshotsTaken;
    if (whenSnapshotTaken)
        whenSnapshotTaken(snapshot.mark.lastIndex, snapshot.file.size);
}

} // namespace faultline::node
