// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <set>
#include <string>

namespace faultline::raft {

// How consensus says things in the reasons it gives.

/// "n3".
std::string nameOf(NodeId id);
/// "n1 n2 n5".
std::string namesOf(const std::set<NodeId>& ids);
/// "312 ms".
std::string spoken(Instant duration);
/// "(4,120)": where a log ends, as the paper writes it: term and index.
std::string placeOf(Term term, LogIndex index);

} // namespace faultline::raft
