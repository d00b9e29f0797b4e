// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/port_block.h"

#include "gui/lab/cluster/process_linux.h"

#include <QDir>
#include <QHostAddress>
#include <QRandomGenerator>
#include <QTcpServer>

namespace faultline::lab {

namespace {

constexpr int kPortsPerNode = 3;

bool isFree(quint16 port)
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost, port);
}

} // namespace

Result<PortBlock> PortBlock::claim()
{
    const QString folder = QDir::temp().filePath(QStringLiteral("faultline-ports"));
    if (!QDir().mkpath(QDir::tempPath()) || !makeFolderForAll(folder))
        return Error{QStringLiteral("the folder %1, where ports are claimed, cannot be made").arg(folder)};
    const int blocks = (kLast - kFirst + 1) / kPortsPerNode;
    const int start = QRandomGenerator::global()->bounded(blocks);
    for (int i = 0; i < blocks; ++i) {
        const auto base = static_cast<quint16>(kFirst + (start + i) % blocks * kPortsPerNode);
        auto lock = std::make_unique<QLockFile>(QStringLiteral("%1/%2.lock").arg(folder).arg(base));
        lock->setStaleLockTime(0); // stale when its process is gone, however old it is
        if (!lock->tryLock(0)) {
            if (lock->error() == QLockFile::LockFailedError) // somebody has it
                continue;
            return Error{lock->error() == QLockFile::PermissionError
                             ? QStringLiteral("the folder %1, where ports are claimed, cannot be written by this user; "
                                              "remove it, or let everybody write there (chmod 1777)")
                                   .arg(folder)
                             : QStringLiteral("no file can be made in the folder %1, where ports are claimed; make "
                                              "room on its disk")
                                   .arg(folder)};
        }
        if (isFree(base) && isFree(static_cast<quint16>(base + 1)) && isFree(static_cast<quint16>(base + 2)))
            return PortBlock(base, std::move(lock));
    }
    return Error{QStringLiteral("no three free ports in a row between %1 and %2 on 127.0.0.1; end what uses them")
                     .arg(kFirst)
                     .arg(kLast)};
}

} // namespace faultline::lab
