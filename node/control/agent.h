// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/net/channel.h"
#include "common/result/result.h"
#include "common/wire/control.h"

#include <QObject>
#include <QTcpServer>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace faultline::node {

struct AgentOptions
{
    NodeId self;
    QByteArray clusterId;
    quint64 incarnation = 0;
    QByteArray token; ///< whoever connects must know it
};

/// The node's side of the control port: takes the lab's desired state and reports what goes on, 20 times a second. It
/// answers while the cluster is held, and never queues for a slow reader: that one gets the newest status, and activity
/// that did not fit is counted.
class Agent : public QObject
{
    Q_OBJECT

public:
    explicit Agent(AgentOptions options);

    Result<void> listen(const QString& host, quint16 port);

    // ---- handed in by the owner before listen()
    std::function<wire::Status()> status; ///< without desiredVersion, which the agent knows
    std::function<wire::Histograms()> histograms;
    /// Obeys. Called once for each newer version, and for the answer to ask(); the acknowledgement leaves after it
    /// returns.
    std::function<void(const wire::DesiredState&)> onDesiredState;

    /// Asks every lab for the state as it is now: this node stood still. `question` is greater than any before; only an
    /// answer to the latest counts, since what is still on its way may be older than the last stop.
    void ask(quint64 question);
    bool isAsking() const { return m_asked != m_answered; }
    /// The latest question answered; already so when the answer is handed to onDesiredState.
    quint64 answered() const { return m_answered; }

    void report(wire::NodeEventKind kind, quint64 term, NodeId other, const QString& text);
    void report(const wire::MessageSample& sample);
    /// Something a person waits for changed (role, term, leader): the next status leaves at the end of this turn.
    void statusChanged();

private:
    void accept();
    void serve(std::unique_ptr<net::Channel> channel);
    void receive(net::Channel& channel, const wire::Frame& frame);
    void pushStatus();
    void pushActivity();
    void push(const wire::ControlMessage& message, qint64 unsentLimit);

    AgentOptions m_options;
    QTcpServer m_server;
    quint64 m_asked = 0;
    quint64 m_answered = 0;
    std::vector<std::unique_ptr<net::Channel>> m_channels; ///< those still saying HELLO included
    QTimer m_statusTimer;
    QTimer m_histogramTimer;
    QTimer m_soonTimer;
    quint64 m_desiredVersion = 0;
    quint64 m_sequence = 0;
    quint64 m_eventSequence = 0;
    wire::Activity m_activity;
};

} // namespace faultline::node
