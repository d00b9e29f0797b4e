// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group.h"

#include "node/group/stored_log.h"

#include <algorithm>

namespace faultline::node {

Group::Group(raft::Options options, raft::StoredState stored, storage::Wal& wal, Transport& transport,
             std::function<raft::Instant()> now)
    : m_raft(std::move(options), std::move(stored), now())
    , m_wal(wal)
    , m_transport(transport)
    , m_now(std::move(now))
{}

void Group::due()
{
    if (m_isDue || !m_raft.hasReady())
        return;
    m_isDue = true;
    if (whenDue)
        whenDue();
}

void Group::tick()
{
    m_raft.tick(m_now());
    due();
}

void Group::receive(raft::Message message)
{
    m_raft.receive(std::move(message), m_now());
    due();
}

bool Group::submit(quint64 requestId, QByteArray command)
{
    const auto proposed = m_raft.propose(std::move(command), m_now());
    if (!proposed)
        return false;
    m_pending.insert_or_assign(proposed->index, Pending{proposed->term, requestId});
    due();
    return true;
}

Result<void> Group::turn()
{
    m_isDue = false;
    // A write that is done may be what a commit waited for, so that one turn takes a few rounds; what the inputs of one
    // turn can cause is finite.
    while (m_raft.hasReady()) {
        const raft::Ready ready = m_raft.takeReady();
        for (const raft::Message& message : ready.sendNow)
            m_transport.send(message);
        if (auto written = write(ready); !written)
            return written;
        for (const raft::Message& message : ready.sendAfterWritten)
            m_transport.send(message);
        for (const raft::Entry& entry : ready.committed)
            apply(entry);
        for (const raft::Event& event : ready.events) {
            if (whenEvent)
                whenEvent(event);
        }
        if (!m_pending.empty() && m_raft.status().role != raft::Role::Leader)
            giveUpPending();
    }
    return {};
}

Result<void> Group::write(const raft::Ready& ready)
{
    if (ready.writeNumber == 0)
        return {};
    if (!ready.entries.empty() || ready.hardState) {
        const auto start = std::chrono::steady_clock::now();
        if (auto stored = appendAndSync(m_wal, ready.entries, ready.hardState); !stored)
            return stored;
        if (whenSynced)
            whenSynced(std::chrono::steady_clock::now() - start);
        if (!ready.entries.empty()) {
            std::erase_if(m_watchedUnapplied,
                          [&](const Unapplied& waiting) { return waiting.index >= ready.entries.front().index; });
            for (const raft::Entry& entry : ready.entries) {
                auto value = kv::pendingValueOf(entry.payload, m_watchedKey);
                if (value)
                    m_watchedUnapplied.push_back({entry.index, std::move(*value)});
            }
        }
    }
    m_raft.written(ready.writeNumber, m_now());
    return {};
}

void Group::apply(const raft::Entry& entry)
{
    while (!m_watchedUnapplied.empty() && m_watchedUnapplied.front().index <= entry.index)
        m_watchedUnapplied.pop_front();
    std::optional<kv::Result> result;
    if (entry.kind == raft::EntryKind::Command)
        result = m_store.apply(entry.payload);

    const auto pending = m_pending.find(entry.index);
    if (pending == m_pending.end())
        return;
    const Pending waiting = pending->second;
    m_pending.erase(pending);
    if (result && waiting.term == entry.term) {
        if (whenCompleted)
            whenCompleted(waiting.requestId, *result);
    } else if (whenUnknown) {
        whenUnknown(waiting.requestId);
    }
}

void Group::giveUpPending()
{
    for (const auto& [index, waiting] : std::exchange(m_pending, {})) {
        if (whenUnknown)
            whenUnknown(waiting.requestId);
    }
}

void Group::watch(const QByteArray& key)
{
    if (key == m_watchedKey)
        return;
    m_watchedKey = key;
    m_watchedUnapplied.clear();
}

std::optional<QByteArray> Group::pendingWatchedValue() const
{
    if (m_watchedUnapplied.empty())
        return std::nullopt;
    return m_watchedUnapplied.back().value;
}

} // namespace faultline::node
