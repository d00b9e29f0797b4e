// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"

#include <chrono>

namespace faultline::fault {

/// How the jitter of a link spreads its latency; the words are those of tc-netem(8).
enum class Distribution : quint8 {
    Constant = 0,    ///< always exactly the latency; goes with no jitter
    Uniform = 1,     ///< latency - jitter to latency + jitter, each equally likely
    Normal = 2,      ///< around the latency with the jitter as standard deviation
    Exponential = 3, ///< the latency at least, and on average the jitter more: rare, long delays
};

/// What is wrong with one directed link, say n1 -> n2. All fields at rest: a healthy link. Durations are of cluster
/// time, so that they stretch with the pace. Loss, duplicate, corrupt and reorder are of whole messages (on TCP there
/// is no such thing to a stream), are drawn for each message by itself, and are refused on links of clients.
///
/// Units and ranges as people write them, and the sentences for what is out of range: link_fault_text.h.
struct LinkFault
{
    /// Silence: what is sent is lost and nobody is told, as with an unplugged cable. Holds at sender and receiver, and
    /// loses what is on its way.
    bool cut = false;
    /// Added to every message. A pipeline, as a long cable is: many messages travel at once and throughput does not
    /// fall. 0 to kMaxLatency.
    std::chrono::microseconds latency{0};
    /// Keeps the order of messages, as one TCP connection does. A delay is never below zero. 0 to kMaxLatency.
    std::chrono::microseconds jitter{0};
    Distribution distribution = Distribution::Uniform; ///< means nothing without jitter
    Share loss{};                                      ///< never arrive
    Share duplicate{};                                 ///< arrive twice, the second right behind the first
    Share corrupt{}; ///< arrive with one bit of the payload flipped; the receiver's checksum rejects and counts them
    Share reorder{}; ///< are overtaken by the next message; without one for kLongestHeldBack they go on alone
    /// Bits a second, by a token bucket with a bounded queue in front; what does not fit into the queue is lost. 0: as
    /// fast as it goes; else kMinBandwidth to kMaxBandwidth.
    quint64 bandwidth = 0;
    /// What loss looks like to a TCP stream: this share of messages had to be sent again, and everything behind waits
    /// for the retransmission, kRetransmissionPause and twice as long each time it is lost again (RFC 6298).
    Share stall{};
    /// The connection is torn (RST) as soon as a message is sent on it, and so is the next one.
    bool reset = false;
    /// The connection is closed, and new ones are refused at once.
    bool refuse = false;

    bool healthy() const { return *this == LinkFault(); }
    /// Nothing at all gets through.
    bool blocks() const { return cut || reset || refuse; }
    bool operator==(const LinkFault&) const = default;
};

inline constexpr std::chrono::microseconds kMaxLatency = std::chrono::minutes(1);
inline constexpr quint64 kMinBandwidth = 1'000;
inline constexpr quint64 kMaxBandwidth = 100'000'000'000;
inline constexpr std::chrono::microseconds kLongestHeldBack = std::chrono::milliseconds(200);
inline constexpr std::chrono::microseconds kRetransmissionPause = std::chrono::milliseconds(200);

} // namespace faultline::fault
