// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/fault_pipeline.h"

#include <algorithm>
#include <utility>

namespace faultline::fault {

std::size_t FaultPipeline::setFault(const LinkFault& fault)
{
    m_fault = fault;
    return fault.cut ? clear() : 0;
}

FaultPipeline::Fate FaultPipeline::push(QByteArray message, Instant now)
{
    if (m_fault.cut)
        return Fate::LostToCut;
    if (m_queue.size() >= kMaxQueuedMessages || m_queuedBytes + message.size() > kMaxQueuedBytes)
        return Fate::LostToFullQueue;
    Instant due = now + m_fault.latency;
    if (!m_queue.empty())
        due = std::max(due, m_queue.back().due);
    m_queuedBytes += message.size();
    m_queue.push_back({due, std::move(message)});
    return Fate::Queued;
}

std::optional<QByteArray> FaultPipeline::pop(Instant now)
{
    if (m_queue.empty() || m_queue.front().due > now)
        return std::nullopt;
    QByteArray message = std::move(m_queue.front().message);
    m_queue.pop_front();
    m_queuedBytes -= message.size();
    return message;
}

std::optional<FaultPipeline::Instant> FaultPipeline::nextDue() const
{
    if (m_queue.empty())
        return std::nullopt;
    return m_queue.front().due;
}

std::size_t FaultPipeline::clear()
{
    const std::size_t lost = m_queue.size();
    m_queue.clear();
    m_queuedBytes = 0;
    return lost;
}

} // namespace faultline::fault
