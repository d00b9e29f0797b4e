// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/storage_thread.h"

#include <QMetaObject>

#include <utility>

namespace faultline::node {

StorageThread::StorageThread()
    : m_thread([this] { workOff(); })
{}

StorageThread::~StorageThread()
{
    {
        const std::lock_guard guard(m_mutex);
        m_isEnding = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void StorageThread::run(std::function<Result<void>()> work, std::function<void(Result<void>)> done)
{
    {
        const std::lock_guard guard(m_mutex);
        m_jobs.push_back({std::move(work), std::move(done)});
    }
    m_changed.notify_all();
}

void StorageThread::pause(std::chrono::microseconds time)
{
    std::unique_lock guard(m_mutex);
    m_changed.wait_for(guard, time, [this] { return m_isEnding; });
}

void StorageThread::workOff()
{
    std::unique_lock guard(m_mutex);
    for (;;) {
        m_changed.wait(guard, [this] { return m_isEnding || !m_jobs.empty(); });
        if (m_isEnding)
            return;
        Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        guard.unlock();
        Finished finished{std::move(job.done), job.work()};
        job.work = nullptr; // what it holds is released here, and not while others wait for the lock
        guard.lock();
        m_finished.push_back(std::move(finished));
        if (m_finished.size() == 1)
            QMetaObject::invokeMethod(
                &m_home, [this] { tellFinished(); }, Qt::QueuedConnection);
    }
}

void StorageThread::tellFinished()
{
    std::vector<Finished> finished;
    {
        const std::lock_guard guard(m_mutex);
        finished.swap(m_finished);
    }
    for (Finished& each : finished)
        each.done(std::move(each.result));
}

} // namespace faultline::node
