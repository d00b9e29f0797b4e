// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/member_changes.h"

#include "gui/lab/member_rules.h"
#include "gui/lab/timeline/waiting.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr auto kTry = 2s; // all of cluster time
constexpr auto kPatienceForOrder = 20s;
constexpr auto kPatienceForStart = 20s;
constexpr auto kPatienceForCatchUp = 60s;
constexpr auto kPatienceForAgreement = 30s;
constexpr auto kPatienceForTransfer = 10s;
constexpr std::chrono::milliseconds kLongest = 60s; ///< of wall time: a person waits for it

} // namespace

MemberChanges::MemberChanges(Timeline& timeline, Captions& captions)
    : m_timeline(timeline)
    , m_captions(captions)
{
    connect(&m_patience, &Patience::ranOut, this, &MemberChanges::giveUp);
    m_order.firstPort = [this]() -> quint16 {
        if (const NodeState* leader = m_timeline.node(m_timeline.leader()))
            return leader->member.clientPort;
        const auto& nodes = m_timeline.nodes();
        const auto runs = std::find_if(nodes.begin(), nodes.end(), [this](const auto& entry) {
            return entry.second.life == NodeLife::Running && entry.first != m_change->node;
        });
        return runs == nodes.end() ? 0 : runs->second.member.clientPort;
    };
    m_order.isDone = [this] { return hasBegun(); };
    connect(&m_order, &LeaderCommand::taken, this, [this] {
        switch (m_change->what) {
        case What::Add:
            wait(Phase::Waiting, kPatienceForCatchUp);
            break;
        case What::Remove:
            wait(Phase::Waiting, kPatienceForAgreement);
            break;
        case What::Transfer:
            wait(Phase::Waiting, kPatienceForTransfer);
            break;
        }
        look();
    });
    connect(&m_order, &LeaderCommand::refused, this, &MemberChanges::refuse);
}

void MemberChanges::begin(Cluster& cluster)
{
    end();
    m_cluster = &cluster;
}

void MemberChanges::end()
{
    m_cluster = nullptr;
    m_change.reset();
    m_order.forget();
    m_patience.stop();
}

void MemberChanges::setHeld(bool held)
{
    m_order.setHeld(held);
    m_patience.setHeld(held);
}

std::chrono::milliseconds MemberChanges::inClusterTime(std::chrono::milliseconds time) const
{
    return std::min(time * m_timeline.pace().factor, kLongest);
}

void MemberChanges::wait(Phase phase, std::chrono::milliseconds patience)
{
    m_change->phase = phase;
    m_patience.start(inClusterTime(patience));
}

// ---- the orders

quint64 MemberChanges::order(What what, NodeId node, Origin origin, const QString& whyNot)
{
    const quint64 id = ++m_lastId;
    QString why = whyNot;
    if (why.isEmpty() && !m_cluster)
        why = QStringLiteral("there is no cluster; start one first");
    if (!why.isEmpty()) {
        m_captions.note(Severity::Warning, m_timeline.node(node) ? node : NodeId{}, why);
        QMetaObject::invokeMethod(
            this,
            [this, id, node, why] {
                emit ended({id, false, node, why});
            },
            Qt::QueuedConnection);
        return id;
    }
    const QString deed = what == What::Add      ? QStringLiteral("Add %1")
                         : what == What::Remove ? QStringLiteral("Remove %1")
                                                : QStringLiteral("Make %1 the leader");
    const QString prefix = origin == Origin::Undo   ? QStringLiteral("Undid: ")
                           : origin == Origin::Redo ? QStringLiteral("Did again: ")
                                                    : QString();
    const bool isReversed = origin == Origin::Undo;
    const QString said = !isReversed            ? deed
                         : what == What::Remove ? QStringLiteral("Add %1")
                                                : QStringLiteral("Remove %1");
    const QString underWay = what == What::Add      ? QStringLiteral("%1 is being added")
                             : what == What::Remove ? QStringLiteral("%1 is being removed")
                                                    : QStringLiteral("leadership goes to %1");
    m_change = Change{};
    m_change->id = id;
    m_change->what = what;
    m_change->node = node;
    m_change->origin = origin;
    m_timeline.append(MemberChangeRecord{wire::monotonicNow(), underWay.arg(node.name())});
    m_change->gesture = m_captions.gesture(prefix + said.arg(node.name()));
    return id;
}

