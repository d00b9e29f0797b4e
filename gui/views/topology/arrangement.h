// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/topology/link_lines.h"
#include "gui/views/topology/link_signs.h"

#include <QFont>

#include <map>
#include <vector>

// What stands where on the canvas so that nothing readable lies on anything else: labels of nodes say less where there
// is less room, icons of links slide along their line, words beside them stay away where there is none.
namespace faultline::views {

struct PlacedLink
{
    LinkLine line;
    LinkSigns signs;
    bool idle = false;
    double width = 1;      ///< of the line, by what flows
    std::size_t icons = 0; ///< of signs.marks, that are drawn; the rest is counted
    QString words;         ///< beside the icons; empty where there is no room
    QRectF wordsArea;
};

struct Arrangement
{
    std::map<NodeId, int> labelVariants; ///< see labelArea()
    std::vector<QRectF> labels;          ///< what they cover
    std::vector<PlacedLink> links;       ///< from back to front
    QRectF clientWords;                  ///< under the symbol of the clients

    std::vector<LinkLine> lines() const;
    std::vector<NodeId> reachedByClients() const; ///< to which a line of the clients is drawn; each once
};

/// `base` is the font of the canvas.
Arrangement arrange(const Scene& scene, const Layout& layout, const QFont& base);

/// Across, of one icon on a link, and the fonts of what stands beside it.
double iconSize(const Layout& layout);
QFont wordsFont(const QFont& base, const Layout& layout);
QFont clientsFont(const QFont& base);

} // namespace faultline::views
