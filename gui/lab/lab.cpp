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
    m_session->nemesis().kill(node);
}
void Lab::stop(NodeId node)
{
    m_session->nemesis().stop(node);
}
void Lab::freeze(NodeId node)
{
    m_session->nemesis().freeze(node);
}
void Lab::thaw(NodeId node)
{
    m_session->nemesis().thaw(node);
}
void Lab::restart(NodeId node)
{
    m_session->nemesis().restart(node);
}
void Lab::isolate(NodeId node)
{
    m_session->nemesis().isolate(node);
}
void Lab::rejoin(NodeId node)
{
    m_session->nemesis().rejoin(node);
}
void Lab::powerOff(NodeId node)
{
    m_session->nemesis().powerOff(node);
}
void Lab::crashLoop(NodeId node, std::chrono::milliseconds period)
{
    m_session->nemesis().crashLoop(node, period);
}
void Lab::rollingRestart()
{
    m_session->nemesis().rollingRestart();
}
void Lab::setLinkFault(const std::vector<LinkId>& links, const fault::LinkFault& fault, std::chrono::milliseconds over,
                       const QString& name)
{
    m_session->nemesis().setLinkFault(links, fault, over, name);
}
void Lab::cut(const std::set<LinkId>& links, const QString& name)
{
    m_session->nemesis().cut(links, name);
}
void Lab::healLinks(const std::vector<LinkId>& links)
{
    m_session->nemesis().healLinks(links);
}
void Lab::partition(PartitionShape shape, const std::vector<NodeId>& around)
{
    m_session->nemesis().partition(shape, around);
}
void Lab::partition(const std::vector<NodeId>& side)
{
    m_session->nemesis().partition(side);
}
void Lab::healCut(quint32 id)
{
    m_session->nemesis().healCut(id);
}
void Lab::healPartitions()
{
    m_session->nemesis().healPartitions();
}
void Lab::healAll()
{
    m_session->nemesis().healAll();
}
void Lab::setClock(NodeId node, std::chrono::microseconds offset, quint32 rate)
{
    m_session->nemesis().setClock(node, offset, rate);
}
void Lab::jumpClock(NodeId node, std::chrono::microseconds by)
{
    m_session->nemesis().jumpClock(node, by);
}
void Lab::setDisk(NodeId node, const fault::DiskFault& disk)
{
    m_session->nemesis().setDisk(node, disk);
}
void Lab::setSurge(double factor, std::chrono::milliseconds over)
{
    m_session->nemesis().setSurge(factor, over);
}
void Lab::setHotKey(fault::Share share)
{
    m_session->nemesis().setHotKey(share);
}
void Lab::undo()
{
    m_session->nemesis().undo();
}
void Lab::redo()
{
    m_session->nemesis().redo();
}
bool Lab::isObeyed() const
{
    return m_session->isObeyed();
}

quint64 Lab::addNode()
{
    return m_session->members().add();
}
quint64 Lab::removeNode(NodeId node)
{
    return m_session->members().remove(node);
}
quint64 Lab::transferLeadership(NodeId node)
{
    return m_session->members().transfer(node);
}

void Lab::setPace(const wire::Pace& pace)
{
    m_session->setPace(pace);
}
void Lab::setHeld(bool held)
{
    m_session->setHeld(held);
}
void Lab::setRate(double operationsPerSecond, std::chrono::milliseconds over)
{
    m_session->setRate(operationsPerSecond, over);
}
double Lab::rate() const
{
    return m_session->rate();
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
