// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/lab.h"

#include "gui/lab/session.h"

namespace faultline::lab {

Lab::Lab(QObject* parent)
    : QObject(parent)
    , m_timeline(new Timeline(this))
    , m_session(std::make_unique<Session>(*this, *m_timeline))
{}

Lab::~Lab() = default;

const LabOptions& Lab::options() const
{
    return m_session->options();
}
Result<void> Lab::start(const LabOptions& options)
{
    return m_session->start(options);
}
void Lab::end()
{
    m_session->end();
}
void Lab::reset()
{
    m_session->reset();
}
bool Lab::isRunning() const
{
    return m_session->isRunning();
}
bool Lab::isServing() const
{
    return m_session->isServing();
}

void Lab::kill(NodeId node)
{
    m_session->kill(node);
}
void Lab::stop(NodeId node)
{
    m_session->stop(node);
}
void Lab::freeze(NodeId node)
{
    m_session->freeze(node);
}
void Lab::thaw(NodeId node)
{
    m_session->thaw(node);
}
void Lab::restart(NodeId node)
{
    m_session->restart(node);
}
void Lab::isolate(NodeId node)
{
    m_session->isolate(node);
}
void Lab::rejoin(NodeId node)
{
    m_session->rejoin(node);
}

void Lab::setPace(const wire::Pace& pace)
{
    m_session->setPace(pace);
}
void Lab::setHeld(bool held)
{
    m_session->setHeld(held);
}
void Lab::setRate(double operationsPerSecond)
{
    m_session->setRate(operationsPerSecond);
}
void Lab::setReadShare(double share)
{
    m_session->setReadShare(share);
}
void Lab::setLoadOn(bool on)
{
    m_session->setLoadOn(on);
}
void Lab::setWatchedKey(const QByteArray& key)
{
    m_session->setWatchedKey(key);
}
quint64 Lab::sendCommand(NodeId node, const QString& line)
{
    return m_session->sendCommand(node, line);
}

} // namespace faultline::lab
