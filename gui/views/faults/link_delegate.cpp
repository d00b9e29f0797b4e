// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_delegate.h"

#include "gui/views/faults/fault_matrix_model.h"
#include "gui/views/faults/link_sample.h"
#include "gui/views/theme/figures.h"

#include <QPainter>

#include <cmath>

namespace faultline::views {
namespace {

constexpr double kSampleHeight = 12;
constexpr double kSampleWidth = 40;
constexpr double kSmall = 0.85;

QString secondLine(const LinkCell& cell)
{
    qsizetype more = cell.facts.size() - 1;
    QString line = cell.reason;
    if (line.isEmpty() && more > 0) {
        line = cell.facts.at(1);
        --more;
    }
    if (more > 0)
        line += QStringLiteral(" +%1").arg(more);
    return line;
}

/// In figures of equal width where it fits, else shortened.
void write(QPainter& painter, const QRectF& area, const QString& text)
{
    if (figuresWidth(painter.font(), text) <= area.width())
        drawFigures(painter, area, Qt::AlignHCenter, text);
    else
        painter.drawText(area, Qt::AlignCenter,
                         QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, area.width()));
}

void paintFacts(QPainter& painter, const QRectF& area, const LinkCell& cell, const Theme& theme, const QFont& base)
{
    const QString second = secondLine(cell);
    const QFont small = scaled(base, kSmall);
    const double firstHeight = QFontMetricsF(base).height();
    const double secondHeight = second.isEmpty() ? 0 : QFontMetricsF(small).height();
    if (cell.facts.isEmpty()) {
        paintLinkSample(painter, area, cell.fault, theme);
        return;
    }
    const double top = std::round(area.center().y() - (kSampleHeight + firstHeight + secondHeight) / 2);
    const QRectF sample(area.center().x() - kSampleWidth / 2, top, kSampleWidth, kSampleHeight);
    paintLinkSample(painter, sample, cell.fault, theme);
    painter.setFont(base);
    painter.setPen(cell.fault.blocks() ? theme.failedText : theme.ink);
    write(painter, QRectF(area.left(), sample.bottom(), area.width(), firstHeight), cell.facts.front());
    painter.setFont(small);
    painter.setPen(theme.mutedInk);
    write(painter, QRectF(area.left(), sample.bottom() + firstHeight, area.width(), secondHeight), second);
}

} // namespace

LinkDelegate::LinkDelegate(QObject* parent)
    : QStyledItemDelegate(parent)
    , m_theme(Theme::light())
{}

QSize LinkDelegate::cellSize(const QFont& font)
{
    const double text = QFontMetricsF(font).height() + QFontMetricsF(scaled(font, kSmall)).height();
    return {static_cast<int>(std::ceil(figuresWidth(font, QStringLiteral("200 ± 50 ms")))) + 12,
            static_cast<int>(std::ceil(kSampleHeight + text)) + 8};
}

void LinkDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto* model = qobject_cast<const FaultMatrixModel*>(index.model());
    const QRectF area = option.rect;
    painter->save();
    const LinkCell* cell = model ? model->cellAt(index) : nullptr;
    if (!cell) {
        painter->fillRect(area, m_theme.canvas);
        painter->fillRect(area, QBrush(faint(m_theme.line, 0.9), Qt::BDiagPattern));
    } else {
        const bool chosen = option.state & QStyle::State_Selected;
        const bool under = option.state & QStyle::State_MouseOver;
        painter->fillRect(area, chosen  ? blended(m_theme.panel, m_theme.accent, 0.16)
                                : under ? blended(m_theme.panel, m_theme.ink, 0.06)
                                        : m_theme.panel);
        paintFacts(*painter, area.adjusted(4, 0, -4, 0), *cell, m_theme, option.font);
        if (option.state & QStyle::State_HasFocus) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(m_theme.accent, 2));
            painter->drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3);
            painter->setRenderHint(QPainter::Antialiasing, false);
        }
    }
    const int clients = index.model()->rowCount() - 1;
    if (index.row() == clients)
        painter->fillRect(QRectF(area.left(), area.top(), area.width(), 1), m_theme.link);
    if (index.column() == clients)
        painter->fillRect(QRectF(area.left(), area.top(), 1, area.height()), m_theme.link);
    painter->restore();
}

} // namespace faultline::views
