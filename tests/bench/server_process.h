// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/cluster/process_linux.h"

#include <QCoreApplication>
#include <QProcess>

#include <memory>

namespace faultline::bench {

/// A server that ends with this program, whatever ends it, and says nothing.
inline std::unique_ptr<QProcess> startServer(const QString& program, const QStringList& arguments)
{
    auto process = std::make_unique<QProcess>();
    process->setStandardOutputFile(QProcess::nullDevice());
    process->setStandardErrorFile(QProcess::nullDevice());
    process->setChildProcessModifier(lab::dieWithParent(QCoreApplication::applicationPid()));
    process->start(program, arguments);
    return process;
}

inline void endServer(QProcess& process)
{
    process.kill();
    process.waitForFinished();
}

} // namespace faultline::bench
