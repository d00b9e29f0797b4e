// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/charts_view.h"

#include <QTimer>
#include <QVBoxLayout>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kFeedEvery{100};

} // namespace

ChartsView::ChartsView(QWidget* parent)
    : QWidget(parent)
    , m_clock([] { return wire::monotonicNow(); })
    , m_theme(Theme::light())
    , m_throughput(this)
    , m_latency(this)
    , m_timer(new QTimer(this))
{
    setObjectName(QStringLiteral("charts"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    for (ChartPanel* panel : {m_throughput.panel(), m_latency.panel()}) {
        column->addWidget(panel, 1);
        connect(panel, &ChartPanel::cursorMoved, this, [this](std::optional<double> seconds) {
            m_throughput.panel()->setCursorAt(seconds);
            m_latency.panel()->setCursorAt(seconds);
        });
    }
    m_timer->setInterval(kFeedEvery);
    connect(m_timer, &QTimer::timeout, this, &ChartsView::feed);
    setTheme(m_theme);
}

void ChartsView::setTimeline(const lab::Timeline* timeline)
{
    m_timeline = timeline;
    m_figures.clear();
    feed();
}

void ChartsView::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_throughput.panel()->setTheme(theme);
    m_latency.panel()->setTheme(theme);
}

void ChartsView::setClock(Clock clock)
{
    m_clock = std::move(clock);
}

void ChartsView::feed()
{
    if (!m_timeline)
        return;
    if (m_clusterSince != m_timeline->clusterSince()) {
        m_clusterSince = m_timeline->clusterSince();
        m_figures.clear();
    }
    m_figures.follow(m_timeline->load());
    const lab::Monotonic now = m_clock();
    const ChartTime time{now, -kChartSeconds, 0};
    const QString pace = lab::spokenPace(m_timeline->pace());
    m_throughput.panel()->setNote(tr("op/s · %1").arg(pace));
    m_latency.panel()->setNote(tr("ms · %1").arg(pace));
    m_throughput.show(m_figures.points(), time, now);
    m_latency.show(m_figures.points(), time, now);
    for (ChartPanel* panel : {m_throughput.panel(), m_latency.panel()})
        panel->setFaults(m_timeline->faults(), m_timeline->pauses());
}

void ChartsView::showEvent(QShowEvent*)
{
    feed();
    m_timer->start();
}

void ChartsView::hideEvent(QHideEvent*)
{
    m_timer->stop();
}

} // namespace faultline::views
