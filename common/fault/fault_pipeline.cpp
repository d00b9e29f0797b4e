// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/fault_pipeline.h"

#include "common/fault/delay.h"

#include <algorithm>
#include <utility>

namespace faultline::fault {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds kBurst = 10ms; ///< of the bandwidth may pass at once after a rest

std::chrono::nanoseconds timeOnTheLine(qsizetype bytes, quint64 bitsPerSecond)
{
    return std::chrono::nanoseconds(static_cast<quint64>(bytes) * 8 * 1'000'000'000 / bitsPerSecond);
}

} // namespace

std::vector<quint64> FaultPipeline::setFault(const LinkFault& fault, Instant now)
{
    const LinkFault before = std::exchange(m_fault, fault);
    if (fault.cut)
        return clear();
    if (fault.bandwidth != before.bandwidth)
        m_lineFreeAt = 0ns;
    if (fault.bandwidth == 0 && fault != before)
        hasten(now + fault.latency + fault.jitter);
    return {};
}

void FaultPipeline::hasten(Instant latest)
{
    for (Waiting& waiting : m_queue) {
        waiting.delivery.delay -= std::max(0us, waiting.due - latest);
        waiting.due = std::min(waiting.due, latest);
    }
    for (Waiting& waiting : m_heldBack)
        waiting.due = std::min(waiting.due, latest + kLongestHeldBack);
    m_lastDue = std::min(m_lastDue, latest);
}

FaultPipeline::Fate FaultPipeline::push(QByteArray message, quint64 tag, Instant now, Random& random)
{
    if (m_fault.cut)
        return Fate::LostToCut;
    if (happens(m_fault.loss, random))
        return Fate::LostToLoss;
    const bool twice = happens(m_fault.duplicate, random);
    const qsizetype bytes = message.size() * (twice ? 2 : 1);
    if (queuedMessages() + 1 >= kMaxQueuedMessages || m_queuedBytes + bytes > kMaxQueuedBytes)
        return Fate::LostToFullQueue;

    Instant due = now;
    if (m_fault.bandwidth > 0) {
        const std::chrono::nanoseconds start = std::max<std::chrono::nanoseconds>(now - kBurst, m_lineFreeAt);
        const auto longest = std::max(timeOnTheLine(kMinLineQueueBytes, m_fault.bandwidth), std::chrono::nanoseconds(1s));
        if (start - now > longest)
            return Fate::LostToFullQueue;
        m_lineFreeAt = start + timeOnTheLine(bytes, m_fault.bandwidth);
        due = std::max(now, std::chrono::ceil<Instant>(m_lineFreeAt));
    }
    due += drawDelay(m_fault, random);
    due = std::max(due, m_lastDue) + drawStall(m_fault, random);

    Delivery delivery{std::move(message), tag, due - now};
    if (const qsizetype payload = delivery.message.size() - m_head - m_tail;
        payload > 0 && happens(m_fault.corrupt, random)) {
        const quint64 bit = drawBelow(static_cast<quint64>(payload) * 8, random);
        char& byte = delivery.message[m_head + static_cast<qsizetype>(bit / 8)];
        byte = static_cast<char>(byte ^ (1 << (bit % 8)));
        delivery.isCorrupted = true;
    }
    m_queuedBytes += bytes;

    const auto enqueue = [&](std::deque<Waiting>& queue, Instant at) {
        if (!queue.empty())
            at = std::max(at, queue.back().due);
        queue.push_back({at, delivery});
        if (twice) {
            queue.push_back({at, delivery});
            queue.back().delivery.isCopy = true;
        }
    };
    if (happens(m_fault.reorder, random)) {
        delivery.wasOvertaken = true;
        enqueue(m_heldBack, due + kLongestHeldBack);
        return Fate::Queued;
    }
    m_lastDue = due;
    enqueue(m_queue, due);
    // This is the one that those held back have waited for.
    while (!m_heldBack.empty()) {
        Waiting overtaken = std::move(m_heldBack.front());
        m_heldBack.pop_front();
        overtaken.delivery.delay += due - std::min(due, overtaken.due - kLongestHeldBack);
        overtaken.due = due;
        m_queue.push_back(std::move(overtaken));
    }
    return Fate::Queued;
}

std::optional<FaultPipeline::Delivery> FaultPipeline::pop(Instant now)
{
    const auto isDue = [now](const std::deque<Waiting>& queue) { return !queue.empty() && queue.front().due <= now; };
    std::deque<Waiting>* from = isDue(m_queue) ? &m_queue : isDue(m_heldBack) ? &m_heldBack : nullptr;
    if (!from)
        return std::nullopt;
    Delivery delivery = std::move(from->front().delivery);
    if (from == &m_heldBack) {
        delivery.delay += kLongestHeldBack;
        delivery.wasOvertaken = false;
    }
    from->pop_front();
    m_queuedBytes -= delivery.message.size();
    return delivery;
}

std::optional<FaultPipeline::Instant> FaultPipeline::nextDue() const
{
    std::optional<Instant> due;
    for (const std::deque<Waiting>* queue : {&m_queue, &m_heldBack}) {
        if (!queue->empty() && (!due || queue->front().due < *due))
            due = queue->front().due;
    }
    return due;
}

std::vector<quint64> FaultPipeline::clear()
{
    std::vector<quint64> lost;
    for (const std::deque<Waiting>* queue : {&m_queue, &m_heldBack}) {
        for (const Waiting& waiting : *queue) {
            if (!waiting.delivery.isCopy)
                lost.push_back(waiting.delivery.tag);
        }
    }
    m_queue.clear();
    m_heldBack.clear();
    m_queuedBytes = 0;
    m_lineFreeAt = 0ns;
    m_lastDue = 0us;
    return lost;
}

} // namespace faultline::fault
