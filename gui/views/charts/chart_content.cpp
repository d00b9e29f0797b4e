// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/chart_content.h"

#include "gui/views/theme/figures.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace faultline::views {
namespace {

using Value = std::function<std::optional<double>(const LoadPoint&)>;

/// Points further apart than this have a hole between them.
constexpr std::chrono::milliseconds kHole{450};

double secondsOf(const ChartTime& time, lab::Monotonic at)
{
    return std::chrono::duration<double>(at - time.zero).count();
}

std::vector<QList<QPointF>> stretchesOf(const std::deque<LoadPoint>& points, const ChartTime& time, const Value& value)
{
    std::vector<QList<QPointF>> stretches;
    bool open = false;
    lab::Monotonic before{0};
    for (const LoadPoint& point : points) {
        const double x = secondsOf(time, point.at);
        const std::optional<double> y = value(point);
        if (x < time.low || x > time.high || !y) {
            open = false;
            continue;
        }
        if (!open || point.at - before > kHole)
            stretches.emplace_back();
        stretches.back().append({x, *y});
        open = true;
        before = point.at;
    }
    return stretches;
}

bool anyAbove(const std::vector<QList<QPointF>>& stretches, double floor)
{
    return std::any_of(stretches.begin(), stretches.end(), [floor](const QList<QPointF>& stretch) {
        return std::any_of(stretch.begin(), stretch.end(), [floor](const QPointF& point) { return point.y() > floor; });
    });
}

struct Extent
{
    double least = std::numeric_limits<double>::max();
    double most = 0;
    void take(const std::vector<QList<QPointF>>& stretches)
    {
        for (const QList<QPointF>& stretch : stretches) {
            for (const QPointF& point : stretch) {
                least = std::min(least, point.y());
                most = std::max(most, point.y());
            }
        }
    }
};

/// The figure at the right edge: of the newest point, unless that is long ago.
std::optional<double> newestOf(const std::deque<LoadPoint>& points, const ChartTime& time, const Value& value)
{
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        const double x = secondsOf(time, point->at);
        if (x > time.high)
            continue;
        if (x < time.high - 1.5)
            return std::nullopt;
        return value(*point);
    }
    return std::nullopt;
}

} // namespace

ThroughputChart::ThroughputChart(QWidget* parent)
    : m_panel(new ChartPanel(QObject::tr("Throughput"), AxisKind::Linear, parent))
{
    m_panel->addLine({QObject::tr("offered"), &Theme::mutedInk, &Theme::mutedInk, 1.4, Qt::DashLine});
    m_panel->addLine({QObject::tr("unknown"), &Theme::unknown, &Theme::unknown, 2, Qt::DotLine});
    m_panel->addLine({QObject::tr("failed"), &Theme::failed, &Theme::failedText, 2, Qt::DashDotLine});
    m_panel->addLine({QObject::tr("ok"), &Theme::ok, &Theme::okText, 2.2, Qt::SolidLine});
}

void ThroughputChart::show(const std::deque<LoadPoint>& points, const ChartTime& time, lab::Monotonic now)
{
    const std::pair<ThroughputLine, Value> lines[] = {
        {ThroughputLine::Offered, [](const LoadPoint& point) { return point.offered; }},
        {ThroughputLine::Unknown, [](const LoadPoint& point) { return point.unknown; }},
        {ThroughputLine::Failed, [](const LoadPoint& point) { return point.failed; }},
        {ThroughputLine::Ok, [](const LoadPoint& point) { return point.ok; }},
    };
    m_panel->setTime(time.low, time.high, time.zero);
    Extent extent;
    for (const auto& [line, value] : lines) {
        auto stretches = stretchesOf(points, time, value);
        extent.take(stretches);
        const bool bad = line == ThroughputLine::Failed || line == ThroughputLine::Unknown;
        std::optional<double> newest = newestOf(points, time, value);
        if (bad && !anyAbove(stretches, 0)) {
            stretches.clear();
            newest.reset();
        }
        m_panel->showLine(static_cast<int>(line), std::move(stretches), newest);
    }
    m_panel->setSpan(m_span.follow(0, extent.most, now));
}

LatencyChart::LatencyChart(QWidget* parent)
    : m_panel(new ChartPanel(QObject::tr("Latency"), AxisKind::Decades, parent))
{
    m_panel->addLine({QObject::tr("max"), &Theme::mutedInk, &Theme::mutedInk, 1.2, Qt::SolidLine});
    m_panel->addLine({QObject::tr("p99"), &Theme::accent, &Theme::accent, 2, Qt::SolidLine});
    m_panel->addLine({QObject::tr("p50"), &Theme::ok, &Theme::okText, 2, Qt::SolidLine});
    m_panel->setValueFormat([](double milliseconds) {
        return spokenLatency(std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::duration<double, std::milli>(milliseconds)));
    });
}

void LatencyChart::show(const std::deque<LoadPoint>& points, const ChartTime& time, lab::Monotonic now)
{
    const std::pair<LatencyLine, Value> lines[] = {
        {LatencyLine::Max, [](const LoadPoint& point) { return point.max_ms; }},
        {LatencyLine::P99, [](const LoadPoint& point) { return point.p99_ms; }},
        {LatencyLine::P50, [](const LoadPoint& point) { return point.p50_ms; }},
    };
    m_panel->setTime(time.low, time.high, time.zero);
    std::vector<std::vector<QList<QPointF>>> drawn;
    Extent extent;
    for (const auto& [line, value] : lines) {
        drawn.push_back(stretchesOf(points, time, value));
        extent.take(drawn.back());
    }
    if (extent.most > 0)
        m_panel->setSpan(m_span.follow(extent.least, extent.most, now));
    for (std::size_t i = 0; i < drawn.size(); ++i)
        m_panel->showLine(static_cast<int>(i), std::move(drawn[i]), newestOf(points, time, lines[i].second));
}

} // namespace faultline::views
