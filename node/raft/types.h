// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace faultline::raft {

/// A member of the group. 0 is nobody. Names are the Raft paper's (Ongaro and Ousterhout, 2014), figure 2.
struct NodeId
{
    std::uint32_t value = 0;
    constexpr auto operator<=>(const NodeId&) const = default;
    constexpr explicit operator bool() const { return value != 0; }
};

/// Terms act as a logical clock (§5.1): at most one leader each, never decreasing on a node.
struct Term
{
    std::uint64_t value = 0;
    constexpr auto operator<=>(const Term&) const = default;
    constexpr Term next() const { return {value + 1}; }
};

/// The place of an entry in the log. The first entry has index 1; 0 means "before the first".
struct LogIndex
{
    std::uint64_t value = 0;
    constexpr auto operator<=>(const LogIndex&) const = default;
    constexpr LogIndex next() const { return {value + 1}; }
    constexpr LogIndex previous() const { return {value == 0 ? 0 : value - 1}; }
};

/// Time of the group, from whatever clock the owner hands in; only differences matter. It follows the cluster's pace.
using Instant = std::chrono::microseconds;

} // namespace faultline::raft
