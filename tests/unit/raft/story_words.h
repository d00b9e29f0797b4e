// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/raft.h"

#include <QString>

#include <span>

namespace faultline::raft {

// How a story prints things.

QString name(NodeId id);
QString told(const Message& message);
/// "n2 leads term 3: votes of n1 n2".
QString told(NodeId who, const Event& event);
/// "1:x 1:y 2:-": the term and what it says; - for a leader's first entry, {n1 n2} for a membership.
QString told(std::span<const Entry> entries);

} // namespace faultline::raft
