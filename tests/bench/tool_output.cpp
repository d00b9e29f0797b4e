// SPDX-License-Identifier: GPL-3.0-or-later
#include "tool_output.h"

#include <QRegularExpression>
#include <QStringList>

namespace faultline::bench {

namespace {

Error notUnderstood(const char* tool, const char* missing, const QByteArray& output)
{
    return Error{
        QStringLiteral("%1 did not say %2; it said: %3")
            .arg(QLatin1StringView(tool), QLatin1StringView(missing), QString::fromUtf8(output).trimmed().right(300))};
}

QStringList cells(const QByteArray& line)
{
    QStringList cells = QString::fromUtf8(line).trimmed().split(u',');
    for (QString& cell : cells)
        cell.remove(u'"');
    return cells;
}

} // namespace

Result<Run> parseRedisBenchmark(const QByteArray& output)
{
    const char* tool = "redis-benchmark";
    QStringList names;
    for (const QByteArray& line : output.split('\n')) {
        if (line.startsWith("\"test\"")) {
            names = cells(line);
        } else if (!names.isEmpty() && line.startsWith('"')) {
            const QStringList values = cells(line);
            const qsizetype rate = names.indexOf(QStringLiteral("rps"));
            const qsizetype median = names.indexOf(QStringLiteral("p50_latency_ms"));
            if (rate < 0 || median < 0 || values.size() != names.size())
                break;
            bool rateIsNumber = false;
            bool medianIsNumber = false;
            const Run run{values[rate].toDouble(&rateIsNumber), values[median].toDouble(&medianIsNumber)};
            if (rateIsNumber && medianIsNumber)
                return run;
            break;
        }
    }
    return notUnderstood(tool, "its rate and median latency", output);
}

Result<Run> parseWrk(const QByteArray& output)
{
    const QString text = QString::fromUtf8(output);
    static const QRegularExpression bad(QStringLiteral("Non-2xx or 3xx responses: (\\d+)"));
    static const QRegularExpression rate(QStringLiteral("Requests/sec:\\s+([0-9.]+)"));
    static const QRegularExpression median(QStringLiteral("50%\\s+([0-9.]+)(us|ms|s)\\b"));
    if (const auto refused = bad.match(text); refused.hasMatch())
        return Error{QStringLiteral("wrk: %1 requests were not answered with success").arg(refused.captured(1))};
    const auto perSecond = rate.match(text);
    const auto half = median.match(text);
    if (!perSecond.hasMatch() || !half.hasMatch())
        return notUnderstood("wrk", "its rate and median latency", output);
    const QString unit = half.captured(2);
    const double inMs = unit == QStringLiteral("us") ? 0.001 : unit == QStringLiteral("ms") ? 1 : 1000;
    return Run{perSecond.captured(1).toDouble(), half.captured(1).toDouble() * inMs};
}

Result<double> parseCheckPerf(const QByteArray& output)
{
    static const QRegularExpression throughput(QStringLiteral("Throughput (?:is|too low:) ([0-9]+) writes/s"));
    const auto found = throughput.match(QString::fromUtf8(output));
    if (!found.hasMatch())
        return notUnderstood("etcdctl check perf", "its throughput", output);
    return found.captured(1).toDouble();
}

} // namespace faultline::bench
