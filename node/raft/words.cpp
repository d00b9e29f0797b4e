// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/words.h"

namespace faultline::raft {

std::string nameOf(NodeId id)
{
    return "n" + std::to_string(id.value);
}

std::string namesOf(const std::set<NodeId>& ids)
{
    std::string names;
    for (const NodeId id : ids)
        names += (names.empty() ? "" : " ") + nameOf(id);
    return names;
}

std::string spoken(Instant duration)
{
    return std::to_string(duration.count() / 1000) + " ms";
}

std::string placeOf(Term term, LogIndex index)
{
    return "(" + std::to_string(term.value) + "," + std::to_string(index.value) + ")";
}

} // namespace faultline::raft
