// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "gui/views/theme/theme.h"

class QPainter;
class QRectF;

namespace faultline::views {

/// A short piece of a link's line, as it is with that fault: a faint dot when it is healthy; broken with a cross (cut),
/// before a wall (refuse) or torn (reset) when nothing passes; else wavy (slow), with a step (stalls), dotted (loses,
/// corrupts, repeats or reorders) and thin (narrow), all of them at once where there are several.
void paintLinkSample(QPainter& painter, const QRectF& area, const fault::LinkFault& fault, const Theme& theme);

} // namespace faultline::views
