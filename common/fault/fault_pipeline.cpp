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
        moveToNewLine(now);
    if (fault != before)
        hasten(now);
    while (!fault.reorder && !m_heldBack.empty()) {
        m_queue.push_back(std::move(m_heldBack.front()));
        m_queue.back().due = std::max(m_queue.back().due, now);
        m_heldBack.pop_front();
    }
    return {};
}

void FaultPipeline::moveToNewLine(Instant now)
{
    std::chrono::nanoseconds line = now;
    for (std::deque<Waiting>* queue : {&m_queue, &m_heldBack}) {
        for (Waiting& waiting : *queue) {
            if (waiting.offLine <= now)
                continue;
            line = m_fault.bandwidth == 0
                       ? now
                       : std::min<std::chrono::nanoseconds>(
                             waiting.offLine, line + timeOnTheLine(waiting.delivery.message.size(), m_fault.bandwidth));
            waiting.offLine = std::chrono::ceil<Instant>(line);
        }
    }
    m_lineFreeAt = line;
}

void FaultPipeline::hasten(Instant now)
{
    const Instant longest = longestDelay(m_fault);
    for (std::deque<Waiting>* queue : {&m_queue, &m_heldBack}) {
        for (Waiting& waiting : *queue)
            waiting.due = std::min(waiting.due, std::max(now, waiting.offLine) + longest);
    }
    if (const auto& last = m_heldBack.empty() ? m_queue : m_heldBack; !last.empty())
        m_lastDue = last.back().due;
    else
        m_lastDue = std::min(m_lastDue, now);
}

FaultPipeline::Fate FaultPipeline::push(QByteArray message, quint64 tag, Instant now, Random& random)
{
    if (m_fault.cut)
        return Fate::LostToCut;
    if (happens(m_fault.loss, random))
        return Fate::LostToLoss;
    const bool twice = happens(m_fault.duplicate, random);
    const qsizetype bytes = message.size() * (twice ? 2 : 1);
    if (queuedMessages() + (twice ? 2 : 1) > kMaxQueuedMessages || m_queuedBytes + bytes > kMaxQueuedBytes)
        return Fate::LostToFullQueue;

    Instant due = now;
    if (m_fault.bandwidth > 0) {
        const std::chrono::nanoseconds start = std::max<std::chrono::nanoseconds>(now - kBurst, m_lineFreeAt);
        const auto longest =
            std::max(timeOnTheLine(kMinLineQueueBytes, m_fault.bandwidth), std::chrono::nanoseconds(1s));
        if (start - now > longest)
            return Fate::LostToFullQueue;
        m_lineFreeAt = start + timeOnTheLine(bytes, m_fault.bandwidth);
        due = std::max(now, std::chrono::ceil<Instant>(m_lineFreeAt));
    }
    const Instant offLine = due;
    due += drawDelay(m_fault, random);
    due = std::max(due + drawStall(m_fault, random), m_lastDue);
    m_lastDue = due;

    Delivery delivery{.message = std::move(message), .tag = tag};
    if (const qsizetype payload = delivery.message.size() - m_head - m_tail;
        payload > 0 && happens(m_fault.corrupt, random)) {
        const quint64 bit = drawBelow(static_cast<quint64>(payload) * 8, random);
        char& byte = delivery.message[m_head + static_cast<qsizetype>(bit / 8)];
        byte = static_cast<char>(byte ^ (1 << (bit % 8)));
        delivery.isCorrupted = true;
    }
    m_queuedBytes += bytes;

    const auto enqueue = [&](std::deque<Waiting>& queue) {
        if (twice) {
            queue.push_back({due, now, offLine, delivery});
            delivery.isCopy = true;
        }
        queue.push_back({due, now, offLine, std::move(delivery)});
    };
    if (happens(m_fault.reorder, random)) {
        enqueue(m_heldBack);
        return Fate::Queued;
    }
    const auto goOn = [&](bool overtaken) {
        Waiting waiting = std::move(m_heldBack.front());
        m_heldBack.pop_front();
        waiting.due = overtaken ? due : waiting.due + kLongestHeldBack;
        waiting.delivery.wasOvertaken = overtaken;
        m_queue.push_back(std::move(waiting));
    };
    while (!m_heldBack.empty() && m_heldBack.front().due + kLongestHeldBack <= due)
        goOn(false); // this one comes too late to overtake it
    enqueue(m_queue);
    while (!m_heldBack.empty())
        goOn(true);
    return Fate::Queued;
}

// All that is held back was sent after, and is due after, all that is in the queue.
std::optional<FaultPipeline::Delivery> FaultPipeline::pop(Instant now)
{
    const std::optional<Instant> due = nextDue();
    if (!due || *due > now)
        return std::nullopt;
    std::deque<Waiting>& from = m_queue.empty() ? m_heldBack : m_queue;
    Delivery delivery = std::move(from.front().delivery);
    delivery.delay = *due - from.front().pushed;
    from.pop_front();
    m_queuedBytes -= delivery.message.size();
    return delivery;
}

std::optional<FaultPipeline::Instant> FaultPipeline::nextDue() const
{
    if (!m_queue.empty())
        return m_queue.front().due;
    if (!m_heldBack.empty())
        return m_heldBack.front().due + kLongestHeldBack;
    return std::nullopt;
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
