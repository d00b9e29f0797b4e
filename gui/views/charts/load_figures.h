// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <deque>
#include <optional>
#include <vector>

// What the load generator did, as figures for a chart: at every fifth of a second the rates and percentiles over the
// second before it. The grid is fixed in time, so that a point once drawn never changes while it travels to the left.
namespace faultline::views {

inline constexpr std::chrono::milliseconds kFigureStep{200};
inline constexpr std::chrono::seconds kFigureWindow{1};

struct LoadPoint
{
    lab::Monotonic at{0};
    double offered = 0; ///< operations a second of wall time, as are the next three
    double ok = 0;
    double failed = 0;
    double unknown = 0;
    std::optional<double> p50_ms; ///< of operations that ended ok; nothing when none did
    std::optional<double> p99_ms;
    std::optional<double> max_ms;
};

class LoadFigures
{
public:
    /// Keeps the points of that long a time.
    explicit LoadFigures(std::chrono::seconds kept = std::chrono::seconds(62))
        : m_kept(kept)
    {}

    /// Takes over the slices that ended since the last call. Call it at least every 30 s, or slices are gone.
    void follow(const std::deque<lab::LoadRecord>& load);
    void clear();

    const std::deque<LoadPoint>& points() const { return m_points; }

private:
    std::chrono::seconds m_kept;
    std::deque<LoadPoint> m_points;
    lab::Monotonic m_next{0}; ///< the grid time of the next point; 0: none yet
};

/// The figures at `at` over the second before it. Nothing when fewer than a tenth of a second of it is covered.
std::optional<LoadPoint> pointAt(const std::deque<lab::LoadRecord>& load, lab::Monotonic at);

} // namespace faultline::views
