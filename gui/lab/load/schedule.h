// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"

#include <optional>

namespace faultline::lab {

/// When each operation of an open loop is meant to be sent: evenly spaced, whatever became of those before. Pure: time
/// is handed in.
class Schedule
{
public:
    using Instant = wire::Monotonic;

    /// Takes effect from `now` on: nothing is caught up, nothing comes twice. The part of an interval that has passed
    /// stays passed, so that a slow load comes through however often the rate is set.
    void setRate(double perSecond, Instant now);
    double rate() const { return m_rate; }

    /// The intended time of the next operation if it has come by `now`; call until there is none.
    std::optional<Instant> takeDue(Instant now);
    /// When the next one is due; nothing when the rate is 0.
    std::optional<Instant> nextDue() const;

private:
    double m_rate = 0;
    Instant m_base{0};   ///< the schedule counts from here
    double m_passed = 0; ///< of the first interval, before m_base; 0 to 1
    quint64 m_taken = 0; ///< since m_base
};

} // namespace faultline::lab
