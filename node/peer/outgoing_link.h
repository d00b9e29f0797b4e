// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/fault_pipeline.h"
#include "common/net/channel.h"
#include "common/wire/control.h"
#include "node/clock/paced_clock.h"
#include "node/peer/codec/codec.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>
#include <unordered_map>

namespace faultline::node {

struct PeerAddress
{
    NodeId id;
    QString host;
    quint16 port = 0;
    bool operator==(const PeerAddress&) const = default;
};

/// This node's way to one peer: what it wants to say goes through the link's FaultPipeline and then onto a connection
/// that this end dials, and dials again with growing, jittered pauses when it breaks. Nothing is kept for later: what
/// comes due while there is no connection is lost, as on any network, and consensus says it again.
class OutgoingLink : public QObject
{
    Q_OBJECT

public:
    /// `frames` and `lamport` are of the node, for all its links: what encodes messages, and the logical clock, which
    /// every message that leaves moves on.
    OutgoingLink(PeerAddress peer, wire::Hello hello, PacedClock& clock, PeerFrames& frames, quint64& lamport,
                 quint32 seed);

    /// Starts to dial, and tells the peer that this node listens there. Not before: a node under control must first
    /// know which links are cut.
    void open(const QString& host, quint16 port);
    void setFault(const fault::LinkFault& fault);
    const fault::LinkFault& fault() const { return m_fault; }

    /// A commit notice waits a moment for something to go with: a lone client's next write is mostly on its way, and
    /// then the notice would only have kept the peer from it.
    void send(const raft::Message& message);

    /// Our half of the counters.
    wire::LinkCounters counters() const;
    const PeerAddress& peer() const { return m_peer; }
    /// The clock's pace changed, or it goes on.
    void goOn();

    std::function<void(const wire::MessageSample&)> onSample;
    std::function<void(bool connected, const QString& text)> onConnection;
    /// The connection broke by itself: no fault of this link did it.
    std::function<void()> onBroken;

private:
    void dial();
    void dialLater();
    void applyFault();
    void sendNow(const raft::Message& message);
    void sendNotice();
    void drain();
    void learnTheTruth();
    void armTimer();
    std::optional<wire::MessageSample> takeSample(quint64 sequence);
    void connectionLost(const QString& reason);
    void reportLost(const std::optional<wire::MessageSample>& sample);
    void lose(const std::optional<wire::MessageSample>& sample);
    bool takeSampleTicket(bool isVote);

    // Bytes the socket may hold for a peer that does not read; beyond that messages are lost.
    static constexpr qint64 kMaxUnsentBytes = qint64(32) << 20;
    static constexpr std::chrono::milliseconds kNoticeWaits{1};
    // Sampled for the lab: 60 a second, spread so that a picture shows a flow and no bursts; votes on top, bounded too.
    static constexpr std::chrono::milliseconds kSampleWindow{50};
    static constexpr int kSamplesPerWindow = 3;

    PeerAddress m_peer;
    wire::Hello m_hello;
    PacedClock& m_clock;
    PeerFrames& m_frames;
    quint64& m_lamport;
    fault::LinkFault m_fault;
    fault::FaultPipeline m_pipeline;
    std::unordered_map<quint64, wire::MessageSample> m_samples; ///< of messages in m_pipeline, by sequence
    std::unique_ptr<net::Channel> m_channel;
    net::TurnEnd m_drain;
    QTimer m_dueTimer;
    std::optional<raft::Message> m_notice; ///< kept back
    QTimer m_noticeTimer;
    QTimer m_dialTimer;
    std::chrono::milliseconds m_backoff{0};
    fault::Random m_random;
    bool m_opened = false;
    /// Why the connection broke while nobody may learn of it: the link is cut, or may be for all this node knows.
    std::optional<QString> m_diedInSilence;
    quint64 m_sequence = 0;
    wire::LinkCounters m_counters;
    wire::Monotonic m_sampleWindow{0};
    int m_samplesInWindow = 0;
};

} // namespace faultline::node
