// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/node_process.h"

#include <QCoreApplication>

namespace faultline::lab {

namespace {
constexpr qsizetype kKeptErrorOutput = 4096;
constexpr int kReapPatienceMs = 1000;
} // namespace

NodeProcess::NodeProcess(NodeId node, QString program, QStringList arguments, QByteArray token, QObject* parent)
    : QObject(parent)
    , m_node(node)
    , m_arguments(std::move(arguments))
    , m_token(std::move(token))
{
    m_process.setProgram(program);
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setChildProcessModifier(dieWithParent(QCoreApplication::applicationPid()));
    connect(&m_process, &QProcess::started, this, [this] {
        m_pid = m_process.processId();
        m_process.write(m_token + '\n');
        emit started();
    });
    connect(&m_process, &QProcess::readyReadStandardError, this, [this] {
        m_errorOutput.append(m_process.readAllStandardError());
        if (m_errorOutput.size() > kKeptErrorOutput)
            m_errorOutput = m_errorOutput.last(kKeptErrorOutput);
    });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        m_errorOutput.append(m_process.readAllStandardError());
        if (status == QProcess::CrashExit)
            emit ended(false, QStringLiteral("killed by %1").arg(signalName(code)) + lastWords());
        else
            emit ended(code == 0, QStringLiteral("exited with code %1").arg(code) + lastWords());
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit ended(false, QStringLiteral("could not be started: %1").arg(m_process.errorString()));
    });
}

NodeProcess::~NodeProcess()
{
    m_process.disconnect(this);
    if (!isAlive())
        return;
    m_process.kill();
    m_process.waitForFinished(kReapPatienceMs);
}

void NodeProcess::start(const QStringList& further)
{
    m_process.setArguments(m_arguments + further);
    m_errorOutput.clear();
    m_process.start();
}

bool NodeProcess::signal(ProcessSignal signal)
{
    return isAlive() && sendSignal(m_process.processId(), signal);
}

QString NodeProcess::lastWords() const
{
    const QByteArray line = m_errorOutput.trimmed().split('\n').last().trimmed();
    if (line.isEmpty())
        return {};
    QString words = QString::fromUtf8(line);
    const QString prefix = QStringLiteral("faultline-node: ");
    if (words.startsWith(prefix))
        words.remove(0, prefix.size());
    return QStringLiteral(": ") + words;
}

} // namespace faultline::lab
