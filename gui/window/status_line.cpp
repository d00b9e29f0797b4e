// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/status_line.h"

#include "gui/views/theme/figures.h"

#include <QPainter>

namespace faultline::window {
namespace {

constexpr double kGap = 28;
constexpr double kBadge = 16;

QString loadWords(const lab::Timeline& timeline)
{
    if (timeline.load().empty() || timeline.load().back().targetRate <= 0)
        return StatusLine::tr("no load");
    const lab::LoadRecord& newest = timeline.load().back();
    QString words = StatusLine::tr("load %1 op/s").arg(views::spokenRate(newest.targetRate));
    if (newest.limited)
        words += StatusLine::tr(", limited by the generator");
    return words;
}

} // namespace

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent)
    , m_theme(views::Theme::light())
{
    setObjectName(QStringLiteral("statusLine"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StatusLine::follow(const lab::Timeline& timeline)
{
    const lab::TallyRecord& tally = timeline.tally();
    const QString pace = tr("pace %1").arg(lab::spokenPace(timeline.pace()));
    const QString sums =
        tr("acknowledged %1 · read back %2 · lost %3")
            .arg(views::grouped(tally.acknowledged), views::grouped(tally.readBack), views::grouped(tally.lost));
    const QString load = loadWords(timeline);
    if (pace == m_pace && sums == m_tally && load == m_load)
        return;
    m_pace = pace;
    m_tally = sums;
    m_load = load;
    m_lost = tally.lost > 0;
    m_counted = tally.acknowledged > 0;
    setAccessibleName(QStringList{m_pace, m_tally, m_load}.join(QStringLiteral("; ")));
    setToolTip(m_lost ? tr("The first loss: %1").arg(tally.firstLoss)
                      : tr("Writes the cluster said OK to · covered by a later read of the same key · surely gone"));
    update();
}

void StatusLine::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    update();
}

QSize StatusLine::sizeHint() const
{
    return {560, fontMetrics().height() + 16};
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    double right = width() - 12;
    const auto write = [&](const QString& text, const QFont& face, const QColor& colour) {
        const double wide = views::figuresWidth(face, text);
        right -= wide;
        if (right < 0)
            return;
        painter.setFont(face);
        painter.setPen(colour);
        views::drawFigures(painter, QRectF(right, 0, wide, height()), Qt::AlignLeft, text);
    };
    write(m_load, font(), m_theme.mutedInk);
    right -= kGap;
    write(m_tally, m_lost ? strong : font(), m_lost ? m_theme.failedText : m_theme.ink);
    right -= kBadge + 8;
    if (right > 0 && m_counted) {
        const QPointF centre(right + kBadge / 2, height() / 2.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_lost ? m_theme.failed : m_theme.ok);
        painter.drawEllipse(centre, kBadge / 2, kBadge / 2);
        painter.setPen(QPen(m_theme.panel, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        if (m_lost) {
            painter.drawLine(centre + QPointF(-3, -3), centre + QPointF(3, 3));
            painter.drawLine(centre + QPointF(3, -3), centre + QPointF(-3, 3));
        } else {
            painter.drawPolyline(
                QPolygonF{centre + QPointF(-3.6, 0.2), centre + QPointF(-1, 3), centre + QPointF(4, -2.8)});
        }
    }
    right -= m_counted ? kGap : kGap - kBadge - 8;
    write(m_pace, strong, m_theme.ink);
}

} // namespace faultline::window
