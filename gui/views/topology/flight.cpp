// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/flight.h"

#include <algorithm>

namespace faultline::views {
namespace {

using Microseconds = std::chrono::microseconds;

double ratio(Microseconds part, Microseconds whole)
{
    return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

Microseconds drawnFor(const Flight& flight)
{
    return std::max<Microseconds>(kShortestFlight, flight.took);
}

/// When the dot gets to the middle, and when it moves on from there.
lab::Monotonic reachesMiddle(const Flight& flight)
{
    return flight.departed + drawnFor(flight) / 2;
}

} // namespace

std::optional<Dot> dotAt(const Flight& flight, lab::Monotonic now)
{
    if (now < flight.departed)
        return std::nullopt;
    const lab::Monotonic middle = reachesMiddle(flight);
    if (now < middle)
        return Dot{kHalfWay * ratio(now - flight.departed, middle - flight.departed), false, 1};

    if (flight.lossKnown) {
        const lab::Monotonic from = std::max(middle, *flight.lossKnown);
        if (now < from)
            return Dot{kHalfWay, false, 1};
        const double faded = ratio(now - from, kLossFades);
        if (faded >= 1)
            return std::nullopt;
        return Dot{kHalfWay, true, 1 - faded};
    }
    if (flight.arrivalKnown) {
        const lab::Monotonic from = std::max(middle, *flight.arrivalKnown);
        if (now < from)
            return Dot{kHalfWay, false, 1};
        const double rest = ratio(now - from, drawnFor(flight) / 2);
        if (rest >= 1)
            return std::nullopt;
        return Dot{kHalfWay + (1 - kHalfWay) * rest, false, 1};
    }
    return Dot{kHalfWay, false, 1};
}

bool isOver(const Flight& flight, lab::Monotonic now, bool held)
{
    if (now < flight.departed)
        return false;
    if (!flight.arrivalKnown && !flight.lossKnown)
        return !held && now - flight.departed > kFateUnknownFor;
    return !dotAt(flight, now).has_value();
}

} // namespace faultline::views
