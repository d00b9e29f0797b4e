// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/headline_bar.h"

#include "gui/views/theme/figures.h"

#include <QFontMetricsF>
#include <QPainter>

namespace faultline::window {
namespace {

constexpr double kLargest = 1.6;
constexpr double kSmallest = 1.1;
constexpr int kMargin = 20;

using views::Theme;

QColor Theme::*meaningOf(const QString& clause)
{
    const auto says = [&clause](const char* words) {
        return clause.contains(QLatin1String(words), Qt::CaseInsensitive);
    };
    if (says("nothing lost"))
        return &Theme::okText;
    if (says(" leads"))
        return &Theme::leaderText;
    if (says("held"))
        return &Theme::mutedInk;
    if (says("frozen"))
        return &Theme::frozenText;
    if (clause.endsWith(QStringLiteral(" nodes")) || says("no cluster") || says("starting"))
        return &Theme::ink;
    return &Theme::failedText;
}

} // namespace

std::vector<HeadlinePart> headlineParts(const QString& sentence)
{
    static const QString kBetween = QStringLiteral(" · ");
    std::vector<HeadlinePart> parts;
    const QStringList clauses = sentence.split(kBetween, Qt::SkipEmptyParts);
    for (const QString& clause : clauses) {
        if (!parts.empty())
            parts.push_back({kBetween, &Theme::mutedInk});
        const qsizetype comma = clause.indexOf(QStringLiteral(", term "));
        if (clause.contains(QStringLiteral(" leads")) && comma > 0) {
            parts.push_back({clause.left(comma), &Theme::leaderText});
            parts.push_back({clause.mid(comma), &Theme::ink});
        } else {
            parts.push_back({clause, meaningOf(clause)});
        }
    }
    return parts;
}

HeadlineBar::HeadlineBar(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
{
    setObjectName(QStringLiteral("headline"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void HeadlineBar::setSentence(const QString& sentence)
{
    if (sentence == m_sentence)
        return;
    m_sentence = sentence;
    setAccessibleName(sentence);
    setToolTip(sentence);
    update();
}

void HeadlineBar::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

QSize HeadlineBar::sizeHint() const
{
    return {600, QFontMetrics(views::scaled(font(), kLargest)).height() + 24};
}

void HeadlineBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.canvas);
    const double room = width() - 2 * kMargin;
    double factor = kLargest;
    QFont large = views::scaled(font(), factor, QFont::DemiBold);
    while (factor > kSmallest && views::figuresWidth(large, m_sentence) > room) {
        factor -= 0.1;
        large = views::scaled(font(), factor, QFont::DemiBold);
    }
    painter.setFont(large);
    double x = kMargin;
    for (const HeadlinePart& part : headlineParts(m_sentence)) {
        const double left = kMargin + room - x;
        if (left <= 0)
            break;
        const double wide = views::figuresWidth(large, part.text);
        const QString text = wide > left ? QFontMetricsF(large).elidedText(part.text, Qt::ElideRight, left) : part.text;
        painter.setPen(m_theme.*part.colour);
        views::drawFigures(painter, QRectF(x, 0, wide, height()), Qt::AlignLeft, text);
        x += wide;
    }
}

} // namespace faultline::window
