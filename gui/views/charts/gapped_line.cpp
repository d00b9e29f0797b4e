// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/gapped_line.h"

#include <QChart>
#include <QLineSeries>

#include <algorithm>

namespace faultline::views {

GappedLine::GappedLine(QChart* chart, QAbstractAxis* x, QAbstractAxis* y)
    : m_chart(chart)
    , m_x(x)
    , m_y(y)
{
    addSeries();
}

QLineSeries* GappedLine::addSeries()
{
    auto* series = new QLineSeries;
    series->setPen(m_pen);
    m_chart->addSeries(series);
    series->attachAxis(m_x);
    series->attachAxis(m_y);
    m_series.push_back(series);
    return series;
}

void GappedLine::setPen(const QPen& pen)
{
    m_pen = pen;
    for (QLineSeries* series : m_series)
        series->setPen(pen);
}

void GappedLine::show(std::vector<QList<QPointF>> stretches)
{
    while (stretches.size() > kMostStretches) {
        stretches[1] = stretches[0] + stretches[1];
        stretches.erase(stretches.begin());
    }
    qsizetype total = 0;
    for (const QList<QPointF>& stretch : stretches)
        total += stretch.size();
    while (m_series.size() < stretches.size())
        addSeries();
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        if (i >= stretches.size()) {
            if (m_series[i]->count() > 0)
                m_series[i]->replace(QList<QPointF>());
            continue;
        }
        const auto share = static_cast<int>(kMostPoints * stretches[i].size() / std::max<qsizetype>(1, total));
        m_series[i]->replace(total > kMostPoints ? thinned(stretches[i], std::max(4, share)) : stretches[i]);
    }
}

QList<QPointF> GappedLine::points() const
{
    QList<QPointF> all;
    for (const QLineSeries* series : m_series)
        all += series->points();
    return all;
}

QList<QPointF> thinned(const QList<QPointF>& points, int most)
{
    if (points.size() <= most)
        return points;
    const qsizetype steps = std::max(1, most / 2);
    QList<QPointF> kept;
    kept.reserve(steps * 2);
    for (qsizetype step = 0; step < steps; ++step) {
        const auto begin = points.begin() + points.size() * step / steps;
        const auto end = points.begin() + points.size() * (step + 1) / steps;
        if (begin == end)
            continue;
        const auto [low, high] =
            std::minmax_element(begin, end, [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); });
        kept.append(*std::min(low, high));
        if (low != high)
            kept.append(*std::max(low, high));
    }
    return kept;
}

} // namespace faultline::views
