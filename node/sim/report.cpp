// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>

namespace faultline::sim {

namespace {

QString grouped(quint64 number)
{
    return QLocale(QLocale::English).toString(number);
}

QString hex(quint64 number)
{
    return QStringLiteral("%1").arg(number, 16, 16, QLatin1Char('0'));
}

QString spoken(const std::map<QString, quint64>& counts)
{
    QStringList parts;
    for (const auto& [name, count] : counts)
        parts << QStringLiteral("%1 %2").arg(name, grouped(count));
    return parts.join(QStringLiteral(", "));
}

QJsonObject json(const std::map<QString, quint64>& counts)
{
    QJsonObject object;
    for (const auto& [name, count] : counts)
        object[name] = static_cast<qint64>(count);
    return object;
}

QStringList lines(const Report::Found& found)
{
    QStringList text;
    const Shape& shape = found.shrunk.run.shape;
    text << QStringLiteral(
                "seed %1 shows it in %2 ticks with %3 faults (%4 runs to shrink it), %5 voters, %6 learners, "
                "%7 spare:")
                .arg(found.seed)
                .arg(found.shrunk.run.ticks)
                .arg(found.shrunk.run.plan.size())
                .arg(found.shrunk.tried)
                .arg(shape.voters)
                .arg(shape.learners)
                .arg(shape.spares);
    for (const PlannedFault& fault : found.shrunk.run.plan)
        text << QStringLiteral("  at tick %1: %2").arg(fault.tick, 6).arg(spoken(fault));
    text << QStringLiteral("what happened, at the end:");
    for (const QString& line : found.story)
        text << QStringLiteral("  ") + line;
    text << QStringLiteral("violated: %1: %2").arg(found.shrunk.violation.check, found.shrunk.violation.sentence);
    return text;
}

} // namespace

QString asText(const Report& report)
{
    QStringList text;
    const quint64 commits = std::max<quint64>(1, report.sum.commits);
    text << QStringLiteral(
                "%1 seeds from %2: %3 ticks in %4 s of one core, %5 ticks/s; %6 committed writes, one in %7 ticks; %8 "
                "messages")
                .arg(report.seeds)
                .arg(report.base)
                .arg(grouped(report.sum.ticks))
                .arg(static_cast<double>(report.milliseconds) / 1'000, 0, 'f', 1)
                .arg(grouped(report.ticksPerSecond()), grouped(report.sum.commits))
                .arg(static_cast<double>(report.sum.ticks) / static_cast<double>(commits), 0, 'f', 1)
                .arg(grouped(report.sum.messages));
    text << QStringLiteral("trace hash %1").arg(hex(report.sum.traceHash));
    text << QStringLiteral("faults: %1").arg(spoken(report.sum.faults));
    text << QStringLiteral("transitions: %1").arg(spoken(report.sum.transitions));
    text << QStringLiteral("checks: %1").arg(spoken(report.sum.checks));
    text << QStringLiteral("histories: %1 judged, %2 of them left undecided")
                .arg(grouped(report.sum.histories), grouped(report.sum.undecided));
    if (report.neverSeen && report.neverSeen->isEmpty())
        text << QStringLiteral("every fault, check and transition was seen");
    else if (report.neverSeen)
        text << QStringLiteral("NEVER SEEN: %1").arg(report.neverSeen->join(QStringLiteral(", ")));
    if (report.found) {
        text << QStringLiteral("VIOLATION in seed %1 at tick %2: %3: %4")
                    .arg(report.found->seed)
                    .arg(report.found->violation.tick)
                    .arg(report.found->violation.check, report.found->violation.sentence);
        text << lines(*report.found);
    } else {
        text << QStringLiteral("no violation");
    }
    return text.join(u'\n') + u'\n';
}

QByteArray asJson(const Report& report)
{
    QJsonArray violations;
    if (report.found) {
        violations.append(QJsonObject{
            {QStringLiteral("seed"), QString::number(report.found->seed)},
            {QStringLiteral("tick"), report.found->violation.tick},
            {QStringLiteral("check"), report.found->violation.check},
            {QStringLiteral("sentence"), report.found->violation.sentence},
            {QStringLiteral("trace"), QJsonArray::fromStringList(lines(*report.found))},
        });
    }
    QJsonObject object{
        {QStringLiteral("seed"), QString::number(report.base)},
        {QStringLiteral("seeds"), static_cast<qint64>(report.seeds)},
        {QStringLiteral("ticks"), static_cast<qint64>(report.sum.ticks)},
        {QStringLiteral("ticks_per_s"), static_cast<qint64>(report.ticksPerSecond())},
        {QStringLiteral("commits"), static_cast<qint64>(report.sum.commits)},
        {QStringLiteral("messages"), static_cast<qint64>(report.sum.messages)},
        {QStringLiteral("trace_hash"), hex(report.sum.traceHash)},
        {QStringLiteral("histories"), static_cast<qint64>(report.sum.histories)},
        {QStringLiteral("undecided"), static_cast<qint64>(report.sum.undecided)},
        {QStringLiteral("violations"), violations},
        {QStringLiteral("faults"), json(report.sum.faults)},
        {QStringLiteral("transitions"), json(report.sum.transitions)},
        {QStringLiteral("checks"), json(report.sum.checks)},
    };
    if (report.neverSeen)
        object[QStringLiteral("never_seen")] = QJsonArray::fromStringList(*report.neverSeen);
    return QJsonDocument(object).toJson();
}

QString asText(const Chased& chased)
{
    QString text;
    for (const auto& [mutant, caught] : chased) {
        text += QStringLiteral("%1 %2 %3 (%4)\n")
                    .arg(QLatin1String(mutant->name), -22)
                    .arg(caught.byCheck()
                             ? QStringLiteral("caught, first by seed %1 of %2:").arg(caught.first).arg(caught.seeds)
                             : QStringLiteral("NOT CAUGHT in %1 seeds:").arg(caught.seeds),
                         -36)
                    .arg(caught.checks.empty() ? QStringLiteral("nothing was seen") : spoken(caught.checks),
                         QLatin1String(mutant->breaks));
        if (caught.notItsFault > 0)
            text += QStringLiteral("    %1 seeds are violated with every rule kept, too\n").arg(caught.notItsFault);
    }
    return text;
}

QByteArray asJson(const Chased& chased)
{
    QJsonArray table;
    for (const auto& [mutant, caught] : chased) {
        table.append(QJsonObject{
            {QStringLiteral("mutant"), QLatin1String(mutant->name)},
            {QStringLiteral("caught"), caught.byCheck()},
            {QStringLiteral("seeds"), static_cast<qint64>(caught.seeds)},
            {QStringLiteral("not_its_fault"), static_cast<qint64>(caught.notItsFault)},
            {QStringLiteral("first"), static_cast<qint64>(caught.first)},
            {QStringLiteral("checks"), json(caught.checks)},
        });
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("mutants"), table}}).toJson();
}

} // namespace faultline::sim
