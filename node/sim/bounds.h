// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/check.h"
#include "node/sim/host.h"
#include "node/sim/shape.h"

namespace faultline::sim {

/// What may stand in line in a member, in memory and on its disk, and that no more ever does. Each bound is a figure of
/// the member's own options, and what one more may bring beyond it: most are looked at before something is taken, and
/// the last thing that is taken is taken whole.
class Bounds
{
public:
    Bounds(const Shape& shape, Verdict& verdict);

    /// A command or a message that carries entries: what is largest counts as "one more".
    void sees(const raft::AppendEntries& append);
    void sees(const QByteArray& command) { noteSize(command.size()); }

    struct Member
    {
        Host& host; ///< and its group, which is up
        const node::Group& group;
        raft::Term ledTerm;     ///< that it was last seen to begin to lead
        raft::LogIndex ledFrom; ///< where its log ended when it became leader
        qint64 unwrittenBefore; ///< bytes that waited for its disk then
        qint64 mostInATurn;     ///< bytes of commands that came between two turns, as far as it was seen
    };
    void check(const Member& member, Instant at);

private:
    void noteSize(qsizetype size) { m_largest = std::max(m_largest, static_cast<quint64>(size)); }
    void checkLog(const Member& member, const raft::Status& status, Instant at);
    void checkRequests(const Member& member, const raft::Status& status, Instant at);
    void checkFollowers(const Member& member, const raft::Status& status, Instant at);
    void checkFiles(const Member& member, Instant at);
    void checkSegments(const Member& member, const raft::Status& status, Instant at);
    void atMost(quint64 most, quint64 there, const Host& host, const char* what, Instant at);
    quint64 entriesBetweenSnapshots() const;
    quint64 enoughEntries(const raft::Status& status) const;

    const Shape& m_shape;
    Verdict& m_verdict;
    quint64 m_largest = 0; ///< bytes of an entry, or of a command that may become one
};

} // namespace faultline::sim
