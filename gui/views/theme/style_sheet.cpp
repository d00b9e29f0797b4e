// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/style_sheet.h"

#include "gui/views/theme/theme.h"

namespace faultline::views {

QString styleSheet(const Theme& theme)
{
    static const QString kRules = QStringLiteral(R"(
QMainWindow, QMainWindow::separator { background: @line; }
QMainWindow::separator { width: 1px; height: 1px; }
QMenuBar { background: @panel; padding: 0px 8px; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: @hover; border-radius: 4px; }
QMenu { menu-scrollable: 1; background: @panel; border: 1px solid @edge; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 28px; border-radius: 4px; }
QMenu::item:selected { background: @chosen; color: @ink; }
QMenu::item:disabled { color: @off; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { left: 8px; }
QToolBar { background: @panel; border: none; border-bottom: 1px solid @line; padding: 4px 8px; spacing: 2px; }
QToolBar QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 4px 6px 3px 6px; }
QToolBar QToolButton:hover:enabled { background: @hover; }
QToolBar QToolButton:pressed { background: @chosen; }
QToolBar QToolButton:checked { background: @chosen; border-color: @accent; }
QToolBar QToolButton:focus { border-color: @accent; }
QToolBar QToolButton::menu-indicator { image: none; }
QToolBar QToolButton#qt_toolbar_ext_button { padding: 0; border-radius: 4px; }
QStatusBar { background: @panel; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QToolTip { background: @panel; color: @ink; border: 1px solid @edge; padding: 4px; }
QLineEdit { background: @field; border: 1px solid @edge; border-radius: 5px; padding: 4px 8px;
    selection-background-color: @accent; }
QLineEdit:focus { border-color: @accent; }
QPushButton { background: @field; border: 1px solid @edge; border-radius: 5px; padding: 5px 14px; }
QPushButton:hover:enabled { background: @hover; }
QPushButton:pressed { background: @chosen; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @off; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDockWidget { color: @ink; }
QDockWidget::title { background: @panel; padding: 6px 8px; border-bottom: 1px solid @line; }
QTableView { background: @panel; border: none; gridline-color: @line; selection-background-color: @chosen;
    selection-color: @ink; }
QHeaderView::section { background: @panel; border: none; border-bottom: 1px solid @line; padding: 4px 8px; color: @muted; }
QScrollBar:vertical { background: transparent; width: 10px; }
QScrollBar:horizontal { background: transparent; height: 10px; }
QScrollBar::handle { background: @edge; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @line; }
QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @edge; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; background: @panel;
    border: 2px solid @accent; }
QSlider::handle:horizontal:focus { background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @edge; }
QSlider::handle:horizontal:disabled { border-color: @edge; }
)");
    const struct
    {
        const char* name;
        QColor colour;
    } values[] = {
        {"@panel", theme.panel},
        {"@line", theme.line},
        {"@ink", theme.ink},
        {"@muted", theme.mutedInk},
        {"@off", blended(theme.panel, theme.mutedInk, 0.55)},
        {"@accent", theme.accent},
        {"@hover", blended(theme.panel, theme.ink, 0.06)},
        {"@chosen", blended(theme.panel, theme.accent, 0.16)},
        {"@edge", blended(theme.panel, theme.ink, 0.18)},
        {"@field", theme.canvas},
    };
    QString rules = kRules;
    for (const auto& value : values)
        rules.replace(QLatin1String(value.name), value.colour.name());
    return rules;
}

} // namespace faultline::views
