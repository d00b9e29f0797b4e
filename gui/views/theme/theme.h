// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

#include <array>

// What colours mean. A colour appears only where it says something, and what it says is said a second time by a shape,
// a pattern or a word. Light and dark are two sets of values for the same tokens, in resources/theme/light.json and
// dark.json and nowhere else; whatever is painted by hand takes its colours from here.
namespace faultline::views {

struct Theme
{
    bool dark = false;

    QColor canvas; ///< behind everything
    QColor panel;  ///< behind text, inside nodes
    QColor ink;
    QColor mutedInk;
    QColor line;   ///< what separates two surfaces, and the grid of a chart
    QColor link;   ///< a healthy link between two nodes
    QColor accent; ///< focus and selection

    QColor leader;
    QColor leaderText; ///< the same meaning where it is text, dark enough to read
    QColor candidate;
    QColor follower;
    QColor frozen;
    QColor frozenText;
    QColor dead;

    QColor ok;
    QColor okText;
    QColor failed; ///< also a cut, a violation, a fault's band
    QColor failedText;
    QColor degraded;
    QColor unknown;
    QColor pause;

    static constexpr std::size_t kTermHues = 8;
    std::array<QColor, kTermHues> terms;

    /// Terms take turns at eight hues; the number is always printed beside them.
    const QColor& term(quint64 number) const { return terms[number % kTermHues]; }

    static Theme light();
    static Theme darkOne();
    static Theme of(bool darkWanted) { return darkWanted ? darkOne() : light(); }

    /// What the widgets of the toolkit are to be painted with.
    QPalette palette() const;
    bool operator==(const Theme&) const = default;
};

/// `over` seen through at `share` (0..1) on top of `under`, as an opaque colour.
QColor blended(const QColor& under, const QColor& over, double share);

/// The same colour with that opacity, 0..1.
QColor faint(QColor colour, double opacity);

/// Does a desktop with this palette look dark?
bool isDark(const QPalette& palette);

} // namespace faultline::views
