// SPDX-License-Identifier: GPL-3.0-or-later
// The deeds: what each order asks for, as the next state and the sentence that goes with it.
#include "gui/lab/nemesis.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

QString spokenSo(MemberStep step)
{
    return (step.added ? QStringLiteral("%1 belongs to the cluster already")
                       : QStringLiteral("%1 has left the cluster already"))
        .arg(step.node.name());
}

} // namespace

// ---- processes

void Nemesis::kill(NodeId node)
{
    const auto life = lifeOf(node);
    if (!allows(node, life != NodeLife::Dead && life != NodeLife::Stopped && conditionOf(node) != NodeCondition::Killed,
                QStringLiteral("%1 is not running, so it cannot be killed").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::Killed;
    const bool led = m_timeline.leader() == node;
    become(next, {QStringLiteral("Killed %1").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()),
                  QStringLiteral("Kill %1").arg(node.name())});
}

void Nemesis::stop(NodeId node)
{
    const auto life = lifeOf(node);
    if (!allows(node, life == NodeLife::Running || life == NodeLife::Frozen || life == NodeLife::Starting,
                QStringLiteral("%1 is not running, so it cannot be stopped").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::Stopped;
    const bool led = m_timeline.leader() == node;
    become(next, {QStringLiteral("Stopped %1").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()),
                  QStringLiteral("Stop %1").arg(node.name())});
}

void Nemesis::freeze(NodeId node)
{
    const auto life = lifeOf(node);
    if (!allows(node, life == NodeLife::Running,
                QStringLiteral("%1 is not running, so it cannot be frozen").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::Frozen;
    const bool led = m_timeline.leader() == node;
    become(next, {QStringLiteral("Froze %1").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()),
                  QStringLiteral("Freeze %1").arg(node.name())});
}

void Nemesis::thaw(NodeId node)
{
    if (!allows(node, lifeOf(node) == NodeLife::Frozen, QStringLiteral("%1 is not frozen").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions.erase(node);
    become(next, {QStringLiteral("Thawed %1").arg(node.name()), QStringLiteral("Thaw %1").arg(node.name())});
}

void Nemesis::restart(NodeId node)
{
    if (!allows(node, true, {}))
        return;
    if (conditionOf(node) != NodeCondition::Runs && conditionOf(node) != NodeCondition::Frozen) {
        FaultState next = m_state;
        next.conditions.erase(node);
        become(next, {QStringLiteral("Restarted %1").arg(node.name()), QStringLiteral("Restart %1").arg(node.name())});
        return;
    }
    // Of one that runs: dead for a moment, and nothing that undo could bring back.
    FaultState dead = m_state;
    dead.conditions[node] = NodeCondition::Killed;
    FaultState back = m_state;
    back.conditions.erase(node);
    const bool led = m_timeline.leader() == node;
    become(dead, {QStringLiteral("Killed %1").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()),
                  {},
                  true,
                  QStringLiteral("%1 restarts").arg(node.name())});
    become(back, {QStringLiteral("Restarted %1").arg(node.name()), {}, true});
}

void Nemesis::isolate(NodeId node)
{
    if (!allows(node, !m_state.isolated.contains(node), QStringLiteral("%1 is isolated already").arg(node.name())))
        return;
    FaultState next = m_state;
    next.isolated.insert(node);
    const bool led = m_timeline.leader() == node;
    become(next, {QStringLiteral("Isolated %1%2 from its peers; clients still reach it")
                      .arg(node.name(), led ? QStringLiteral(", the leader,") : QString()),
                  QStringLiteral("Isolate %1").arg(node.name())});
}

void Nemesis::rejoin(NodeId node)
{
    if (!allows(node, m_state.isolated.contains(node), QStringLiteral("%1 is not isolated").arg(node.name())))
        return;
    FaultState next = m_state;
    next.isolated.erase(node);
    become(next, {QStringLiteral("Rejoined %1 with its peers").arg(node.name()),
                  QStringLiteral("Rejoin %1").arg(node.name())});
}

void Nemesis::powerOff(NodeId node)
{
    const auto life = lifeOf(node);
    if (!allows(node, life == NodeLife::Running || life == NodeLife::Frozen || life == NodeLife::Starting,
                QStringLiteral("%1 is not running, so it cannot be powered off").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::PoweredOff;
    const bool led = m_timeline.leader() == node;
    become(next,
           {QStringLiteral("Powered off %1").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()),
            QStringLiteral("Power off %1").arg(node.name())});
}

void Nemesis::crashLoop(NodeId node, std::chrono::milliseconds period)
{
    if (period < 1s || period > 60s) {
        m_captions.note(
            Severity::Warning, node,
            QStringLiteral("a crash loop of %1 ms cannot be made; 1 s to 60 s would be right").arg(period.count()));
        return;
    }
    if (!allows(node, conditionOf(node) != NodeCondition::CrashLooping,
                QStringLiteral("%1 is in a crash loop already").arg(node.name())))
        return;
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::CrashLooping;
    next.crashPeriods[node] = period;
    become(next,
           {QStringLiteral("Put %1 into a crash loop: it runs %2 at a time").arg(node.name(), spokenDuration(period)),
            QStringLiteral("Crash loop of %1").arg(node.name())});
}

void Nemesis::rollingRestart()
{
    if (!hasCluster())
        return;
    FaultState next = m_state;
    next.rolling = !m_state.rolling;
    if (m_state.rolling) {
        become(std::move(next), {{}, {}, true});
        return;
    }
    const std::size_t count = RollingRestart(m_timeline).count();
    if (count == 0)
        m_captions.note(Severity::Warning, {}, QStringLiteral("no node runs, so none can be restarted in turn"));
    else
        become(std::move(next), {QStringLiteral("Rolling restart of %1 nodes, the leader last").arg(count),
                                 QStringLiteral("Rolling restart")});
}

void Nemesis::beginRolling(const GestureRecord& gesture)
{
    m_rolling.emplace(m_timeline);
    m_rollingGesture = gesture;
}

void Nemesis::stopRolling()
{
    if (m_rolling)
        m_captions.cameTo(m_rollingGesture,
                          QStringLiteral("stopped after %1 of %2").arg(m_rolling->finished()).arg(m_rolling->count()));
    m_rolling.reset();
}

void Nemesis::onDiedByItself(NodeId node, const QString& how)
{
    m_captions.note(Severity::Error, node, QStringLiteral("%1 ended by itself: %2").arg(node.name(), how));
    m_recovery.forget(node);
    FaultState next = m_state;
    next.conditions[node] = NodeCondition::Killed;
    const bool led = m_timeline.leader() == node;
    become(next,
           {QStringLiteral("%1 died").arg(node.name()) + (led ? QStringLiteral(", the leader") : QString()), {}, true});
}

// ---- links

void Nemesis::setLinkFault(const std::vector<LinkId>& links, const fault::LinkFault& fault,
                           std::chrono::milliseconds over, const QString& name)
{
    if (!allows(links))
        return;
    for (const LinkId link : links) {
        if (const Result<void> valid = fault::validate(fault, link.isOfClients()); !valid) {
            m_captions.note(Severity::Warning, {}, QStringLiteral("%1: %2").arg(spokenLinks({link}), valid.error()));
            return;
        }
    }
    const FaultState now = present();
    endRamps(links);
    FaultState next = m_state;
    for (const LinkId link : links)
        next.setLink(link, fault);
    const QString which = spokenLinks(links);
    const QString how = over > 0ms ? QStringLiteral(" within %1").arg(spokenDuration(over)) : QString();
    fault::LinkFault onlyCut;
    onlyCut.cut = true;
    if (fault.healthy())
        become(next, {QStringLiteral("Healed %1").arg(which) + how, QStringLiteral("Heal %1").arg(which) + how});
    else if (fault == onlyCut)
        become(next, {QStringLiteral("Cut %1").arg(which) + how, {}});
    else if (name.isEmpty())
        become(next, {QStringLiteral("%1 %2").arg(which, fault::spokenLinkFault(fault)) + how, {}});
    else
        become(next, {QStringLiteral("%1: %2 (%3)").arg(which, name, fault::spokenLinkFault(fault)) + how, {}});
    if (over > 0ms) {
        for (const LinkId link : links) {
            const auto from = now.links.find(link);
            m_linkRamps[link] = {Ramp(over), from == now.links.end() ? fault::LinkFault() : from->second};
        }
        m_rampTimer.start();
        publish();
    }
}

void Nemesis::cut(const std::set<LinkId>& links, const QString& name)
{
    if (!allows({links.begin(), links.end()}))
        return;
    if (m_state.cuts.size() >= kMostCuts) {
        m_captions.note(Severity::Warning, {},
                        QStringLiteral("%1 partitions and cuts are in place, and that is the most there can be; heal "
                                       "some of them first")
                            .arg(kMostCuts));
        return;
    }
    FaultState next = m_state;
    next.addCut(name, links);
    const bool ofPeers = std::any_of(links.begin(), links.end(), [](LinkId link) { return !link.isOfClients(); });
    const QString spoken = ofPeers ? spokenCuts(links, m_nodes) : spokenLinks({links.begin(), links.end()});
    const bool parts = spoken.contains(QLatin1Char('|'));
    const QString which = name.isEmpty() ? spoken : QStringLiteral("%1 (%2)").arg(spoken, name);
    become(next, {(parts ? QStringLiteral("Partitioned %1") : QStringLiteral("Cut %1")).arg(which),
                  (parts ? QStringLiteral("Partition %1") : QStringLiteral("Cut %1")).arg(which)});
}

void Nemesis::healLinks(const std::vector<LinkId>& links)
{
    if (!allows(links))
        return;
    const bool wereOnTheirWay = endRamps(links);
    FaultState next = m_state;
    for (const LinkId link : links)
        next.healLink(link);
    const bool stillCut =
        std::any_of(links.begin(), links.end(), [&](LinkId link) { return next.effective(link).cut; });
    if (next == m_state && !wereOnTheirWay) {
        m_captions.note(Severity::Warning, {},
                        stillCut ? QStringLiteral("%1 is cut because a node is isolated or without power; rejoin or "
                                                  "restart that node")
                                       .arg(spokenLinks(links))
                                 : QStringLiteral("nothing is wrong with %1").arg(spokenLinks(links)));
        return;
    }
    become(next,
           {QStringLiteral("Healed %1").arg(spokenLinks(links)), QStringLiteral("Heal %1").arg(spokenLinks(links))});
}

void Nemesis::partition(PartitionShape shape, const std::vector<NodeId>& around)
{
    if (!hasCluster())
        return;
    std::vector<NodeId> whom = around;
    if (whom.empty() && shape == PartitionShape::Primaries) {
        whom = m_timeline.leaders();
        if (whom.empty()) {
            m_captions.note(Severity::Warning, {},
                            QStringLiteral("no node leads, so there is no primary to part from the rest"));
            return;
        }
    }
    if (whom.empty() && m_timeline.leader())
        whom = {m_timeline.leader()};
    if (shape == PartitionShape::Halves || shape == PartitionShape::MajoritiesRing)
        whom = around;
    const Result<std::set<LinkId>> cuts = cutsOf(shape, m_nodes, whom, m_random);
    if (!cuts)
        m_captions.note(Severity::Warning, {}, cuts.error());
    else
        cut(*cuts, nameOf(shape));
}

void Nemesis::partition(const std::vector<NodeId>& side)
{
    if (!hasCluster())
        return;
    for (const NodeId node : side) {
        if (!allows(node, true, {}))
            return;
    }
    std::vector<NodeId> rest;
    std::copy_if(m_nodes.begin(), m_nodes.end(), std::back_inserter(rest),
                 [&](NodeId node) { return std::find(side.begin(), side.end(), node) == side.end(); });
    if (side.empty() || rest.empty())
        m_captions.note(Severity::Warning, {},
                        QStringLiteral("a partition needs nodes on both sides; select some of them, and not all"));
    else
        cut(cutsBetween(side, rest), {});
}

void Nemesis::healCut(quint32 id)
{
    if (!hasCluster())
        return;
    const auto cut =
        std::find_if(m_state.cuts.begin(), m_state.cuts.end(), [id](const CutSet& each) { return each.id == id; });
    if (cut == m_state.cuts.end())
        return;
    const QString which = spokenCutSets({*cut}, m_nodes);
    FaultState next = m_state;
    std::erase_if(next.cuts, [id](const CutSet& each) { return each.id == id; });
    become(next, {QStringLiteral("Healed %1").arg(which), QStringLiteral("Heal %1").arg(which)});
}

void Nemesis::healPartitions()
{
    if (!hasCluster())
        return;
    if (m_state.cuts.empty()) {
        m_captions.note(Severity::Warning, {}, QStringLiteral("there is no partition to heal"));
        return;
    }
    FaultState next = m_state;
    next.cuts.clear();
    const QString which = spokenCutSets(m_state.cuts, m_nodes);
    become(next, {QStringLiteral("Healed %1").arg(which), QStringLiteral("Heal %1").arg(which)});
}

void Nemesis::healAll()
{
    if (!hasCluster())
        return;
    if (m_state.healthy() && m_linkRamps.empty() && !m_surgeRamp) {
        m_captions.note(Severity::Info, {}, QStringLiteral("all is healthy: there is nothing to heal"));
        return;
    }
    m_linkRamps.clear();
    m_surgeRamp.reset();
    become({}, {QStringLiteral("Healed all"), QStringLiteral("Heal all")});
}

// ---- clocks, disks and load

void Nemesis::setClock(NodeId node, std::chrono::microseconds offset, quint32 rate)
{
    const bool fits =
        std::chrono::abs(offset) <= fault::kMaxOffset && rate >= fault::kMinRate && rate <= fault::kMaxRate;
    if (!allows(node, fits, QStringLiteral("a clock goes at most 366 days wrong, and at 10% to 1000% of its speed")))
        return;
    FaultState next = m_state;
    const fault::ClockFault clock{offset, rate, wire::monotonicNow()};
    if (clock.right())
        next.clocks.erase(node);
    else
        next.clocks[node] = clock;
    become(next, {QStringLiteral("%1's clock: %2").arg(node.name(), spokenClock(clock, clock.since)), {}});
}

void Nemesis::jumpClock(NodeId node, std::chrono::microseconds by)
{
    const auto found = m_state.clocks.find(node);
    const fault::ClockFault clock = found == m_state.clocks.end() ? fault::ClockFault() : found->second;
    setClock(node, (clock.right() ? 0us : clock.aheadAt(wire::monotonicNow())) + by, clock.rate);
}

void Nemesis::setDisk(NodeId node, const fault::DiskFault& disk)
{
    const bool fits = disk.latency >= 0us && disk.latency <= fault::kMaxSyncLatency && disk.jitter >= 0us &&
                      disk.jitter <= fault::kMaxSyncLatency;
    if (!allows(node, fits, QStringLiteral("a disk is slowed by 10 s at most")))
        return;
    FaultState next = m_state;
    if (disk.healthy())
        next.disks.erase(node);
    else
        next.disks[node] = disk;
    if (next == m_state) {
        m_captions.note(Severity::Info, node,
                        QStringLiteral("%1's disk %2 already").arg(node.name(), spokenDisk(disk)));
        return;
    }
    become(next, {QStringLiteral("%1's disk %2").arg(node.name(), spokenDisk(disk)), {}});
}

void Nemesis::setSurge(double factor, std::chrono::milliseconds over)
{
    if (!hasCluster())
        return;
    if (!(factor >= 1 && factor <= kMaxSurge)) {
        m_captions.note(
            Severity::Warning, {},
            QStringLiteral("a surge of ×%1 cannot be made; ×1 to ×%2 would be right").arg(factor).arg(kMaxSurge));
        return;
    }
    const double now = present().surge;
    m_surgeRamp.reset();
    FaultState next = m_state;
    next.surge = factor;
    QString what =
        factor == 1 ? QStringLiteral("The load is as set again") : QStringLiteral("Load surge: ×%1").arg(factor);
    if (over > 0ms)
        what += QStringLiteral(" within %1").arg(spokenDuration(over));
    become(next, {what, {}});
    if (over > 0ms) {
        m_surgeFrom = now;
        m_surgeRamp = Ramp(over);
        m_rampTimer.start();
        publish();
    }
}

void Nemesis::setHotKey(fault::Share share)
{
    if (!hasCluster())
        return;
    if (!share && !m_state.hotKey) {
        m_captions.note(Severity::Info, {}, QStringLiteral("there is no hot key to end"));
        return;
    }
    FaultState next = m_state;
    next.hotKey = share;
    become(next, {share ? QStringLiteral("Hot key: %1 of the operations go to one key").arg(fault::printShare(share))
                        : QStringLiteral("No hot key any more"),
                  {}});
}

FaultState Nemesis::withoutTheGone(FaultState state) const
{
    state.keepOnly({m_nodes.begin(), m_nodes.end()});
    return state;
}

bool Nemesis::isSoAlready(MemberStep wanted) const
{
    const bool isThere = m_timeline.node(wanted.node) != nullptr;
    return m_timeline.memberChange().isEmpty() && isThere == wanted.added;
}

void Nemesis::undo()
{
    const QString sentence = m_history.undoSentence();
    if (const auto member = m_history.memberToUndo()) {
        const MemberStep wanted{member->node, !member->added};
        if (!isSoAlready(wanted)) {
            emit memberChangeWanted(wanted, false);
            return;
        }
        undidMemberChange(*member);
        m_captions.gesture(QStringLiteral("Undid: %1").arg(sentence), spokenSo(wanted));
        return;
    }
    if (auto next = m_history.undo(m_state))
        become(withoutTheGone(*std::move(next)), {QStringLiteral("Undid: %1").arg(sentence), {}, true});
    else
        m_captions.note(Severity::Info, {}, QStringLiteral("there is nothing to undo"));
}

void Nemesis::redo()
{
    const QString sentence = m_history.redoSentence();
    if (const auto member = m_history.memberToRedo()) {
        if (!isSoAlready(*member)) {
            emit memberChangeWanted(*member, true);
            return;
        }
        redidMemberChange(*member);
        m_captions.gesture(QStringLiteral("Did again: %1").arg(sentence), spokenSo(*member));
        return;
    }
    if (auto next = m_history.redo(m_state))
        become(withoutTheGone(*std::move(next)), {QStringLiteral("Did again: %1").arg(sentence), {}, true});
    else
        m_captions.note(Severity::Info, {}, QStringLiteral("there is nothing to do again"));
}

} // namespace faultline::lab
