// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace faultline::fault {

/// What is wrong with one directed link, say n1 -> n2. All fields at rest: a healthy link.
struct LinkFault
{
    /// Silence: what is sent is lost and nobody is told, as with an unplugged cable. Holds at sender and receiver.
    bool cut = false;
    /// Added to every message, in cluster time (it stretches with the pace). A pipeline, as a long cable is: many
    /// messages travel at once and throughput does not fall. 0 to one minute.
    std::chrono::microseconds latency{0};

    bool healthy() const { return !cut && latency.count() == 0; }
    bool operator==(const LinkFault&) const = default;
};

inline constexpr std::chrono::microseconds kMaxLatency = std::chrono::minutes(1);

} // namespace faultline::fault
