// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/report/report.h"

#include "common/fault/disk_fault_text.h"
#include "common/fault/link_fault_text.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <cmath>

namespace faultline::lab {

namespace {

/// Rounded to what a microsecond clock can tell, so that the text of a figure has no invented digits.
double rounded(double value)
{
    return std::round(value * 1'000'000.0) / 1'000'000.0;
}

double toSeconds(std::chrono::microseconds duration)
{
    return rounded(static_cast<double>(duration.count()) / 1e6);
}

QJsonValue milliseconds(const std::optional<std::chrono::nanoseconds>& duration)
{
    if (!duration)
        return QJsonValue::Null;
    return rounded(static_cast<double>(duration->count()) / 1e6);
}

QJsonValue count(quint64 value)
{
    return QJsonValue(static_cast<qint64>(value));
}

QString nameOf(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Kill:
        return QStringLiteral("kill");
    case FaultKind::Stop:
        return QStringLiteral("stop");
    case FaultKind::Freeze:
        return QStringLiteral("freeze");
    case FaultKind::Isolate:
        return QStringLiteral("isolate");
    case FaultKind::PowerOff:
        return QStringLiteral("power-off");
    case FaultKind::CrashLoop:
        return QStringLiteral("crash-loop");
    case FaultKind::Cut:
        return QStringLiteral("cut");
    case FaultKind::Link:
        return QStringLiteral("link");
    case FaultKind::Clock:
        return QStringLiteral("clock");
    case FaultKind::Disk:
        return QStringLiteral("disk");
    case FaultKind::Surge:
        return QStringLiteral("surge");
    case FaultKind::HotKey:
        return QStringLiteral("hot-key");
    case FaultKind::RollingRestart:
        break;
    }
    return QStringLiteral("rolling-restart");
}

QJsonValue whatIsWrong(const FaultRecord& fault)
{
    if (fault.kind == FaultKind::Link)
        return fault::print(fault.fault);
    if (fault.kind == FaultKind::Disk)
        return fault::print(fault.disk);
    return QJsonValue::Null;
}

} // namespace

Conditions conditionsOf(const RunResult& result)
{
    const QString unknown = QStringLiteral("unknown");
    Conditions conditions;
    conditions.commit = buildCommit();
    conditions.engine = QStringLiteral("faultline %1").arg(buildVersion());
    conditions.sync = QStringLiteral("fdatasync");
    QStringList paces;
    for (const wire::Pace& pace : result.facts.paces)
        paces.append(nameOf(pace));
    conditions.pace = paces.isEmpty() ? nameOf(result.scenario.pace) : paces.join(QStringLiteral(", then "));
    conditions.cpu = thisCpu();
    conditions.disk = result.dataFilesystem.isEmpty() ? unknown : result.dataFilesystem;
    conditions.generatorLimited = result.facts.load.limited;
    return conditions;
}

QJsonObject reportOf(const RunResult& result, const Conditions& conditions)
{
    const Facts& facts = result.facts;
    QJsonArray expectations;
    for (const Verdict& verdict : result.verdicts) {
        expectations.append(QJsonObject{
            {"id", verdict.id},
            {"text", verdict.text},
            {"outcome", nameOf(verdict.outcome)},
            {"measured", verdict.measured ? QJsonValue(rounded(*verdict.measured)) : QJsonValue::Null},
            {"unit", verdict.unit},
        });
    }
    QJsonArray faults;
    for (const FaultRecord& fault : facts.faults) {
        QJsonArray links;
        for (const LinkId link : fault.links)
            links.append(link.name());
        faults.append(QJsonObject{
            {"kind", nameOf(fault.kind)},
            {"name", fault.name},
            {"target", fault.target ? QJsonValue(fault.target.name()) : QJsonValue::Null},
            {"links", links},
            {"fault", whatIsWrong(fault)},
            {"from_s", toSeconds(fault.from - facts.from)},
            {"to_s", fault.to ? QJsonValue(toSeconds(*fault.to - facts.from)) : QJsonValue::Null},
        });
    }
    const LoadRecord& load = facts.load;
    const double duration = toSeconds(facts.to - facts.from);
    const auto share = [&](double part) { return milliseconds(load.latency.percentile(part)); };
    return QJsonObject{
        {"scenario", result.scenario.name},
        {"nodes", result.scenario.nodes},
        {"seed", count(result.seed)},
        {"duration_s", duration},
        {"outcome", nameOf(result.outcome)},
        {"conditions",
         QJsonObject{
             {"commit", conditions.commit},
             {"engine", conditions.engine},
             {"sync", conditions.sync},
             {"pace", conditions.pace},
             {"cpu", conditions.cpu},
             {"disk", conditions.disk},
             {"generator_limited", conditions.generatorLimited},
         }},
        {"expectations", expectations},
        {"faults", faults},
        {"load",
         QJsonObject{
             {"attempted", count(load.attempted)},
             {"ok", count(load.ok)},
             {"failed", count(load.failed)},
             {"unknown", count(load.unknown)},
             {"throughput_per_s",
              duration > 0 ? QJsonValue(rounded(static_cast<double>(load.ok) / duration)) : QJsonValue::Null},
             {"samples", count(load.latency.count())},
             {"latency_ms",
              QJsonObject{
                  {"p50", share(0.5)},
                  {"p90", share(0.9)},
                  {"p99", share(0.99)},
                  {"p999", share(0.999)},
                  {"max", milliseconds(load.latency.max())},
              }},
         }},
        {"tally",
         QJsonObject{
             {"acknowledged", count(facts.tally.acknowledged)},
             {"read_back", count(facts.tally.readBack)},
             {"lost", count(facts.tally.lost)},
         }},
    };
}

Result<void> writeReport(const QString& path, const QJsonObject& report)
{
    const QByteArray text = QJsonDocument(report).toJson(QJsonDocument::Indented);
    const auto refused = [&path](const QFileDevice& file) {
        return Error{QStringLiteral("%1: cannot be written (%2); name a file in a folder that can be written to")
                         .arg(path, file.errorString())};
    };
    const QFileInfo there(path);
    if (there.exists() && !there.isFile()) { // a new file would take the place of /dev/null
        QFile device(path);
        if (!device.open(QIODevice::WriteOnly | QIODevice::Unbuffered) || device.write(text) != text.size())
            return refused(device);
        return {};
    }
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return refused(file);
    return {};
}

} // namespace faultline::lab
