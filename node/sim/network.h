// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/fault_pipeline.h"
#include "common/wire/frame.h"
#include "node/peer/codec/codec.h"
#include "node/sim/check.h"
#include "node/sim/fault_plan.h"
#include "node/sim/schedule.h"
#include "node/sim/shape.h"
#include "node/sim/trace.h"

#include <functional>
#include <optional>
#include <vector>

namespace faultline::sim {

/// The cables between the nodes: for each direction of each pair the product's own FaultPipeline, and through it the
/// very bytes that would go over a socket: every message is encoded, framed, perhaps damaged, and decoded. Nodes are
/// named by index, n1 is 0.
class Network
{
public:
    Network(const Shape& shape, Schedule& schedule, Trace& trace, Verdict& verdict, quint64 seed);

    /// A message has arrived whole.
    std::function<void(quint32 to, const raft::Message& message)> onMessage;

    void send(quint32 from, quint32 to, const raft::Message& message);
    /// For Event::Kind::Delivery.
    void deliver(quint32 link);

    /// The number is the caller's, to end it by.
    void beginFault(quint64 number, const PlannedFault& fault);
    void endFault(quint64 number);
    bool isCut(quint32 from, quint32 to) const;

    quint64 messages() const { return m_messages; }

private:
    struct Link
    {
        fault::FaultPipeline pipeline{wire::kHeaderSize, wire::kTrailerSize};
        wire::FrameReader reader;
        quint64 sequence = 0;
        std::optional<Instant> scheduled; ///< for the earliest delivery
    };
    struct Active
    {
        quint64 number;
        PlannedFault fault;
    };

    quint32 fromOf(quint32 link) const { return link / m_nodes; }
    quint32 toOf(quint32 link) const { return link % m_nodes; }
    void applyFaults();
    void arm(quint32 link);
    void take(quint32 link, fault::FaultPipeline::Delivery delivery);

    const Shape& m_shape;
    Schedule& m_schedule;
    Trace& m_trace;
    Verdict& m_verdict;
    fault::Random m_random;
    quint32 m_nodes;
    std::vector<Link> m_links;
    std::vector<Active> m_faults;
    quint64 m_lamport = 0;
    node::PeerFrames m_frames;
    quint64 m_messages = 0;
};

} // namespace faultline::sim
