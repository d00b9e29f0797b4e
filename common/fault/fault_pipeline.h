// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"

#include <QByteArray>

#include <deque>
#include <optional>
#include <vector>

namespace faultline::fault {

/// What happens to messages on one directed link: each goes in with the time it was sent and comes out with the time it
/// is due, perhaps twice, perhaps damaged, or not at all. Pure: time and randomness are handed in, so that the
/// simulator runs the same code on virtual time. What waits inside is bounded; beyond the bound the newest message is
/// lost, as in a full router queue.
///
/// In this order: cut, loss, duplicate, the line (bandwidth; both of a duplicate cross it), latency with jitter and
/// stall, corrupt, reorder. Order is kept, but for reorder. Reset and refuse are of connections and not of messages:
/// the owner of the socket sees to them.
class FaultPipeline
{
public:
    using Instant = std::chrono::microseconds;

    static constexpr std::size_t kMaxQueuedMessages = 65'536;
    static constexpr qsizetype kMaxQueuedBytes = qsizetype(64) << 20;
    /// The queue in front of a narrow line: what it carries in a second, and this at least.
    static constexpr qsizetype kMinLineQueueBytes = qsizetype(64) << 10;

    /// Corruption spares the first `head` and the last `tail` bytes of a message: the parts that the checksum of a
    /// frame does not judge by. A message with nothing between is not corrupted.
    explicit FaultPipeline(qsizetype head = 0, qsizetype tail = 0)
        : m_head(head)
        , m_tail(tail)
    {}

    enum class Fate : quint8 { Queued, LostToCut, LostToLoss, LostToFullQueue };

    struct Delivery
    {
        QByteArray message;
        quint64 tag = 0;     ///< as pushed
        Instant delay{0};    ///< from push to due, the pop that came too late not counted
        bool isCopy = false; ///< the second of a duplicated message
        bool isCorrupted = false;
        bool wasOvertaken = false;
    };

    /// Takes effect at once: what is on its way takes no longer than what is sent now can take at most, and what waits
    /// for a narrow line goes on at the new bandwidth, so that a link that is healed is healed. Never slower than
    /// before. A cut loses it. Returns the tags of what was lost.
    std::vector<quint64> setFault(const LinkFault& fault, Instant now);
    const LinkFault& fault() const { return m_fault; }

    /// `tag` is the caller's own, to know the message again.
    Fate push(QByteArray message, quint64 tag, Instant now, Random& random);
    /// The oldest message that is due at `now`, if any.
    std::optional<Delivery> pop(Instant now);
    /// When the next message is due; nothing when none waits.
    std::optional<Instant> nextDue() const;

    std::size_t queuedMessages() const { return m_queue.size() + m_heldBack.size(); }
    qsizetype queuedBytes() const { return m_queuedBytes; }
    /// Loses what waits, as when the connection below breaks. Returns the tags (of each message once).
    std::vector<quint64> clear();

private:
    struct Waiting
    {
        Instant due;
        Instant pushed;
        Instant offLine; ///< when its last bit is through the line, and the latency begins
        Delivery delivery;
    };

    void moveToNewLine(Instant now);
    void hasten(Instant now);

    LinkFault m_fault;
    qsizetype m_head;
    qsizetype m_tail;
    std::deque<Waiting> m_queue;    ///< in order of due
    std::deque<Waiting> m_heldBack; ///< wait to be overtaken, in order of due; kLongestHeldBack later they go on alone
    qsizetype m_queuedBytes = 0;
    std::chrono::nanoseconds m_lineFreeAt{0}; ///< the token bucket, as the time at which it is full again
    Instant m_lastDue{0};                     ///< nobody overtakes
};

} // namespace faultline::fault
