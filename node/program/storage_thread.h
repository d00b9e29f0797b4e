// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/storage_queue.h"

#include <QObject>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace faultline::node {

/// A node's disk work on a thread of its own, so that the event loop never waits for a disk. `done` is called on the
/// thread that made the queue, from its event loop.
///
/// The thread is woken at once, before what the same turn sends has left: a disk that serves several nodes does one
/// flush at a time, and when a leader's is under way first, those of its followers are done together by the next one.
///
/// Ends with the work that is under way; what was not begun is dropped, and nobody hears of either.
class StorageThread final : public StorageQueue
{
public:
    StorageThread();
    ~StorageThread() override;

    void run(std::function<Result<void>()> work, std::function<void(Result<void>)> done) override;

    /// Lets its caller wait, as on a slow disk; not once the thread is to end, so that a slow disk holds up no exit.
    /// Any thread.
    void pause(std::chrono::microseconds time);

private:
    struct Job
    {
        std::function<Result<void>()> work;
        std::function<void(Result<void>)> done;
    };
    struct Finished
    {
        std::function<void(Result<void>)> done;
        Result<void> result;
    };

    void workOff();
    void tellFinished();

    QObject m_home; ///< on the thread that is told
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Job> m_jobs;
    std::vector<Finished> m_finished; ///< and not told yet
    bool m_isEnding = false;
    std::thread m_thread;
};

} // namespace faultline::node
