// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/command_blocks.h"
#include "node/group/group_disk.h"
#include "node/group/read_queue.h"
#include "node/group/stage_times.h"
#include "node/group/storage_queue.h"
#include "node/kv/store.h"
#include "node/kv/time.h"
#include "node/raft/raft.h"
#include "node/storage/disk.h"
#include "node/transport/transport.h"

#include <QByteArray>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>

namespace faultline::node {

struct GroupOptions
{
    raft::Options raft;
    QString folder; ///< of this node's log and snapshots
    storage::WalOptions log;

    /// A snapshot is taken when the log has grown by so many entries since the last one, and by snapshotWorthBytes or
    /// what the last one has, whichever is more (0: whatever they come to), since writing the state should cost no more
    /// than writing the log does; or by snapshotAfterBytes. While one is being sent to a follower that answers, the
    /// next waits, up to four times this.
    quint64 snapshotAfterEntries = 100'000;
    qint64 snapshotWorthBytes = qint64(64) << 20;
    qint64 snapshotAfterBytes = qint64(256) << 20;
    /// Entries left in the log behind a snapshot, for followers that are nearly there.
    quint64 keepEntries = 5'000;
    qint64 keepBytes = qint64(32) << 20; ///< of those, about
    raft::LogIndex firstKeptBehind(raft::LogIndex last) const
    {
        return {last.value + 1 - std::min<std::uint64_t>(keepEntries, last.value)};
    }

    /// Of commands that wait for this node's own disk; beyond, none is taken. A majority may go on without the leader's
    /// disk, which would then have ever more to catch up on.
    qint64 maxUnwrittenBytes = qint64(64) << 20;
    /// Writes that wait for this node's own disk, each with what it promises others; beyond, no message is heard that
    /// could cause another, as if the network had lost it. Terms and entries that take each other's place cost a write
    /// each, whatever their bytes. Answers to a leader cost none, and are always heard: one whose disk hangs leads on
    /// while a majority follows. What it proposes ends at half of this, so that others have the rest.
    std::size_t maxUnwritten = 10'000;
    /// Of commands that this leader proposed and that are not applied yet; beyond, none is taken. They stay in the log
    /// when the clients that sent them are gone.
    qint64 maxUnappliedBytes = qint64(256) << 20;
    /// Reads that wait for their turn; beyond, none is taken. A leader that hears no majority cannot answer them, and
    /// they stay when the clients that asked are gone.
    std::size_t maxWaitingReads = 1'000'000;
    qint64 maxWaitingReadBytes = qint64(64) << 20; ///< of those; the one that exceeds it is still taken

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
        /// What time has passed, for the figures alone; may be called where the storage queue does its work. Not set:
        /// nothing is measured.
        std::function<std::chrono::nanoseconds()> stopwatch;
        /// By which a leader stamps what it proposes: see node/kv/time.h. Not set: nothing is stamped, no key expires.
        std::function<kv::TimeOfDay()> timeOfDay = {};
        /// How often this process was stopped and went on: what was timed over a stop says nothing. Not set: never.
        std::function<quint64()> stops = {};
    };

    /// Reads back what the folder holds: the newest snapshot, then the log. The error is a sentence about the disk.
    static Result<std::unique_ptr<Group>> open(GroupOptions options, Handed handed);
    ~Group();

    void tick();
    void receive(const raft::Message& message);
    void connectionBroke(raft::NodeId peer);

    enum class Submitted {
        Taken,        ///< whenCompleted, whenRefused or whenUnknown follows once, from within turn()
        NotLeader,    ///< nothing was proposed, and so for the rest
        Transferring, ///< leadership is being handed over
        Busy,         ///< too much is under way
        DiskFull,     ///< of this node, which leads; space may come back
        Stalled,      ///< nothing was committed for some seconds, although something waits for it
    };
    /// Proposes an encoded command. One that only reads goes no way through the log, unless it must come behind what
    /// was proposed before (`inLog`): it is answered from the state once a majority has confirmed that this node still
    /// leads.
    Submitted submit(quint64 requestId, QByteArray command, bool inLog = false);
    /// The state as it is here, which may be old: for clients that asked for that.
    kv::Result readStale(QByteArrayView command) const;

    /// See Raft::changeMembership and transferLeadership; the error is their sentence. Both go on over several turns.
    Result<void> changeMembership(std::set<raft::NodeId> voters, std::set<raft::NodeId> learners, QByteArray contacts);
    Result<void> transferLeadership(raft::NodeId to);

    /// Does what is due. The error is of the disk: this node can keep no promise any more and must end.
    Result<void> turn();

    raft::Status status() const { return m_raft.status(); }
    // At no cost, unlike a whole status.
    raft::Role role() const { return m_raft.role(); }
    const raft::Raft& consensus() const { return m_raft; }
    bool leads() const { return role() == raft::Role::Leader; }
    raft::Term term() const { return m_raft.term(); }
    raft::NodeId leader() const { return m_raft.leader(); } ///< nobody when unknown
    const raft::Membership& membership() const { return m_raft.membership(); }

