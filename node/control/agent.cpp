// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/control/agent.h"

#include "common/net/keep_accepting.h"

#include <QHostAddress>
#include <QTcpSocket>

#include <algorithm>

namespace faultline::node {

namespace {
constexpr std::chrono::milliseconds kStatusPeriod{50};
constexpr std::chrono::milliseconds kHistogramPeriod{500};
constexpr std::size_t kMaxLabs = 16;
constexpr qint64 kUnsentBeforeStatusWaits = 256 << 10;
constexpr qint64 kUnsentBeforeActivityIsDropped = 4 << 20;

/// Takes as long for a wrong token as for a right one.
bool sameToken(const QByteArray& a, const QByteArray& b)
{
    if (a.size() != b.size())
        return false;
    int difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= a[i] ^ b[i];
    return difference == 0;
}
} // namespace

Agent::Agent(AgentOptions options)
    : m_options(std::move(options))
{
    net::keepAccepting(m_server);
    connect(&m_server, &QTcpServer::newConnection, this, &Agent::accept);
    connect(&m_statusTimer, &QTimer::timeout, this, [this] {
        pushStatus();
        pushActivity();
    });
    connect(&m_histogramTimer, &QTimer::timeout, this, [this] { push(histograms(), kUnsentBeforeStatusWaits); });
    m_soonTimer.setSingleShot(true);
    m_soonTimer.setInterval(0);
    connect(&m_soonTimer, &QTimer::timeout, this, [this] {
        pushStatus();
        pushActivity();
    });
}

Result<void> Agent::listen(const QString& host, quint16 port)
{
    if (!m_server.listen(QHostAddress(host), port))
        return Error{QStringLiteral("the control port %1 on %2 cannot be opened: %3")
                         .arg(port)
                         .arg(host, m_server.errorString())};
    m_statusTimer.start(kStatusPeriod);
    m_histogramTimer.start(kHistogramPeriod);
    return {};
}

void Agent::accept()
{
    while (QTcpSocket* socket = m_server.nextPendingConnection()) {
        if (m_channels.size() >= kMaxLabs) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        serve(net::Channel::accept(socket, [this](const wire::Hello& theirs, QString& refusal) {
            std::optional<wire::Hello> ours;
            if (theirs.clusterId != m_options.clusterId)
                refusal = QStringLiteral("it asks for another cluster");
            else if (theirs.to != m_options.self)
                refusal = QStringLiteral("it looks for %1, this is %2").arg(theirs.to.name(), m_options.self.name());
            else if (!sameToken(theirs.token, m_options.token))
                refusal = QStringLiteral("its token is wrong");
            else
                ours = wire::Hello{m_options.clusterId,  m_options.self,        theirs.from, m_options.incarnation,
                                   wire::kLowestVersion, wire::kHighestVersion, {}};
            return ours;
        }));
    }
}

void Agent::serve(std::unique_ptr<net::Channel> channel)
{
    net::Channel* raw = channel.get();
    raw->onFrame = [this, raw](const wire::Frame& frame) { receive(*raw, frame); };
    connect(raw, &net::Channel::opened, this, [this, raw] {
        // A lab that connects late still learns how this node came to be what it is.
        m_soonTimer.start();
        raw->send(wire::FrameKind::Control, wire::encodeControl(histograms(), ++m_sequence));
        if (isAsking())
            raw->send(wire::FrameKind::Control,
                      wire::encodeControl(wire::DesiredStateAck{m_desiredVersion, m_asked}, ++m_sequence));
    });
    connect(raw, &net::Channel::closed, this, [this, raw] {
        const auto found =
            std::find_if(m_channels.begin(), m_channels.end(), [raw](const auto& other) { return other.get() == raw; });
        if (found == m_channels.end())
            return;
        found->release()->deleteLater();
        m_channels.erase(found);
    });
    m_channels.push_back(std::move(channel));
}

void Agent::receive(net::Channel& channel, const wire::Frame& frame)
{
    std::optional<wire::ControlMessage> message;
    if (frame.kind == wire::FrameKind::Control)
        message = wire::decodeControl(frame.payload);
    const auto* desired = message ? std::get_if<wire::DesiredState>(&*message) : nullptr;
    if (!desired)
        return;
    const bool isAnswer = isAsking() && desired->answers == m_asked;
    if (isAnswer)
        m_answered = m_asked;
    if (desired->version > m_desiredVersion || isAnswer) {
        m_desiredVersion = std::max(m_desiredVersion, desired->version);
        onDesiredState(*desired);
    }
    if (channel.bytesToWrite() > kUnsentBeforeActivityIsDropped)
        return channel.close(QStringLiteral("it asks and does not listen"));
    channel.send(wire::FrameKind::Control, wire::encodeControl(wire::DesiredStateAck{m_desiredVersion}, ++m_sequence));
}

void Agent::ask(quint64 question)
{
    m_asked = question;
    for (const auto& channel : m_channels) {
        channel->send(wire::FrameKind::Control,
                      wire::encodeControl(wire::DesiredStateAck{m_desiredVersion, m_asked}, ++m_sequence));
        channel->flush();
    }
}

void Agent::report(wire::NodeEventKind kind, quint64 term, NodeId other, const QString& text)
{
    ++m_eventSequence;
    if (m_activity.events.size() >= wire::kMaxEventsPerActivity) {
        ++m_activity.droppedEvents;
        return;
    }
    m_activity.events.push_back({m_eventSequence, wire::monotonicNow(), kind, term, other, text});
}

void Agent::report(const wire::MessageSample& sample)
{
    if (m_activity.samples.size() >= wire::kMaxSamplesPerActivity)
        ++m_activity.droppedSamples;
    else
        m_activity.samples.push_back(sample);
}

void Agent::statusChanged()
{
    if (!m_soonTimer.isActive())
        m_soonTimer.start();
}

void Agent::pushStatus()
{
    if (m_channels.empty())
        return;
    wire::Status now = status();
    now.desiredVersion = m_desiredVersion;
    push(now, kUnsentBeforeStatusWaits);
}

void Agent::pushActivity()
{
    // Without a listener the first 256 events are kept for the lab that comes; samples of the past serve nobody.
    const bool heard = std::any_of(m_channels.begin(), m_channels.end(), [](const auto& c) { return c->isOpen(); });
    if (!heard) {
        m_activity.samples.clear();
        return;
    }
    if (m_activity == wire::Activity())
        return;
    push(std::exchange(m_activity, wire::Activity()), kUnsentBeforeActivityIsDropped);
}

void Agent::push(const wire::ControlMessage& message, qint64 unsentLimit)
{
    QByteArray encoded;
    for (const auto& channel : m_channels) {
        if (!channel->isOpen() || channel->bytesToWrite() > unsentLimit)
            continue;
        if (encoded.isEmpty())
            encoded = wire::encodeControl(message, ++m_sequence);
        channel->send(wire::FrameKind::Control, encoded);
    }
}

} // namespace faultline::node
