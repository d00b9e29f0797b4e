// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/bounds.h"

#include "node/storage/spare_segments.h"

#include <algorithm>

namespace faultline::sim {

namespace {

/// Of a leader's own entries that no limit holds back: the one that its term begins with, and the end of a change.
constexpr quint64 kBesideProposals = 2;

/// Of writes that no message causes: the vote for itself in an election, the entry that its term begins with, and the
/// steps of a change of members, two for each that joins and one that takes out those who leave.
constexpr quint64 kOwnWrites = 2;
constexpr quint64 kStepsOfAChange = 2;

/// Disk work of one member, beside a piece of a snapshot for each follower. Writes: those under way, those that
/// gathered meanwhile, and those asked for again since there is space. Room for the log. A piece of a snapshot, and one
/// of the snapshot that a leader's took the place of. A state that is freed.
constexpr std::size_t kDiskWork = 3 + 1 + 2 + 1;

/// Of snapshots: the newest, and the one before until the newest is there for certain.
constexpr quint64 kWholeSnapshots = 2;

} // namespace

Bounds::Bounds(const Shape& shape, Verdict& verdict)
    : m_shape(shape)
    , m_verdict(verdict)
{}

void Bounds::sees(const raft::AppendEntries& append)
{
    for (const raft::Entry& entry : append.entries)
        noteSize(entry.payload.size());
}

void Bounds::atMost(quint64 most, quint64 there, const Host& host, const char* what, Instant at)
{
    if (there > most)
        m_verdict.fail(Check::Bounded, at,
                       QStringLiteral("%1 has %2 %3; %4 is the most")
                           .arg(host.name())
                           .arg(there)
                           .arg(QLatin1String(what))
                           .arg(most));
}

void Bounds::check(const Member& member, Instant at)
{
    const raft::Status status = member.group.status();
    m_verdict.saw(Check::Bounded);
    checkLog(member, status, at);
    checkRequests(member, status, at);
    checkFollowers(member, status, at);
    checkFiles(member, at);
    checkSegments(member, status, at);
    atMost(kDiskWork + static_cast<std::size_t>(m_shape.nodes()) - 1, member.host.storage().waiting(), member.host,
           "pieces of work for its disk in line", at);
}

/// A snapshot waits while another is on its way, and the group goes on while the disk writes.
quint64 Bounds::entriesBetweenSnapshots() const
{
    return 5 * m_shape.snapshotAfterEntries + m_shape.entriesWhileDiskWrites();
}

/// Nothing can be dropped that is not applied yet.
quint64 Bounds::enoughEntries(const raft::Status& status) const
{
    return entriesBetweenSnapshots() + m_shape.keepEntries + (status.lastIndex.value - status.applied.value);
}

void Bounds::checkLog(const Member& member, const raft::Status& status, Instant at)
{
    atMost(enoughEntries(status), status.lastIndex.next().value - status.firstIndex.value, member.host,
           "entries in its log", at);
    if (status.role != raft::Role::Leader || status.term != member.ledTerm)
        return;
    const quint64 taken = std::max(member.ledFrom.value, status.commit.value + m_shape.raft.maxUncommittedEntries);
    atMost(taken + kBesideProposals - status.commit.value, status.lastIndex.value - status.commit.value, member.host,
           "entries that are not committed", at);
    // What comes for one turn is counted when that hands it to the disk.
    atMost(static_cast<quint64>(member.unwrittenBefore + m_shape.maxUnwrittenBytes + member.mostInATurn) +
               kBesideProposals * m_largest,
           static_cast<quint64>(member.group.unwrittenBytes()), member.host, "bytes that wait for its disk", at);
}

void Bounds::checkRequests(const Member& member, const raft::Status& status, Instant at)
{
    const node::Group& group = member.group;
    atMost(m_shape.maxWaitingReads, group.pendingReads(), member.host, "reads that wait", at);
    atMost(m_shape.raft.maxUncommittedEntries + status.commit.value - status.applied.value,
           group.pending() - group.pendingReads(), member.host, "writes that wait", at);
    const bool mayChange = m_shape.mix.weights[static_cast<std::size_t>(FaultKind::Membership)] > 0;
    atMost(m_shape.maxUnwritten + kOwnWrites +
               (mayChange ? kStepsOfAChange * static_cast<quint64>(m_shape.nodes()) + 1 : 0),
           group.unwritten(), member.host, "writes that wait for its disk", at);
    atMost(static_cast<quint64>(m_shape.maxUnappliedBytes) + m_largest, static_cast<quint64>(group.unappliedBytes()),
           member.host, "bytes that are not applied", at);
}

void Bounds::checkFollowers(const Member& member, const raft::Status& status, Instant at)
{
    const raft::Options& raft = m_shape.raft;
    const auto most = static_cast<quint64>(std::max(1, raft.maxInflightAppends));
    const quint64 mostBytes = raft.maxInflightBytes + std::max<quint64>(raft.maxBytesPerAppend, m_largest);
    for (const raft::FollowerProgress& follower : status.progress) {
        atMost(most, follower.inflight, member.host, "messages on their way to one follower", at);
        atMost(mostBytes, follower.inflightBytes, member.host, "bytes on their way to one follower", at);
    }
}

void Bounds::checkFiles(const Member& member, Instant at)
{
    const auto names = member.host.disk().list(Host::kFolder);
    if (!names)
        return;
    const auto count = [&](const char* first, const char* last) {
        return static_cast<quint64>(std::count_if(names->begin(), names->end(), [&](const QString& name) {
            return name.startsWith(QLatin1String(first)) && name.endsWith(QLatin1String(last));
        }));
    };
    const quint64 begun = count("snapshot-", ".part");
    const quint64 incoming = count("snapshot-", ".incoming");
    atMost(storage::SpareSegments::kMost, count("spare-", ""), member.host, "spare segments", at);
    atMost(1, incoming, member.host, "snapshots that come from a leader", at);
    atMost(1, begun, member.host, "snapshots that it has begun", at);
    atMost(kWholeSnapshots, count("snapshot-", "") - begun - incoming, member.host, "whole snapshots", at);
}

void Bounds::checkSegments(const Member& member, const raft::Status& status, Instant at)
{
    const auto log = member.host.logOnDisk();
    if (!log)
        return; // bits have flipped in it
    // Segments go whole: the first was begun when the snapshot before the one it is kept for was taken.
    const quint64 reach = status.lastIndex.value - std::min(status.lastIndex, log->before).value;
    atMost(enoughEntries(status) + entriesBetweenSnapshots(), reach, member.host, "entries in its log on disk", at);
    // One is ended when it is long enough, or by a snapshot.
    const quint64 full = static_cast<quint64>(member.group.disk().logBytes() / m_shape.segmentBytes);
    atMost(full + reach / m_shape.snapshotAfterEntries + 2, log->segments, member.host, "segments of its log", at);
}

} // namespace faultline::sim
