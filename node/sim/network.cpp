// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/network.h"

#include <QtEndian>

#include <algorithm>

namespace faultline::sim {

namespace {

bool concerns(const PlannedFault& fault, quint32 from, quint32 to)
{
    const auto forth = (fault.nodes & setOf(from)) && (fault.others & setOf(to));
    const auto back = fault.bothWays && (fault.nodes & setOf(to)) && (fault.others & setOf(from));
    return forth || back;
}

void addTo(fault::LinkFault& link, const PlannedFault& fault)
{
    const auto worse = [&](fault::Share& share) {
        share = std::max(share, fault::Share{static_cast<quint32>(fault.amount)});
    };
    switch (fault.kind) {
    case FaultKind::Latency:
        link.latency += Instant(fault.amount);
        link.jitter = std::max(link.jitter, Instant(fault.more));
        break;
    case FaultKind::Loss:
        worse(link.loss);
        break;
    case FaultKind::Duplicate:
        worse(link.duplicate);
        break;
    case FaultKind::Reorder:
        worse(link.reorder);
        break;
    case FaultKind::Corrupt:
        worse(link.corrupt);
        break;
    case FaultKind::Cut:
    case FaultKind::OneWayCut:
        link.cut = true;
        break;
    case FaultKind::LeftBehind: // cut first, then lossy: the world says which by the amount
        if (fault.amount == 0)
            link.cut = true;
        else
            worse(link.loss);
        break;
    case FaultKind::Clog: // what waits comes out when the latency is gone again
        link.latency += fault::kMaxLatency;
        break;
    default:
        break;
    }
    link.latency = std::min(link.latency, fault::kMaxLatency);
}

quint64 checksumOf(const QByteArray& frame)
{
    return qFromLittleEndian<quint64>(frame.constData() + frame.size() - wire::kTrailerSize);
}

} // namespace

Network::Network(const Shape& shape, Schedule& schedule, Trace& trace, Verdict& verdict, quint64 seed)
    : m_shape(shape)
    , m_schedule(schedule)
    , m_trace(trace)
    , m_verdict(verdict)
    , m_random(seed)
    , m_nodes(static_cast<quint32>(shape.nodes()))
    , m_links(m_nodes * m_nodes)
{
    applyFaults();
}

void Network::send(quint32 from, quint32 to, const raft::Message& message)
{
    if (from >= m_nodes || to >= m_nodes)
        return;
    const quint32 number = from * m_nodes + to;
    Link& link = m_links[number];
    const wire::Envelope envelope{GroupId{1}, ++link.sequence, ++m_lamport, false};
    QByteArray frame = m_frames.encode(envelope, message);
    ++m_messages;
    m_trace.add(m_schedule.now(), checksumOf(frame) ^ number);
    const auto fate = link.pipeline.push(std::move(frame), envelope.sequence, m_schedule.now(), m_random);
    if (fate == fault::FaultPipeline::Fate::Queued)
        arm(number);
}

void Network::arm(quint32 number)
{
    Link& link = m_links[number];
    const auto due = link.pipeline.nextDue();
    if (!due || (link.scheduled && *link.scheduled <= *due))
        return;
    link.scheduled = std::max(*due, m_schedule.now());
    m_schedule.add(Event::Kind::Delivery, *link.scheduled, number);
}

void Network::deliver(quint32 number)
{
    Link& link = m_links[number];
    link.scheduled.reset();
    while (auto delivery = link.pipeline.pop(m_schedule.now()))
        take(number, *std::move(delivery));
    arm(number);
}

void Network::take(quint32 number, fault::FaultPipeline::Delivery delivery)
{
    const quint64 checksum = checksumOf(delivery.message);
    Link& link = m_links[number];
    link.reader.append(std::move(delivery.message));
    wire::Frame frame;
    const auto outcome = link.reader.next(frame);
    if (delivery.isCorrupted)
        m_verdict.saw(Check::CorruptionRejected);
    if (outcome != wire::FrameReader::Outcome::Frame) {
        if (!delivery.isCorrupted)
            m_verdict.fail(Check::CorruptionRejected, m_schedule.now(),
                           QStringLiteral("a sound frame from n%1 to n%2 was rejected")
                               .arg(fromOf(number) + 1)
                               .arg(toOf(number) + 1));
        return;
    }
    auto decoded = node::decodePeerMessage(frame.payload, {fromOf(number) + 1}, {toOf(number) + 1});
    if (delivery.isCorrupted || !decoded) {
        m_verdict.fail(Check::CorruptionRejected, m_schedule.now(),
                       QStringLiteral("a %1 frame from n%2 to n%3 was %4")
                           .arg(delivery.isCorrupted ? QStringLiteral("damaged") : QStringLiteral("sound"))
                           .arg(fromOf(number) + 1)
                           .arg(toOf(number) + 1)
                           .arg(decoded ? QStringLiteral("taken") : QStringLiteral("not understood")));
        return;
    }
    m_trace.add(m_schedule.now(), checksum + number);
    onMessage(toOf(number), decoded->message);
}

void Network::beginFault(quint64 number, const PlannedFault& fault)
{
    m_faults.push_back({number, fault});
    applyFaults();
}

void Network::endFault(quint64 number)
{
    std::erase_if(m_faults, [number](const Active& active) { return active.number == number; });
    applyFaults();
}

bool Network::isCut(quint32 from, quint32 to) const
{
    return m_links[from * m_nodes + to].pipeline.fault().cut;
}

void Network::applyFaults()
{
    for (quint32 number = 0; number < m_links.size(); ++number) {
        const quint32 from = fromOf(number);
        const quint32 to = toOf(number);
        if (from == to)
            continue;
        fault::LinkFault link;
        link.latency = m_shape.hop + m_shape.hopJitter;
        link.jitter = m_shape.hopJitter;
        for (const Active& active : m_faults) {
            if (concerns(active.fault, from, to))
                addTo(link, active.fault);
        }
        if (link == m_links[number].pipeline.fault())
            continue;
        m_links[number].pipeline.setFault(link, m_schedule.now());
        arm(number);
    }
}

} // namespace faultline::sim
