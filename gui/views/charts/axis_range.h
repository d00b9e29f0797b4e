// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <vector>

// Where a y axis ends. Round figures, and slow to change: it grows at once when a curve would leave it, and shrinks
// only when the curves have stayed low for a while, so that the picture does not jump.
namespace faultline::views {

inline constexpr std::chrono::seconds kShrinksAfter{8};

enum class AxisKind : quint8 { Linear, Decades };

struct AxisSpan
{
    double low = 0;
    double high = 1;
    bool operator==(const AxisSpan&) const = default;
};

/// The narrowest round span that shows `smallest` to `largest`: from zero to 1, 2 or 5 times a power of ten, or whole
/// decades.
AxisSpan roundSpan(AxisKind kind, double smallest, double largest);

/// The values that get a line and a figure, from low to high, at most seven.
std::vector<double> ticks(AxisKind kind, const AxisSpan& span);

/// Round moments from `low` to `high` seconds, at most seven: steps of 1, 2, 5, 10, 15, 30 s and so on.
std::vector<double> timeTicks(double low, double high, int most);

class HeldSpan
{
public:
    explicit HeldSpan(AxisKind kind)
        : m_kind(kind)
        , m_span(roundSpan(kind, 1, 1))
    {}
    const AxisSpan& follow(double smallest, double largest, lab::Monotonic now);
    const AxisSpan& span() const { return m_span; }
    AxisKind kind() const { return m_kind; }

private:
    AxisKind m_kind;
    AxisSpan m_span;
    bool m_fresh = true;
    lab::Monotonic m_neededAt{0}; ///< when the present span was last really needed
};

} // namespace faultline::views
