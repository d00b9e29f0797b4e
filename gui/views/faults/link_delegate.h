// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"

#include <QStyledItemDelegate>

namespace faultline::views {

/// Paints a cell of the matrix: a piece of the link's line, and below it the worst fact in words; a second one, or why
/// it is cut, smaller and muted, and how many more there are. The diagonal is hatched; the clients stand behind a line.
class LinkDelegate final : public QStyledItemDelegate
{
    Q_OBJECT

public:
    explicit LinkDelegate(QObject* parent = nullptr);

    void setTheme(const Theme& theme) { m_theme = theme; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    static QSize cellSize(const QFont& font); ///< that has room for "200 ± 50 ms"

private:
    Theme m_theme;
};

} // namespace faultline::views
