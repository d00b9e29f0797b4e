// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/headline_bar.h"

#include "gui/views/theme/figures.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

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
    if (clause.endsWith(QStringLiteral(" nodes")) || says("no cluster") || says("starting") || says("is being ") ||
        says("leadership goes") || says("rolling restart") || says("load surge") || says("hot key"))
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

std::vector<HeadlinePart> fitted(std::vector<HeadlinePart> parts, const QFont& font, double room)
{
    const auto width = [&font](const QString& text) { return views::figuresWidth(font, text); };
    if (parts.size() < 3)
        return parts;
    const std::vector<HeadlinePart> tail(parts.end() - 2, parts.end()); // the dot between, and the verdict
    parts.erase(parts.end() - 2, parts.end());
    double left = room - width(tail[0].text) - width(tail[1].text);
    const double ellipsis = width(QStringLiteral("…"));
    for (auto part = parts.begin(); part != parts.end(); ++part) {
        const double wide = width(part->text);
        if (wide <= left - ellipsis) {
            left -= wide;
            continue;
        }
        part->text = QFontMetricsF(font).elidedText(part->text, Qt::ElideRight, std::min(left, wide - 1));
        if (part->text.isEmpty())
            part->text = QStringLiteral("…"); // of the dot between two
        parts.erase(part + 1, parts.end());
        break;
    }
    parts.insert(parts.end(), tail.begin(), tail.end());
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
    std::vector<HeadlinePart> parts = headlineParts(m_sentence);
    if (views::figuresWidth(large, m_sentence) > room)
        parts = fitted(std::move(parts), large, room);
    for (const HeadlinePart& part : parts) {
        const double wide = views::figuresWidth(large, part.text);
        painter.setPen(m_theme.*part.colour);
        views::drawFigures(painter, QRectF(x, 0, wide, height()), Qt::AlignLeft, part.text);
        x += wide;
    }
}

} // namespace faultline::window
