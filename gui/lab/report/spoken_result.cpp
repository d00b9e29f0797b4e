// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/report/spoken_result.h"

#include <cmath>

namespace faultline::lab {

namespace {

QString figure(double value, const QString& unit)
{
    if (unit == QLatin1String("ms"))
        return spokenDuration(std::chrono::microseconds(std::llround(value * 1'000)));
    if (unit == QLatin1String("share"))
        return QStringLiteral("%1%").arg(value * 100, 0, 'g', 3);
    const bool whole = value == std::floor(value);
    return (whole ? QString::number(value, 'f', 0) : QString::number(value, 'g', 3)) + unit;
}

} // namespace

QString spokenOutcome(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Met:
        return QStringLiteral("as expected");
    case Outcome::NotMet:
        return QStringLiteral("not as expected");
    case Outcome::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

QString spokenVerdict(const Verdict& verdict)
{
    QString line = verdict.text;
    if (verdict.measured)
        line += QStringLiteral(": %1").arg(figure(*verdict.measured, verdict.unit));
    if (!verdict.why.isEmpty())
        line += QStringLiteral(" (%1)").arg(verdict.why);
    return line;
}

QStringList spokenFacts(const Facts& facts)
{
    QStringList lines;
    for (const FaultRecord& fault : facts.faults) {
        if (!fault.onLeader)
            continue;
        const QString leader = fault.leaderAfter
                                   ? QStringLiteral("a new leader after %1").arg(spokenDuration(*fault.leaderAfter))
                                   : QStringLiteral("no new leader");
        // Where the same node leads again, as after a power cut of all, there may be none by another.
        const QString write =
            fault.writeAfter
                ? QStringLiteral("the first acknowledged write after %1").arg(spokenDuration(*fault.writeAfter))
                : QStringLiteral("no write acknowledged by another node");
        lines.append(QStringLiteral("%1: %2, %3").arg(fault.name, leader, write));
    }
    const TallyRecord& tally = facts.tally;
    lines.append(QStringLiteral("acknowledged %1, read back %2, lost %3")
                     .arg(tally.acknowledged)
                     .arg(tally.readBack)
                     .arg(tally.lost));
    if (!tally.firstLoss.isEmpty())
        lines.append(QStringLiteral("first loss: %1").arg(tally.firstLoss));
    return lines;
}

QStringList spokenResult(const RunResult& result)
{
    QStringList lines{QStringLiteral("%1: %2").arg(result.scenario.name, nameOf(result.outcome))};
    for (const Verdict& verdict : result.verdicts)
        lines.append(QStringLiteral("  %1  %2").arg(nameOf(verdict.outcome), -7).arg(spokenVerdict(verdict)));
    return lines + spokenFacts(result.facts);
}

} // namespace faultline::lab
