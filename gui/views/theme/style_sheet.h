// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace faultline::views {

struct Theme;

/// The few rules the toolkit's widgets need beyond a palette, made of the theme's tokens: flat surfaces, one thin line
/// where two meet, no frame inside a frame.
QString styleSheet(const Theme& theme);

} // namespace faultline::views
