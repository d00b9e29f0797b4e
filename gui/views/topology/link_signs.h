// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "gui/views/theme/icon.h"

#include <QString>

#include <vector>

// What is wrong with one direction of a link, as signs: how its line is drawn, and an icon for each fault with a word
// or a figure. Pure.
namespace faultline::views {

struct LinkMark
{
    Glyph glyph = Glyph::Cut;
    QString words;      ///< "200 ms ± 50 ms", "5%", "1mbit"; empty where the icon says it all
    bool stops = false; ///< nothing gets through
    bool operator==(const LinkMark&) const = default;
};

struct LinkSigns
{
    bool broken = false;         ///< cut; a broken line is not wavy or dotted as well
    bool wavy = false;           ///< slow
    bool dotted = false;         ///< lossy
    bool thin = false;           ///< narrow
    bool stops = false;          ///< nothing gets through
    std::vector<LinkMark> marks; ///< what stops everything first; empty: healthy
};

LinkSigns signsOf(const fault::LinkFault& fault);

/// The icons beside each other before the rest is only counted.
inline constexpr std::size_t kMostIcons = 3;

/// The words of the icons that are shown, "200 ms · 5%".
QString wordsOf(const LinkSigns& signs);

} // namespace faultline::views
