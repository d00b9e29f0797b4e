// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/waiting_room.h"

#include "node/client/connection.h"

#include <utility>

namespace faultline::client {

namespace {
constexpr std::chrono::milliseconds kLookAgain{5};
}

WaitingRoom::WaitingRoom(const Backend& backend, std::function<void(quint64, const kv::Result&)> answer)
    : m_backend(backend)
    , m_answer(std::move(answer))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &WaitingRoom::look);
}

bool WaitingRoom::enter(quint64 requestId, qint64 replicas, std::chrono::milliseconds patience)
{
    if (m_waiting.size() >= kMost)
        return false;
    Waiting waiting{requestId, m_backend.lastIndex(), replicas, {}};
    if (patience.count() > 0)
        waiting.until = std::chrono::steady_clock::now() + patience;
    m_waiting.push_back(waiting);
    if (!m_timer.isActive())
        m_timer.start(0);
    return true;
}

void WaitingRoom::leave(quint32 connectionId)
{
    std::erase_if(m_waiting, [connectionId](const Waiting& waiting) {
        return Connection::connectionOf(waiting.requestId) == connectionId;
    });
}

void WaitingRoom::look()
{
    for (const Waiting& waiting : std::exchange(m_waiting, {})) {
        if (const std::optional<kv::Result> result = answerTo(waiting))
            m_answer(waiting.requestId, *result);
        else
            m_waiting.push_back(waiting);
    }
    if (!m_waiting.empty())
        m_timer.start(kLookAgain);
}

std::optional<kv::Result> WaitingRoom::answerTo(const Waiting& waiting) const
{
    if (!m_backend.leads())
        return kv::Failure{
            "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"};
    const qint64 replicas = m_backend.replicasWith(waiting.index);
    if (replicas >= waiting.replicas || (waiting.until && std::chrono::steady_clock::now() >= *waiting.until))
        return kv::Integer{replicas};
    return std::nullopt;
}

} // namespace faultline::client
