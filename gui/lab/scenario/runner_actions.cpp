// SPDX-License-Identifier: GPL-3.0-or-later
// What each action of a step comes to on the lab, and what undoes it.
#include "gui/lab/scenario/runner.h"
#include "gui/lab/scenario/selector.h"

namespace faultline::lab {

void Runner::act(const Step& step, Monotonic now)
{
    const quint64 lastFaultBefore = lastFault();
    const std::size_t cutsBefore = m_lab.timeline().faultState().state.cuts.size();
    switch (step.action) {
    case Action::Link:
    case Action::Cut:
    case Action::Heal:
        actOnLinks(step);
        break;
    case Action::Partition:
        actOnPartition(step);
        break;
    case Action::Kill:
    case Action::Stop:
    case Action::Freeze:
    case Action::Thaw:
    case Action::Restart:
    case Action::Isolate:
    case Action::Rejoin:
    case Action::PowerOff:
    case Action::CrashLoop:
    case Action::Clock:
    case Action::Disk:
    case Action::RemoveNode:
    case Action::TransferLeadership:
        actOnNodes(step);
        break;
    default:
        actOnWhole(step);
        break;
    }
    if (!step.duration || step.action == Action::Wait)
        return;
    const auto& cuts = m_lab.timeline().faultState().state.cuts;
    const std::optional<quint32> cutSet = cuts.size() > cutsBefore ? std::optional(cuts.back().id) : std::nullopt;
    m_undos.push_back({now + *step.duration, undoOf(step, lastFaultBefore, cutSet)});
}

std::function<void()> Runner::undoOf(const Step& step, quint64 lastFaultBefore, std::optional<quint32> cutSet)
{
    if (step.action == Action::Hold)
        return [this] { hold(false); };
    const quint64 last = lastFault();
    return [this, lastFaultBefore, last, cutSet] {
        std::vector<FaultRecord> still;
        for (const FaultRecord& fault : m_lab.timeline().faults()) {
            if (fault.id > lastFaultBefore && fault.id <= last && !fault.to)
                still.push_back(fault);
        }
        for (const FaultRecord& fault : still) {
            switch (fault.kind) {
            case FaultKind::Kill:
            case FaultKind::Stop:
            case FaultKind::PowerOff:
            case FaultKind::CrashLoop:
                m_lab.restart(fault.target);
                break;
            case FaultKind::Freeze:
                m_lab.thaw(fault.target);
                break;
            case FaultKind::Isolate:
                m_lab.rejoin(fault.target);
                break;
            case FaultKind::Clock:
                m_lab.setClock(fault.target, std::chrono::microseconds(0), fault::Share::kAll);
                break;
            case FaultKind::Disk:
                m_lab.setDisk(fault.target, {});
                break;
            case FaultKind::Surge:
                m_lab.setSurge(1);
                break;
            case FaultKind::HotKey:
                m_lab.setHotKey({});
                break;
            case FaultKind::RollingRestart: // takes no duration: it ends by itself
                break;
            case FaultKind::Cut:
            case FaultKind::Link:
                if (cutSet)
                    m_lab.healCut(*cutSet);
                else
                    m_lab.setLinkFault(fault.links, {});
                break;
            }
        }
    };
}

quint64 Runner::lastFault() const
{
    quint64 last = 0; // that was forgotten and is heard of again stands behind newer ones
    for (const FaultRecord& fault : m_lab.timeline().faults())
        last = std::max(last, fault.id);
    return last;
}

quint64 Runner::lastGesture() const
{
    return m_lab.timeline().lastGesture() ? m_lab.timeline().lastGesture()->id : 0;
}

void Runner::actOnNodes(const Step& step)
{
    for (const NodeId node : chosen(step, step.target)) {
        switch (step.action) {
        case Action::Kill:
            m_lab.kill(node);
            break;
        case Action::Stop:
            m_lab.stop(node);
            break;
        case Action::Freeze:
            m_lab.freeze(node);
            break;
        case Action::Thaw:
            m_lab.thaw(node);
            break;
        case Action::Restart:
            m_lab.restart(node);
            break;
        case Action::Isolate:
            m_lab.isolate(node);
            break;
        case Action::Rejoin:
            m_lab.rejoin(node);
            break;
        case Action::PowerOff:
            m_lab.powerOff(node);
            break;
        case Action::CrashLoop:
            m_lab.crashLoop(node, step.period);
            break;
        case Action::Clock:
            setClock(step, node);
            break;
        case Action::Disk:
            m_lab.setDisk(node, step.disk);
            break;
        case Action::RemoveNode:
            m_lab.removeNode(node);
            break;
        case Action::TransferLeadership:
            m_lab.transferLeadership(node);
            break;
        default:
            break;
        }
    }
}

void Runner::actOnPartition(const Step& step)
{
    const Target& whom = step.shape ? step.target : step.side;
    const std::vector<NodeId> nodes = chosen(step, whom);
    if (nodes.empty() && whom.kind != Target::Kind::None)
        return;
    if (step.shape)
        m_lab.partition(*step.shape, nodes);
    else
        m_lab.partition(nodes);
}

void Runner::setClock(const Step& step, NodeId node)
{
    if (step.offset || step.clockRate) {
        const auto& clocks = m_lab.timeline().faultState().state.clocks;
        const auto found = clocks.find(node);
        const fault::ClockFault now = found == clocks.end() ? fault::ClockFault() : found->second;
        const auto ahead = now.right() ? std::chrono::microseconds(0) : now.aheadAt(wire::monotonicNow());
        m_lab.setClock(node, step.offset.value_or(ahead), step.clockRate.value_or(now.rate));
    }
    if (step.jump)
        m_lab.jumpClock(node, *step.jump);
}

void Runner::actOnLinks(const Step& step)
{
    const std::vector<LinkId> links = chosenLinks(step.links, m_lab.timeline(), m_random);
    if (links.empty() && !step.links.empty()) {
        say(QStringLiteral("nothing to %1: no such link is there").arg(nameOf(step.action)));
        return;
    }
    if (step.action == Action::Link)
        m_lab.setLinkFault(links, step.fault, step.over, step.preset);
    else if (step.action == Action::Cut)
        m_lab.cut({links.begin(), links.end()});
    else if (links.empty())
        m_lab.healPartitions();
    else
        m_lab.healLinks(links);
}

void Runner::actOnWhole(const Step& step)
{
    switch (step.action) {
    case Action::Rate:
        m_rate = step.rate;
        m_lab.setRate(step.rate, step.over);
        say(QStringLiteral("load is %1 operations a second").arg(step.rate));
        break;
    case Action::Pace:
        m_lab.setPace(step.pace);
        break;
    case Action::RollingRestart: {
        const quint64 before = lastGesture();
        m_lab.rollingRestart();
        if (lastGesture() != before)
            m_rolling = lastGesture();
        break;
    }
    case Action::AddNode:
        m_lab.addNode();
        break;
    case Action::HealAll:
        m_lab.healAll();
        break;
    case Action::Surge:
        m_lab.setSurge(step.factor, step.over);
        break;
    case Action::HotKey:
        m_lab.setHotKey(step.share);
        break;
    case Action::Hold:
    case Action::Release:
        hold(step.action == Action::Hold);
        break;
    default:
        break;
    }
}

void Runner::hold(bool held)
{
    m_held = held;
    m_lab.setHeld(held);
}

void Runner::undoWhatIsDue(Monotonic now)
{
    std::vector<Undo> due;
    std::erase_if(m_undos, [&](const Undo& undo) {
        if (undo.due > now)
            return false;
        due.push_back(undo);
        return true;
    });
    for (const Undo& undo : due)
        undo.undo();
}

std::vector<NodeId> Runner::chosen(const Step& step, const Target& target)
{
    // Who leads cannot take over from itself.
    const bool isHeir = step.action == Action::TransferLeadership && target.kind == Target::Kind::Random;
    std::vector<NodeId> nodes =
        isHeir ? chosenHeir(m_lab.timeline(), m_random) : chosenNodes(target, m_lab.timeline(), m_random);
    if (nodes.empty() && target.kind != Target::Kind::None)
        say(QStringLiteral("nothing to %1: no node is %2").arg(nameOf(step.action), nameOf(target)));
    return nodes;
}

} // namespace faultline::lab