quint64 MemberChanges::add()
{
    const QString why = whyNoneAdded(m_timeline);
    return why.isEmpty() ? add(freeMember(m_timeline), Origin::Deed) : order(What::Add, {}, Origin::Deed, why);
}

quint64 MemberChanges::add(NodeId node, Origin origin)
{
    const QString why = whyNotAdded(m_timeline, node);
    const quint64 id = order(What::Add, node, origin, why);
    if (!why.isEmpty() || !m_change)
        return id;
    const auto member = m_cluster->add(node);
    if (!member) {
        QMetaObject::invokeMethod(
            this, [this, reason = member.error()] { finish(false, reason); }, Qt::QueuedConnection);
        return id;
    }
    wait(Phase::Starting, kPatienceForStart);
    emit arrived(*member);
    return id;
}

quint64 MemberChanges::remove(NodeId node, Origin origin)
{
    const QString why = whyNotRemoved(m_timeline, node);
    const quint64 id = order(What::Remove, node, origin, why);
    if (why.isEmpty() && m_change)
        askLeader();
    return id;
}

quint64 MemberChanges::transfer(NodeId node)
{
    const QString why = whyNotLeader(m_timeline, node);
    const quint64 id = order(What::Transfer, node, Origin::Deed, why);
    if (why.isEmpty() && m_change)
        askLeader();
    return id;
}

void MemberChanges::askLeader()
{
    m_change->phase = Phase::Asking;
    m_patience.stop();
    const QByteArray name = m_change->node.name().toUtf8();
    QByteArrayList words{"MEMBER"};
    switch (m_change->what) {
    case What::Add: {
        const ClusterRecord::Member& member = m_timeline.node(m_change->node)->member;
        words << "ADD" << name << "127.0.0.1" << QByteArray::number(member.peerPort)
              << QByteArray::number(member.clientPort);
        break;
    }
    case What::Remove:
        words << "REMOVE" << name;
        break;
    case What::Transfer:
        words << "TRANSFER" << name;
        break;
    }
    m_order.ask(words, inClusterTime(kTry), inClusterTime(kPatienceForOrder));
}

// ---- what comes of them

bool MemberChanges::hasBegun() const
{
    const NodeId node = m_change->node;
    const Membership now = m_timeline.membership();
    switch (m_change->what) {
    case What::Add:
        return now.isReported && (now.hasVote(node) || now.learners.contains(node));
    case What::Remove:
        return now.isReported && !now.voters.contains(node) && !now.learners.contains(node);
    case What::Transfer:
        return m_timeline.leader() == node;
    }
    Q_UNREACHABLE();
}

bool MemberChanges::holds() const
{
    const Membership now = m_timeline.membership();
    return m_change->what == What::Add ? hasBegun() && now.voters.contains(m_change->node) && !now.isJoint()
                                       : hasBegun() && !now.isJoint();
}

void MemberChanges::onRunning(NodeId node)
{
    if (m_change && m_change->what == What::Add && m_change->node == node && m_change->phase == Phase::Starting)
        askLeader();
}

