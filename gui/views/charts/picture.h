// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/charts/load_figures.h"
#include "gui/views/theme/theme.h"

#include <QImage>

#include <optional>

// The two charts as pictures, for a report: a whole run rather than the last minute, its beginning at 0 s. Needs a
// QApplication (with QT_QPA_PLATFORM=offscreen, no display).
namespace faultline::views {

struct TimeRange
{
    lab::Monotonic from{0};
    lab::Monotonic to{0};
};

/// What a run left behind. A timeline keeps 75 s of load; whoever pictures a longer run lets a LoadFigures of their own
/// (`LoadFigures(std::chrono::hours(2))`) follow it, and gives its points here.
struct ChartData
{
    std::deque<LoadPoint> points;
    std::deque<lab::FaultRecord> faults;
    std::deque<lab::PauseRecord> pauses;
    wire::Pace pace; ///< printed on the picture
};

/// What the timeline still holds, from the beginning of the cluster.
ChartData chartDataOf(const lab::Timeline& timeline);

/// Without a range: from the first point to the last.
QImage renderThroughput(const ChartData& data, QSize size, const Theme& theme, std::optional<TimeRange> range = {});
QImage renderLatency(const ChartData& data, QSize size, const Theme& theme, std::optional<TimeRange> range = {});

QImage renderThroughput(const lab::Timeline& timeline, QSize size, const Theme& theme,
                        std::optional<TimeRange> range = {});
QImage renderLatency(const lab::Timeline& timeline, QSize size, const Theme& theme,
                     std::optional<TimeRange> range = {});

} // namespace faultline::views
