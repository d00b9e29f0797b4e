// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"

namespace faultline::fault {

/// How long one message of this link takes, by latency, jitter and distribution; never below zero. In whole numbers, so
/// that every machine draws the same: the normal distribution is the sum of twelve uniform ones (Irwin-Hall: standard
/// deviation 1, nothing beyond six of them), the exponential one takes its logarithm bit by bit.
std::chrono::microseconds drawDelay(const LinkFault& fault, Random& random);

/// How long the stream stands still for this message: TCP's first retransmission pause for the first loss, twice as
/// long for each further one (RFC 6298, 5.5), five at most.
std::chrono::microseconds drawStall(const LinkFault& fault, Random& random);

/// What no draw of both together goes beyond.
std::chrono::microseconds longestDelay(const LinkFault& fault);

} // namespace faultline::fault
