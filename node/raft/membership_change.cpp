// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/machine.h"

#include "node/raft/words.h"

#include <algorithm>

// A change goes through at most three entries, each committed before the next: those who join learn; the joint
// membership, where both sides' majorities are needed; the new one alone (§6, and §4.2 of the thesis). Each entry says
// where the change leads, so that whoever leads next goes on with it. Those who join wait for nobody: whoever is caught
// up is made a voter by a joint membership of its own, while the rest go on learning. Those who leave stay until
// everybody who joins is there, since they may be what the newcomers are to replace.

namespace faultline::raft {

namespace {

std::set<NodeId> without(const std::set<NodeId>& ids, const std::set<NodeId>& others)
{
    std::set<NodeId> left;
    std::set_difference(ids.begin(), ids.end(), others.begin(), others.end(), std::inserter(left, left.end()));
    return left;
}

Membership jointOf(const Membership& from)
{
    Membership joint = from;
    joint.voters = from.goalVoters;
    joint.outgoing = from.voters;
    joint.learners = without(from.goalLearners, from.voters);
    return joint;
}

/// Towards a membership in which some of those who join vote, and the change goes on.
Membership jointOf(const Membership& from, const std::set<NodeId>& promoted)
{
    Membership joint = from;
    joint.outgoing = from.voters;
    joint.voters.insert(promoted.begin(), promoted.end());
    joint.learners = without(from.learners, promoted);
    return joint;
}

/// Once a joint membership is committed, or none is needed: its new side alone.
Membership newSideOf(const Membership& joint)
{
    if (joint.goalVoters != joint.voters) {
        Membership next = joint;
        next.outgoing.clear();
        return next;
    }
    Membership goal;
    goal.voters = joint.goalVoters;
    goal.learners = joint.goalLearners;
    goal.contacts = joint.contacts;
    return goal;
}

} // namespace

std::variant<Raft::Proposed, Raft::ChangeRefused>
Raft::Machine::changeMembership(std::set<NodeId> voters, std::set<NodeId> learners, QByteArray contacts, Instant now)
{
    m_now = now;
    if (!std::holds_alternative<Leader>(m_role))
        return ChangeRefused{"only a leader can change who belongs to the group, and " + nameOf(m_options.self) +
                             " does not lead"};
    if (voters.empty())
        return ChangeRefused{"a group needs at least one voter"};
    if (voters.size() + learners.size() > kMaxMembers)
        return ChangeRefused{"a group has at most " + std::to_string(kMaxMembers) +
                             " members, and this one would have " + std::to_string(voters.size() + learners.size())};
    if (const auto both = std::find_if(voters.begin(), voters.end(), [&](NodeId id) { return learners.contains(id); });
        both != voters.end())
        return ChangeRefused{nameOf(*both) + " can be a voter or a learner, not both"};
    if (m_transfer)
        return ChangeRefused{"leadership is being handed over to " + nameOf(m_transfer->to)};
    const Membership& before = membership();
    if (m_options.rules.oneChangeAtATime && (before.isJoint() || m_memberships.currentAt() > m_commit))
        return ChangeRefused{"another change is under way: " + spoken(before)};

    Membership next;
    next.voters = before.voters;
    next.goalVoters = std::move(voters);
    next.goalLearners = std::move(learners);
    next.contacts = std::move(contacts);
    const std::set<NodeId> joining = without(next.goalVoters, next.voters);
    next.learners = without(next.goalLearners, next.voters);
    next.learners.insert(joining.begin(), joining.end());
    if (next.goalVoters == next.voters)
        next = newSideOf(next);
    else if (joining.empty())
        next = jointOf(next);
    const Proposed proposed = appendMembership(next);
    finishInput();
    return proposed;
}

Raft::Proposed Raft::Machine::appendMembership(const Membership& membership)
{
    appendOwn(EntryKind::Membership, encodeMembership(membership));
    return {m_log.lastIndex(), m_hardState.term};
}

/// Another membership is the newest of the log, and holds from now on.
void Raft::Machine::membershipHolds()
{
    m_events.push_back(MembershipChanged{m_memberships.currentAt(), membership(), false});
    if (auto* leading = std::get_if<Leader>(&m_role))
        arrangePeers(*leading);
}

void Raft::Machine::arrangePeers(Leader& leading)
{
    const Membership& now = membership();
    leading.isVoter = now.voters.contains(m_options.self);
    leading.isOutgoing = now.outgoing.contains(m_options.self);
    for (Peer& peer : leading.peers)
        peer.isVoter = peer.isOutgoing = false, peer.isLeaving = true;
    for (const NodeId id : now.members()) {
        if (id == m_options.self)
            continue;
        auto place =
            std::find_if(leading.peers.begin(), leading.peers.end(), [&](const Peer& p) { return p.id >= id; });
        if (place == leading.peers.end() || place->id != id)
            place = leading.peers.insert(place, {id, Progress(m_log.lastIndex())});
        place->isVoter = now.voters.contains(id);
        place->isOutgoing = now.outgoing.contains(id);
        place->isLeaving = false;
    }
    leading.hasSomethingToSend = true;
}

/// The next step of a change that is under way, once it may be taken.
void Raft::Machine::advanceChange()
{
    auto& leading = std::get<Leader>(m_role);
    const Membership& now = membership();
    const bool isCommitted = m_memberships.currentAt() <= m_commit;
    if (!isCommitted && m_options.rules.oneChangeAtATime)
        return;
    if (now.isJoint()) {
        appendMembership(newSideOf(now));
        return;
    }
    if (!now.isChanging()) {
        if (!leading.isVoter && isCommitted)
            stepAside(leading);
        return;
    }
    const std::set<NodeId> joining = now.joining();
    std::set<NodeId> caughtUp;
    for (const Peer& peer : leading.peers) {
        if (joining.contains(peer.id) && peer.progress.state() == Progress::State::Replicate &&
            peer.progress.recentlyActive &&
            peer.progress.match().value + m_options.caughtUpWithin >= m_log.lastIndex().value)
            caughtUp.insert(peer.id);
    }
    if (caughtUp.size() == joining.size())
        appendMembership(jointOf(now));
    else if (!caughtUp.empty())
        appendMembership(jointOf(now, caughtUp));
}

/// The change that takes this leader out is committed (§4.2.2 of the thesis). The best of the others takes over at
/// once, if it hears of it.
void Raft::Machine::stepAside(Leader& leading)
{
    sendAppends(leading); // whoever left learns it
    const Peer* best = nullptr;
    for (const Peer& peer : leading.peers) {
        if (peer.isVoter && (!best || peer.progress.match() > best->progress.match()))
            best = &peer;
    }
    if (best)
        say(best->id, m_hardState.term, TimeoutNow{});
    becomeFollower(m_hardState.term, {}, "it is no longer a member of " + spoken(membership()));
}

} // namespace faultline::raft
