// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/backend.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <vector>

namespace faultline::client {

/// Clients that said WAIT. A write is acknowledged when a majority has it, so WAIT is for those who want to know of
/// more: it counts the replicas whose disks have the log up to where it ended when WAIT was said, which is past all
/// that the same client wrote before.
class WaitingRoom final : public QObject
{
public:
    /// Both outlive it. `answer` is called from the event loop, once for each who enters.
    WaitingRoom(const Backend& backend, std::function<void(quint64 requestId, const kv::Result& result)> answer);

    static constexpr std::size_t kMost = 1'000;

    /// `patience` 0: as long as it takes. On a leader only; one that no longer leads answers UNBLOCKED. False, and
    /// nothing follows, when there is no room.
    bool enter(quint64 requestId, qint64 replicas, std::chrono::milliseconds patience);
    /// The client is gone, and nobody waits for the answers.
    void leave(quint32 connectionId);
    std::size_t size() const { return m_waiting.size(); }

private:
    struct Waiting
    {
        quint64 requestId = 0;
        quint64 index = 0;
        qint64 replicas = 0;
        std::optional<std::chrono::steady_clock::time_point> until;
    };
    void look();
    std::optional<kv::Result> answerTo(const Waiting& waiting) const;

    const Backend& m_backend;
    std::function<void(quint64, const kv::Result&)> m_answer;
    std::vector<Waiting> m_waiting;
    QTimer m_timer;
};

} // namespace faultline::client
