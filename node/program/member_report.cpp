// SPDX-License-Identifier: GPL-3.0-or-later
// What a member says about itself: events and status to the lab, INFO to clients.
#include "node/control/process_figures_linux.h"
#include "node/program/member.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace faultline::node {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds kSlowSync = 50ms; ///< a heartbeat's time
constexpr wire::Monotonic kSlowDiskReportInterval = 1s;
constexpr std::chrono::milliseconds kHangingDisk = 200ms; ///< less than the shortest election timeout, and no mere load

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

wire::Role shown(raft::Role role)
{
    switch (role) {
    case raft::Role::Follower:
        return wire::Role::Follower;
    case raft::Role::PreCandidate:
        return wire::Role::PreCandidate;
    case raft::Role::Candidate:
        return wire::Role::Candidate;
    case raft::Role::Leader:
        return wire::Role::Leader;
    }
    Q_UNREACHABLE();
}

std::vector<NodeId> shown(const std::set<raft::NodeId>& ids)
{
    std::vector<NodeId> nodes;
    for (const raft::NodeId id : ids)
        nodes.push_back({id.value});
    return nodes;
}

QByteArray number(quint64 value)
{
    return QByteArray::number(value);
}

} // namespace

void Member::report(const raft::Event& event)
{
    if (const auto* ended = std::get_if<raft::TransferEnded>(&event))
        answerLeaving(*ended);
    if (!m_agent)
        return;
    const auto text = [](const std::string& reason) { return QString::fromStdString(reason); };
    const auto withDisk = [this](const std::string& reason) { return QString::fromStdString(reason) + diskAsReason(); };
    using Kind = wire::NodeEventKind;
    std::visit(
        Overloaded{
            [&](const raft::BecameFollower& e) {
                m_agent->report(Kind::BecameFollower, e.term.value, {e.leader.value}, withDisk(e.reason));
            },
            [&](const raft::BecamePreCandidate& e) {
                m_agent->report(Kind::BecamePreCandidate, e.term.value, {}, withDisk(e.reason));
            },
            [&](const raft::BecameCandidate& e) {
                m_agent->report(Kind::BecameCandidate, e.term.value, {}, withDisk(e.reason));
            },
            [&](const raft::BecameLeader& e) {
                m_agent->report(Kind::BecameLeader, e.term.value, m_options.self, text(e.reason));
            },
            [&](const raft::VoteGranted& e) {
                m_agent->report(Kind::VoteGranted, e.term.value, {e.candidate.value},
                                e.preVote ? QStringLiteral("would vote for n%1").arg(e.candidate.value)
                                          : QStringLiteral("voted for n%1").arg(e.candidate.value));
            },
            [&](const raft::VoteRefused& e) {
                m_agent->report(Kind::VoteRefused, e.term.value, {e.candidate.value},
                                (e.preVote ? QStringLiteral("would not vote for n%1: %2")
                                           : QStringLiteral("refused n%1 its vote: %2"))
                                    .arg(e.candidate.value)
                                    .arg(text(e.reason)));
            },
            [&](const raft::LogTruncated& e) {
                m_agent->report(Kind::LogTruncated, m_group->term().value, {},
                                QStringLiteral("dropped its entries %1 to %2: %3")
                                    .arg(e.from.value)
                                    .arg(e.to.value)
                                    .arg(text(e.reason)));
            },
            [&](const raft::MembershipChanged& e) {
                m_agent->report(Kind::MembershipChanged, m_group->term().value, {},
                                (e.committed ? QStringLiteral("the membership is %1, for good: entry %2")
                                             : QStringLiteral("the membership becomes %1: entry %2"))
                                    .arg(QString::fromStdString(raft::spoken(e.membership)))
                                    .arg(e.index.value));
            },
            [&](const raft::TransferStarted& e) {
                m_agent->report(Kind::TransferStarted, e.term.value, {e.to.value},
                                QStringLiteral("hands leadership to n%1").arg(e.to.value));
            },
            [&](const raft::TransferEnded& e) {
                m_agent->report(Kind::TransferEnded, e.term.value, {e.to.value},
                                e.reason.empty()
                                    ? QStringLiteral("n%1 took over").arg(e.to.value)
                                    : QStringLiteral("n%1 did not take over: %2").arg(e.to.value).arg(text(e.reason)));
            },
            [&](const raft::SnapshotSent& e) {
                m_agent->report(
                    Kind::SnapshotSent, m_group->term().value, {e.to.value},
                    QStringLiteral("n%1 has the snapshot up to entry %2").arg(e.to.value).arg(e.lastIndex.value));
            },
            [&](const raft::SnapshotInstalled& e) {
                m_agent->report(Kind::SnapshotInstalled, m_group->term().value, {e.from.value},
                                QStringLiteral("goes on from n%1's snapshot, which ends with entry %2")
                                    .arg(e.from.value)
                                    .arg(e.lastIndex.value));
            },
        },
        event);
}

