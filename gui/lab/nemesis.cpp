// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/nemesis.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr auto kRampStep = 100ms;
/// How long a node that is about to lose power waits for its peers to be deaf to it; one that is itself in trouble must
/// not hold it up for longer.
constexpr auto kMostForSilence = 300ms;
constexpr auto kLeastForSilence = 20ms; ///< the load has a thread of its own
constexpr auto kDownInCrashLoop = 700ms;

} // namespace

Nemesis::Nemesis(Timeline& timeline, Captions& captions, Recovery& recovery)
    : m_timeline(timeline)
    , m_captions(captions)
    , m_recovery(recovery)
{
    m_rampTimer.setInterval(kRampStep);
    connect(&m_rampTimer, &QTimer::timeout, this, &Nemesis::advanceRamps);
    m_powerTimer.setInterval(5ms);
    connect(&m_powerTimer, &QTimer::timeout, this, &Nemesis::lookAtPower);
}

Nemesis::~Nemesis() = default;

void Nemesis::begin(Cluster& cluster, quint64 seed)
{
    end();
    m_cluster = &cluster;
    m_nodes = cluster.ids();
    m_random.seed(seed);
}

void Nemesis::end()
{
    m_cluster = nullptr;
    m_nodes.clear();
    m_state = {};
    m_history.clear();
    m_open.clear();
    m_linkRamps.clear();
    m_surgeRamp.reset();
    m_rampTimer.stop();
    m_losingPower.clear();
    m_powerTimer.stop();
    m_crashTimers.clear();
    m_toFreeze.clear();
    m_rolling.reset();
}

FaultState Nemesis::present() const
{
    FaultState now = m_state;
    for (const auto& [link, moving] : m_linkRamps) {
        const auto target = m_state.links.find(link);
        now.setLink(link, moving.ramp.between(moving.from,
                                              target == m_state.links.end() ? fault::LinkFault() : target->second));
    }
    if (m_surgeRamp)
        now.surge = m_surgeRamp->between(m_surgeFrom, m_state.surge);
    return now;
}

// ---- may it be?

bool Nemesis::hasCluster()
{
    if (!m_cluster)
        m_captions.note(Severity::Warning, {}, QStringLiteral("there is no cluster; start one first"));
    return m_cluster != nullptr;
}

bool Nemesis::allows(NodeId node, bool isPossible, const QString& refusal)
{
    if (!hasCluster())
        return false;
    if (!lifeOf(node)) {
        m_captions.note(
            Severity::Warning, {},
            QStringLiteral("there is no %1 in this cluster; it has %2").arg(node.name(), spokenNodes(m_nodes)));
        return false;
    }
    if (!isPossible)
        m_captions.note(Severity::Warning, node, refusal);
    return isPossible;
}

bool Nemesis::allows(const std::vector<LinkId>& links)
{
    if (!hasCluster())
        return false;
    for (const LinkId link : links) {
        for (const NodeId end : {link.from, link.to}) {
            if (end != kClients && !allows(end, true, {}))
                return false;
        }
        if (link.from == link.to) {
            m_captions.note(Severity::Warning, {}, QStringLiteral("%1 has no link to itself").arg(link.from.name()));
            return false;
        }
    }
    if (links.empty())
        m_captions.note(Severity::Warning, {}, QStringLiteral("no link is chosen, so nothing was changed"));
    return !links.empty();
}

// ---- from one state to the next

