// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace faultline::views {

/// Where names of curves stand at the right edge: each as near to the end of its curve as can be, none over another,
/// all between `top` and `bottom`. `wanted` and the result are the middles of lines `height` pixels high, y down; the
/// order of the curves is kept. With more names than fit, they share the space evenly.
std::vector<double> spreadLabels(const std::vector<double>& wanted, double height, double top, double bottom);

} // namespace faultline::views
