// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/sim_storage.h"

#include <utility>

namespace faultline::sim {

SimStorage::SimStorage(SimDisk& disk, Schedule& schedule, quint32 node, Pace pace, Random random)
    : m_disk(disk)
    , m_schedule(schedule)
    , m_node(node)
    , m_pace(pace)
    , m_random(random)
{}

void SimStorage::run(std::function<Result<void>()> work, std::function<void(Result<void>)> done)
{
    m_jobs.push_back({std::move(work), std::move(done)});
    if (m_jobs.size() == 1)
        beginNext();
}

void SimStorage::beginNext()
{
    const Instant takes =
        m_pace.least + Instant(static_cast<qint64>(m_random.below(static_cast<quint64>(m_pace.jitter.count()) + 1)));
    m_schedule.add(Event::Kind::DiskWorks, m_schedule.now() + takes, m_node, 0, m_life);
}

void SimStorage::work()
{
    m_result = m_jobs.front().work();
    if (const Instant delay = m_disk.takeDelay(); delay > Instant(0)) {
        m_schedule.add(Event::Kind::DiskDone, m_schedule.now() + delay, m_node, 0, m_life);
        return;
    }
    finish();
}

void SimStorage::finish()
{
    const Job job = std::move(m_jobs.front());
    m_jobs.pop_front();
    const Result<void> result = *std::exchange(m_result, std::nullopt);
    if (!m_jobs.empty())
        beginNext();
    job.done(result);
}

void SimStorage::abandon()
{
    m_jobs.clear();
    m_result.reset();
}

void SimStorage::workBeforeTheEnd()
{
    if (!m_jobs.empty() && !m_result)
        static_cast<void>(m_jobs.front().work());
}

} // namespace faultline::sim
