// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"
#include "gui/lab/cluster/process_linux.h"

#include <QObject>
#include <QProcess>
#include <QStringList>

namespace faultline::lab {

/// The operating system's process of one node: started again and again, one at a time. Signals go to the process that
/// runs, and to no other. Lives on the main thread: the process dies with the thread that started it.
class NodeProcess : public QObject
{
    Q_OBJECT

public:
    NodeProcess(NodeId node, QString program, QStringList arguments, QByteArray token, QObject* parent = nullptr);
    ~NodeProcess() override; ///< kills what runs, and reaps it

    /// With `further` arguments, this once.
    void start(const QStringList& further = {});
    bool isAlive() const { return m_process.state() != QProcess::NotRunning; }
    qint64 pid() const { return m_pid; }
    bool signal(ProcessSignal signal);

signals:
    void started();
    /// It is gone; `how` in words: "killed by SIGKILL", "exited with code 3: port 20001 is taken".
    void ended(bool orderly, const QString& how);

private:
    QString lastWords() const;

    NodeId m_node;
    QStringList m_arguments;
    QByteArray m_token;
    QProcess m_process;
    qint64 m_pid = 0;
    QByteArray m_errorOutput; ///< the end of it
};

} // namespace faultline::lab
