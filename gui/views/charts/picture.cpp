// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/picture.h"

#include "gui/views/charts/chart_content.h"

#include <QPainter>

#include <algorithm>
#include <memory>

namespace faultline::views {
namespace {

ChartTime timeOf(const ChartData& data, const std::optional<TimeRange>& range)
{
    TimeRange whole;
    if (range)
        whole = *range;
    else if (!data.points.empty())
        whole = {data.points.front().at, data.points.back().at};
    const double seconds = std::chrono::duration<double>(whole.to - whole.from).count();
    return {whole.from, 0, std::max(1.0, seconds)};
}

template <typename Chart>
QImage render(const QString& unit, const ChartData& data, QSize size, const Theme& theme,
              const std::optional<TimeRange>& range)
{
    Chart chart;
    const std::unique_ptr<ChartPanel> panel(chart.panel());
    panel->setTheme(theme);
    panel->resize(size);
    panel->ensurePolished();
    panel->setNote(unit + QStringLiteral(" · ") + lab::spokenPace(data.pace));
    const ChartTime time = timeOf(data, range);
    chart.show(data.points, time, time.zero);
    panel->setFaults(data.faults, data.pauses);

    QImage image(size, QImage::Format_RGB32);
    image.fill(theme.panel);
    QPainter painter(&image);
    panel->QWidget::render(&painter);
    return image;
}

} // namespace

ChartData chartDataOf(const lab::Timeline& timeline)
{
    LoadFigures figures(std::chrono::hours(24));
    figures.follow(timeline.load());
    return {figures.points(), timeline.faults(), timeline.pauses(), timeline.pace()};
}

QImage renderThroughput(const ChartData& data, QSize size, const Theme& theme, std::optional<TimeRange> range)
{
    return render<ThroughputChart>(QStringLiteral("op/s"), data, size, theme, range);
}

QImage renderLatency(const ChartData& data, QSize size, const Theme& theme, std::optional<TimeRange> range)
{
    return render<LatencyChart>(QStringLiteral("ms"), data, size, theme, range);
}

QImage renderThroughput(const lab::Timeline& timeline, QSize size, const Theme& theme, std::optional<TimeRange> range)
{
    return renderThroughput(chartDataOf(timeline), size, theme, range);
}

QImage renderLatency(const lab::Timeline& timeline, QSize size, const Theme& theme, std::optional<TimeRange> range)
{
    return renderLatency(chartDataOf(timeline), size, theme, range);
}

} // namespace faultline::views
