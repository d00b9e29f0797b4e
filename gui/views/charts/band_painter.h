// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/charts/bands.h"
#include "gui/views/theme/theme.h"

#include <QRectF>

class QPainter;

// What a chart shows behind its curves while something was wrong: a tint with slanted lines, stronger where faults lie
// over each other. In hours of chaos hundreds are in sight at once. Their names are the panel's.
namespace faultline::views {

/// `area` shows `space.low` to `space.high`. It costs about the same however many bands there are: all of them are
/// laid into one strip as high as the pattern repeats, and that goes down the area.
void paintFaultGround(QPainter& painter, const std::vector<Band>& bands, const QRectF& area, const BandSpace& space,
                      const Theme& theme);

} // namespace faultline::views