void Member::reportSnapshotTaken(raft::LogIndex lastIndex, qint64 bytes)
{
    if (m_agent)
        m_agent->report(wire::NodeEventKind::SnapshotTaken, m_group->term().value, {},
                        QStringLiteral("took a snapshot up to entry %1: %2 bytes, and the log before it is dropped")
                            .arg(lastIndex.value)
                            .arg(bytes));
}

void Member::reportSync(std::chrono::nanoseconds took)
{
    if (!m_agent || took < kSlowSync * m_paceFactor.load() || wire::monotonicNow() < m_nextSlowDiskReport)
        return;
    m_nextSlowDiskReport = wire::monotonicNow() + kSlowDiskReportInterval;
    m_agent->report(wire::NodeEventKind::Warning, m_group->term().value, {},
                    (m_group->leads()
                         ? QStringLiteral("its disk took %1 ms for a write: it counts for no majority meanwhile")
                         : QStringLiteral("its disk took %1 ms for a write: what it acknowledges comes so much later"))
                        .arg(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}

/// Of a write; nothing when none takes long.
std::optional<std::chrono::milliseconds> Member::hangsFor() const
{
    const auto lasts = m_group->writeUnderWayFor();
    if (!lasts || *lasts < kHangingDisk * m_paceFactor.load())
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(*lasts);
}

/// While it lasts, and not only when the write is done, which on a disk that hangs may be never.
void Member::reportHangingDisk()
{
    const auto lasts = hangsFor();
    if (!m_agent || !lasts || wire::monotonicNow() < m_nextSlowDiskReport)
        return;
    m_nextSlowDiskReport = wire::monotonicNow() + kSlowDiskReportInterval;
    m_agent->report(wire::NodeEventKind::Warning, m_group->term().value, {},
                    QStringLiteral("its disk has not finished a write for %1 ms: %2")
                        .arg(lasts->count())
                        .arg(m_group->leads() ? QStringLiteral("it counts for no majority meanwhile")
                                              : QStringLiteral("it acknowledges nothing meanwhile")));
}

/// What to add to the reason of a change of role.
QString Member::diskAsReason() const
{
    const auto lasts = hangsFor();
    return lasts ? QStringLiteral("; its disk has not finished a write for %1 ms").arg(lasts->count()) : QString();
}

void Member::reportFullDisk()
{
    if (m_group->disk().isFull() == m_wasDiskFull)
        return;
    m_wasDiskFull = !m_wasDiskFull;
    m_agent->report(wire::NodeEventKind::Warning, m_group->term().value, {},
                    m_wasDiskFull
                        ? QStringLiteral("its disk is full: as a leader it takes no writes, and snapshots wait")
                        : QStringLiteral("its disk has space again"));
}

wire::Histograms Member::histograms() const
{
    const client::Counters& counters = m_clients->counters();
    const StageTimes& times = m_group->stageTimes();
    using wire::Stage;
    return {counters.request,
            times.sync,
            {{Stage::Parse, counters.parse},
             {Stage::Queue, times.queue},
             {Stage::Append, times.append},
             {Stage::Replicate, times.replicate},
             {Stage::Apply, times.apply},
             {Stage::Reply, counters.reply}}};
}

wire::Status Member::status()
{
    const raft::Status raftStatus = m_group->status();
    const client::Counters& counters = m_clients->counters();
    const ProcessFigures process = processFigures();

    wire::Status status;
    status.incarnation = m_incarnation;
    status.at = wire::monotonicNow();
    status.role = shown(raftStatus.role);
    status.term = raftStatus.term.value;
    status.leader = {raftStatus.leader.value};
    status.commitIndex = raftStatus.commit.value;
    status.appliedIndex = raftStatus.applied.value;
    status.lastIndex = raftStatus.lastIndex.value;
    status.firstIndex = raftStatus.firstIndex.value;
    status.snapshotIndex = raftStatus.snapshot.value;
    status.snapshotsTaken = m_group->snapshotsTaken();
    status.snapshotsInstalled = m_group->snapshotsInstalled();
    status.voters = shown(raftStatus.membership.voters);
    status.outgoing = shown(raftStatus.membership.outgoing);
    status.learners = shown(raftStatus.membership.learners);
    const std::set<raft::NodeId> joining = raftStatus.membership.joining();
    for (const raft::FollowerProgress& follower : raftStatus.progress) {
        if (joining.contains(follower.id))
            status.joining.push_back({{follower.id.value}, follower.match.value});
    }
    status.lamport = m_transport->lamport();
    status.stateHash = m_group->store().stateHash();
    status.keys = m_group->store().keys();
    status.clientConnections = static_cast<quint32>(counters.connections);
    status.proposalsPending = m_group->pending() - m_group->pendingReads();
    status.readsPending = m_group->pendingReads();
    status.commands = counters.commands;
    status.redirects = counters.redirects;
    status.refusals = counters.refusals;
    status.protocolErrors = counters.protocolErrors;
    status.residentBytes = process.residentBytes;
    status.cpuTime = process.cpuTime;
    status.logBytes = static_cast<quint64>(m_group->disk().logBytes());
    status.syncs = m_group->disk().syncs();
    status.wallClock = m_wallClock.now();
    status.longestStall = std::max(std::exchange(m_longestStall, 0us), 0us);
    status.links = m_transport->counters();
    status.faults = m_transport->faults();
    const QByteArray& watched = m_group->watchedKey();
    if (!watched.isEmpty()) {
        status.watchedValue = m_group->store().peek(watched, wire::kMaxWatchedBytes);
        status.pendingValue = m_group->pendingWatchedValue();
        if (status.pendingValue)
            status.pendingValue->truncate(wire::kMaxWatchedBytes);
    }
    return status;
}

QList<std::pair<QByteArray, QByteArray>> Member::info() const
{
    const raft::Status now = m_group->status();
    const ProcessFigures process = processFigures();
    QByteArrayList waitsFor;
    for (const raft::NodeId id : now.membership.joining())
        waitsFor.push_back("n" + number(id.value) + " " + waitingOf(now, id).toUtf8());
    const kv::Store& store = m_group->store();
    const bool leads = now.role == raft::Role::Leader;
    QList<std::pair<QByteArray, QByteArray>> rows{
        {"# Server", {}},
        {"faultline_version", FAULTLINE_VERSION},
        {"redis_mode", "cluster"},
        {"process_id", number(static_cast<quint64>(QCoreApplication::applicationPid()))},
        {"tcp_port", number(m_options.own().clientPort)},
        {"node", m_options.self.name().toUtf8()},
        {"# Memory", {}},
        {"used_memory_rss", number(process.residentBytes)},
        {"# Persistence", {}},
        {"loading", "0"},
        {"aof_enabled", "1"}, // every write is in a synced log
        {"log_bytes", number(static_cast<quint64>(m_group->disk().logBytes()))},
        {"log_syncs", number(m_group->disk().syncs())},
        {"snapshots_taken", number(m_group->snapshotsTaken())},
        {"# Stats", {}},
        {"expired_keys", number(store.expired())},
        {"# Replication", {}},
        {"role", leads ? "master" : "slave"},
    };
    if (leads) {
        const auto followers = std::count_if(now.progress.begin(), now.progress.end(), [&](const auto& follower) {
            return follower.id != now.self && follower.isHeard;
        });
        rows.append({"connected_slaves", number(static_cast<quint64>(followers))});
    } else if (const MemberAddress* leader = contactOf({now.leader.value})) {
        rows += {{"master_host", leader->host.toUtf8()},
                 {"master_port", number(leader->clientPort)},
                 {"slave_read_only", "1"}};
    }
    rows += {{"# CPU", {}},
             {"used_cpu_seconds", QByteArray::number(static_cast<double>(process.cpuTime.count()) / 1e6, 'f', 6)},
             {"# Raft", {}},
             {"raft_role", leads                              ? "leader"
                           : now.role == raft::Role::Follower ? "follower"
                                                              : "candidate"},
             {"raft_term", number(now.term.value)},
             {"raft_leader", now.leader ? QByteArray("n") + number(now.leader.value) : QByteArray("unknown")},
             {"raft_commit_index", number(now.commit.value)},
             {"raft_last_index", number(now.lastIndex.value)},
             {"raft_first_index", number(now.firstIndex.value)},
             {"raft_snapshot_index", number(now.snapshot.value)},
             {"raft_members", QByteArray::fromStdString(raft::spoken(now.membership))},
             {"raft_waits_for", waitsFor.isEmpty() ? QByteArray("nobody") : waitsFor.join(", ")},
             {"state_hash", QByteArray::number(store.stateHash(), 16)},
             {"state_time_ms", QByteArray::number(store.time())},
             {"# Keyspace", {}}};
    if (store.keys() > 0)
        rows.append({"db0", "keys=" + number(store.keys()) + ",expires=" + number(store.keysWithDeadline())});
    return rows;
}

} // namespace faultline::node
