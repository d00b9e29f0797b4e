// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"
#include "node/raft/raft.h"
#include "node/storage/wal.h"
#include "node/transport/transport.h"

#include <QByteArray>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace faultline::node {

/// One consensus group at work: what Raft decides, the WAL keeps, the transport carries and the store applies. Owns no
/// socket, thread or clock: all are handed in, so that the simulator runs this very code.
///
/// Inputs (tick, receive, submit) are cheap and only change memory; turn() then does everything that came up, once: one
/// append, one sync, one message a follower, however many inputs there were. The owner calls turn() when whenDue said
/// so, at the end of its turn of the event loop.
class Group
{
public:
    Group(raft::Options options, raft::StoredState stored, storage::Wal& wal, Transport& transport,
          std::function<raft::Instant()> now);

    void tick();
    void receive(raft::Message message);
    /// Proposes an encoded command; false when this node does not lead, and then nothing was proposed. Otherwise
    /// whenCompleted or whenUnknown follows once, from within turn().
    bool submit(quint64 requestId, QByteArray command);

    /// Does what is due. The error is of the disk: this node can keep no promise any more and must end.
    Result<void> turn();

    raft::Status status() const { return m_raft.status(); }
    const kv::Store& store() const { return m_store; }
    std::size_t pending() const { return m_pending.size(); }

    void watch(const QByteArray& key);
    const QByteArray& watchedKey() const { return m_watchedKey; }
    /// The newest value of the watched key that is in the log here and not yet applied.
    std::optional<QByteArray> pendingWatchedValue() const;

    std::function<void()> whenDue;
    std::function<void(quint64 requestId, const kv::Result& result)> whenCompleted;
    /// It may or may not happen: this node no longer leads, or another leader's entry took the command's place.
    std::function<void(quint64 requestId)> whenUnknown;
    std::function<void(const raft::Event&)> whenEvent;
    std::function<void(std::chrono::nanoseconds)> whenSynced; ///< how long one write took to be durable

private:
    struct Pending
    {
        raft::Term term;
        quint64 requestId;
    };
    struct Unapplied
    {
        raft::LogIndex index;
        QByteArray value;
    };

    void due();
    Result<void> write(const raft::Ready& ready);
    void apply(const raft::Entry& entry);
    void giveUpPending();

    raft::Raft m_raft;
    kv::Store m_store;
    storage::Wal& m_wal;
    Transport& m_transport;
    std::function<raft::Instant()> m_now;
    std::map<raft::LogIndex, Pending> m_pending;
    QByteArray m_watchedKey;
    std::deque<Unapplied> m_watchedUnapplied;
    bool m_isDue = false;
};

} // namespace faultline::node
