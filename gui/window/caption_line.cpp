// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/caption_line.h"

#include "gui/views/theme/figures.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>
#include <QTimer>

#include <algorithm>

namespace faultline::window {
namespace {

constexpr std::chrono::seconds kHintStands{6};
constexpr int kInset = 16;

} // namespace

CaptionLine::CaptionLine(QWidget* parent)
    : QWidget(parent)
    , m_theme(views::Theme::light())
    , m_hintEnds(new QTimer(this))
{
    setObjectName(QStringLiteral("caption"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_hintEnds->setSingleShot(true);
    m_hintEnds->setInterval(kHintStands);
    connect(m_hintEnds, &QTimer::timeout, this, [this] { hint({}); });
}

void CaptionLine::follow(const lab::Timeline& timeline)
{
    const auto& gesture = timeline.lastGesture();
    const auto& problem = timeline.lastProblem();
    if (gesture && gesture->id != m_gesture) {
        m_gesture = gesture->id;
        hint({});
    }
    if (!m_told.isEmpty())
        say(m_told, m_toldLine, false);
    else if (problem && (!gesture || problem->at > gesture->at))
        say(problem->text, {}, true);
    else if (gesture)
        say(gesture->what, gesture->outcome, false);
    else if (!timeline.hasCluster())
        say(tr("Start a cluster, then break it · F1 shows every key"), {}, false);
    else
        say(tr("Click a node or press 1–9, then K to kill it, F to freeze it · F1 shows every key"), {}, false);
}

void CaptionLine::tell(const QString& what, const QString& line)
{
    m_told = what;
    m_toldLine = line;
    if (!what.isEmpty())
        say(what, line, false);
}

void CaptionLine::say(const QString& what, const QString& outcome, bool wrong)
{
    if (what == m_what && outcome == m_outcome && wrong == m_wrong)
        return;
    m_what = what;
    m_outcome = outcome;
    m_wrong = wrong;
    setAccessibleName(text());
    setToolTip(text());
    update();
}

void CaptionLine::hint(const QString& sentence)
{
    if (sentence.isEmpty())
        m_hintEnds->stop();
    else
        m_hintEnds->start();
    m_hint = sentence;
    setAccessibleName(text());
    setToolTip(text());
    update();
}

QString CaptionLine::text() const
{
    if (!m_hint.isEmpty())
        return m_hint;
    return m_outcome.isEmpty() ? m_what : m_what + QStringLiteral(" · ") + m_outcome;
}

void CaptionLine::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    update();
}

QSize CaptionLine::sizeHint() const
{
    return {400, QFontMetrics(font()).height() + 28};
}

void CaptionLine::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

void CaptionLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), m_theme.canvas);
    const QRectF pill = QRectF(rect()).adjusted(kInset, 4.5, -kInset, -7.5);
    painter.setPen(QPen(m_theme.line, 1));
    painter.setBrush(m_theme.panel);
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
    const QRectF line = pill.adjusted(kInset, 0, -kInset, 0);

    const bool hinted = !m_hint.isEmpty();
    const QFontMetricsF metrics(painter.font());
    painter.setPen(m_wrong && !hinted ? m_theme.failedText : hinted || m_gesture != 0 ? m_theme.ink : m_theme.mutedInk);
    if (hinted || m_outcome.isEmpty()) {
        const QString& only = hinted ? m_hint : m_what;
        const bool fits = views::figuresWidth(painter.font(), only) <= line.width();
        views::drawFigures(painter, line, Qt::AlignLeft,
                           fits ? only : metrics.elidedText(only, Qt::ElideRight, line.width()));
        return;
    }
    // What came of it is what one looks for: where both do not fit, what was done is cut short.
    QFont strong = painter.font();
    strong.setWeight(QFont::DemiBold);
    const double outcome = views::figuresWidth(strong, m_outcome);
    const QString between = QStringLiteral(" · ");
    const double room =
        std::max(line.width() / 3, line.width() - outcome) - views::figuresWidth(painter.font(), between);
    const bool whole = views::figuresWidth(painter.font(), m_what) <= room;
    const QString what = (whole ? m_what : metrics.elidedText(m_what, Qt::ElideRight, room)) + between;
    views::drawFigures(painter, line, Qt::AlignLeft, what);
    const QRectF rest = line.adjusted(views::figuresWidth(painter.font(), what), 0, 0, 0);
    painter.setFont(strong);
    painter.setPen(m_theme.ink);
    views::drawFigures(painter, rest, Qt::AlignLeft,
                       outcome <= rest.width()
                           ? m_outcome
                           : QFontMetricsF(strong).elidedText(m_outcome, Qt::ElideRight, rest.width()));
}

} // namespace faultline::window
