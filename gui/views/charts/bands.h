// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <QStringList>

#include <deque>
#include <functional>
#include <optional>
#include <vector>

// The bands behind a chart's curves: one for each fault, with its name and how long the cluster took to get over it,
// and a grey one for each time everything stood still on purpose. Names that would overlap stand in rows;
// what does not fit into them is counted in the last.
namespace faultline::views {

inline constexpr int kMostBandRows = 4;
inline constexpr int kMostLayers = 5; ///< of faults over each other that look like more than one less

struct Band
{
    double from = 0; ///< seconds on the chart's axis, cut to what it shows
    double to = 0;
    bool pause = false;
    bool begins = false;             ///< its beginning is in sight
    std::optional<double> recovered; ///< when the first write after it was acknowledged, on the same axis
    QString text;                    ///< "n3 killed · leader 2.9 s · write 3.1 s"
    double textAt = 0;               ///< pixels from the left edge of the plot
    double textWidth = 0;            ///< as much as there is room for
    int row = 0;                     ///< of the name, from the top; -1: no room, it is one of another's `more`
    int more = 0;                    ///< names there was no room for and this one stands for, too
};

/// A part of the axis over which the same number of faults lies over each other.
struct Stretch
{
    double from = 0; ///< seconds, as of the bands
    double to = 0;
    int layers = 1; ///< 1 to kMostLayers, which stands for more as well
    bool operator==(const Stretch&) const = default;
};

struct BandSpace
{
    lab::Monotonic zero{0}; ///< the moment at 0 on the axis
    double low = -60;       ///< seconds
    double high = 0;
    double pixels = 400;                             ///< from low to high
    std::function<double(const QString&)> textWidth; ///< pixels
};

std::vector<Band> bandsOf(const std::deque<lab::FaultRecord>& faults, const std::deque<lab::PauseRecord>& pauses,
                          const BandSpace& space);

/// What was wrong at that moment, by the full name, the oldest first; beyond six their number.
QStringList namesAt(const std::vector<Band>& bands, double seconds);
/// " · 2 more", or nothing.
QString moreText(const Band& band);
/// "n3 killed", and once known " · leader 2.9 s · write 3.1 s".
QString bandText(const lab::FaultRecord& fault);

/// Where faults are in sight, from left to right; pauses are none. Neighbours that touch differ in their layers.
std::vector<Stretch> stretchesOf(const std::vector<Band>& bands);

} // namespace faultline::views
