// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/committed_log.h"
#include "node/sim/host.h"
#include "node/sim/random.h"

#include <functional>
#include <vector>

namespace faultline::sim {

/// Whether those who lack something could decide without the others: a majority of the voters, and while joint of the
/// old side too. As long as they cannot, whoever leads next has it (§5.4.3 of the paper). That a majority has it would
/// be too much asked for a moment: when a fifth voter joins four, three of the five may commit before anybody knows
/// that there are five.
bool couldDecide(const raft::Membership& membership, const std::function<bool(raft::NodeId)>& isOneOfThem);

/// Whether what was committed is on the disks, whatever the processes believe: each voter's disk, be it up or down, is
/// read back as it would be if the power went now and only what is there for certain were left. By its log or by a
/// snapshot, so many must hold the last committed entry, and one drawn from those before, that it cannot be lost. A
/// disk that rots or lies is taken at its word, as the cluster took it: it is never one of a majority.
class Durability
{
public:
    Durability(const Shape& shape, Verdict& verdict, const CommittedLog& log, Random random);

    void check(const std::vector<Host*>& hosts, Instant at);
    /// Whether a start from `stored` knows the entry that was committed at `index`.
    static bool holds(const raft::StoredState& stored, raft::LogIndex index, const CommittedLog& log);

private:
    raft::LogIndex drawIndex();

    const Shape& m_shape;
    Verdict& m_verdict;
    const CommittedLog& m_log;
    Random m_random;
};

} // namespace faultline::sim
