// SPDX-License-Identifier: GPL-3.0-or-later
// Who belongs to the cluster, where they are reached, and how that changes.
#include "node/program/member.h"
#include "node/raft/words.h"

#include <algorithm>
#include <utility>

namespace faultline::node {

namespace {

client::Standing standingOf(const raft::Membership& membership, raft::NodeId id)
{
    if (membership.leaving().contains(id))
        return client::Standing::Leaving;
    if (membership.isVoter(id))
        return client::Standing::Voter;
    return membership.joining().contains(id) ? client::Standing::Joining : client::Standing::Learner;
}

Error saidNo(const QString& reason)
{
    return Error{QStringLiteral("ERR ") + reason};
}

} // namespace

const MemberAddress* Member::contactOf(NodeId id) const
{
    const auto found = std::find_if(m_contacts.begin(), m_contacts.end(),
                                    [id](const MemberAddress& contact) { return contact.id == id; });
    return found == m_contacts.end() ? nullptr : &*found;
}

void Member::followMembership()
{
    m_membership = m_group->membership();
    m_contacts = m_options.members;
    for (const MemberAddress& contact : decodeContacts(m_membership.contacts))
        m_contacts = withContact(std::move(m_contacts), contact);
    std::vector<PeerAddress> peers;
    for (const raft::NodeId id : m_membership.members()) {
        const MemberAddress* contact = contactOf({id.value});
        if (contact && contact->id != m_options.self)
            peers.push_back({contact->id, contact->host, contact->peerPort});
    }
    m_transport->setPeers(peers);
}

client::Leadership Member::leadership() const
{
    client::Leadership leadership;
    leadership.isLeader = m_group->leads();
    const MemberAddress* leader = contactOf({m_group->leader().value});
    leadership.known = leader != nullptr;
    const raft::Membership& membership = m_group->membership();
    leadership.isRemoved = !membership.voters.empty() && !membership.contains({m_options.self.value});
    if (leader) {
        leadership.leaderHost = leader->host;
        leadership.leaderPort = leader->clientPort;
    }
    return leadership;
}

QString Member::waitingOf(const raft::Status& status, raft::NodeId id) const
{
    const std::set<raft::NodeId> joining = status.membership.joining();
    if (status.membership.leaving().contains(id) && !joining.empty())
        return QStringLiteral("waits for ") + QString::fromStdString(raft::namesOf(joining));
    if (!joining.contains(id))
        return {};
    const auto progress = std::find_if(status.progress.begin(), status.progress.end(),
                                       [id](const raft::FollowerProgress& each) { return each.id == id; });
    if (progress == status.progress.end())
        return {}; // this node does not lead
    const QString far = QStringLiteral("has %1 of %2 entries").arg(progress->match.value).arg(status.lastIndex.value);
    return m_transport->isConnected({id.value}) ? far : far + QStringLiteral(", not reached");
}

std::vector<client::MemberView> Member::members() const
{
    const raft::Membership& membership = m_group->membership();
    const raft::Status status = m_group->status();
    std::vector<client::MemberView> views;
    for (const raft::NodeId id : membership.members()) {
        const MemberAddress* contact = contactOf({id.value});
        if (!contact)
            continue;
        const bool isSelf = contact->id == m_options.self;
        views.push_back({.id = id.value,
                         .host = contact->host,
                         .clientPort = contact->clientPort,
                         .busPort = contact->peerPort,
                         .isLeader = id == m_group->leader(),
                         .isSelf = isSelf,
                         .believedAlive = isSelf || m_transport->isConnected(contact->id),
                         .standing = standingOf(membership, id),
                         .waiting = waitingOf(status, id)});
    }
    return views;
}

void Member::manage(quint64 requestId, const client::MemberCommand& command)
{
    const raft::NodeId id{command.id};
    Result<void> begun;
    switch (command.what) {
    case client::MemberCommand::What::Add:
        begun = add(command);
        break;
    case client::MemberCommand::What::Remove:
        if (id.value == m_options.self.value && m_group->membership().voters.size() > 1) {
            begun = handOver();
            if (begun) {
                m_leaving.push_back(requestId);
                return;
            }
        } else {
            begun = remove(id);
        }
        break;
    case client::MemberCommand::What::Transfer:
        begun = m_group->transferLeadership(id);
        if (!begun)
            begun = saidNo(begun.error());
        break;
    }
    m_clients->complete(requestId, begun ? kv::Result(kv::Ok()) : kv::Result(kv::Failure{begun.error().toUtf8()}));
}

namespace {

/// Where the group goes already, so that one change asked for behind another does not take that back.
std::pair<std::set<raft::NodeId>, std::set<raft::NodeId>> goalOf(const raft::Membership& membership)
{
    if (membership.isChanging())
        return {membership.goalVoters, membership.goalLearners};
    return {membership.voters, membership.learners};
}

} // namespace

Result<void> Member::add(const client::MemberCommand& command)
{
    const raft::NodeId id{command.id};
    auto [voters, learners] = goalOf(m_group->membership());
    if (voters.contains(id))
        return saidNo(QStringLiteral("n%1 is a member already").arg(command.id));
    std::vector<MemberAddress> contacts;
    for (const raft::NodeId member : m_group->membership().members()) {
        const MemberAddress* contact = contactOf({member.value});
        if (!contact || member == id)
            continue;
        for (const quint16 port : {command.peerPort, command.clientPort}) {
            if (contact->host == command.host && (contact->peerPort == port || contact->clientPort == port))
                return saidNo(QStringLiteral("port %1 on %2 is %3's; each member needs two ports of its own")
                                  .arg(port)
                                  .arg(command.host, contact->id.name()));
        }
        contacts.push_back(*contact);
    }
    voters.insert(id);
    learners.erase(id);
    contacts = withContact(std::move(contacts), {{command.id}, command.host, command.peerPort, command.clientPort});
    auto begun = m_group->changeMembership(std::move(voters), std::move(learners), encodeContacts(contacts));
    return begun ? begun : saidNo(begun.error());
}

Result<void> Member::remove(raft::NodeId id)
{
    auto [voters, learners] = goalOf(m_group->membership());
    if (voters.erase(id) + learners.erase(id) == 0)
        return saidNo(QStringLiteral("n%1 is no member").arg(id.value));
    // Who goes is still to be reached until it has gone.
    auto begun = m_group->changeMembership(std::move(voters), std::move(learners), m_group->membership().contacts);
    return begun ? begun : saidNo(begun.error());
}

// A leader that removes itself would leave with commands of which nobody knows what became. So it hands over first, and
// sends whoever asked on to the next leader, which then removes it.
Result<void> Member::handOver()
{
    const raft::Status now = m_group->status();
    const raft::FollowerProgress* next = nullptr;
    for (const raft::FollowerProgress& follower : now.progress) {
        if (m_group->membership().voters.contains(follower.id) && follower.isHeard &&
            (!next || follower.match > next->match))
            next = &follower;
    }
    if (!next)
        return saidNo(QStringLiteral("no other voter answers, to which %1 could hand over before it leaves")
                          .arg(m_options.self.name()));
    auto begun = m_group->transferLeadership(next->id);
    return begun ? begun : saidNo(begun.error());
}

void Member::answerLeaving(const raft::TransferEnded& ended)
{
    if (ended.reason.empty())
        return; // sendLeavingOn(), once the next leader is known
    for (const quint64 requestId : std::exchange(m_leaving, {}))
        m_clients->complete(requestId, kv::Failure{"ERR " + m_options.self.name().toUtf8() + " leads still, n" +
                                                   QByteArray::number(ended.to.value) +
                                                   " did not take over: " + QByteArray::fromStdString(ended.reason)});
}

void Member::sendLeavingOn()
{
    if (m_leaving.empty() || m_group->leads() || !m_group->leader())
        return;
    for (const quint64 requestId : std::exchange(m_leaving, {}))
        m_clients->refuse(requestId);
}

} // namespace faultline::node
