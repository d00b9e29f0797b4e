// SPDX-License-Identifier: GPL-3.0-or-later
#include "throughput.h"

#include "tool.h"

namespace faultline::bench {

std::optional<Shape> shapeOf(const QString& row)
{
    if (row == QStringLiteral("set-1conn-p50"))
        return Shape{true, 1, 1, true};
    if (row == QStringLiteral("set-256conn"))
        return Shape{true, 256, 1, false};
    if (row == QStringLiteral("set-50conn-p16"))
        return Shape{true, 50, 16, false};
    if (row == QStringLiteral("get-50conn"))
        return Shape{false, 50, 1, false};
    return {};
}

double figureOf(const Shape& shape, const Run& run)
{
    return shape.wantsLatency ? run.medianMs : run.perSecond;
}

Result<Run> redisBenchmark(quint16 port, const Shape& shape, const Amount& amount)
{
    const int requests = shape.connections == 1 ? amount.requests / 10
                         : shape.pipeline > 1   ? amount.requests * 5
                                                : amount.requests;
    const auto output =
        runTool(QStringLiteral("redis-benchmark"),
                {QStringLiteral("-p"), QString::number(port), QStringLiteral("-t"),
                 shape.isWrite ? QStringLiteral("set") : QStringLiteral("get"), QStringLiteral("-d"),
                 QString::number(kPayloadBytes), QStringLiteral("-r"), QStringLiteral("100000"), QStringLiteral("-c"),
                 QString::number(shape.connections), QStringLiteral("-P"), QString::number(shape.pipeline),
                 QStringLiteral("-n"), QString::number(requests), QStringLiteral("-e"), QStringLiteral("--csv")},
                std::chrono::seconds(300));
    if (!output)
        return Error{output.error()};
    if (const qsizetype at = output->indexOf("Error from server"); at >= 0) {
        return Error{QStringLiteral("redis-benchmark was refused: %1")
                         .arg(QString::fromUtf8(output->mid(at, output->indexOf('\n', at) - at)))};
    }
    return parseRedisBenchmark(*output);
}

} // namespace faultline::bench
