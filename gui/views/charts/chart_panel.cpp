// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/chart_panel.h"

#include "gui/views/charts/band_painter.h"
#include "gui/views/charts/edge_labels.h"
#include "gui/views/theme/figures.h"

#include <QChart>
#include <QGraphicsLayout>
#include <QLogValueAxis>
#include <QMouseEvent>
#include <QPainter>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

constexpr double kLeft = 52;
constexpr double kRight = 92;
constexpr double kTop = 30;
constexpr double kBottom = 24;

} // namespace

struct ChartPanel::Curve
{
    Line line;
    GappedLine drawn;
    std::optional<double> newest;
};

ChartPanel::ChartPanel(const QString& title, AxisKind kind, QWidget* parent)
    : QChartView(parent)
    , m_title(title)
    , m_kind(kind)
    , m_theme(Theme::light())
    , m_span(roundSpan(kind, 1, 1))
    , m_format([](double value) { return spokenRate(value); })
    , m_chart(new QChart)
{
    setChart(m_chart);
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setMinimumSize(260, 130);
    setAccessibleName(title);
    m_chart->legend()->hide();
    m_chart->setBackgroundVisible(false);
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);

    m_x = new QValueAxis;
    m_x->setLabelsVisible(false);
    m_x->setLineVisible(false);
    m_x->setGridLineVisible(false);
    m_chart->addAxis(m_x, Qt::AlignBottom);
    if (kind == AxisKind::Decades) {
        auto* y = new QLogValueAxis;
        y->setBase(10);
        m_y = y;
    } else {
        m_y = new QValueAxis;
    }
    m_y->setLabelsVisible(false);
    m_y->setLineVisible(false);
    m_y->setGridLineVisible(false);
    m_chart->addAxis(m_y, Qt::AlignLeft);
    m_x->setRange(m_low, m_high);
    m_y->setRange(m_span.low, m_span.high);
}

ChartPanel::~ChartPanel() = default;

void ChartPanel::setTheme(const Theme& theme)
{
    m_theme = theme;
    for (const auto& curve : m_curves)
        curve->drawn.setPen(
            QPen(theme.*curve->line.colour, curve->line.width, curve->line.style, Qt::FlatCap, Qt::RoundJoin));
    viewport()->update();
    resetCachedContent();
    scene()->update();
}

void ChartPanel::setNote(const QString& note)
{
    m_note = note;
}

void ChartPanel::setTime(double low, double high, lab::Monotonic zero)
{
    m_zero = zero;
    if (low == m_low && high == m_high)
        return;
    m_low = low;
    m_high = high;
    m_x->setRange(low, high);
}

void ChartPanel::setValueFormat(std::function<QString(double)> format)
{
    m_format = std::move(format);
}

int ChartPanel::addLine(const Line& line)
{
    auto curve = std::unique_ptr<Curve>(new Curve{line, GappedLine(m_chart, m_x, m_y), std::nullopt});
    curve->drawn.setPen(QPen(m_theme.*line.colour, line.width, line.style, Qt::FlatCap, Qt::RoundJoin));
    m_curves.push_back(std::move(curve));
    return static_cast<int>(m_curves.size()) - 1;
}

void ChartPanel::showLine(int index, std::vector<QList<QPointF>> stretches, std::optional<double> newest)
{
    Curve& curve = *m_curves[static_cast<std::size_t>(index)];
    if (m_kind == AxisKind::Decades) {
        for (QList<QPointF>& stretch : stretches) {
            for (QPointF& point : stretch)
                point.setY(std::max(point.y(), m_span.low));
        }
    }
    curve.drawn.show(std::move(stretches));
    curve.newest = newest;
}

void ChartPanel::setSpan(const AxisSpan& span)
{
    if (span == m_span)
        return;
    m_span = span;
    m_y->setRange(span.low, span.high);
}

void ChartPanel::setFaults(const std::deque<lab::FaultRecord>& faults, const std::deque<lab::PauseRecord>& pauses)
{
    m_faults = faults;
    m_pauses = pauses;
    layOutBands();
    scene()->update();
}

void ChartPanel::setCursorAt(std::optional<double> seconds)
{
    if (m_cursor == seconds)
        return;
    m_cursor = seconds;
    scene()->update();
}

QList<QPointF> ChartPanel::pointsOf(int index) const
{
    return m_curves[static_cast<std::size_t>(index)]->drawn.points();
}

QRectF ChartPanel::plot() const
{
    int rows = 0;
    for (const Band& band : m_bands)
        rows = std::max(rows, band.row + 1);
    const double rowHeight = QFontMetricsF(scaled(font(), 0.85)).height();
    const double top = kTop + rowHeight * std::max(1, rows);
    return {kLeft, top, std::max(40.0, width() - kLeft - kRight), std::max(30.0, height() - top - kBottom)};
}

