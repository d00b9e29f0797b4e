// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"

#include <deque>

namespace faultline::raft {

/// The memberships along the log. The newest holds, committed or not (§6); when a truncation takes its entry back, the
/// one before holds again; a snapshot needs the one that held at its last entry.
class MembershipHistory
{
public:
    /// What holds before the log says anything: the snapshot's, or what the group begins with at index 0.
    MembershipHistory(LogIndex at, Membership membership) { reset(at, std::move(membership)); }

    const Membership& current() const { return m_memberships.back().membership; }
    LogIndex currentAt() const { return m_memberships.back().index; }
    const Membership& at(LogIndex index) const;
    /// Those whose entries lie in (after, upTo], oldest first.
    std::vector<std::pair<LogIndex, Membership>> between(LogIndex after, LogIndex upTo) const;

    /// An entry at `index`, beyond all before it.
    void append(LogIndex index, Membership membership);
    /// Entries from `first` on are gone. Returns whether another membership holds now.
    bool truncateFrom(LogIndex first);
    /// Nothing before `index` will be asked for.
    void forgetBefore(LogIndex index);
    void reset(LogIndex at, Membership membership);

private:
    struct Held
    {
        LogIndex index; ///< from here on
        Membership membership;
    };
    std::deque<Held> m_memberships; // never empty, rising
};

} // namespace faultline::raft
