// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPen>
#include <QPointF>

#include <vector>

class QAbstractAxis;
class QChart;
class QLineSeries;

// A curve that may have holes. A line of Qt Charts joins all of its points, so that a time without a single answer
// would look like a slow slope from the last latency before to the first one after; here each stretch is a line of its
// own.
namespace faultline::views {

class GappedLine
{
public:
    static constexpr int kMostStretches = 8; ///< older holes than that are joined
    static constexpr int kMostPoints = 300;

    GappedLine(QChart* chart, QAbstractAxis* x, QAbstractAxis* y);

    void setPen(const QPen& pen);
    /// Shows these stretches, oldest first. Thinned to the lowest and highest in each step when they are too many.
    void show(std::vector<QList<QPointF>> stretches);

    /// The points of all stretches as they are drawn, for tests and for the value under a cursor.
    QList<QPointF> points() const;

private:
    QLineSeries* addSeries();

    QChart* m_chart;
    QAbstractAxis* m_x;
    QAbstractAxis* m_y;
    QPen m_pen;
    std::vector<QLineSeries*> m_series; ///< owned by the chart
};

/// At most `most` points: of each step along x the lowest and the highest, in order.
QList<QPointF> thinned(const QList<QPointF>& points, int most);

} // namespace faultline::views
