// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/group.h"
#include "node/sim/disk/sim_disk.h"
#include "node/sim/shape.h"
#include "node/sim/sim_storage.h"
#include "node/transport/transport.h"

#include <functional>
#include <memory>
#include <vector>

namespace faultline::sim {

/// One machine of the world: a disk and a clock that outlive the process, and, while it is up, the product's Group.
class Host final : private node::Transport
{
public:
    Host(const Shape& shape, Schedule& schedule, quint32 index, Random random);
    ~Host() override;

    quint32 index() const { return m_index; }
    QString name() const { return QStringLiteral("n%1").arg(m_index + 1); }

    bool isUp() const { return m_group != nullptr; }
    bool isFrozen() const { return m_frozen; }
    node::Group& group() { return *m_group; }
    const raft::Raft& raft() const { return m_group->consensus(); }
    /// The disk was full when this process wanted to write: it may end.
    bool wasRefusedSpace() const { return m_disk.counts().refused > m_refusedBefore; }
    /// Grows with each start; an event of an earlier life is void.
    quint32 life() const { return m_life; }

    SimDisk& disk() { return m_disk; }
    const SimDisk& disk() const { return m_disk; }
    SimStorage& storage() { return m_storage; }
    const SimStorage& storage() const { return m_storage; }

    static inline const QString kFolder = QStringLiteral("data"); ///< on its disk
    /// What a start would find, if the power went now and nothing were left but what is there for certain.
    Result<raft::StoredState> durableState() const;
    struct LogOnDisk
    {
        raft::LogIndex before; ///< the last entry before the first segment
        quint64 segments = 0;
    };
    /// Nothing when the first segment does not say where it begins.
    std::optional<LogOnDisk> logOnDisk();

    /// Opens what the disk holds. The group is not heard of until whenStarted has set it up. `isKilled`: at times in
    /// the midst, and then wasKilledAtStart(): that says nothing about the disk.
    Result<void> start(bool isKilled);
    bool wasKilledAtStart() const { return m_wasKilledAtStart; }
    std::function<void(const raft::Message&)> onSend;

    /// SIGKILL: what was written stays.
    void kill();
    /// It will come in the middle of disk work that is to come, after which downFor() says so; from then to kill() the
    /// disk does nothing more. Once everything is healed it comes no more.
    void willBeKilledAtWork(int ticksDown);
    void willNotBeKilled() { m_disk.killDuring(0); }
    std::optional<int> downFor() const { return m_disk.isKilled() ? std::optional(m_ticksDown) : std::nullopt; }
    enum class Cut { Clean, InTheMidst };
    /// Unsynced writes are lost or torn; the disk works again at the next start.
    void cutPower(Cut how);

    /// A stopped process. What is meant for it meanwhile waits, in order.
    void freeze() { m_frozen = true; }
    void holdBack(const Event& event) { m_held.push_back(event); }
    void holdBack(raft::Message message) { m_heldMessages.push_back(std::move(message)); }
    struct Held
    {
        std::vector<Event> events;
        std::vector<raft::Message> messages;
    };
    Held thaw();

    /// Its own time: that of the world, at its rate (millionths) since that was set.
    Instant now() const;
    void setClockRate(qint64 rate);
    Instant tickLength() const { return Instant(kTick.count() * kMillion / m_clockRate); }

    bool turnIsDue = false; ///< and has its event

private:
    static constexpr qint64 kMillion = 1'000'000;
    static constexpr qint64 kBegan = 1'000'000'000'000; ///< when the world began, as its clocks have it

    /// The time by which keys expire, which a clock at a wrong rate makes wrong too.
    kv::TimeOfDay timeOfDay() const { return {kBegan + now().count() / 1'000, 0}; }
    void send(const raft::Message& message) override { onSend(message); }
    node::GroupOptions options();
    storage::WalOptions logOptions() const;
    void endProcess();

    const Shape& m_shape;
    Schedule& m_schedule;
    quint32 m_index;
    Random m_random;
    SimDisk m_disk;
    SimStorage m_storage;
    std::unique_ptr<node::Group> m_group;
    quint32 m_life = 0;
    quint64 m_refusedBefore = 0; ///< this life, by the disk
    bool m_frozen = false;
    int m_ticksDown = 0; ///< once it is killed at work
    bool m_wasKilledAtStart = false;
    std::vector<Event> m_held;
    std::vector<raft::Message> m_heldMessages;
    qint64 m_clockRate = kMillion;
    Instant m_clockSince{0};
    Instant m_clockBase{0};
};

} // namespace faultline::sim
