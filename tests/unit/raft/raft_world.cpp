// SPDX-License-Identifier: GPL-3.0-or-later
#include "raft_world.h"

#include <algorithm>
#include <utility>

namespace faultline::raft {

namespace {
double share(std::mt19937& random)
{
    return double(random()) / double(std::mt19937::max());
}
} // namespace

RaftWorld::RaftWorld(int nodes, std::uint32_t seed, Options options, int spares)
    : m_options(std::move(options))
    , m_random(seed)
{
    for (std::uint32_t id = 1; id <= std::uint32_t(nodes); ++id) {
        m_options.initial.voters.insert({id});
        m_nodes.emplace(NodeId{id}, Node());
    }
    for (int i = 1; i <= spares; ++i)
        m_nodes[NodeId{std::uint32_t(nodes + i)}].isSpare = true;
    m_options.random = [this](std::uint32_t bound) { return std::uint32_t(m_random() % bound); };
    for (auto& [id, node] : m_nodes)
        start(id);
}

void RaftWorld::start(NodeId id)
{
    Node& node = m_nodes.at(id);
    Options options = m_options;
    options.self = id;
    if (node.isSpare)
        options.initial = {};
    if (!logMeets(node.disk.snapshot, node.disk.entries))
        node.disk.entries.clear();
    node.state = node.disk.snapshot.lastIndex.value == 0 ? 0 : node.snapshot.left(16).toULongLong(nullptr, 16);
    node.disk.partialBytes = std::uint64_t(node.partial.size());
    node.raft = std::make_unique<Raft>(options, node.disk, m_now);
    node.committedTo = node.disk.snapshot.lastIndex;
}

void RaftWorld::crash(std::uint32_t id)
{
    Node& node = m_nodes.at({id});
    node.raft.reset();
    node.writes.clear();
}

void RaftWorld::restart(std::uint32_t id)
{
    start({id});
}

void RaftWorld::isolate(std::uint32_t id)
{
    for (const auto& [other, node] : m_nodes) {
        cut(id, other.value);
        cut(other.value, id);
    }
}

std::uint32_t RaftWorld::leader() const
{
    Term term;
    std::uint32_t leader = 0;
    for (const auto& [id, node] : m_nodes) {
        if (node.raft && node.raft->role() == Role::Leader && node.raft->term() > term) {
            term = node.raft->term();
            leader = id.value;
        }
    }
    return leader;
}

bool RaftWorld::propose(std::uint32_t id, const QByteArray& payload)
{
    return isUp(id) && std::holds_alternative<Raft::Proposed>((*this)[id].propose(payload, m_now));
}

void RaftWorld::read(std::uint32_t id)
{
    if (!isUp(id))
        return;
    const std::uint64_t number = ++m_lastRead;
    const LogIndex mustSee = m_committed.empty() ? LogIndex{} : m_committed.rbegin()->first;
    if ((*this)[id].read(number, m_now))
        m_reads.emplace(number, mustSee);
}

void RaftWorld::transfer(std::uint32_t id, std::uint32_t to)
{
    if (isUp(id))
        (*this)[id].transferLeadership({to}, m_now);
}

void RaftWorld::change(std::uint32_t id, const std::set<NodeId>& voters, const std::set<NodeId>& learners)
{
    if (isUp(id))
        (*this)[id].changeMembership(voters, learners, {}, m_now);
}

void RaftWorld::connectionBroke(std::uint32_t id, std::uint32_t peer)
{
    if (isUp(id))
        (*this)[id].connectionBroke({peer}, m_now);
}

void RaftWorld::snapshot(std::uint32_t id, std::uint64_t keep)
{
    Node& node = m_nodes.at({id});
    if (!node.raft || node.raft->applied() <= node.disk.snapshot.lastIndex)
        return;
    node.disk.snapshot = node.raft->markOfApplied();
    node.snapshot = QByteArray::number(node.state, 16).rightJustified(16, '0') + QByteArray(64, '.');
    const LogIndex last = node.disk.snapshot.lastIndex;
    const LogIndex firstKept{
        std::max(last.value + 1 - std::min(keep, last.value), node.raft->status().firstIndex.value)};
    std::erase_if(node.disk.entries, [&](const Entry& entry) { return entry.index < firstKept; });
    node.raft->compacted(node.disk.snapshot, firstKept);
}

void RaftWorld::send(const Message& message)
{
    sentLog.push_back(message);
    mix(message.from.value * 64 + message.to.value * 8 + message.body.index());
    mix(message.term.value);
    if (m_cuts.contains({message.from.value, message.to.value}) || share(m_random) < network.loss)
        return;
    const int copies = share(m_random) < network.duplicate ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        const int delay = network.maxDelayTicks == 0 ? 0 : int(m_random() % std::uint32_t(network.maxDelayTicks + 1));
        m_inFlight.push_back({m_time + delay, message});
    }
}

