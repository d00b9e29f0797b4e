// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/quorum.h"

#include <algorithm>
#include <functional>

namespace faultline::raft {

LogIndex majorityMatch(std::vector<LogIndex> matches)
{
    if (matches.empty())
        return {};
    const auto middle = matches.begin() + static_cast<std::ptrdiff_t>(majorityOf(matches.size()) - 1);
    std::nth_element(matches.begin(), middle, matches.end(), std::greater<>());
    return *middle;
}

} // namespace faultline::raft
