// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"

#include <QWidget>

namespace faultline::views {

/// What the shapes on the canvas mean. Shows the very shapes the canvas draws; opens while its button is hovered, or
/// stays when that is clicked.
class Legend final : public QWidget
{
    Q_OBJECT

public:
    explicit Legend(QWidget* parent = nullptr);
    void setTheme(const Theme& theme);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme m_theme;
};

} // namespace faultline::views