void RaftWorld::deliver(const Message& message)
{
    if (isUp(message.to.value))
        (*this)[message.to.value].receive(message, m_now);
}

void RaftWorld::take(NodeId id, Node& node)
{
    while (node.raft && node.raft->hasReady()) {
        Ready ready = node.raft->takeReady();
        for (Message& message : ready.sendNow) {
            if (auto* install = std::get_if<InstallSnapshot>(&message.body)) {
                SnapshotPiece& piece = install->piece;
                piece.bytes = node.snapshot.mid(qsizetype(piece.offset), qsizetype(m_options.maxSnapshotPiece));
                piece.isLast = qsizetype(piece.offset) + piece.bytes.size() >= node.snapshot.size();
            }
            send(message);
        }
        for (const ConfirmedRead& read : ready.reads) {
            if (read.index < m_reads.at(read.id))
                broken(QStringLiteral("n%1 answers a read at %2, when %3 was committed before it was asked for")
                           .arg(id.value)
                           .arg(read.index.value)
                           .arg(m_reads.at(read.id).value));
            m_reads.erase(read.id);
            ++m_readsAnswered;
        }
        for (const std::uint64_t read : ready.refusedReads)
            m_reads.erase(read);
        if (ready.writeNumber == 0) {
            if (!ready.sendAfterWritten.empty() || ready.hardState || !ready.entries.empty() ||
                !ready.snapshotPieces.empty())
                broken(QStringLiteral("a Ready without a number has something to write"));
        } else {
            const int delay =
                network.maxWriteTicks == 0 ? 0 : int(m_random() % std::uint32_t(network.maxWriteTicks + 1));
            const int due = std::max(m_time + delay, node.writes.empty() ? 0 : node.writes.back().due);
            node.writes.push_back(
                {due, ready.writeNumber, ready.hardState, ready.entries, ready.snapshotPieces, ready.sendAfterWritten});
        }
        for (const Entry& entry : ready.committed)
            apply(id, node, entry);
        node.events.insert(node.events.end(), ready.events.begin(), ready.events.end());
        finishWrites(id, node);
    }
}

void RaftWorld::apply(NodeId id, Node& node, const Entry& entry)
{
    if (entry.index != node.committedTo.next())
        broken(QStringLiteral("n%1 skips or repeats committed entry %2").arg(id.value).arg(entry.index.value));
    node.committedTo = entry.index;
    const auto [known, isNew] = m_committed.emplace(entry.index, entry);
    if (!isNew && known->second != entry)
        broken(QStringLiteral("n%1 commits another entry %2 than was committed before")
                   .arg(id.value)
                   .arg(entry.index.value));
    if (entry.kind == EntryKind::Command) {
        for (const char c : entry.payload)
            node.state = (node.state ^ quint8(c)) * 0x9E3779B97F4A7C15ull;
    }
    if (const auto [state, isFirst] = m_states.emplace(entry.index, node.state); state->second != node.state)
        broken(QStringLiteral("n%1 has another state than others at %2").arg(id.value).arg(entry.index.value));
    mix(entry.index.value);
}

/// False when the snapshot is damaged.
bool RaftWorld::install(NodeId id, Node& node)
{
    const QByteArray bytes = std::exchange(node.partial, {});
    const SnapshotMark mark = std::exchange(node.disk.partialSnapshot, {});
    if (network.spoilSnapshots && m_random() % 8 == 0)
        return false;
    ++m_snapshotsInstalled;
    node.disk.snapshot = mark;
    node.snapshot = bytes;
    node.state = bytes.left(16).toULongLong(nullptr, 16);
    node.committedTo = mark.lastIndex;
    if (const auto known = m_states.find(mark.lastIndex); known != m_states.end() && known->second != node.state)
        broken(QStringLiteral("n%1 has another state than others from a snapshot at %2")
                   .arg(id.value)
                   .arg(mark.lastIndex.value));
    return true;
}

