// SPDX-License-Identifier: GPL-3.0-or-later
// What each action of a step comes to on the lab, and what undoes it.
#include "gui/lab/scenario/runner.h"

#include <set>

namespace faultline::lab {

void Runner::act(const Step& step, Monotonic now)
{
    const std::vector<NodeId> nodes = chosen(step.target);
    if (nodes.empty() && step.target.kind != Target::Kind::None)
        say(QStringLiteral("nothing to %1: no node is %2").arg(nameOf(step.action), nameOf(step.target)));
    std::function<void()> undo;
    switch (step.action) {
    case Action::Link:
    case Action::Cut:
    case Action::Heal:
        undo = actOnLinks(step);
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
    case Action::Partition:
    case Action::Clock:
        undo = actOnNodes(step, nodes);
        break;
    default:
        undo = actOnWhole(step);
        break;
    }
    if (step.duration && undo)
        m_undos.push_back({now + *step.duration, std::move(undo)});
}

std::function<void()> Runner::actOnNodes(const Step& step, const std::vector<NodeId>& nodes)
{
    if (step.action == Action::Partition) {
        const std::size_t before = m_lab.timeline().faultState().state.cuts.size();
        if (step.shape)
            m_lab.partition(*step.shape, nodes);
        else
            m_lab.partition(nodes);
        return healerOfNewCut(before);
    }
    for (const NodeId node : nodes) {
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
        default:
            break;
        }
    }
    return [this, action = step.action, nodes] {
        for (const NodeId node : nodes) {
            if (action == Action::Freeze)
                m_lab.thaw(node);
            else if (action == Action::Isolate)
                m_lab.rejoin(node);
            else if (action == Action::Clock)
                m_lab.setClock(node, std::chrono::microseconds(0), fault::Share::kAll);
            else
                m_lab.restart(node);
        }
    };
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

std::function<void()> Runner::actOnLinks(const Step& step)
{
    const std::vector<LinkId> links = chosenLinks(step.links);
    if (links.empty() && !step.links.empty()) {
        say(QStringLiteral("nothing to %1: no such link is there").arg(nameOf(step.action)));
        return {};
    }
    switch (step.action) {
    case Action::Link:
        m_lab.setLinkFault(links, step.fault, step.over, step.preset);
        return [this, links] { m_lab.setLinkFault(links, {}); };
    case Action::Cut: {
        const std::size_t before = m_lab.timeline().faultState().state.cuts.size();
        m_lab.cut({links.begin(), links.end()});
        return healerOfNewCut(before);
    }
    default:
        if (links.empty())
            m_lab.healPartitions();
        else
            m_lab.healLinks(links);
        return {};
    }
}

std::function<void()> Runner::healerOfNewCut(std::size_t before)
{
    const auto& cuts = m_lab.timeline().faultState().state.cuts;
    if (cuts.size() <= before)
        return {};
    return [this, id = cuts.back().id] { m_lab.healCut(id); };
}

std::function<void()> Runner::actOnWhole(const Step& step)
{
    switch (step.action) {
    case Action::Rate:
        m_rate = step.rate;
        m_lab.setRate(step.rate, step.over);
        say(QStringLiteral("load is %1 operations a second").arg(step.rate));
        return {};
    case Action::Pace:
        m_lab.setPace(step.pace);
        return {};
    case Action::RollingRestart:
        m_lab.rollingRestart();
        return {};
    case Action::HealAll:
        m_lab.healAll();
        return {};
    case Action::Surge:
        m_lab.setSurge(step.factor, step.over);
        return [this] { m_lab.setSurge(1); };
    case Action::HotKey:
        m_lab.setHotKey(step.share);
        return [this] { m_lab.setHotKey({}); };
    case Action::Hold:
    case Action::Release:
        hold(step.action == Action::Hold);
        return [this] { hold(false); };
    default:
        return {};
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

std::vector<LinkId> Runner::chosenLinks(const std::vector<LinkSelector>& selectors)
{
    std::set<LinkId> links;
    for (const LinkSelector& selector : selectors) {
        const std::vector<NodeId> from = chosen(selector.from);
        for (const NodeId to : chosen(selector.to)) {
            for (const NodeId each : from) {
                if (each == to)
                    continue;
                links.insert({each, to});
                if (selector.both)
                    links.insert({to, each});
            }
        }
    }
    return {links.begin(), links.end()};
}

std::vector<NodeId> Runner::chosen(const Target& target)
{
    const Timeline& timeline = m_lab.timeline();
    if (target.kind == Target::Kind::Named)
        return target.named;
    if (target.kind == Target::Kind::Clients)
        return {kClients};
    const NodeId leader = timeline.leader();
    std::vector<NodeId> nodes;
    for (const auto& [id, node] : timeline.nodes()) {
        const bool running = node.life == NodeLife::Running;
        bool fits = false;
        switch (target.kind) {
        case Target::Kind::Leader:
            fits = id == leader;
            break;
        case Target::Kind::Followers:
            fits = running && id != leader;
            break;
        case Target::Kind::Random:
            fits = running;
            break;
        case Target::Kind::All:
            fits = true;
            break;
        case Target::Kind::Dead:
            fits = node.life == NodeLife::Dead || node.life == NodeLife::Stopped;
            break;
        case Target::Kind::Frozen:
            fits = node.life == NodeLife::Frozen;
            break;
        case Target::Kind::Isolated:
            fits = node.isolated;
            break;
        case Target::Kind::None:
        case Target::Kind::Clients:
        case Target::Kind::Named:
            break;
        }
        if (fits)
            nodes.push_back(id);
    }
    if (target.kind == Target::Kind::Random && !nodes.empty())
        nodes = {nodes[m_random() % nodes.size()]};
    return nodes;
}

} // namespace faultline::lab
