// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/run.h"

#include "gui/cli/end_request.h"
#include "gui/cli/pictures.h"
#include "gui/cli/say.h"
#include "gui/lab/report/report.h"
#include "gui/lab/report/spoken_result.h"
#include "gui/lab/scenario/runner.h"
#include "gui/lab/scenario/scenario_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace faultline::cli {

namespace {

/// Found out before the run: a report that cannot be written must not cost the run first.
Result<void> makeRoomFor(const RunCommand& command)
{
    if (!command.reportFolder.isEmpty()) {
        if (!QDir().mkpath(command.reportFolder) || !QFileInfo(command.reportFolder).isWritable())
            return Error{QStringLiteral("--report %1: the folder cannot be made or written to; name one that can")
                             .arg(command.reportFolder)};
    }
    if (!command.jsonFile.isEmpty()) {
        const QFileInfo file(command.jsonFile);
        if (file.isDir() || !QFileInfo(file.absolutePath()).isWritable())
            return Error{
                QStringLiteral(
                    "--json %1: cannot be written; name a file in a folder that is there and can be written to")
                    .arg(command.jsonFile)};
    }
    return {};
}

void sayResult(const lab::RunResult& result)
{
    sayOut({});
    for (const QString& line : lab::spokenResult(result))
        sayOut(line);
}

int exitCodeOf(lab::Outcome outcome)
{
    switch (outcome) {
    case lab::Outcome::Met:
        return kAsExpected;
    case lab::Outcome::NotMet:
        return kNotAsExpected;
    case lab::Outcome::Unknown:
        break;
    }
    return kUnknownOrBadInput;
}

/// False, having said why, when something could not be written.
bool writeAll(const RunCommand& command, const lab::RunResult& result, const ChartRecorder& charts)
{
    const QJsonObject report = lab::reportOf(result, lab::conditionsOf(result));
    QStringList paths;
    if (!command.reportFolder.isEmpty())
        paths.append(QDir(command.reportFolder).filePath(QStringLiteral("report.json")));
    if (!command.jsonFile.isEmpty())
        paths.append(command.jsonFile);
    bool allWritten = true;
    for (const QString& path : paths) {
        const Result<void> written = lab::writeReport(path, report);
        if (written)
            sayOut(QStringLiteral("report: %1").arg(path));
        else
            sayError(written.error());
        allWritten = allWritten && written;
    }
    if (!command.reportFolder.isEmpty()) {
        const Result<QStringList> drawn = charts.draw(command.reportFolder, {result.facts.from, result.facts.to});
        if (drawn)
            sayOut(QStringLiteral("charts: %1").arg(drawn->join(QStringLiteral(", "))));
        else
            sayError(drawn.error());
        allWritten = allWritten && drawn;
    }
    return allWritten;
}

} // namespace

int runScenario(QCoreApplication& application, const RunCommand& command)
{
    Result<lab::Scenario> scenario = lab::readScenario(command.scenario);
    if (!scenario) {
        sayError(scenario.error());
        return kUnknownOrBadInput;
    }
    if (const Result<void> room = makeRoomFor(command); !room) {
        sayError(room.error());
        return kUnknownOrBadInput;
    }
    lab::Lab lab;
    lab::Runner runner(lab, *scenario);
    EndRequest endRequest;
    int exitCode = kUnknownOrBadInput;

    QObject::connect(&endRequest, &EndRequest::asked, &runner, &lab::Runner::interrupt);
    QObject::connect(
        &runner, &lab::Runner::progress, &application, [](std::chrono::microseconds since, const QString& line) {
            sayOut(QStringLiteral("%1 s  %2").arg(static_cast<double>(since.count()) / 1e6, 7, 'f', 2).arg(line));
        });
    ChartRecorder charts(lab.timeline());
    QObject::connect(&runner, &lab::Runner::closing, &charts, &ChartRecorder::capture);
    QObject::connect(&runner, &lab::Runner::finished, &application, [&](const lab::RunResult& result) {
        sayResult(result);
        exitCode = writeAll(command, result, charts) ? exitCodeOf(result.outcome) : kUnknownOrBadInput;
        application.quit();
    });
    QObject::connect(&runner, &lab::Runner::failed, &application, [&](const QString& reason) {
        sayError(reason);
        application.quit();
    });

    sayOut(scenario->title);
    lab::LabOptions options;
    options.nodeProgram = command.cluster.nodeProgram;
    options.dataRoot = command.cluster.dataRoot;
    if (const Result<void> started = runner.start(options, command.seed); !started) {
        sayError(started.error());
        return kUnknownOrBadInput;
    }
    application.exec();
    return exitCode;
}

} // namespace faultline::cli
