// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/charts/chart_content.h"

#include <QWidget>

#include <functional>

class QTimer;

namespace faultline::views {

inline constexpr double kChartSeconds = 60;

/// Throughput above latency over the last minute, on one time axis, with the same bands and one cursor. Fed ten times a
/// second while visible.
class ChartsView final : public QWidget
{
    Q_OBJECT

public:
    using Clock = std::function<lab::Monotonic()>;

    explicit ChartsView(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the view or be taken away with nullptr
    void setTheme(const Theme& theme);
    void setClock(Clock clock);

    const ThroughputChart& throughput() const { return m_throughput; }
    const LatencyChart& latency() const { return m_latency; }
    /// Shows what there is at this moment; otherwise a timer does.
    void feed();

    QSize sizeHint() const override { return {500, 520}; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    const lab::Timeline* m_timeline = nullptr;
    Clock m_clock;
    Theme m_theme;
    LoadFigures m_figures;
    lab::Monotonic m_clusterSince{0};
    ThroughputChart m_throughput;
    LatencyChart m_latency;
    QTimer* m_timer = nullptr;
};

} // namespace faultline::views
