// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <QByteArray>

#include <optional>
#include <set>
#include <string>

namespace faultline::raft {

/// Who belongs to the group, and whose word counts. A membership is an entry of the log and holds on a node from the
/// moment it is in that node's log, committed or not (§6).
///
/// The intuition: two memberships that differ in more than one member can have majorities that do not meet. So the
/// group passes through a joint membership in which a decision needs a majority of the old voters and one of the new.
/// Who joins learns first: a learner receives the log and has no vote (§4.2.1 of Ongaro's thesis), until it has nearly
/// everything the leader has.
struct Membership
{
    std::set<NodeId> voters;   ///< of the new side while joint
    std::set<NodeId> outgoing; ///< the old side while joint, otherwise empty
    std::set<NodeId> learners; ///< disjoint from voters and outgoing
    /// Where a change under way leads, so that whoever leads next goes on with it; both empty when none is. Those of
    /// goalVoters who are still learners become voters once they are caught up, each when it is. While joint,
    /// goalVoters are the voters, or some of goalVoters go on learning and everybody of the old side stays.
    std::set<NodeId> goalVoters;
    std::set<NodeId> goalLearners;
    QByteArray contacts; ///< how to reach the members; opaque to consensus, carried for its owner

    bool operator==(const Membership&) const = default;

    bool isJoint() const { return !outgoing.empty(); }
    bool isChanging() const { return !goalVoters.empty(); }
    bool isVoter(NodeId id) const { return voters.contains(id) || outgoing.contains(id); }
    bool isLearner(NodeId id) const { return learners.contains(id); }
    bool contains(NodeId id) const { return isVoter(id) || isLearner(id); }
    /// Everyone, each once.
    std::set<NodeId> members() const;
    /// The learners who are to become voters.
    std::set<NodeId> joining() const;
    /// The voters who will not be.
    std::set<NodeId> leaving() const;
};

/// Members a group may have; while it changes, those that come and those that go may be as many each.
constexpr std::size_t kMaxMembers = 9;

/// The payload of an EntryKind::Membership entry: version, then the sets and the contacts. On disk and on the wire.
QByteArray encodeMembership(const Membership& membership);
/// Nothing when the bytes are not a membership this version knows, or it has no voter, or its sets contradict each
/// other.
std::optional<Membership> decodeMembership(const QByteArray& payload);

/// "n1 n2 n3", "n1 n2 n3, learning n4", "n1 n2 n3, joining n4", "n1 n2 n3 → n1 n2 n3 n4" while joint.
std::string spoken(const Membership& membership);

} // namespace faultline::raft
