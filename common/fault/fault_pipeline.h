// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"

#include <QByteArray>

#include <deque>
#include <optional>

namespace faultline::fault {

/// What happens to messages on one directed link: each goes in with the time it was sent and comes out with the time it
/// is due, or not at all. Pure: time is handed in, so that the simulator runs the same code on virtual time. Order is
/// kept. What waits inside is bounded; beyond the bound the newest message is lost, as in a full router queue.
class FaultPipeline
{
public:
    using Instant = std::chrono::microseconds;

    static constexpr std::size_t kMaxQueuedMessages = 65'536;
    static constexpr qsizetype kMaxQueuedBytes = qsizetype(64) << 20;

    enum class Fate { Queued, LostToCut, LostToFullQueue };

    /// Takes effect for the next message; a cut also loses what is on its way (returned: how many messages).
    std::size_t setFault(const LinkFault& fault);
    const LinkFault& fault() const { return m_fault; }

    Fate push(QByteArray message, Instant now);
    /// The oldest message that is due at `now`, if any.
    std::optional<QByteArray> pop(Instant now);
    /// When the next message is due; nothing when none waits.
    std::optional<Instant> nextDue() const;

    std::size_t queuedMessages() const { return m_queue.size(); }
    qsizetype queuedBytes() const { return m_queuedBytes; }
    /// Loses what waits, as when the connection below breaks. Returns how many messages.
    std::size_t clear();

private:
    struct Waiting
    {
        Instant due;
        QByteArray message;
    };

    LinkFault m_fault;
    std::deque<Waiting> m_queue;
    qsizetype m_queuedBytes = 0;
};

} // namespace faultline::fault
