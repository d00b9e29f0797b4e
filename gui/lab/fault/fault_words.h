// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/fault/fault_state.h"

#include <QStringList>

// Faults as people say them.
namespace faultline::lab {

/// "n1", "n1 and n3", "n1, n2 and n4".
QString spokenNodes(const std::vector<NodeId>& nodes);
/// "n1 → n3", "n1 ↔ n3", "n1 ↔ n3, n2 → n4"; beyond three phrases their number: "12 links".
QString spokenLinks(const std::vector<LinkId>& links);
/// "5 s ahead", "200 ms behind, runs 10% fast", "right".
QString spokenClock(const fault::ClockFault& clock, std::chrono::microseconds now);
/// The same as a sentence, in which a clock that drifts does not flicker: its whole seconds. "n2's clock is 5 s ahead",
/// "n2's clock runs 10% fast".
QString spokenWrongClock(NodeId node, const fault::ClockFault& clock, std::chrono::microseconds now);
/// What is wrong with the load: "load surge ×3", "hot key 80%".
QStringList spokenLoadFaults(const FaultState& state);
/// What a disk does, behind its owner's name: "slowed by 20 ms ± 10 ms", "is full and lies about sync", "is healthy".
/// `ofMany`: "are full".
QString spokenDisk(const fault::DiskFault& disk, bool ofMany = false);
/// The same of all disks, those with the same fault together: "n2's disk lies about sync", "the disks of n1 and n3 are
/// full".
QStringList spokenDisks(const std::map<NodeId, fault::DiskFault>& disks);
/// "runs", "frozen", "without power".
QString spokenCondition(NodeCondition condition);

/// What is broken between nodes, for the large sentence; empty when nothing is: "n1 n2 cannot hear n3 n4 n5", "n3
/// cannot hear n1 (n1 hears n3)", "n1 → n2 slow: 200 ms". What an isolation or a missing power supply does is not
/// repeated. "clients cannot reach n1", "n2 cannot hear clients (clients hear n2)". More than a few phrases become the
/// parts, or the number of links as a drawn line counts them: "n1 | n2 | n3 n4", "4 links are cut both ways".
QStringList spokenBroken(const FaultState& state, const std::vector<NodeId>& nodes);

/// What going from one state to the other does to processes and cannot be had back, one sentence, or empty: "restarts
/// n3; what it had not synced stays lost". Also of a rolling restart that it ends or begins.
QString spokenPrice(const FaultState& from, const FaultState& to);

} // namespace faultline::lab
