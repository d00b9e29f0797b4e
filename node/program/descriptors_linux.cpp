// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/descriptors_linux.h"

#include <algorithm>
#include <sys/resource.h>

namespace faultline::node {

namespace {

/// Nine peers and as many guests, both ways; arriving peers and labs; the log, snapshots, pipes.
constexpr rlim_t kForOthers = 192;
constexpr rlim_t kLeast = 16;
constexpr rlim_t kMost = 1'000'000;

} // namespace

std::size_t raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return kLeast;
    rlimit raised = limit;
    raised.rlim_cur = std::min(limit.rlim_max, kMost);
    if (raised.rlim_cur > limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return static_cast<std::size_t>(limit.rlim_cur > kForOthers + kLeast ? std::min(limit.rlim_cur, kMost) - kForOthers
                                                                         : kLeast);
}

} // namespace faultline::node
