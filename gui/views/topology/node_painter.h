// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"
#include "gui/views/topology/scene.h"

#include <QFont>
#include <QPointF>
#include <QRectF>

class QPainter;

// One node: a circle whose ring is its role, its name and the watched value inside, its role in a word and its figures
// below. Every state is shown by a shape as well as by a colour.
namespace faultline::views {

struct NodeTouch
{
    bool selected = false;
    bool hovered = false;
    bool focused = false; ///< the keyboard is here
};

struct NodeSpace
{
    QPointF centre;
    double radius = 36;
    int labelVariant = 0; ///< 0 says all there is to say; see labelArea
    double turn = 0;      ///< 0..1, how far a candidate's ring has turned
};

/// A label says less where there is less room: variant 0 is the role and the figures in two lines, 1 the figures broken
/// in two, 2 one line with what matters more of the two, 3 the role alone, 4 that too only where the ring does not say
/// it. A clock that is wrong is said in any case.
inline constexpr int kLabelVariants = 5;

/// What the label covers in that variant. `base` is the font the painter will have.
QRectF labelArea(const SceneNode& node, const NodeSpace& space, const QFont& base);

/// Where its crown is; empty when it has none.
QRectF crownArea(const SceneNode& node, QPointF centre, double radius);

/// Glow, ring, crown, inside and label. The painter's font is the base size.
void paintNode(QPainter& painter, const SceneNode& node, const NodeSpace& space, const NodeTouch& touch,
               const Theme& theme);

/// The colour of the ring, and of the word under it.
QColor ringColour(Look look, const Theme& theme);
QColor wordColour(Look look, const Theme& theme);

} // namespace faultline::views
