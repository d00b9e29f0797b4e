// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/cluster_folder.h"

#include "gui/lab/cluster/process_linux.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QThreadPool>

#include <vector>

namespace faultline::lab {

namespace {

const QString kPrefix = QStringLiteral("cluster-");

std::unique_ptr<QLockFile> lockOf(const QString& path)
{
    // Beside the folder, so that it can be held until the folder is gone.
    auto lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);
    return lock;
}

} // namespace

QString ClusterFolder::defaultRoot()
{
    return QDir::temp().filePath(QStringLiteral("faultline-%1").arg(userId()));
}

Result<ClusterFolder> ClusterFolder::create(const QString& root)
{
    const QString path = QStringLiteral("%1/%2%3-%4")
                             .arg(root, kPrefix)
                             .arg(QCoreApplication::applicationPid())
                             .arg(QRandomGenerator::global()->generate(), 8, 16, QLatin1Char('0'));
    if (!QDir().mkpath(root))
        return Error{
            QStringLiteral("the folder %1 for the clusters' data cannot be made; choose one that can be written")
                .arg(root)};
    auto lock = lockOf(path);
    if (!lock->tryLock(0) || !QDir().mkpath(path))
        return Error{QStringLiteral("nothing can be made in the folder %1 for the clusters' data; choose one that can "
                                    "be written by this user")
                         .arg(root)};
    return ClusterFolder(path, std::move(lock));
}

std::vector<ClusterFolder> ClusterFolder::takeLeftovers(const QString& root)
{
    std::vector<ClusterFolder> leftovers;
    const QDir folder(root);
    for (const QString& name : folder.entryList({kPrefix + QLatin1Char('*')}, QDir::Dirs)) {
        const QString path = folder.filePath(name);
        auto lock = lockOf(path);
        if (!lock->tryLock(0)) // its lab lives
            continue;
        ClusterFolder leftover(path, std::move(lock));
        leftover.killNotedProcesses();
        leftovers.push_back(std::move(leftover));
    }
    return leftovers;
}

void ClusterFolder::discard(NodeId node) const
{
    const QString gone = QStringLiteral("%1-gone-%2")
                             .arg(nodeFolder(node))
                             .arg(QRandomGenerator::global()->generate(), 8, 16, QLatin1Char('0'));
    if (QDir().rename(nodeFolder(node), gone))
        QThreadPool::globalInstance()->start([gone] { QDir(gone).removeRecursively(); });
}

QString ClusterFolder::nodeFolder(NodeId node) const
{
    return m_path + QLatin1Char('/') + node.name();
}

void ClusterFolder::noteProcess(NodeId node, qint64 pid) const
{
    QFile note(QStringLiteral("%1/%2.pid").arg(m_path, node.name()));
    if (note.open(QIODevice::WriteOnly))
        note.write(QByteArray::number(pid));
}

void ClusterFolder::killNotedProcesses() const
{
    const QDir folder(m_path);
    for (const QString& name : folder.entryList({QStringLiteral("*.pid")}, QDir::Files)) {
        QFile note(folder.filePath(name));
        if (!note.open(QIODevice::ReadOnly))
            continue;
        const qint64 pid = note.read(32).toLongLong();
        // A pid may have passed to another process since: only one that works in this very folder is ours.
        if (pid > 1 && commandLineOf(pid).contains(QFile::encodeName(m_path)))
            sendSignal(pid, ProcessSignal::Kill);
    }
}

void ClusterFolder::remove()
{
    QDir(m_path).removeRecursively();
    if (m_lock)
        m_lock->unlock();
}

} // namespace faultline::lab
