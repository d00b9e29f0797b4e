// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/legend.h"

#include "gui/views/theme/figures.h"
#include "gui/views/topology/scene_painter.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>

namespace faultline::views {
namespace {

constexpr int kPadding = 12;

struct ShapeRow
{
    wire::MessageKind kind;
    bool positive;
    quint32 entries;
    const char* text;
};

constexpr std::array<ShapeRow, 8> kShapes{{
    {wire::MessageKind::Heartbeat, true, 0, "heartbeat of the leader"},
    {wire::MessageKind::Append, true, 4, "entries to append, larger with more"},
    {wire::MessageKind::AppendReply, true, 0, "the answer to it, in outline"},
    {wire::MessageKind::AppendReply, false, 4, "an answer that says no"},
    {wire::MessageKind::PreVote, true, 0, "pre-vote: would you vote for me?"},
    {wire::MessageKind::Vote, true, 0, "vote: I stand for election"},
    {wire::MessageKind::VoteReply, true, 0, "the vote that answers"},
    {wire::MessageKind::Heartbeat, true, 0, "lost on the way"},
}};
constexpr const char* kNotes[] = {"Colour is the term. ×N: N of the messages sampled.",
                                  "Flights take at least 300 ms here, far",
                                  "less in truth. Links thicken with bytes/s."};

} // namespace

Legend::Legend(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAccessibleName(tr("What the shapes mean"));
    QStringList spoken;
    for (const ShapeRow& row : kShapes)
        spoken << QString::fromUtf8(row.text);
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    hide();
}

void Legend::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

QSize Legend::sizeHint() const
{
    const QFontMetrics metrics(scaled(font(), 0.92));
    int width = 0;
    for (const ShapeRow& row : kShapes)
        width = std::max(width, 36 + metrics.horizontalAdvance(QString::fromUtf8(row.text)));
    for (const char* note : kNotes)
        width = std::max(width, metrics.horizontalAdvance(QString::fromUtf8(note)));
    const int rowHeight = metrics.height() + 6;
    const int noteHeight = static_cast<int>(std::size(kNotes)) * metrics.height() + 8;
    return {width + 2 * kPadding, static_cast<int>(kShapes.size()) * rowHeight + noteHeight + 2 * kPadding};
}

void Legend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.line, 1));
    painter.setBrush(m_theme.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    painter.setFont(scaled(font(), 0.92));
    const int lineHeight = painter.fontMetrics().height();
    double y = kPadding;
    for (std::size_t i = 0; i < kShapes.size(); ++i) {
        const ShapeRow& row = kShapes[i];
        const double middle = y + (lineHeight + 6) / 2.0;
        painter.save();
        painter.translate(kPadding + 12, middle);
        if (i + 1 == kShapes.size()) {
            painter.setPen(QPen(m_theme.failed, 2.4, Qt::SolidLine, Qt::RoundCap));
            painter.drawLine(QPointF(-5, -5), QPointF(5, 5));
            painter.drawLine(QPointF(5, -5), QPointF(-5, 5));
        } else {
            Flight flight;
            flight.kind = row.kind;
            flight.positive = row.positive;
            flight.entries = row.entries;
            Theme onPanel = m_theme;
            onPanel.canvas = m_theme.panel;
            paintMessageShape(painter, flight, m_theme.term(0), onPanel);
        }
        painter.restore();
        painter.setPen(m_theme.ink);
        painter.drawText(QRectF(kPadding + 36, y, width(), lineHeight + 6), Qt::AlignVCenter,
                         QString::fromUtf8(row.text));
        y += lineHeight + 6;
    }
    y += 8;
    painter.setPen(m_theme.mutedInk);
    for (const char* note : kNotes) {
        painter.drawText(QRectF(kPadding, y, width() - kPadding, lineHeight), Qt::AlignVCenter,
                         QString::fromUtf8(note));
        y += lineHeight;
    }
}

} // namespace faultline::views