void Nemesis::become(FaultState next, const Said& said)
{
    std::erase_if(next.crashPeriods,
                  [&next](const auto& entry) { return next.conditionOf(entry.first) != NodeCondition::CrashLooping; });
    const FaultState before = std::exchange(m_state, std::move(next));
    if (!said.isUndo)
        m_history.did(said.undoSentence.isEmpty() ? said.what : said.undoSentence, before, m_state);
    const auto isSetAnew = [&](LinkId link) {
        const auto inState = [link](const FaultState& state) {
            const auto found = state.links.find(link);
            return found == state.links.end() ? fault::LinkFault() : found->second;
        };
        return inState(before) != inState(m_state);
    };
    std::erase_if(m_linkRamps, [&](const auto& entry) { return isSetAnew(entry.first); });
    if (before.surge != m_state.surge)
        m_surgeRamp.reset();

    // The caption reads what was: who led before the deed.
    OpenFaults::Change change = m_open.update(before, m_state, m_nodes, wire::monotonicNow());
    for (const FaultRecord& ended : change.ended) {
        m_timeline.append(ended);
        if (!ended.to)
            continue;
        m_recovery.faultEnded(ended.id, *ended.to);
        if (ended.kind == FaultKind::Cut || ended.kind == FaultKind::Link || ended.kind == FaultKind::Isolate ||
            ended.kind == FaultKind::Freeze) {
            m_recovery.expectWriteAfterHealing(ended);
            emit healed(ended.id, *ended.to);
        }
    }
    if (!said.bandName.isEmpty()) {
        for (FaultRecord& begun : change.begun)
            begun.name = said.bandName;
    }
    publish();
    const std::optional<GestureRecord> gesture = caption(said.what, before, std::move(change.begun));
    if (m_state.rolling && !before.rolling && gesture)
        beginRolling(*gesture);
    else if (before.rolling && !m_state.rolling)
        stopRolling();
    std::set<NodeId> touched;
    for (const FaultState* state : {&before, &std::as_const(m_state)}) {
        for (const auto& [node, condition] : state->conditions)
            touched.insert(node);
    }
    for (const NodeId node : touched) {
        if (before.conditionOf(node) != conditionOf(node))
            carryOut(node, before.conditionOf(node), conditionOf(node));
    }
}

void Nemesis::publish()
{
    m_timeline.append(FaultStateRecord{wire::monotonicNow(), present(), m_history.undoSentence(),
                                       m_history.redoSentence(), meaningOf(m_history.wouldUndo(m_state)),
                                       meaningOf(m_history.wouldRedo(m_state))});
    emit changed();
}

QString Nemesis::meaningOf(const std::optional<FaultState>& next) const
{
    if (!next)
        return {};
    const FaultState there = withoutTheGone(*next);
    return there == m_state ? QStringLiteral("there is nothing to bring back") : spokenPrice(m_state, there);
}

void Nemesis::carryOut(NodeId node, NodeCondition before, NodeCondition after)
{
    if (before == NodeCondition::CrashLooping)
        m_crashTimers.erase(node);
    m_toFreeze.erase(node);
    const bool wasLosingPower = m_losingPower.erase(node) > 0;
    const auto life = lifeOf(node);
    const bool alive = life && *life != NodeLife::Dead && *life != NodeLife::Stopped;
    if (after != NodeCondition::Runs && after != NodeCondition::Frozen)
        m_recovery.forget(node);
    switch (after) {
    case NodeCondition::Runs:
        if (before == NodeCondition::Frozen)
            m_cluster->thaw(node);
        else if (!alive || wasLosingPower || m_cluster->isOnItsWayOut(node) || before == NodeCondition::Killed ||
                 before == NodeCondition::PoweredOff || before == NodeCondition::Stopped)
            m_cluster->restart(node);
        break;
    case NodeCondition::Frozen:
        if (life == NodeLife::Running && !wasLosingPower) {
            m_cluster->freeze(node);
            break;
        }
        m_toFreeze.insert(node);
        m_cluster->restart(node);
        break;
    case NodeCondition::Stopped:
        if (alive)
            m_cluster->stop(node);
        break;
    case NodeCondition::Killed:
        if (alive)
            m_cluster->kill(node);
        break;
    case NodeCondition::PoweredOff:
        if (alive)
            cutPowerWhenSilent(node);
        break;
    case NodeCondition::CrashLooping:
        crash(node);
        break;
    }
}

bool Nemesis::canLead(NodeId node, const FaultState& state) const
{
    const auto able = [&](NodeId who) {
        const NodeCondition condition = state.conditionOf(who);
        return condition == NodeCondition::Runs && m_timeline.node(who) != nullptr;
    };
    if (!able(node))
        return false;
    const Membership membership = m_timeline.membership();
    const auto hearsMajorityOf = [&](const std::set<NodeId>& voters) {
        const auto heard = std::count_if(voters.begin(), voters.end(), [&](NodeId peer) {
            return peer == node ||
                   (able(peer) && !state.effective({node, peer}).blocks() && !state.effective({peer, node}).blocks());
        });
        return static_cast<std::size_t>(heard) > voters.size() / 2;
    };
    return membership.hasVote(node) && hearsMajorityOf(membership.voters) &&
           (!membership.isJoint() || hearsMajorityOf(membership.outgoing));
}

