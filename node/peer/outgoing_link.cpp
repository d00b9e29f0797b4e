// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/outgoing_link.h"

#include <algorithm>

namespace faultline::node {

namespace {
constexpr std::chrono::milliseconds kFirstBackoff{10};
constexpr std::chrono::milliseconds kLongestBackoff{500};
} // namespace

OutgoingLink::OutgoingLink(PeerAddress peer, wire::Hello hello, PacedClock& clock, PeerFrames& frames, quint64& lamport,
                           quint32 seed)
    : m_peer(std::move(peer))
    , m_hello(std::move(hello))
    , m_clock(clock)
    , m_frames(frames)
    , m_lamport(lamport)
    , m_pipeline(wire::kHeaderSize, wire::kTrailerSize)
    , m_drain([this] { drain(); })
    , m_random(seed)
{
    m_counters.peer = m_peer.id;
    m_dueTimer.setSingleShot(true);
    m_dueTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_dueTimer, &QTimer::timeout, this, &OutgoingLink::drain);
    m_noticeTimer.setSingleShot(true);
    m_noticeTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_noticeTimer, &QTimer::timeout, this, &OutgoingLink::sendNotice);
    m_dialTimer.setSingleShot(true);
    connect(&m_dialTimer, &QTimer::timeout, this, &OutgoingLink::dial);
    applyFault(); // the pace has a delay of its own
}

void OutgoingLink::open(const QString& host, quint16 port)
{
    if (m_opened)
        return;
    m_opened = true;
    m_hello.host = host;
    m_hello.port = port;
    dial();
}

void OutgoingLink::goOn()
{
    applyFault();
    learnTheTruth();
    if (m_channel)
        m_channel->goOn();
    drain();
}

void OutgoingLink::setFault(const fault::LinkFault& fault)
{
    if (fault == m_fault)
        return;
    const fault::LinkFault before = std::exchange(m_fault, fault);
    applyFault();
    if (fault.cut && m_channel) {
        m_channel->dropUnwritten();
        if (!m_channel->isOpen())
            m_channel->close({}); // a call that nobody answers any more
    }
    if (fault.refuse && !fault.cut && m_channel)
        m_channel->close(QStringLiteral("connection refused"));
    learnTheTruth();
    // A healed cable does not wait for the next try of whoever gave up on it long ago.
    if (before.blocks() && !fault.blocks() && m_opened && !m_channel) {
        m_backoff = std::chrono::milliseconds(0);
        dial();
    }
    drain();
}

void OutgoingLink::learnTheTruth()
{
    if (m_diedInSilence && !m_fault.cut && !m_clock.standsStill())
        connectionLost(*std::exchange(m_diedInSilence, std::nullopt));
}

void OutgoingLink::connectionLost(const QString& reason)
{
    const bool wasConnected = std::exchange(m_counters.connected, false);
    if (wasConnected && onConnection)
        onConnection(false, QStringLiteral("connection to %1 lost: %2").arg(m_peer.id.name(), reason));
    if (wasConnected && !m_fault.blocks() && onBroken)
        onBroken();
}

void OutgoingLink::applyFault()
{
    fault::LinkFault effective = m_fault;
    effective.latency += m_clock.pace().baseDelay / m_clock.pace().factor;
    for (const quint64 tag : m_pipeline.setFault(effective, m_clock.now()))
        lose(takeSample(tag));
}

bool OutgoingLink::takeSampleTicket(bool isVote)
{
    const wire::Monotonic now = wire::monotonicNow();
    if (now - m_sampleWindow >= kSampleWindow) {
        m_sampleWindow = now;
        m_samplesInWindow = 0;
    }
    if (!isVote && m_samplesInWindow >= kSamplesPerWindow)
        return false;
    ++m_samplesInWindow;
    return m_samplesInWindow <= 4 * kSamplesPerWindow;
}

void OutgoingLink::send(const raft::Message& message)
{
    if (const auto* append = std::get_if<raft::AppendEntries>(&message.body)) {
        m_notice.reset(); // this one says at least as much
        m_noticeTimer.stop();
        if (append->isCommitNotice) {
            m_notice = message;
            m_noticeTimer.start(kNoticeWaits);
            return;
        }
    }
    sendNow(message);
}

void OutgoingLink::sendNotice()
{
    if (const auto notice = std::exchange(m_notice, std::nullopt))
        sendNow(*notice);
}

