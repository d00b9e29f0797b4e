// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/net/turn_end.h"
#include "node/client/resp_server.h"
#include "node/clock/paced_clock.h"
#include "node/clock/wall_clock.h"
#include "node/control/agent.h"
#include "node/group/group.h"
#include "node/peer/peer_transport.h"
#include "node/program/options.h"
#include "node/program/storage_thread.h"
#include "node/program/thaw.h"
#include "node/storage/power_cut.h"
#include "node/storage/real_disk.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>

namespace faultline::node {

/// What is never on a command line.
struct Secrets
{
    QByteArray token;    ///< of the lab, when managed
    QByteArray password; ///< of clients; empty: they need none
};

/// One member of a cluster, put together from its parts: it owns the sockets, the clock, the disk and the timers that
/// the parts are handed.
class Member : public QObject, private client::Backend
{
    Q_OBJECT

public:
    Member(Options options, Secrets secrets);
    ~Member() override;

    /// Reads the log back and opens the ports: all of them when alone, the control port alone when managed. The error
    /// is one sentence for the person who started the program.
    Result<void> start();

signals:
    /// It cannot go on: a port could not be opened later, or the disk failed.
    void failed(const QString& sentence);

private:
    // client::Backend
    client::Leadership leadership() const override;
    bool leads() const override { return m_group->leads(); }
    Submitted submit(quint64 requestId, QByteArray command, bool inLog) override;
    kv::Result readStale(QByteArrayView command) const override;
    std::vector<client::MemberView> members() const override;
    void manage(quint64 requestId, const client::MemberCommand& command) override;
    QList<std::pair<QByteArray, QByteArray>> info() const override;
    quint64 keys() const override;
    quint64 lastIndex() const override { return m_group->consensus().lastIndex().value; }
    qint64 replicasWith(quint64 index) const override;
    std::chrono::microseconds clusterTime() const override { return m_clock.now(); }
    std::chrono::microseconds wallTime() const override { return m_wallClock.now(); }

    // ---- member.cpp
    Result<void> recover();
    Result<void> openPorts();
    void obey(const wire::DesiredState& desired);
    void turn();
    void tick();
    void armTick();

    // ---- member_membership.cpp
    const MemberAddress* contactOf(NodeId id) const;
    QString waitingOf(const raft::Status& status, raft::NodeId id) const;
    void followMembership();
    Result<void> add(const client::MemberCommand& command);
    Result<void> remove(raft::NodeId id);
    Result<void> handOver();
    void answerLeaving(const raft::TransferEnded& ended);
    void sendLeavingOn();

    // ---- member_report.cpp
    void report(const raft::Event& event);
    void reportSnapshotTaken(raft::LogIndex lastIndex, qint64 bytes);
    void reportSync(std::chrono::nanoseconds took);
    void reportHangingDisk();
    QString diskAsReason() const;
    std::optional<std::chrono::milliseconds> hangsFor() const;
    void reportFullDisk();
    wire::Status status();
    wire::Histograms histograms() const;

    Options m_options;
    Secrets m_secrets;
    quint64 m_incarnation;
    PacedClock m_clock;
    WallClock m_wallClock;
    std::unique_ptr<Thaw> m_thaw;          ///< when managed
    std::atomic<quint32> m_paceFactor = 1; ///< read by whoever waits for a slow disk, on any thread
    storage::RealDisk m_disk;
    storage::TornAway m_tornAway; ///< at this start
    StorageThread m_storage;
    std::unique_ptr<PeerTransport> m_transport;
    std::unique_ptr<Group> m_group;
    std::unique_ptr<client::RespServer> m_clients;
    std::unique_ptr<Agent> m_agent;
    net::TurnEnd m_turn;
    raft::Membership m_membership;         ///< as it was followed last
    std::vector<MemberAddress> m_contacts; ///< of everybody this node knows, by id
    std::vector<quint64> m_leaving;        ///< requests to remove this leader, which first hands over
    QTimer m_tickTimer;
    PacedClock::Instant m_nextTick{0};
    std::chrono::microseconds m_tickDueAt{0}; ///< wall time
    std::chrono::microseconds m_longestStall{0};
    wire::Monotonic m_nextSlowDiskReport{0};
    bool m_wasDiskFull = false;
    bool m_portsOpen = false;
    raft::Role m_shownRole = raft::Role::Follower;
    raft::Term m_shownTerm;
    raft::NodeId m_shownLeader;
};

} // namespace faultline::node
