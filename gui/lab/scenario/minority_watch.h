// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace faultline::lab {

/// What was acknowledged before a partition may be learnt of a little later. In cluster time.
inline constexpr std::chrono::milliseconds kUnderWay{500};

/// Counts entries that were committed where no majority is: behind a partition, however it came about (one cut, several
/// together, an isolation). There must be none: the safety of every consensus is that two majorities meet.
///
/// A part is what hears each other in any direction at all; a node that only hears may rightly learn what others
/// committed. Counting begins once every node of the part that runs has reported that it applies all cuts around the
/// part, and kUnderWay after that. Pure: fed with records, holds no clock.
class MinorityWatch
{
public:
    void begin(std::vector<NodeId> members);
    void note(const FaultStateRecord& record);
    void note(const StatusRecord& record);
    void note(const PaceRecord& record) { m_factor = record.pace.factor; }

    /// Nothing: no part without a majority was cut off for long enough to say so.
    std::optional<quint64> commits() const { return m_commits; }

private:
    struct Part
    {
        std::set<NodeId> nodes;
        std::set<LinkId> border;
        std::map<NodeId, Monotonic> deafSince; ///< by its own report
        std::map<NodeId, quint64> commitIndex; ///< the highest since counting began
    };

    std::optional<Monotonic> cutOffSince(const Part& part) const;

    void noteMembership(const wire::Status& status);
    void findParts();

    std::vector<NodeId> m_members;                ///< whose vote counts, by the newest membership that is not joint
    std::pair<quint64, quint64> m_membersKnownAt; ///< term and commit index of the leader who said so
    FaultState m_state;
    std::set<NodeId> m_silent; ///< that do not run by order, and report nothing
    std::vector<Part> m_parts; ///< those without a majority
    quint32 m_factor = 1;
    std::optional<quint64> m_commits;
};

} // namespace faultline::lab
