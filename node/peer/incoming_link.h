// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "common/net/channel.h"
#include "common/wire/control.h"
#include "node/clock/paced_clock.h"
#include "node/raft/message.h"

#include <QObject>

#include <deque>
#include <functional>
#include <memory>

namespace faultline::node {

/// The other half of a peer's link to us: its newest connection, what the link's faults do at this end (a cut holds at
/// both), and, while the cluster is held, a queue in which what arrives stands still.
class IncomingLink : public QObject
{
    Q_OBJECT

public:
    IncomingLink(NodeId peer, NodeId self, PacedClock& clock);

    /// A connection that said HELLO as this peer. It replaces an earlier one: a restarted peer's past is over.
    void adopt(std::unique_ptr<net::Channel> channel);
    void setFault(const fault::LinkFault& fault);
    const fault::LinkFault& fault() const { return m_fault; }
    /// Not when it is cut as well: a closed connection would be a word over a link that is silent.
    static bool refuses(const fault::LinkFault& fault) { return fault.refuse && !fault.cut; }
    void addTo(wire::LinkCounters& counters) const;
    bool isConnected() const { return m_channel != nullptr; }
    /// The clock's pace changed, or it goes on.
    void goOn();

    std::function<void(const raft::Message& message, quint64 lamport)> onMessage;
    std::function<void(const wire::MessageSample&)> onSample;
    /// The connection is gone. `broke`: by itself, no fault of this link did it.
    std::function<void(bool broke)> onClosed;

private:
    void receive(const QByteArray& payload, quint64 senderIncarnation);

    static constexpr std::size_t kMaxHeld = 65'536;
    static constexpr qsizetype kMaxHeldBytes = qsizetype(64) << 20;

    struct Held
    {
        QByteArray payload;
        quint64 senderIncarnation;
    };

    NodeId m_peer;
    NodeId m_self;
    PacedClock& m_clock;
    fault::LinkFault m_fault;
    std::unique_ptr<net::Channel> m_channel;
    std::deque<Held> m_held;
    qsizetype m_heldBytes = 0;
    quint64 m_receivedFrames = 0;
    quint64 m_receivedBytes = 0;
    quint64 m_rejectedFrames = 0;
    quint64 m_lostFrames = 0;
};

} // namespace faultline::node
