// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <compare>
#include <random>

namespace faultline::fault {

/// The generator that links draw from, handed in with its seed. The standard fixes its numbers on every platform, which
/// it does not for distributions; so only whole-number arithmetic stands between it and what happens to a message.
using Random = std::mt19937_64;

/// How many of all, from none to all, in whole millionths: 5% is 50,000. Exact, so that the same draws decide the same
/// on every machine.
struct Share
{
    static constexpr quint32 kAll = 1'000'000;

    quint32 millionths = 0; ///< 0 to kAll

    constexpr auto operator<=>(const Share&) const = default;
    constexpr explicit operator bool() const { return millionths != 0; }
    static constexpr Share ofPercent(quint32 percent) { return {percent * 10'000}; }
    double value() const { return double(millionths) / kAll; } ///< 0..1, for people and pictures
};

/// A whole number below `bound` (1 or more), each equally likely.
quint64 drawBelow(quint64 bound, Random& random);
/// Draws nothing for a share of none, so that a healthy link leaves the generator alone.
bool happens(Share share, Random& random);

} // namespace faultline::fault
