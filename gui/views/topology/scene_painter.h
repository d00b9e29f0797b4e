// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"
#include "gui/views/topology/flight.h"
#include "gui/views/topology/layout.h"
#include "gui/views/topology/scene.h"

#include <deque>

class QPainter;

// The whole canvas at one moment: clients and their flow, links, dots, nodes, from back to front.
namespace faultline::views {

struct Frame
{
    const Scene& scene;
    const Layout& layout;
    const std::deque<Flight>& flights;
    lab::Monotonic now{0};
    double turn = 0;
    NodeId selected;
    NodeId hovered;
    bool focused = false;
};

/// The painter's font is the base size of text.
void paintFrame(QPainter& painter, const Frame& frame, const Theme& theme);

/// The shape of a message, centred at the origin: what a dot and the legend draw. `scale` 1 is the size on the canvas.
void paintMessageShape(QPainter& painter, const Flight& flight, const QColor& colour, const Theme& theme);

} // namespace faultline::views
