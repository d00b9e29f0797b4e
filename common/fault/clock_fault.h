// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"

#include <chrono>

namespace faultline::fault {

/// What is wrong with one node's wall clock: it reads the true time + offset + what it has gained since `since` by
/// running at `rate`. Its monotonic time, on which consensus runs, is right. At rest: a clock that is right.
struct ClockFault
{
    std::chrono::microseconds offset{0}; ///< how far ahead of the true time at `since`; -kMaxOffset to kMaxOffset
    quint32 rate = Share::kAll;          ///< millionths of a second a second: 1,100,000 gains 100 ms each second
    std::chrono::microseconds since{0};  ///< CLOCK_MONOTONIC, which lab and nodes share

    bool right() const { return offset.count() == 0 && rate == Share::kAll; }
    /// How far ahead (negative: behind) it is at `now`, of the same monotonic clock.
    std::chrono::microseconds aheadAt(std::chrono::microseconds now) const
    {
        const qint64 gained = (now - since).count() / 1'000 * (qint64(rate) - qint64(Share::kAll)) / 1'000;
        return offset + std::chrono::microseconds(gained);
    }
    bool operator==(const ClockFault&) const = default;
};

inline constexpr std::chrono::microseconds kMaxOffset = std::chrono::hours(24 * 366);
inline constexpr quint32 kMinRate = 100'000;
inline constexpr quint32 kMaxRate = 10'000'000;

} // namespace faultline::fault
