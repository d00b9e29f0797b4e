// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>

namespace faultline::tests {

QString program()
{
    return QDir(qEnvironmentVariable("FAULTLINE_BIN", QCoreApplication::applicationDirPath()))
        .filePath(QStringLiteral("faultline"));
}

Ended finish(QProcess& process, int within)
{
    Ended ended;
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(within)) {
        process.kill();
        process.waitForFinished();
        ended.err = QStringLiteral("(did not end within %1 ms) ").arg(within);
    } else if (process.exitStatus() == QProcess::NormalExit && process.error() != QProcess::FailedToStart) {
        ended.code = process.exitCode();
    }
    ended.out = QString::fromUtf8(process.readAllStandardOutput());
    ended.err += QString::fromUtf8(process.readAllStandardError());
    return ended;
}

Ended run(const QString& command, const QStringList& arguments, int within, const QProcessEnvironment& environment)
{
    QProcess process;
    if (!environment.isEmpty())
        process.setProcessEnvironment(environment);
    process.start(command, arguments);
    return finish(process, within);
}

Ran runScenario(const QString& scenario)
{
    QTemporaryDir folder;
    const QString json = folder.filePath(QStringLiteral("result.json"));
    Ran ran{run(program(), {QStringLiteral("run"), scenario, QStringLiteral("--json"), json}, 120'000), {}};
    QFile result(json);
    if (result.open(QIODevice::ReadOnly))
        ran.report = QJsonDocument::fromJson(result.readAll()).object();
    return ran;
}

Ran runYaml(const QByteArray& yaml)
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("scenario.yaml"));
    QFile scenario(path);
    if (!scenario.open(QIODevice::WriteOnly) || scenario.write(yaml) != yaml.size())
        return {};
    scenario.close();
    return runScenario(path);
}

QStringList sorted(QStringList names)
{
    names.sort();
    return names;
}

} // namespace faultline::tests