void ChartPanel::resizeEvent(QResizeEvent* event)
{
    QChartView::resizeEvent(event);
    layOutBands();
}

void ChartPanel::layOutBands()
{
    BandSpace space;
    space.zero = m_zero;
    space.low = m_low;
    space.high = m_high;
    space.pixels = std::max(40.0, width() - kLeft - kRight);
    const QFont small = scaled(font(), 0.85, QFont::DemiBold);
    space.textWidth = [&small](const QString& text) { return QFontMetricsF(small).horizontalAdvance(text) + 2; };
    m_bands = bandsOf(m_faults, m_pauses, space);
    if (m_chart->plotArea() != plot())
        m_chart->setPlotArea(plot());
}

double ChartPanel::xOf(double seconds) const
{
    const QRectF area = plot();
    return area.left() + area.width() * (seconds - m_low) / (m_high - m_low);
}

double ChartPanel::yOf(double value) const
{
    const QRectF area = plot();
    double share = 0;
    if (m_kind == AxisKind::Decades)
        share = std::log(std::max(value, m_span.low) / m_span.low) / std::log(m_span.high / m_span.low);
    else
        share = (value - m_span.low) / (m_span.high - m_span.low);
    return area.bottom() - area.height() * std::clamp(share, 0.0, 1.0);
}

void ChartPanel::mouseMoveEvent(QMouseEvent* event)
{
    QChartView::mouseMoveEvent(event);
    const QRectF area = plot();
    const double x = event->position().x();
    if (x < area.left() || x > area.right())
        emit cursorMoved(std::nullopt);
    else
        emit cursorMoved(m_low + (m_high - m_low) * (x - area.left()) / area.width());
}

void ChartPanel::leaveEvent(QEvent* event)
{
    QChartView::leaveEvent(event);
    emit cursorMoved(std::nullopt);
}

void ChartPanel::drawBackground(QPainter* painter, const QRectF&)
{
    painter->save();
    painter->resetTransform();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(rect(), m_theme.panel);
    painter->setFont(font());
    paintFaultGround(*painter, m_bands, plot(), {m_zero, m_low, m_high, plot().width(), {}}, m_theme);
    for (const Band& band : m_bands)
        paintBand(*painter, band);
    paintAxes(*painter);
    painter->restore();
}

void ChartPanel::drawForeground(QPainter* painter, const QRectF&)
{
    painter->save();
    painter->resetTransform();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(font());
    paintBandNames(*painter);
    paintNames(*painter);
    paintCursor(*painter);
    painter->restore();
}

void ChartPanel::paintBand(QPainter& painter, const Band& band) const
{
    const QRectF area = plot();
    const QRectF box(QPointF(xOf(band.from), area.top()), QPointF(xOf(band.to), area.bottom()));
    if (band.pause)
        painter.fillRect(box, faint(m_theme.pause, 0.16));
    if (band.begins) {
        painter.setPen(QPen(band.pause ? m_theme.pause : m_theme.failed, 1.4));
        painter.drawLine(box.topLeft(), box.bottomLeft());
    }
    if (band.recovered) {
        QPen pen(m_theme.ok, 1.4);
        pen.setDashPattern({3, 3});
        painter.setPen(pen);
        const double x = xOf(*band.recovered);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
}

void ChartPanel::paintBandNames(QPainter& painter) const
{
    const QRectF area = plot();
    painter.setFont(scaled(font(), 0.85, QFont::DemiBold));
    const QFontMetricsF metrics(painter.font());
    int rows = 1;
    for (const Band& band : m_bands)
        rows = std::max(rows, band.row + 1);
    for (const Band& band : m_bands) {
        if (band.row < 0)
            continue;
        painter.setPen(band.pause ? m_theme.mutedInk : m_theme.failedText);
        const QRectF line(area.left() + band.textAt, area.top() - metrics.height() * (rows - band.row) - 1,
                          band.textWidth + 2, metrics.height());
        const QString more = moreText(band);
        const double room = line.width() - metrics.horizontalAdvance(more);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(band.text, Qt::ElideRight, room) + more);
    }
}

QString ChartPanel::timeText(double seconds) const
{
    if (m_high <= 0 && seconds > -0.05)
        return tr("now");
    const bool whole = std::abs(seconds - std::round(seconds)) < 0.01;
    return QString::number(seconds, 'f', whole ? 0 : 1).replace(QLatin1Char('-'), QChar(0x2212)) + QStringLiteral(" s");
}

