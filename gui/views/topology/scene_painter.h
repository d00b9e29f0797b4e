// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"
#include "gui/views/topology/arrangement.h"
#include "gui/views/topology/flight.h"
#include "gui/views/topology/knife.h"
#include "gui/views/topology/layout.h"
#include "gui/views/topology/scene.h"
#include "gui/views/topology/selection.h"

#include <QPolygonF>

#include <deque>
#include <optional>

class QPainter;

// The whole canvas at one moment: clients and their flow, links, dots, nodes, from back to front.
namespace faultline::views {

/// A line being drawn with the knife, and what would come of it.
struct KnifeStroke
{
    QPolygonF drawn; ///< ends at the pointer
    std::vector<Crossing> crossings;
    std::vector<Crossing> cuts; ///< of these, what is not cut yet
    QString words;
};

struct Frame
{
    const Scene& scene;
    const Layout& layout;
    const Arrangement& arrangement;
    const std::deque<Flight>& flights;
    const Selection& selection;
    lab::Monotonic now{0};
    double turn = 0;
    NodeId hovered{};
    std::optional<LinkHit> hoveredLink{};
    bool focused = false;
    std::optional<QRectF> band{};       ///< a rectangle that selects
    const KnifeStroke* knife = nullptr; ///< while one is drawn
};

/// The painter's font is the base size of text.
void paintFrame(QPainter& painter, const Frame& frame, const Theme& theme);

/// The shape of a message, centred at the origin: what a dot and the legend draw. `scale` 1 is the size on the canvas.
void paintMessageShape(QPainter& painter, const Flight& flight, const QColor& colour, const Theme& theme);

} // namespace faultline::views
