// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/legend.h"

#include "gui/views/theme/figures.h"
#include "gui/views/topology/link_painter.h"
#include "gui/views/topology/scene_painter.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>

namespace faultline::views {
namespace {

constexpr int kPadding = 12;
constexpr int kBetweenColumns = 20;
constexpr int kShapeRoom = 58; ///< from the edge of a column to its words
constexpr int kRowGap = 8;

struct MessageRow
{
    wire::MessageKind kind;
    bool positive;
    quint32 entries;
    const char* text;
};

constexpr std::array<MessageRow, 9> kMessages{{
    {wire::MessageKind::Heartbeat, true, 0, "heartbeat of the leader"},
    {wire::MessageKind::Append, true, 4, "entries to append, larger with more"},
    {wire::MessageKind::AppendReply, true, 0, "the answer to it, in outline"},
    {wire::MessageKind::AppendReply, false, 4, "an answer that says no"},
    {wire::MessageKind::Snapshot, true, 0, "a piece of a snapshot"},
    {wire::MessageKind::PreVote, true, 0, "pre-vote: would you vote for me?"},
    {wire::MessageKind::Vote, true, 0, "vote: I stand for election"},
    {wire::MessageKind::VoteReply, true, 0, "the vote that answers"},
    {wire::MessageKind::Heartbeat, true, 0, "lost on the way"},
}};

enum class Drawn : quint8 { Line, Lanes, Icon };

struct FaultRow
{
    Drawn drawn;
    Glyph glyph;
    fault::LinkFault fault;
    const char* text;
};

fault::LinkFault with(auto member, auto value)
{
    fault::LinkFault fault;
    fault.*member = value;
    return fault;
}

const std::array<FaultRow, 14>& faultRows()
{
    using fault::LinkFault;
    constexpr fault::Share kSome = fault::Share::ofPercent(5);
    static const std::array<FaultRow, 14> kRows{{
        {Drawn::Line, Glyph::Cut, with(&LinkFault::cut, true), "cut: silence, nothing gets through"},
        {Drawn::Line, Glyph::Slow, with(&LinkFault::latency, std::chrono::milliseconds(1)),
         "slow: every message waits"},
        {Drawn::Line, Glyph::Lossy, with(&LinkFault::loss, kSome), "lossy: some never arrive"},
        {Drawn::Line, Glyph::Narrow, with(&LinkFault::bandwidth, 1'000U), "narrow: little bandwidth"},
        {Drawn::Lanes, Glyph::Cut, {}, "two lines: the directions differ"},
        {Drawn::Line, Glyph::Stall, with(&LinkFault::stall, kSome), "stalls: sent again, all behind wait"},
        {Drawn::Icon, Glyph::Corrupt, with(&LinkFault::corrupt, kSome), "flips bits; the receiver rejects them"},
        {Drawn::Icon, Glyph::Duplicate, with(&LinkFault::duplicate, kSome), "delivers twice"},
        {Drawn::Icon, Glyph::Reorder, with(&LinkFault::reorder, kSome), "delivers out of order"},
        {Drawn::Icon, Glyph::Tear, with(&LinkFault::reset, true), "tears the connection"},
        {Drawn::Icon, Glyph::Refuse, with(&LinkFault::refuse, true), "refuses the connection"},
        {Drawn::Icon, Glyph::Clock, {}, "the node's clock is wrong by that"},
        {Drawn::Icon, Glyph::Disk, {}, "what is wrong with the node's disk"},
        {Drawn::Icon, Glyph::Power, {}, "without power: its peers hear silence"},
    }};
    return kRows;
}

constexpr const char* kNotes[] = {"Colour is the term. ×N: N of the messages sampled.",
                                  "Flights take at least 300 ms here, far",
                                  "less in truth. Links thicken with bytes/s."};

QString text(const char* words)
{
    return QString::fromUtf8(words);
}

int rowHeight(const QFontMetrics& metrics)
{
    return metrics.height() + kRowGap;
}

int messagesHeight(const QFontMetrics& metrics)
{
    return static_cast<int>(kMessages.size()) * rowHeight(metrics) + 8 +
           static_cast<int>(std::size(kNotes)) * metrics.height();
}

int columnWidth(const QFontMetrics& metrics)
{
    int width = 0;
    for (const MessageRow& row : kMessages)
        width = std::max(width, kShapeRoom + metrics.horizontalAdvance(text(row.text)));
    for (const FaultRow& row : faultRows())
        width = std::max(width, kShapeRoom + metrics.horizontalAdvance(text(row.text)));
    for (const char* note : kNotes)
        width = std::max(width, metrics.horizontalAdvance(text(note)));
    return width;
}

/// Centred at the origin.
void paintMessage(QPainter& painter, const MessageRow& row, bool lost, const Theme& theme)
{
    if (lost) {
        painter.setPen(QPen(theme.failed, 2.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(-5, -5), QPointF(5, 5));
        painter.drawLine(QPointF(5, -5), QPointF(-5, 5));
        return;
    }
    Flight flight;
    flight.kind = row.kind;
    flight.positive = row.positive;
    flight.entries = row.entries;
    paintMessageShape(painter, flight, theme.term(0), theme);
}

void paintFault(QPainter& painter, const FaultRow& row, const Theme& theme)
{
    const QLineF line(-22, 0, 22, 0);
    PlacedLink link;
    link.line = {{{1}, {2}}, true, line, {}};
    link.signs = signsOf(row.fault);
    link.width = 1.5;
    switch (row.drawn) {
    case Drawn::Lanes: {
        link.line.bothDirections = false;
        link.line.line = line.translated(0, -4);
        paintLine(painter, link, theme);
        link.line.line = QLineF(line.p2(), line.p1()).translated(0, 4);
        link.signs = signsOf(faultRows()[0].fault);
        paintLine(painter, link, theme);
        return;
    }
    case Drawn::Line:
        paintLine(painter, link, theme);
        [[fallthrough]];
    case Drawn::Icon:
        break;
    }
    if (link.signs.marks.empty()) {
        paintGlyph(painter, row.glyph, {-8, -8, 16, 16}, theme.mutedInk);
        return;
    }
    const Layout layout;
    const double half = iconSize(layout) / 2 + 2;
    link.icons = 1;
    link.line.mark = QRectF(-half, -half, 2 * half, 2 * half);
    paintSigns(painter, link, layout, theme);
}

} // namespace

Legend::Legend(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAccessibleName(tr("What the shapes mean"));
    setObjectName(QStringLiteral("legend"));
    QStringList spoken;
    for (const MessageRow& row : kMessages)
        spoken << text(row.text);
    for (const FaultRow& row : faultRows())
        spoken << text(row.text);
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    hide();
}

void Legend::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

QSize Legend::sizeOf(int columns) const
{
    const QFontMetrics metrics(scaled(font(), 0.92));
    const int column = columnWidth(metrics);
    const int faults = static_cast<int>(faultRows().size()) * rowHeight(metrics);
    const int messages = messagesHeight(metrics);
    return columns == 2 ? QSize(2 * column + kBetweenColumns + 2 * kPadding, std::max(faults, messages) + 2 * kPadding)
                        : QSize(column + 2 * kPadding, faults + kBetweenColumns + messages + 2 * kPadding);
}

void Legend::fitInto(QSize room)
{
    const auto scaleOf = [&](int columns) {
        const QSizeF size = sizeOf(columns);
        return std::min({1.0, room.width() / size.width(), room.height() / size.height()});
    };
    m_columns = scaleOf(1) > scaleOf(2) ? 1 : 2;
    m_scale = scaleOf(m_columns);
    resize((QSizeF(sizeOf(m_columns)) * m_scale).toSize());
    update();
}

void Legend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(m_scale, m_scale);
    painter.setPen(QPen(m_theme.line, 1));
    painter.setBrush(m_theme.panel);
    painter.drawRoundedRect(QRectF({0, 0}, QSizeF(sizeOf(m_columns))).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    const QFont small = scaled(font(), 0.92);
    painter.setFont(small);
    const QFontMetrics metrics(small);
    const int row = rowHeight(metrics);
    const int column = columnWidth(metrics);
    Theme onPanel = m_theme;
    onPanel.canvas = m_theme.panel;

    double x = kPadding;
    double y = kPadding;
    const auto paintRow = [&](const char* words, auto shape) {
        painter.save();
        painter.translate(x + 24, y + row / 2.0);
        shape();
        painter.restore();
        painter.setFont(small);
        painter.setPen(m_theme.ink);
        painter.drawText(QRectF(x + kShapeRoom, y, column, row), Qt::AlignVCenter, text(words));
        y += row;
    };
    for (const FaultRow& each : faultRows())
        paintRow(each.text, [&] { paintFault(painter, each, onPanel); });
    if (m_columns == 2) {
        x += column + kBetweenColumns;
        y = kPadding;
    } else {
        y += kBetweenColumns;
    }
    for (std::size_t i = 0; i < kMessages.size(); ++i)
        paintRow(kMessages[i].text, [&] { paintMessage(painter, kMessages[i], i + 1 == kMessages.size(), onPanel); });
    y += 8;
    painter.setPen(m_theme.mutedInk);
    for (const char* note : kNotes) {
        painter.drawText(QRectF(x, y, column, metrics.height()), Qt::AlignVCenter, text(note));
        y += metrics.height();
    }
}

} // namespace faultline::views
