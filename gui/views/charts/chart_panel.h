// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/charts/axis_range.h"
#include "gui/views/charts/bands.h"
#include "gui/views/charts/gapped_line.h"
#include "gui/views/theme/theme.h"

#include <QChartView>

#include <functional>
#include <memory>
#include <optional>

class QValueAxis;

namespace faultline::views {

/// One chart: curves of Qt Charts on a fixed time axis; the rest (bands, figures on the axes, names at the right edge,
/// the cursor) is painted here, so that two charts above each other line up to the pixel.
class ChartPanel final : public QChartView
{
    Q_OBJECT

public:
    struct Line
    {
        QString name;
        QColor Theme::*colour;
        QColor Theme::*textColour;
        double width = 2;
        Qt::PenStyle style = Qt::SolidLine;
    };

    ChartPanel(const QString& title, AxisKind kind, QWidget* parent = nullptr);
    ~ChartPanel() override;

    void setTheme(const Theme& theme);
    void setNote(const QString& note); ///< beside the title: the unit and the pace
    /// The time axis, in seconds, and the moment that is 0 on it. Live: -60 to 0, and 0 is now.
    void setTime(double low, double high, lab::Monotonic zero);
    void setValueFormat(std::function<QString(double)> format); ///< of names at the edge and the cursor; with unit
    int addLine(const Line& line);
    /// What line `index` shows, and the figure beside its name at the right edge (nothing: no name there).
    void showLine(int index, std::vector<QList<QPointF>> stretches, std::optional<double> newest);
    void setSpan(const AxisSpan& span);
    void setFaults(const std::deque<lab::FaultRecord>& faults, const std::deque<lab::PauseRecord>& pauses);
    void setCursorAt(std::optional<double> seconds);

    const std::vector<Band>& bands() const { return m_bands; }
    QList<QPointF> pointsOf(int index) const;
    AxisSpan span() const { return m_span; }
    QRectF plot() const;

signals:
    void cursorMoved(std::optional<double> seconds);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;

private:
    struct Curve;

    double xOf(double seconds) const;
    double yOf(double value) const;
    void layOutBands();
    void paintBand(QPainter& painter, const Band& band) const;
    void paintBandNames(QPainter& painter) const;
    void paintAxes(QPainter& painter) const;
    void paintNames(QPainter& painter) const;
    void paintCursor(QPainter& painter) const;
    QString timeText(double seconds) const;

    QString m_title;
    QString m_note;
    AxisKind m_kind;
    Theme m_theme;
    AxisSpan m_span;
    double m_low = -60;
    double m_high = 0;
    lab::Monotonic m_zero{0};
    std::function<QString(double)> m_format;
    std::optional<double> m_cursor;
    std::deque<lab::FaultRecord> m_faults;
    std::deque<lab::PauseRecord> m_pauses;
    std::vector<Band> m_bands;
    std::vector<std::unique_ptr<Curve>> m_curves;
    QChart* m_chart = nullptr;
    QValueAxis* m_x = nullptr;
    QAbstractAxis* m_y = nullptr;
};

} // namespace faultline::views
