// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "gui/lab/load/stream_clock.h"

#include <QtGlobal>

#include <chrono>

namespace faultline::lab {

/// One directed link between the clients and a node, and what is wrong with it. All its connections share the line, so
/// that together they carry no more than its bandwidth; each has latency, jitter and stalls of its own, since TCP holds
/// up only the stream that lost something.
class FaultyLink
{
public:
    using Instant = StreamClock::Instant;

    /// The clock must outlive the link.
    explicit FaultyLink(const StreamClock& clock, quint64 seed = 1);

    /// The streams are told by faultsChanged() of each.
    void setFault(const fault::LinkFault& fault);
    const fault::LinkFault& fault() const { return m_fault; }
    /// Nothing that a stream of bytes would feel.
    bool isClear() const;
    const StreamClock& clock() const { return m_clock; }
    fault::Random& random() { return m_random; }

    /// The line is a token bucket with next to no queue: streams keep what it does not take yet, and ask again at
    /// takesMoreAt(). So nothing is lost in front of it, and what a client gives up is off the line.
    bool takesMore(Instant now) const { return takesMoreAt() <= now; }
    Instant takesMoreAt() const;
    /// The most bytes to put on it at once.
    qsizetype piece() const;
    /// Puts bytes on the line and says when the last of them has passed.
    Instant pass(qsizetype bytes, Instant now);

private:
    const StreamClock& m_clock;
    fault::LinkFault m_fault;
    fault::Random m_random;
    std::chrono::nanoseconds m_freeAt{0};
};

} // namespace faultline::lab
