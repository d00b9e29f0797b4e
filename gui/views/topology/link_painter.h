// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"
#include "gui/views/topology/arrangement.h"

class QPainter;

// One line of a link: its pattern says what is wrong with it, icons say it again, words say how much.
namespace faultline::views {

/// The line in its pattern, with an arrow's head where it goes one way.
void paintLine(QPainter& painter, const PlacedLink& link, const Theme& theme);

/// Its icons, and the words beside them, on a ground of their own; above all lines and messages. The painter's font is
/// the base size.
void paintSigns(QPainter& painter, const PlacedLink& link, const Layout& layout, const Theme& theme);

/// Around the line that the pointer means.
void paintHalo(QPainter& painter, const LinkLine& line, const QColor& colour);

/// Only the pattern, for the legend.
void paintPattern(QPainter& painter, const QLineF& line, const LinkSigns& signs, double width, const QColor& colour);

/// What stops everything is in the colour of failure, what makes worse in that of the degraded; healthy ones in that of
/// links.
QColor lineColour(const LinkSigns& signs, const Theme& theme);

} // namespace faultline::views
