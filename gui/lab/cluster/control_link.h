// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/net/channel.h"
#include "common/wire/control.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace faultline::lab {

/// The lab's end of one node's control port. Dials until it gets through, and again when it breaks, as long as it is
/// wanted. Whoever tells the node what is desired does so on opened().
class ControlLink : public QObject
{
    Q_OBJECT

public:
    ControlLink(quint16 port, wire::Hello hello, QObject* parent = nullptr);

    void open();
    void close();
    bool isOpen() const { return m_channel && m_channel->isOpen(); }
    void send(const wire::ControlMessage& message);

signals:
    void opened();
    void received(const faultline::wire::ControlMessage& message);

private:
    void dial();

    quint16 m_port;
    wire::Hello m_hello;
    std::unique_ptr<net::Channel> m_channel;
    QTimer m_redial;
    bool m_wanted = false;
    quint64 m_sequence = 0;
};

} // namespace faultline::lab
