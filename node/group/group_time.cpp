// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group.h"

#include <algorithm>
#include <array>

namespace faultline::node {

namespace {
constexpr qint64 kLagWorthTelling = 1'000; ///< milliseconds
} // namespace

qint64 Group::clock() const
{
    if (!m_handed.timeOfDay)
        return 0;
    const kv::TimeOfDay reading = m_handed.timeOfDay();
    const qint64 lag = std::max(reading.lag + m_lagBefore, m_store.lag());
    return std::max(m_store.time(), reading.wall - lag);
}

qint64 Group::stamp()
{
    if (m_stamp || !m_handed.timeOfDay)
        return m_stamp.value_or(0);
    const qint64 lag = m_handed.timeOfDay().lag;
    m_lagBefore = std::max(m_lagBefore, m_store.lag() - lag);
    m_stamp = clock();
    if (lag + m_lagBefore >= m_store.lag() + kLagWorthTelling)
        proposeTime();
    return *m_stamp;
}

void Group::tellTime()
{
    const std::optional<qint64> earliest = m_store.earliestDeadline();
    if (earliest && leads() && *earliest <= clock())
        proposeTime();
}

void Group::proposeTime()
{
    const bool isOnItsWay = m_timeTerm == term() && m_timeEntry > m_applied;
    if (!m_handed.timeOfDay || isOnItsWay || m_disk->isFull() || isBehind())
        return;
    const qint64 lag = std::max(m_handed.timeOfDay().lag + m_lagBefore, m_store.lag());
    const QByteArray text = QByteArray::number(lag);
    QByteArray command = kv::encodeCommand(kv::Verb::Time, std::array<QByteArrayView, 1>{text});
    kv::setStamp(command, clock());
    const auto outcome = m_raft.propose(std::move(command), m_handed.now());
    if (const auto* proposed = std::get_if<raft::Raft::Proposed>(&outcome)) {
        m_timeEntry = proposed->index;
        m_timeTerm = proposed->term;
    }
}

} // namespace faultline::node