bool Nemesis::isLeaderHit(const FaultRecord& fault, NodeId leader, const FaultState& before) const
{
    if (fault.kind == FaultKind::Clock || fault.kind == FaultKind::Disk || fault.kind == FaultKind::Surge ||
        fault.kind == FaultKind::HotKey || fault.kind == FaultKind::RollingRestart)
        return false;
    if (fault.target) {
        const NodeState* state = m_timeline.node(fault.target);
        // When it is dead already its last word tells what it was.
        return leader == fault.target ||
               (!leader && state && state->status && state->status->role == wire::Role::Leader &&
                state->status->term == m_timeline.highestTerm());
    }
    return leader && canLead(leader, before) && !canLead(leader, m_state);
}

QString Nemesis::leadershipNow() const
{
    if (std::none_of(m_nodes.begin(), m_nodes.end(), [this](NodeId node) { return canLead(node, m_state); }))
        return QStringLiteral("no majority is left, so no write can be taken");
    const NodeId leader = m_timeline.leader();
    return leader && canLead(leader, m_state) ? QStringLiteral("%1 still leads").arg(leader.name()) : QString();
}

std::optional<GestureRecord> Nemesis::caption(const QString& what, const FaultState& before,
                                              std::vector<FaultRecord> begun)
{
    const NodeId leader = m_timeline.leader();
    FaultRecord* hit = nullptr;
    for (FaultRecord& fault : begun) {
        fault.onLeader = isLeaderHit(fault, leader, before);
        if (fault.onLeader && !hit)
            hit = &fault;
        m_open.learn(fault);
        m_timeline.append(fault);
    }
    const QString outcome =
        hit && std::any_of(m_nodes.begin(), m_nodes.end(), [this](NodeId node) { return canLead(node, m_state); })
            ? QString()
            : leadershipNow();
    if (what.isEmpty())
        return std::nullopt;
    const bool isUndo = what.startsWith(QStringLiteral("Undid")) || what.startsWith(QStringLiteral("Did again"));
    const QString price = !isUndo             ? QString()
                          : before == m_state ? QStringLiteral("there is nothing to bring back")
                                              : spokenPrice(before, m_state);
    const bool isForLeadership = std::any_of(begun.begin(), begun.end(), [](const FaultRecord& fault) {
        return fault.kind != FaultKind::RollingRestart; // its outcome is its end
    });
    const GestureRecord gesture = m_captions.gesture(what, !price.isEmpty()  ? price
                                                           : isForLeadership ? outcome
                                                                             : QString());
    GestureRecord lasting = gesture; // a price stays; who led at that moment is overtaken
    lasting.outcome = price;
    if (hit) {
        m_recovery.expectNewLeader(*hit, lasting, m_timeline.highestTerm());
        emit leaderHit(hit->id, hit->target ? hit->target : leader, hit->from);
    }
    expectCatchUps(lasting, before, m_state);
    return gesture;
}

void Nemesis::expectCatchUps(const GestureRecord& gesture, const FaultState& before, const FaultState& after)
{
    // Of one node there is something to say; of many the large sentence tells.
    std::vector<NodeId> back;
    for (const NodeId node : m_nodes) {
        const bool wasAway = before.conditionOf(node) != NodeCondition::Runs || before.isolated.contains(node);
        const bool isAway = after.conditionOf(node) != NodeCondition::Runs || after.isolated.contains(node);
        if (wasAway && !isAway)
            back.push_back(node);
    }
    if (back.size() == 1)
        m_recovery.expectCatchUp(gesture, back.front(), highestCommit());
}

quint64 Nemesis::highestCommit() const
{
    quint64 commit = 0;
    for (const auto& [id, node] : m_timeline.nodes())
        commit = std::max(commit, node.status ? node.status->commitIndex : 0);
    return commit;
}

// ---- what takes its time

void Nemesis::cutPowerWhenSilent(NodeId node)
{
    m_losingPower[node] = wire::monotonicNow();
    m_powerTimer.start();
}

void Nemesis::lookAtPower()
{
    const Monotonic now = wire::monotonicNow();
    std::erase_if(m_losingPower, [&](const auto& entry) {
        const auto waited = now - entry.second;
        if (waited < kLeastForSilence || (waited < kMostForSilence && !m_cluster->isDesiredObeyed(entry.first)))
            return false;
        m_cluster->cutPower(entry.first);
        return true;
    });
    if (m_losingPower.empty())
        m_powerTimer.stop();
}

