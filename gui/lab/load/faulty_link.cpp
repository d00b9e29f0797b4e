// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/faulty_link.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::microseconds kBurst = 10ms; // of the bandwidth may pass at once after a rest
constexpr std::chrono::microseconds kAhead = 10ms; // what is on the line before the next piece waits elsewhere
constexpr quint64 kPiecesPerSecond = 500;
constexpr qint64 kSmallestPiece = 16;
constexpr qint64 kLargestPiece = qint64(1) << 20;

} // namespace

FaultyLink::FaultyLink(const StreamClock& clock, quint64 seed)
    : m_clock(clock)
    , m_random(seed)
{}

void FaultyLink::setFault(const fault::LinkFault& fault)
{
    if (fault.bandwidth != m_fault.bandwidth)
        m_freeAt = 0ns;
    m_fault = fault;
}

bool FaultyLink::isClear() const
{
    return m_fault.latency == 0us && m_fault.jitter == 0us && m_fault.bandwidth == 0 && !m_fault.stall &&
           !m_fault.blocks();
}

FaultyLink::Instant FaultyLink::takesMoreAt() const
{
    return m_fault.bandwidth == 0 ? 0us : std::chrono::ceil<Instant>(m_freeAt) - kAhead;
}

qsizetype FaultyLink::piece() const
{
    if (m_fault.bandwidth == 0)
        return kLargestPiece;
    return std::clamp(static_cast<qint64>(m_fault.bandwidth / 8 / kPiecesPerSecond), kSmallestPiece, kLargestPiece);
}

FaultyLink::Instant FaultyLink::pass(qsizetype bytes, Instant now)
{
    if (m_fault.bandwidth == 0)
        return now;
    m_freeAt = std::max<std::chrono::nanoseconds>(now - kBurst, m_freeAt) +
               std::chrono::nanoseconds(static_cast<quint64>(bytes) * 8 * 1'000'000'000 / m_fault.bandwidth);
    return std::max(now, std::chrono::ceil<Instant>(m_freeAt));
}

} // namespace faultline::lab
