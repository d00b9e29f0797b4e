// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/run_result.h"

#include <QDataStream>
#include <QIODevice>
#include <QMap>

namespace faultline::sim {

namespace {

void addTo(std::map<QString, quint64>& sum, const std::map<QString, quint64>& counts)
{
    for (const auto& [name, count] : counts)
        sum[name] += count;
}

void write(QDataStream& out, const std::map<QString, quint64>& counts)
{
    out << QMap<QString, quint64>(counts);
}

void read(QDataStream& in, std::map<QString, quint64>& counts)
{
    QMap<QString, quint64> read;
    in >> read;
    counts = read.toStdMap();
}

} // namespace

void RunResult::add(const RunResult& other)
{
    ticks += other.ticks;
    commits += other.commits;
    messages += other.messages;
    traceHash = (traceHash ^ other.traceHash) * 0x9fb21c651e98df25;
    traceHash ^= traceHash >> 31;
    histories += other.histories;
    undecided += other.undecided;
    addTo(faults, other.faults);
    addTo(transitions, other.transitions);
    addTo(checks, other.checks);
}

QByteArray toBytes(const RunResult& result)
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << result.ticks << result.commits << result.messages << result.traceHash << result.histories
        << result.undecided;
    write(out, result.faults);
    write(out, result.transitions);
    write(out, result.checks);
    out << result.violation.has_value();
    if (result.violation)
        out << result.violation->check << result.violation->tick << result.violation->sentence;
    return bytes;
}

std::optional<RunResult> runResultFrom(const QByteArray& bytes)
{
    RunResult result;
    QDataStream in(bytes);
    in >> result.ticks >> result.commits >> result.messages >> result.traceHash >> result.histories >> result.undecided;
    read(in, result.faults);
    read(in, result.transitions);
    read(in, result.checks);
    bool hasViolation = false;
    in >> hasViolation;
    if (hasViolation) {
        Violation violation;
        in >> violation.check >> violation.tick >> violation.sentence;
        result.violation = violation;
    }
    return in.status() == QDataStream::Ok && in.atEnd() ? std::optional(result) : std::nullopt;
}

} // namespace faultline::sim
