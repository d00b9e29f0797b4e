// SPDX-License-Identifier: GPL-3.0-or-later
#include "raft_world.h"

#include <algorithm>

namespace faultline::raft {

namespace {
double share(std::mt19937& random)
{
    return double(random()) / double(std::mt19937::max());
}
} // namespace

RaftWorld::RaftWorld(int nodes, std::uint32_t seed, Options options)
    : m_options(std::move(options))
    , m_random(seed)
{
    for (std::uint32_t id = 1; id <= std::uint32_t(nodes); ++id) {
        m_options.initial.voters.insert({id});
        m_nodes.emplace(NodeId{id}, Node());
    }
    m_options.random = [this](std::uint32_t bound) { return std::uint32_t(m_random() % bound); };
    for (auto& [id, node] : m_nodes)
        start(id);
}

void RaftWorld::start(NodeId id)
{
    Node& node = m_nodes.at(id);
    Options options = m_options;
    options.self = id;
    node.raft = std::make_unique<Raft>(options, node.disk, m_now);
    node.committedTo = {};
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
        if (node.raft && node.raft->status().role == Role::Leader && node.raft->status().term > term) {
            term = node.raft->status().term;
            leader = id.value;
        }
    }
    return leader;
}

bool RaftWorld::propose(std::uint32_t id, const QByteArray& payload)
{
    return isUp(id) && std::holds_alternative<Raft::Proposed>((*this)[id].propose(payload, m_now));
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
        for (const Message& message : ready.sendNow)
            send(message);
        if (ready.writeNumber == 0) {
            if (!ready.sendAfterWritten.empty() || ready.hardState || !ready.entries.empty())
                broken(QStringLiteral("a Ready without a number has something to write"));
        } else {
            const int delay =
                network.maxWriteTicks == 0 ? 0 : int(m_random() % std::uint32_t(network.maxWriteTicks + 1));
            const int due = std::max(m_time + delay, node.writes.empty() ? 0 : node.writes.back().due);
            node.writes.push_back({due, ready.writeNumber, ready.hardState, ready.entries, ready.sendAfterWritten});
        }
        for (const Entry& entry : ready.committed) {
            if (entry.index != node.committedTo.next())
                broken(QStringLiteral("n%1 skips or repeats committed entry %2").arg(id.value).arg(entry.index.value));
            node.committedTo = entry.index;
            const auto [known, isNew] = m_committed.emplace(entry.index, entry);
            if (!isNew && known->second != entry)
                broken(QStringLiteral("n%1 commits another entry %2 than was committed before")
                           .arg(id.value)
                           .arg(entry.index.value));
            mix(entry.index.value);
        }
        node.events.insert(node.events.end(), ready.events.begin(), ready.events.end());
        finishWrites(id, node);
    }
}

void RaftWorld::finishWrites(NodeId, Node& node)
{
    while (node.raft && !node.writes.empty() && node.writes.front().due <= m_time) {
        const Write write = std::move(node.writes.front());
        node.writes.pop_front();
        if (write.hardState)
            node.disk.hardState = *write.hardState;
        if (!write.entries.empty()) {
            node.disk.entries.resize(write.entries.front().index.value - 1);
            node.disk.entries.insert(node.disk.entries.end(), write.entries.begin(), write.entries.end());
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
            std::size_t common = std::min(a.disk.entries.size(), b.disk.entries.size());
            while (common > 0 && a.disk.entries[common - 1].term != b.disk.entries[common - 1].term)
                --common;
            if (common > 0 && a.disk.entries[common - 1] != b.disk.entries[common - 1])
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