void ChartPanel::paintAxes(QPainter& painter) const
{
    const QRectF area = plot();
    painter.setFont(scaled(font(), 1.08, QFont::DemiBold));
    painter.setPen(m_theme.ink);
    const QFontMetricsF titleMetrics(painter.font());
    const QRectF titleLine(16, 8, width() - 32, titleMetrics.height());
    painter.drawText(titleLine, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    const double titleWidth = titleMetrics.horizontalAdvance(m_title);
    painter.setFont(scaled(font(), 0.92));
    painter.setPen(m_theme.mutedInk);
    painter.drawText(titleLine.adjusted(titleWidth + 8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, m_note);

    painter.setFont(scaled(font(), 0.85));
    const QFontMetricsF metrics(painter.font());
    double lastY = 1e9;
    for (const double value : ticks(m_kind, m_span)) {
        const double y = yOf(value);
        painter.setPen(QPen(m_theme.line, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        if (lastY - y < metrics.height())
            continue;
        lastY = y;
        painter.setPen(m_theme.mutedInk);
        const QString text = value < 1 && value > 0 ? QString::number(value) : spokenRate(value);
        drawFigures(painter, QRectF(0, y - 8, area.left() - 8, 16), Qt::AlignRight, text);
    }
    painter.setPen(m_theme.mutedInk);
    for (const double seconds : timeTicks(m_low, m_high, area.width() > 300 ? 6 : 3)) {
        drawFigures(painter, QRectF(xOf(seconds) - 40, area.bottom() + 4, 80, 16), Qt::AlignHCenter, timeText(seconds));
    }
}

void ChartPanel::paintNames(QPainter& painter) const
{
    const QRectF area = plot();
    painter.setFont(scaled(font(), 0.85, QFont::DemiBold));
    const double height = QFontMetricsF(painter.font()).height();
    std::vector<const Curve*> named;
    std::vector<double> wanted;
    for (const auto& curve : m_curves) {
        if (!curve->newest)
            continue;
        named.push_back(curve.get());
        wanted.push_back(yOf(*curve->newest));
    }
    const std::vector<double> placed = spreadLabels(wanted, height, area.top() - 4, area.bottom() + 8);
    for (std::size_t i = 0; i < named.size(); ++i) {
        const Line& line = named[i]->line;
        if (std::abs(placed[i] - wanted[i]) > 3) {
            painter.setPen(QPen(faint(m_theme.*line.colour, 0.6), 1));
            painter.drawLine(QPointF(area.right() + 1, wanted[i]), QPointF(area.right() + 7, placed[i]));
        }
        painter.setPen(m_theme.*line.textColour);
        drawFigures(painter, QRectF(area.right() + 10, placed[i] - height / 2, kRight - 12, height), Qt::AlignLeft,
                    line.name + QLatin1Char(' ') + m_format(*named[i]->newest));
    }
}

void ChartPanel::paintCursor(QPainter& painter) const
{
    if (!m_cursor)
        return;
    const QRectF area = plot();
    const double x = xOf(*m_cursor);
    painter.setPen(QPen(m_theme.mutedInk, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));

    struct Row
    {
        QString text;
        QColor colour;
    };
    std::vector<Row> rows{{timeText(*m_cursor), m_theme.mutedInk}};
    const double reach = 1.5 * (m_high - m_low) / GappedLine::kMostPoints + 0.3;
    for (const auto& curve : m_curves) {
        const QList<QPointF> points = curve->drawn.points();
        const auto nearest = std::min_element(points.begin(), points.end(), [this](const QPointF& a, const QPointF& b) {
            return std::abs(a.x() - *m_cursor) < std::abs(b.x() - *m_cursor);
        });
        if (nearest == points.end() || std::abs(nearest->x() - *m_cursor) > reach)
            continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.*curve->line.colour);
        painter.drawEllipse(QPointF(x, yOf(nearest->y())), 3, 3);
        rows.push_back({curve->line.name + QLatin1Char(' ') + m_format(nearest->y()), m_theme.*curve->line.textColour});
    }
    painter.setFont(scaled(font(), 0.85));
    const QFontMetricsF metrics(painter.font());
    for (const QString& name : namesAt(m_bands, *m_cursor))
        rows.push_back({metrics.elidedText(name, Qt::ElideRight, area.width() - 32), m_theme.failedText});
    const double height = metrics.height();
    double widest = 0;
    for (const Row& row : rows)
        widest = std::max(widest, figuresWidth(painter.font(), row.text));
    QRectF box(x + 8, area.top() + 6, widest + 16, height * static_cast<double>(rows.size()) + 10);
    if (box.right() > area.right())
        box.moveRight(x - 8);
    painter.setPen(QPen(m_theme.line, 1));
    painter.setBrush(m_theme.panel);
    painter.drawRoundedRect(box, 5, 5);
    double y = box.top() + 5;
    for (const Row& row : rows) {
        painter.setPen(row.colour);
        drawFigures(painter, QRectF(box.left() + 8, y, widest, height), Qt::AlignLeft, row.text);
        y += height;
    }
}

} // namespace faultline::views
