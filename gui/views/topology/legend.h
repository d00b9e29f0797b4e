// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"

#include <QWidget>

namespace faultline::views {

/// What the shapes and patterns on the canvas mean. Shows the very shapes the canvas draws; opens while its button is
/// hovered, or stays when that is clicked.
class Legend final : public QWidget
{
    Q_OBJECT

public:
    explicit Legend(QWidget* parent = nullptr);
    void setTheme(const Theme& theme);
    /// Takes the size it needs; where there is less room it becomes one column, or smaller.
    void fitInto(QSize room);
    QSize sizeHint() const override { return sizeOf(2); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QSize sizeOf(int columns) const;

    Theme m_theme;
    int m_columns = 2;
    double m_scale = 1;
};

} // namespace faultline::views