void OutgoingLink::sendNow(const raft::Message& message)
{
    ++m_lamport;
    ++m_counters.offeredFrames;
    const wire::MessageKind kind = kindOf(message);
    const bool isVote = kind == wire::MessageKind::PreVote || kind == wire::MessageKind::PreVoteReply ||
                        kind == wire::MessageKind::Vote || kind == wire::MessageKind::VoteReply ||
                        kind == wire::MessageKind::TimeoutNow;
    const wire::Envelope envelope{GroupId{1}, ++m_sequence, m_lamport, takeSampleTicket(isVote)};
    QByteArray frame = m_frames.encode(envelope, message);
    const qsizetype payload = frame.size() - wire::kHeaderSize - wire::kTrailerSize;
    if (payload > wire::kMaxPayload) {
        lose(std::nullopt);
        return;
    }

    std::optional<wire::MessageSample> sample;
    if (envelope.sampled) {
        sample = wire::MessageSample{
            .link = {m_hello.from, m_peer.id},
            .senderIncarnation = m_hello.incarnation,
            .sequence = envelope.sequence,
            .at = wire::monotonicNow(),
            .fate = wire::MessageFate::Sent,
            .kind = kind,
            .positive = isPositive(message),
            .term = message.term.value,
            .lamport = m_lamport,
            .entries = entryCountOf(message),
            .bytes = static_cast<quint32>(payload),
        };
        if (onSample)
            onSample(*sample);
    }

    if (m_pipeline.push(std::move(frame), envelope.sequence, m_clock.now(), m_random) !=
        fault::FaultPipeline::Fate::Queued) {
        lose(sample);
        return;
    }
    if (sample)
        m_samples.emplace(envelope.sequence, *sample);
    m_drain.ask();
}

void OutgoingLink::drain()
{
    if (!m_clock.isHeld()) {
        // One write for all of a turn, and no turn between: what waits in the pipeline is still the fault's to lose.
        const auto now = m_clock.now();
        while (std::optional<fault::FaultPipeline::Delivery> due = m_pipeline.pop(now)) {
            const std::optional<wire::MessageSample> sample = due->isCopy ? std::nullopt : takeSample(due->tag);
            m_counters.duplicatedFrames += due->isCopy;
            if (!m_channel || !m_channel->isOpen() || m_channel->bytesToWrite() > kMaxUnsentBytes) {
                lose(sample);
                continue;
            }
            if (m_fault.reset) {
                lose(sample);
                m_channel->reset(QStringLiteral("connection reset"));
                continue;
            }
            if (due->isCorrupted)
                reportLost(sample); // nobody will make sense of it
            ++m_counters.sentFrames;
            m_counters.corruptedFrames += due->isCorrupted;
            m_counters.reorderedFrames += due->wasOvertaken;
            m_counters.delayed += due->delay;
            m_counters.sentBytes += static_cast<quint64>(m_channel->sendEncoded(std::move(due->message)));
        }
        if (m_channel)
            m_channel->flush();
    }
    armTimer();
}

void OutgoingLink::armTimer()
{
    const auto due = m_clock.isHeld() ? std::nullopt : m_pipeline.nextDue();
    const auto wait = due ? m_clock.wallUntil(*due) : std::nullopt;
    if (!wait)
        m_dueTimer.stop();
    else
        m_dueTimer.start(std::chrono::ceil<std::chrono::milliseconds>(*wait));
}

std::optional<wire::MessageSample> OutgoingLink::takeSample(quint64 sequence)
{
    const auto found = m_samples.find(sequence);
    if (found == m_samples.end())
        return std::nullopt;
    const wire::MessageSample sample = found->second;
    m_samples.erase(found);
    return sample;
}

void OutgoingLink::lose(const std::optional<wire::MessageSample>& sample)
{
    ++m_counters.lostFrames;
    reportLost(sample);
}

void OutgoingLink::reportLost(const std::optional<wire::MessageSample>& sample)
{
    if (!sample || !onSample)
        return;
    wire::MessageSample lost = *sample;
    lost.at = wire::monotonicNow();
    lost.fate = wire::MessageFate::Lost;
    onSample(lost);
}

void OutgoingLink::dial()
{
    if (m_channel)
        return;
    if (m_fault.cut || m_fault.refuse || m_clock.standsStill()) { // not even a connection gets through
        dialLater();
        return;
    }
    m_channel = net::Channel::dial(m_peer.host, m_peer.port, m_hello);
    m_channel->isQuiet = [this] { return m_clock.standsStill(); };
    connect(m_channel.get(), &net::Channel::opened, this, [this] {
        if (m_fault.cut || m_fault.refuse) {
            m_channel->close(QStringLiteral("the link is cut"));
            return;
        }
        m_backoff = std::chrono::milliseconds(0);
        m_counters.connected = true;
        if (onConnection)
            onConnection(true, QStringLiteral("connected to %1").arg(m_peer.id.name()));
    });
    connect(m_channel.get(), &net::Channel::closed, this, [this](const QString& reason) {
        m_channel.release()->deleteLater();
        dialLater();
        // Over a cut link nobody learns that the other end is gone.
        if (!m_fault.cut && !m_clock.standsStill())
            connectionLost(reason);
        else if (m_counters.connected)
            m_diedInSilence = reason;
    });
}

void OutgoingLink::dialLater()
{
    m_backoff = m_backoff.count() == 0 ? kFirstBackoff : std::min(m_backoff * 2, kLongestBackoff);
    const qint64 half = m_backoff.count() / 2;
    m_dialTimer.start(std::chrono::milliseconds(
        half + static_cast<qint64>(fault::drawBelow(static_cast<quint64>(half) + 1, m_random))));
}

wire::LinkCounters OutgoingLink::counters() const
{
    return m_counters;
}

} // namespace faultline::node