void Nemesis::crash(NodeId node)
{
    if (conditionOf(node) != NodeCondition::CrashLooping || !m_cluster)
        return;
    const auto life = lifeOf(node);
    const bool alive = life != NodeLife::Dead && life != NodeLife::Stopped;
    auto& timer = m_crashTimers[node];
    timer = std::make_unique<QTimer>();
    timer->setSingleShot(true);
    timer->callOnTimeout(this, [this, node] {
        // Queued: the timer that calls is about to be replaced.
        QMetaObject::invokeMethod(
            this, [this, node] { crash(node); }, Qt::QueuedConnection);
    });
    if (alive) {
        m_cluster->kill(node);
        timer->start(kDownInCrashLoop);
    } else {
        m_cluster->restart(node);
        timer->start(m_state.crashPeriods.at(node));
    }
}

void Nemesis::membersAre(const std::vector<NodeId>& nodes)
{
    m_nodes = nodes;
    const std::set<NodeId> there(nodes.begin(), nodes.end());
    const auto isGone = [&there](NodeId node) { return !there.contains(node); };
    std::erase_if(m_crashTimers, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(m_losingPower, [&](const auto& entry) { return isGone(entry.first); });
    std::erase_if(m_toFreeze, isGone);
    std::erase_if(m_linkRamps, [&](const auto& entry) {
        const auto isOfGone = [&](NodeId end) { return end != kClients && isGone(end); };
        return isOfGone(entry.first.from) || isOfGone(entry.first.to);
    });
    FaultState next = m_state;
    next.keepOnly(there);
    if (next == m_state)
        publish();
    else
        become(std::move(next), {{}, {}, true});
}

void Nemesis::didMemberChange(MemberStep step)
{
    m_history.did((step.added ? QStringLiteral("Add %1") : QStringLiteral("Remove %1")).arg(step.node.name()), step);
    publish();
}

void Nemesis::undidMemberChange(MemberStep step)
{
    m_history.undone(step);
    publish();
}

void Nemesis::redidMemberChange(MemberStep step)
{
    m_history.redone(step);
    publish();
}

void Nemesis::onStatus(const StatusRecord&)
{
    if (!m_rolling || !m_cluster)
        return;
    if (const NodeId node = m_rolling->next(m_timeline)) {
        if (lifeOf(node) == NodeLife::Running)
            m_cluster->restart(node);
    } else if (m_rolling->done()) {
        const std::size_t all = m_rolling->count();
        const std::size_t back = m_rolling->finished();
        const QString took = spokenDuration(wire::monotonicNow() - m_rollingGesture.at);
        const QString outcome = back == all ? QStringLiteral("all %1 restarted in %2").arg(all).arg(took)
                                            : QStringLiteral("%1 of %2 restarted in %3; %4 left the cluster meanwhile")
                                                  .arg(back)
                                                  .arg(all)
                                                  .arg(took)
                                                  .arg(all - back);
        m_rolling.reset();
        FaultState next = m_state;
        next.rolling = false;
        become(std::move(next), {{}, {}, true});
        m_captions.cameTo(m_rollingGesture, outcome);
    }
}

void Nemesis::onRunning(NodeId node)
{
    if (m_toFreeze.erase(node) > 0)
        m_cluster->freeze(node);
}

bool Nemesis::endRamps(const std::vector<LinkId>& links)
{
    bool any = false;
    for (const LinkId link : links)
        any = m_linkRamps.erase(link) > 0 || any;
    return any;
}

void Nemesis::advanceRamps()
{
    if (m_timeline.pace().held)
        return;
    const std::chrono::microseconds step = std::chrono::microseconds(kRampStep) / m_timeline.pace().factor;
    for (auto& [link, moving] : m_linkRamps)
        moving.ramp.advance(step);
    std::erase_if(m_linkRamps, [](const auto& entry) { return entry.second.ramp.done(); });
    if (m_surgeRamp) {
        m_surgeRamp->advance(step);
        if (m_surgeRamp->done())
            m_surgeRamp.reset();
    }
    if (m_linkRamps.empty() && !m_surgeRamp)
        m_rampTimer.stop();
    publish();
}

} // namespace faultline::lab
