// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/ready.h"

#include <QString>

namespace faultline::sim {

/// "becomes leader of term 7: 3 of 5 votes", for the story of a run.
QString spoken(const raft::Event& event);

} // namespace faultline::sim
