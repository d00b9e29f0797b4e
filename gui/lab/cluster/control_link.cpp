// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/control_link.h"

namespace faultline::lab {

namespace {
constexpr std::chrono::milliseconds kRedialPause{15};
}

ControlLink::ControlLink(quint16 port, wire::Hello hello, QObject* parent)
    : QObject(parent)
    , m_port(port)
    , m_hello(std::move(hello))
{
    m_redial.setSingleShot(true);
    m_redial.setInterval(kRedialPause);
    connect(&m_redial, &QTimer::timeout, this, &ControlLink::dial);
}

void ControlLink::open()
{
    m_wanted = true;
    if (!m_channel)
        dial();
}

void ControlLink::close()
{
    m_wanted = false;
    m_redial.stop();
    if (m_channel)
        m_channel->close(QStringLiteral("not wanted any more"));
}

void ControlLink::dial()
{
    m_channel = net::Channel::dial(QStringLiteral("127.0.0.1"), m_port, m_hello);
    m_channel->onFrame = [this](const wire::Frame& frame) {
        if (frame.kind != wire::FrameKind::Control)
            return;
        if (const auto message = wire::decodeControl(frame.payload))
            emit received(*message);
    };
    connect(m_channel.get(), &net::Channel::opened, this, &ControlLink::opened);
    connect(m_channel.get(), &net::Channel::closed, this, [this] {
        m_channel.release()->deleteLater();
        if (m_wanted)
            m_redial.start();
    });
}

void ControlLink::send(const wire::ControlMessage& message)
{
    if (isOpen())
        m_channel->send(wire::FrameKind::Control, wire::encodeControl(message, ++m_sequence));
}

} // namespace faultline::lab
