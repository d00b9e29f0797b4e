// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/charts/chart_panel.h"
#include "gui/views/charts/load_figures.h"

#include <deque>

// What the two charts show, apart from when: the same for the window and for a picture in a report.
namespace faultline::views {

enum class ThroughputLine : quint8 { Offered, Unknown, Failed, Ok };
enum class LatencyLine : quint8 { Max, P99, P50 };

struct ChartTime
{
    lab::Monotonic zero{0}; ///< 0 on the axis
    double low = -60;       ///< seconds
    double high = 0;
};

/// One of the charts with what it needs to be fed.
class ThroughputChart
{
public:
    explicit ThroughputChart(QWidget* parent = nullptr);
    ChartPanel* panel() const { return m_panel; }
    /// `now` is for the axis's memory only.
    void show(const std::deque<LoadPoint>& points, const ChartTime& time, lab::Monotonic now);
    QList<QPointF> points(ThroughputLine line) const { return m_panel->pointsOf(static_cast<int>(line)); }

private:
    ChartPanel* m_panel;
    HeldSpan m_span{AxisKind::Linear};
};

class LatencyChart
{
public:
    explicit LatencyChart(QWidget* parent = nullptr);
    ChartPanel* panel() const { return m_panel; }
    void show(const std::deque<LoadPoint>& points, const ChartTime& time, lab::Monotonic now);
    QList<QPointF> points(LatencyLine line) const { return m_panel->pointsOf(static_cast<int>(line)); }

private:
    ChartPanel* m_panel;
    HeldSpan m_span{AxisKind::Decades};
};

} // namespace faultline::views