    const kv::Store& store() const { return m_store; }
    std::size_t pending() const { return m_pending.size() + m_reads.size(); }
    std::size_t pendingReads() const { return m_reads.size(); }
    qint64 unwrittenBytes() const { return m_unwrittenBytes; } ///< see GroupOptions, and so the next two
    std::size_t unwritten() const { return m_unwritten.size(); }
    /// How long the oldest write that is not done was asked for, by the stopwatch; nothing without one, and when the
    /// process was stopped meanwhile.
    std::optional<std::chrono::nanoseconds> writeUnderWayFor() const;
    qint64 unappliedBytes() const { return m_pendingBytes; }
    const GroupDisk& disk() const { return *m_disk; }
    const StageTimes& stageTimes() const { return m_stageTimes; }
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
    std::function<void(std::chrono::nanoseconds)> whenSynced; ///< how long the disk took to make one write durable
    std::function<void(raft::LogIndex lastIndex, qint64 bytes)> whenSnapshotTaken;

private:
    struct Pending
    {
        raft::LogIndex index;
        raft::Term term;
        quint64 requestId = 0;
        qint64 bytes = 0;
    };
    struct Unapplied
    {
        raft::LogIndex index;
        QByteArray value;
    };
    struct Asked ///< of the disk
    {
        std::chrono::nanoseconds at;
        quint64 stops;
    };
    struct Unwritten
    {
        quint64 number; ///< of the write
        std::vector<raft::Message> promises;
        qint64 bytes;
    };
    /// Writes that nobody has begun, shared with the storage queue. What comes while the disk is at work joins them,
    /// and goes to the disk as one.
    class Gathering
    {
    public:
        /// Whether they wait for the first time, so that somebody must be asked to take them.
        bool add(GroupDisk::Write write);
        std::vector<GroupDisk::Write> take();

    private:
        std::mutex m_mutex;
        std::vector<GroupDisk::Write> m_writes;
    };
    struct Taking ///< a snapshot of the state as it was at `mark`, on its way to the disk
    {
        raft::SnapshotMark mark;
        raft::LogIndex firstKept;
        std::shared_ptr<kv::SnapshotWriter> writer; ///< used where the disk is waited for, by a piece of work at a time
        qint64 bytesBefore = 0; ///< applied since the snapshot before, which count again if this one is given up
        bool pieceIsOut = false;
    };

    Group(GroupOptions options, Handed handed, GroupDisk::Opened opened);

    // ---- group.cpp

    void due();
    bool hasWork() const;
    bool isBehind() const;
    std::chrono::nanoseconds passed() const;
    quint64 stops() const;
    void noteReplicated(raft::LogIndex commit);
    void act(raft::Ready ready);
    void write(raft::Ready ready);
    void writeGathered();
    void makeRoom();
    void lookForSpace();
    void written(const Unwritten& write, GroupDisk::Outcome outcome);
    void expect(std::span<const raft::Entry> entries) const;
    /// Freed where the disk is waited for, a part at a time, so that writes come between.
    void free(kv::Tables::Dropped dropped);
    void freeSome(std::shared_ptr<kv::Tables::Dropped> dropped);
    void apply(const raft::Entry& entry);
    void answerReads();
    void refuse(const std::vector<ReadQueue::Read>& reads);
    void giveUpPending();
    void noteWatched(const raft::Entries& appended);

    // ---- group_time.cpp
    qint64 clock() const;
    qint64 stamp();
    void tellTime();
    void proposeTime();

    // ---- group_snapshots.cpp
    void sendPiece(raft::Message message);
    void install(GroupDisk::Installed installed);
    void noteSize(const raft::Entry& applied);
    bool isSnapshotDue() const;
    void goOnWithSnapshot();
    void beginSnapshot();
    void writePiece();
    void giveUpSnapshot();
    void letGoOfSnapshot();
    void finishSnapshot();
    void snapshotTaken(const StoredSnapshot& snapshot);

    GroupOptions m_options;
    Handed m_handed;
    std::shared_ptr<GroupDisk> m_disk; ///< shared with work that is queued
    std::shared_ptr<bool> m_alive;     ///< what is queued looks here whether anybody waits for it
    raft::Raft m_raft;
    kv::Store m_store;
    raft::LogIndex m_applied;

    bool m_isDue = false;
    bool m_inTurn = false;
    std::optional<QString> m_failure; ///< of the disk; nothing is promised any more

    std::optional<qint64> m_stamp; ///< of this turn
    qint64 m_lagBefore = 0;        ///< what the state's lag had grown to before this process counted it
    raft::LogIndex m_timeEntry;    ///< the newest proposed here, of the term below
    raft::Term m_timeTerm;

    std::shared_ptr<Gathering> m_gathering;
    std::deque<Unwritten> m_unwritten; ///< by rising number
    std::deque<Asked> m_asked;         ///< and not done
    qint64 m_unwrittenBytes = 0;
    bool m_awaitsSpace = false; ///< a write does
    bool m_makesRoom = false;
    int m_ticksSinceLook = 0;

    struct Replicating
    {
        raft::LogIndex last;
        std::chrono::nanoseconds since;
    };
    StageTimes m_stageTimes;
    std::optional<std::chrono::nanoseconds> m_oldestSubmitted; ///< of this turn
    std::deque<Replicating> m_replicating;                     ///< by rising index, while this node leads

    CommandBlocks m_commands;
    std::deque<Pending> m_pending; ///< by rising index
    raft::Instant m_progressAt{0}; ///< the last one left it, or it got its first
    qint64 m_pendingBytes = 0;
    ReadQueue m_reads;

    std::optional<StoredSnapshot> m_newest;
    std::optional<Taking> m_taking;
    std::set<raft::NodeId> m_piecesWaiting; ///< followers for whom one is to be read from the disk
    quint64 m_noSnapshotBefore = 0;         ///< index applied: there was no space for one
    qint64 m_bytesSinceSnapshot = 0;        ///< of entries applied
    /// Entries applied, each with a share of keepBytes behind the one before; so many of the newest that together they
    /// reach back that far.
    std::deque<raft::LogIndex> m_byteMarks;
    qint64 m_bytesSinceMark = 0;
    quint64 m_snapshotsTaken = 0;
    quint64 m_snapshotsInstalled = 0;

    QByteArray m_watchedKey;
    std::deque<Unapplied> m_watchedUnapplied;
};

} // namespace faultline::node
