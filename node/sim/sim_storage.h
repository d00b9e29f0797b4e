// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/storage_queue.h"
#include "node/sim/disk/sim_disk.h"
#include "node/sim/random.h"
#include "node/sim/schedule.h"

#include <deque>
#include <functional>
#include <optional>

namespace faultline::sim {

/// A node's disk work in simulated time: one piece after the other, each of which takes effect some time after it was
/// asked for, and is reported some time after that. So power can go before, in the midst and between.
class SimStorage final : public node::StorageQueue
{
public:
    struct Pace
    {
        Instant least{300};
        Instant jitter{0}; ///< up to so much more
    };

    SimStorage(SimDisk& disk, Schedule& schedule, quint32 node, Pace pace, Random random);

    void run(std::function<Result<void>()> work, std::function<void(Result<void>)> done) override;

    std::size_t waiting() const { return m_jobs.size(); } ///< the piece under way too

    /// For Event::Kind::DiskWorks and DiskDone.
    void work();
    void finish();

    /// The process is gone: what was not begun is never done, and nobody hears of the rest. Before the disk is told.
    void abandon();
    /// What is under way happens now, as far as the disk lets it; for a power cut in its midst.
    void workBeforeTheEnd();
    /// The life of the process whose work it does, for its events.
    void setLife(quint32 life) { m_life = life; }

private:
    struct Job
    {
        std::function<Result<void>()> work;
        std::function<void(Result<void>)> done;
    };

    void beginNext();

    SimDisk& m_disk;
    Schedule& m_schedule;
    quint32 m_node;
    Pace m_pace;
    Random m_random;
    quint32 m_life = 0;
    std::deque<Job> m_jobs;               ///< the first is under way
    std::optional<Result<void>> m_result; ///< of the first, once it was done
};

} // namespace faultline::sim
