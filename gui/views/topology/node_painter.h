// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"
#include "gui/views/topology/scene.h"

#include <QPointF>

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
    double labelWidth = 200; ///< the figures break in two lines when they are wider
    double turn = 0;         ///< 0..1, how far a candidate's ring has turned
};

/// Glow, ring, crown, inside and label. The painter's font is the base size.
void paintNode(QPainter& painter, const SceneNode& node, const NodeSpace& space, const NodeTouch& touch,
               const Theme& theme);

/// The colour of the ring, and of the word under it.
QColor ringColour(Look look, const Theme& theme);
QColor wordColour(Look look, const Theme& theme);

} // namespace faultline::views
