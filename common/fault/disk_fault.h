// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"

#include <chrono>

namespace faultline::fault {

/// What is wrong with the disk of one node. All fields at rest: a healthy disk. Durations are of cluster time, so that
/// they stretch with the pace, and of each sync: writes go to memory first, and only a sync waits for the disk.
///
/// Units and ranges as people write them, and the sentences for what is out of range: disk_fault_text.h.
struct DiskFault
{
    std::chrono::microseconds latency{0}; ///< that a sync takes longer than it does by itself; 0 to kMaxSyncLatency
    /// latency - jitter to latency + jitter, each equally likely, never below zero. 0 to kMaxSyncLatency.
    std::chrono::microseconds jitter{0};
    bool full = false; ///< making a file, or making one longer, fails with "No space left on device"
    /// A sync, and a change of a name, says it is durable and is not: a power cut may undo it. What a lying disk
    /// swallowed becomes durable with the next honest sync of the same file.
    bool lies = false;
    Share flip{}; ///< of the writes that a sync makes durable: one bit of each is flipped, and nobody is told

    bool healthy() const { return *this == DiskFault(); }
    bool operator==(const DiskFault&) const = default;
};

inline constexpr std::chrono::microseconds kMaxSyncLatency = std::chrono::seconds(10);

/// How much longer one sync takes by latency and jitter; draws nothing without jitter.
std::chrono::microseconds drawSyncDelay(const DiskFault& fault, Random& random);

} // namespace faultline::fault
