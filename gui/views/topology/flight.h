// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <optional>

// How one message crosses the canvas. On one machine it takes microseconds, too short for an eye: a dot takes at least
// 300 ms of display time, and the legend says so. Its end is known only when the other end reports it, some 50 ms
// later; a dot whose fate is not known yet waits half way. A lost one stops there, where faults are drawn, becomes a
// cross and fades.
namespace faultline::views {

inline constexpr std::chrono::milliseconds kShortestFlight{300};
inline constexpr std::chrono::milliseconds kLossFades{600};
inline constexpr std::chrono::seconds kFateUnknownFor{4}; ///< then a dot whose fate nobody reports fades as well
inline constexpr double kHalfWay = 0.5;

/// One dot: a message, or several of the same direction drawn as one.
struct Flight
{
    LinkId link;
    wire::MessageKind kind = wire::MessageKind::Heartbeat;
    bool positive = true;
    quint64 term = 0;
    quint32 entries = 0;
    quint32 count = 1;    ///< messages this dot stands for
    quint64 serial = 0;   ///< of the (last) message in the timeline
    bool leftOut = false; ///< one of so many that it is drawn only if it is lost; see Flights

    lab::Monotonic departed{0};                 ///< when the dot was put on the canvas
    std::chrono::microseconds took{0};          ///< real flight time; until it is known, that of the one before
    std::optional<lab::Monotonic> arrivalKnown; ///< when the canvas learned that it arrived
    std::optional<lab::Monotonic> lossKnown;    ///< when the canvas learned that it was lost
};

struct Dot
{
    double along = 0; ///< 0 at the sender's rim, 1 at the receiver's
    bool lost = false;
    double opacity = 1;
};

/// The dot at that moment; nothing before it departs and after its end.
std::optional<Dot> dotAt(const Flight& flight, lab::Monotonic now);

/// Is there nothing more to draw, now and later? While the cluster is held, messages stand still and nothing is
/// forgotten.
bool isOver(const Flight& flight, lab::Monotonic now, bool held = false);

} // namespace faultline::views
