// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/incoming_link.h"

#include "node/peer/codec/codec.h"

namespace faultline::node {

IncomingLink::IncomingLink(NodeId peer, NodeId self, PacedClock& clock)
    : m_peer(peer)
    , m_self(self)
    , m_clock(clock)
{}

void IncomingLink::adopt(std::unique_ptr<net::Channel> channel)
{
    if (m_channel) {
        m_channel->disconnect(this);
        m_channel->onFrame = nullptr;
        m_channel->close(QStringLiteral("%1 connected anew").arg(m_peer.name()));
        m_channel.release()->deleteLater();
    }
    m_channel = std::move(channel);
    const quint64 incarnation = m_channel->theirHello().incarnation;
    m_channel->onFrame = [this, incarnation](const wire::Frame& frame) {
        ++m_receivedFrames;
        m_receivedBytes += static_cast<quint64>(frame.payload.size() + wire::kHeaderSize + wire::kTrailerSize);
        if (frame.kind != wire::FrameKind::Raft) {
            ++m_rejectedFrames;
            return;
        }
        if (!m_clock.isHeld()) {
            receive(frame.payload, incarnation);
        } else if (m_held.size() >= kMaxHeld || m_heldBytes + frame.payload.size() > kMaxHeldBytes) {
            ++m_lostFrames;
        } else {
            m_heldBytes += frame.payload.size();
            m_held.push_back({frame.payload, incarnation});
        }
    };
    m_channel->onRejectedFrame = [this] {
        ++m_receivedFrames;
        ++m_rejectedFrames;
    };
    connect(m_channel.get(), &net::Channel::closed, this, [this] {
        m_channel.release()->deleteLater();
        if (onClosed)
            onClosed(!m_fault.blocks() && !m_clock.standsStill());
    });
}

void IncomingLink::setFault(const fault::LinkFault& fault)
{
    m_fault = fault;
    if (refuses(fault) && m_channel)
        m_channel->close(QStringLiteral("connection refused"));
}

void IncomingLink::goOn()
{
    while (!m_clock.isHeld() && !m_held.empty()) {
        const Held held = std::move(m_held.front());
        m_held.pop_front();
        m_heldBytes -= held.payload.size();
        receive(held.payload, held.senderIncarnation);
    }
}

void IncomingLink::receive(const QByteArray& payload, quint64 senderIncarnation)
{
    auto decoded = decodePeerMessage(payload, {m_peer.value}, {m_self.value});
    if (!decoded) {
        ++m_rejectedFrames;
        return;
    }
    if (m_fault.cut)
        ++m_lostFrames;
    if (decoded->envelope.sampled && onSample) {
        onSample({
            .link = {m_peer, m_self},
            .senderIncarnation = senderIncarnation,
            .sequence = decoded->envelope.sequence,
            .at = wire::monotonicNow(),
            .fate = m_fault.cut ? wire::MessageFate::Lost : wire::MessageFate::Received,
            .kind = kindOf(decoded->message),
            .positive = isPositive(decoded->message),
            .term = decoded->message.term.value,
            .lamport = decoded->envelope.lamport,
            .entries = entryCountOf(decoded->message),
            .bytes = static_cast<quint32>(payload.size()),
        });
    }
    if (!m_fault.cut && onMessage)
        onMessage(decoded->message, decoded->envelope.lamport);
}

void IncomingLink::addTo(wire::LinkCounters& counters) const
{
    counters.receivedFrames += m_receivedFrames;
    counters.receivedBytes += m_receivedBytes;
    counters.rejectedFrames += m_rejectedFrames;
    counters.receivedLostFrames += m_lostFrames;
}

} // namespace faultline::node
