// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/storage_queue.h"
#include "node/kv/store.h"
#include "node/raft/raft.h"
#include "node/storage/disk.h"
#include "node/storage/wal.h"
#include "node/transport/transport.h"

#include <QByteArray>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace faultline::node {

struct GroupOptions
{
    raft::Options raft;
    QString folder; ///< of this node's log and snapshots

    /// A snapshot is taken when the log has grown by so much since the last one. While one is being sent to a follower,
    /// the next waits, up to four times this.
    quint64 snapshotAfterEntries = 100'000;
    qint64 snapshotAfterBytes = qint64(256) << 20;
    /// Entries left in the log behind a snapshot, for followers that are nearly there.
    quint64 keepEntries = 5'000;

    kv::StoreRules storeRules;
};

/// One consensus group at work: what Raft decides, the WAL keeps, the transport carries and the store applies. Owns no
/// socket, thread or clock: all are handed in, so that the simulator runs this very code.
///
/// Inputs (tick, receive, submit, ...) are cheap and only change memory; turn() then does everything that came up,
/// once: one append, one sync, one message a follower, however many inputs there were. The owner calls turn() when
/// whenDue said so, at the end of its turn of the event loop.
class Group
{
public:
    struct Handed ///< all must outlive the group
    {
        storage::Disk& disk;
        StorageQueue& storage;
        Transport& transport;
        std::function<raft::Instant()> now;
    };

    /// Reads back what the folder holds: the newest snapshot, then the log. The error is a sentence about the disk.
    static Result<std::unique_ptr<Group>> open(GroupOptions options, Handed handed);
    ~Group();

    void tick();
    void receive(raft::Message message);
    void connectionBroke(raft::NodeId peer);

    enum class Submitted {
        Taken,        ///< whenCompleted, whenRefused or whenUnknown follows once, from within turn()
        NotLeader,    ///< nothing was proposed, and so for the rest
        Transferring, ///< leadership is being handed over
        Busy,         ///< too much is under way
    };
    /// Proposes an encoded command. One that only reads goes no way through the log: it is answered from the state once
    /// a majority has confirmed that this node still leads.
    Submitted submit(quint64 requestId, QByteArray command);
    /// The state as it is here, which may be old: for clients that asked for that.
    kv::Result readStale(QByteArrayView command) const;

    /// See Raft::changeMembership and transferLeadership; the error is their sentence. Both go on over several turns.
    Result<void> changeMembership(std::set<raft::NodeId> voters, std::set<raft::NodeId> learners, QByteArray contacts);
    Result<void> transferLeadership(raft::NodeId to);

    /// Does what is due. The error is of the disk: this node can keep no promise any more and must end.
    Result<void> turn();

    raft::Status status() const { return m_raft.status(); }
    const kv::Store& store() const { return m_store; }
    std::size_t pending() const { return m_pending.size() + m_reads.size(); }
    const storage::Wal& wal() const { return *m_wal; }
    quint64 snapshotsTaken() const { return m_snapshotsTaken; }
    quint64 snapshotsInstalled() const { return m_snapshotsInstalled; }

    void watch(const QByteArray& key);
    const QByteArray& watchedKey() const { return m_watchedKey; }
    /// The newest value of the watched key that is in the log here and not yet applied.
    std::optional<QByteArray> pendingWatchedValue() const;

    std::function<void()> whenDue;
    std::function<void(quint64 requestId, const kv::Result& result)> whenCompleted;
    /// Surely not done: a read that this node, no longer the leader, cannot answer. Ask the next leader.
    std::function<void(quint64 requestId)> whenRefused;
    /// It may or may not happen: this node no longer leads, or another leader's entry took the command's place.
    std::function<void(quint64 requestId)> whenUnknown;
    /// An entry has been applied; for whoever watches the state machine from outside (the simulator's oracle).
    std::function<void(const raft::Entry&)> whenApplied;
    std::function<void(const raft::Event&)> whenEvent;
    std::function<void(std::chrono::nanoseconds)> whenSynced; ///< how long one write took to be durable
