// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/load_generator.h"

#include "gui/lab/load/load_worker.h"

namespace faultline::lab {

LoadGenerator::LoadGenerator(QObject* parent)
    : QObject(parent)
    , m_worker(new LoadWorker)
{
    m_thread.setObjectName(QStringLiteral("load"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connect(m_worker, &LoadWorker::loadMeasured, this, &LoadGenerator::loadMeasured);
    connect(m_worker, &LoadWorker::tallyChanged, this, &LoadGenerator::tallyChanged);
    connect(m_worker, &LoadWorker::slept, this, &LoadGenerator::slept);
    connect(m_worker, &LoadWorker::writeAcknowledged, this, &LoadGenerator::writeAcknowledged);
    m_thread.start();
}

LoadGenerator::~LoadGenerator()
{
    stop();
    m_thread.quit();
    m_thread.wait();
}

void LoadGenerator::start(const LoadOptions& options)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, options] { worker->start(options); });
}

void LoadGenerator::stop()
{
    QMetaObject::invokeMethod(m_worker, &LoadWorker::stop);
}

void LoadGenerator::addTarget(const LoadTarget& target)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, target] { worker->addTarget(target); });
}

void LoadGenerator::removeTarget(NodeId node)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, node] { worker->removeTarget(node); });
}

void LoadGenerator::setRate(double operationsPerSecond)
{
    QMetaObject::invokeMethod(m_worker,
                              [worker = m_worker, operationsPerSecond] { worker->setRate(operationsPerSecond); });
}

void LoadGenerator::setReadShare(double share)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, share] { worker->setReadShare(share); });
}

void LoadGenerator::setHotKey(fault::Share share)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, share] { worker->setHotKey(share); });
}

void LoadGenerator::setFaults(const std::vector<wire::LinkState>& links)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, links] { worker->setFaults(links); });
}

void LoadGenerator::setPace(const wire::Pace& pace)
{
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, pace] { worker->setPace(pace); });
}

void LoadGenerator::watchRecovery(quint64 id, NodeId victim, Monotonic since)
{
    QMetaObject::invokeMethod(m_worker,
                              [worker = m_worker, id, victim, since] { worker->watchRecovery(id, victim, since); });
}

} // namespace faultline::lab