void RaftWorld::finishWrites(NodeId id, Node& node)
{
    while (node.raft && !node.writes.empty() && node.writes.front().due <= m_time) {
        const Write write = std::move(node.writes.front());
        node.writes.pop_front();
        if (write.hardState)
            node.disk.hardState = *write.hardState;
        if (!write.entries.empty()) {
            std::erase_if(node.disk.entries,
                          [&](const Entry& entry) { return entry.index >= write.entries.front().index; });
            node.disk.entries.insert(node.disk.entries.end(), write.entries.begin(), write.entries.end());
        }
        for (const SnapshotPiece& piece : write.pieces) {
            if (piece.offset == 0) {
                node.disk.partialSnapshot = piece.mark;
                node.partial.clear();
            }
            if (std::uint64_t(node.partial.size()) != piece.offset || node.disk.partialSnapshot != piece.mark)
                broken(QStringLiteral("n%1 is to store a piece of a snapshot where it does not fit").arg(id.value));
            node.partial += piece.bytes;
            if (!piece.isLast)
                continue;
            if (!install(id, node)) {
                node.raft->snapshotRefused();
                continue;
            }
            if (network.spoilSnapshots && m_random() % 8 == 0) {
                crash(id.value); // the log is still there, and does not meet the snapshot
                return;
            }
            node.disk.entries.clear();
        }
        node.raft->written(write.number, m_now);
        for (const Message& message : write.after)
            send(message);
    }
}

void RaftWorld::settle()
{
    for (bool moved = true; moved;) {
        moved = false;
        for (auto& [id, node] : m_nodes) {
            if (!node.raft)
                continue;
            finishWrites(id, node);
            take(id, node);
        }
        std::vector<InFlight> due;
        const auto firstDue = std::stable_partition(m_inFlight.begin(), m_inFlight.end(),
                                                    [this](const InFlight& f) { return f.due > m_time; });
        due.assign(firstDue, m_inFlight.end());
        m_inFlight.erase(firstDue, m_inFlight.end());
        if (network.maxDelayTicks > 0)
            std::shuffle(due.begin(), due.end(), m_random);
        for (const InFlight& flying : due) {
            moved = true;
            if (!m_cuts.contains({flying.message.from.value, flying.message.to.value}))
                deliver(flying.message);
        }
        check();
    }
}

void RaftWorld::tick()
{
    ++m_time;
    m_now += std::chrono::milliseconds(10);
    for (auto& [id, node] : m_nodes) {
        if (node.raft)
            node.raft->tick(m_now);
    }
    settle();
    if (m_time % 8 == 0) {
        for (auto& [id, node] : m_nodes) {
            if (node.raft)
                node.raft->checkAll();
        }
    }
}

void RaftWorld::ticks(int count)
{
    for (int i = 0; i < count; ++i)
        tick();
}

void RaftWorld::check()
{
    for (const auto& [id, node] : m_nodes) {
        if (!node.raft)
            continue;
        const Status status = node.raft->status();
        if (status.role == Role::Leader) {
            const auto [known, isNew] = m_leaders.emplace(status.term, id);
            if (!isNew && known->second != id)
                broken(QStringLiteral("n%1 and n%2 both lead term %3")
                           .arg(known->second.value)
                           .arg(id.value)
                           .arg(status.term.value));
            // Leader completeness: whoever leads has everything that was ever committed.
            if (isNew && !m_committed.empty() && status.lastIndex < m_committed.rbegin()->first)
                broken(QStringLiteral("n%1 leads term %2 without committed entry %3")
                           .arg(id.value)
                           .arg(status.term.value)
                           .arg(m_committed.rbegin()->first.value));
        }
        if (status.votedFor && node.writes.empty() && !node.raft->hasReady() &&
            status.term == node.disk.hardState.term && node.disk.hardState.votedFor != status.votedFor)
            broken(QStringLiteral("n%1 voted and did not write it down").arg(id.value));
    }
    // Log matching, on what is durable: where two logs agree in term at an index, they agree up to there.
    for (const auto& [id, a] : m_nodes) {
        for (const auto& [otherId, b] : m_nodes) {
            if (!(id < otherId) || a.disk.entries.empty() || b.disk.entries.empty())
                continue;
            const auto at = [](const Node& node, std::uint64_t index) -> const Entry& {
                return node.disk.entries[index - node.disk.entries.front().index.value];
            };
            const std::uint64_t first =
                std::max(a.disk.entries.front().index.value, b.disk.entries.front().index.value);
            std::uint64_t common = std::min(a.disk.entries.back().index.value, b.disk.entries.back().index.value);
            while (common >= first && at(a, common).term != at(b, common).term)
                --common;
            if (common >= first && at(a, common) != at(b, common))
                broken(QStringLiteral("the logs of n%1 and n%2 do not match at %3")
                           .arg(id.value)
                           .arg(otherId.value)
                           .arg(common));
        }
    }
}

void RaftWorld::broken(const QString& what)
{
    if (m_violation.isEmpty())
        m_violation = QStringLiteral("tick %1: %2").arg(m_time).arg(what);
}

} // namespace faultline::raft