void MemberChanges::look()
{
    if (!m_change)
        return;
    const NodeState* node = m_timeline.node(m_change->node);
    if (m_change->phase == Phase::Starting && node && node->life == NodeLife::Dead) {
        refuse(QStringLiteral("its process ended at once: %1").arg(node->how));
        return;
    }
    if (m_change->phase != Phase::Waiting)
        return;
    const NodeState* leader = m_timeline.node(m_timeline.leader());
    if (!leader || !leader->status || !holds()) {
        m_change->goal = 0;
        return;
    }
    const QString took = spokenDuration(wire::monotonicNow() - m_change->gesture.at);
    if (m_change->what == What::Transfer) {
        finish(true, QStringLiteral("%1 leads after %2").arg(m_change->node.name(), took));
        return;
    }
    // In the log is not enough: it has to be there to stay.
    if (m_change->goal == 0)
        m_change->goal = leader->status->lastIndex;
    if (leader->status->commitIndex < m_change->goal)
        return;
    if (m_change->what == What::Add) {
        finish(true, m_change->origin == Origin::Undo
                         ? QStringLiteral("%1 came back empty, has learned everything and votes after %2")
                               .arg(m_change->node.name(), took)
                         : QStringLiteral("%1 has caught up and votes after %2").arg(m_change->node.name(), took));
        return;
    }
    m_patience.stop();
    m_change->phase = Phase::Leaving;
    m_cluster->remove(m_change->node);
}

void MemberChanges::onRemoved(const ClusterRecord::Member& member)
{
    emit left(member.id);
    if (!m_change || m_change->node != member.id || m_change->phase != Phase::Leaving)
        return;
    if (m_change->what == What::Add)
        finish(false, m_change->refusal);
    else
        finish(true, QStringLiteral("%1 is gone, and its data with it, after %2")
                         .arg(member.id.name(), spokenDuration(wire::monotonicNow() - m_change->gesture.at)));
}

void MemberChanges::giveUp()
{
    if (!m_change)
        return;
    const QString name = m_change->node.name();
    const QString within = spokenDuration(m_patience.whole());
    if (m_change->phase == Phase::Starting) {
        refuse(QStringLiteral("its process did not come up within %1").arg(within));
        return;
    }
    switch (m_change->what) {
    case What::Add:
        if (const QString far = spokenJoining(m_timeline, m_change->node); !far.isEmpty())
            finish(false, QStringLiteral("%1 has not caught up within %2: it %3; it goes on learning, without a vote")
                              .arg(name, within, far));
        else
            finish(false, QStringLiteral("%1 has not caught up within %2; it goes on learning, without a vote")
                              .arg(name, within));
        break;
    case What::Remove:
        if (const QString waits = spokenWaiting(m_timeline); !waits.isEmpty())
            finish(false, QStringLiteral("%1 has not left within %2: who leaves waits for %3; remove who never comes")
                              .arg(name, within, waits));
        else
            finish(false, QStringLiteral("no majority let %1 go within %2, so it stays").arg(name, within));
        break;
    case What::Transfer:
        finish(false, QStringLiteral("%1 did not take over within %2").arg(name, within));
        break;
    }
}

void MemberChanges::refuse(const QString& reason)
{
    const QString name = m_change->node.name();
    switch (m_change->what) {
    case What::Add:
        m_patience.stop();
        m_change->refusal = QStringLiteral("%1 was not added: %2").arg(name, reason);
        m_change->phase = Phase::Leaving;
        m_cluster->remove(m_change->node);
        break;
    case What::Remove:
        finish(false, QStringLiteral("%1 was not removed: %2").arg(name, reason));
        break;
    case What::Transfer:
        finish(false, QStringLiteral("%1 was not made the leader: %2").arg(name, reason));
        break;
    }
}

void MemberChanges::finish(bool done, const QString& sentence)
{
    if (!m_change)
        return;
    m_patience.stop();
    m_order.forget();
    const QString said = sentence; // which may be the change's own
    const Change change = *std::exchange(m_change, std::nullopt);
    m_timeline.append(MemberChangeRecord{wire::monotonicNow(), {}});
    m_captions.cameTo(change.gesture, said);
    if (!done)
        m_captions.note(Severity::Warning, {}, said);
    if (done && change.what != What::Transfer)
        emit changed({change.node, change.what == What::Add}, change.origin);
    emit ended({change.id, done, change.node, said});
}

} // namespace faultline::lab
