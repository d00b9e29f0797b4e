// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

class QSettings;

// What the window remembers from one day to the next. What makes no sense (an older version's layout, a file somebody
// edited) counts as nothing remembered.
namespace faultline::window {

enum class ThemeChoice : quint8 { System, Light, Dark };

struct Remembered
{
    ThemeChoice theme = ThemeChoice::System;
    bool reducedMotion = false;
    QByteArray geometry;         ///< QWidget::saveGeometry; empty: none
    QByteArray docks;            ///< QMainWindow::saveState
    bool linksArePlaced = false; ///< the Links window stands in `docks` where the user has seen it
    QList<int> split;            ///< widths of canvas and charts; empty: none
};

Remembered remembered(QSettings& settings);
void remember(QSettings& settings, const Remembered& values);

} // namespace faultline::window
