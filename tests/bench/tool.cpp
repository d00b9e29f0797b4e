// SPDX-License-Identifier: GPL-3.0-or-later
#include "tool.h"

#include <QProcess>
#include <QTest>

namespace faultline::bench {

Result<QByteArray> runTool(const QString& program, const QStringList& arguments, std::chrono::seconds patience,
                           bool mayFail)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted())
        return Error{QStringLiteral("%1: cannot be started; is it installed?").arg(program)};
    process.closeWriteChannel();
    const auto limit = int(std::chrono::milliseconds(patience).count());
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, limit)) {
        process.kill();
        process.waitForFinished();
        return Error{QStringLiteral("%1: had not ended after %2 s").arg(program).arg(patience.count())};
    }
    const QByteArray output = process.readAllStandardOutput();
    if (!mayFail && (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)) {
        return Error{QStringLiteral("%1: ended with %2: %3")
                         .arg(program)
                         .arg(process.exitCode())
                         .arg(QString::fromUtf8(process.readAllStandardError() + output).trimmed().right(300))};
    }
    return output;
}

} // namespace faultline::bench
