// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/open_faults.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"
#include "gui/lab/fault/partition.h"

#include <algorithm>

namespace faultline::lab {

namespace {

FaultKind kindOf(NodeCondition condition)
{
    switch (condition) {
    case NodeCondition::Frozen:
        return FaultKind::Freeze;
    case NodeCondition::Stopped:
        return FaultKind::Stop;
    case NodeCondition::PoweredOff:
        return FaultKind::PowerOff;
    case NodeCondition::CrashLooping:
        return FaultKind::CrashLoop;
    case NodeCondition::Runs:
    case NodeCondition::Killed:
        break;
    }
    return FaultKind::Kill;
}

bool isOfProcess(FaultKind kind)
{
    return kind == FaultKind::Kill || kind == FaultKind::Stop || kind == FaultKind::Freeze ||
           kind == FaultKind::PowerOff || kind == FaultKind::CrashLoop;
}

QString nameOfCut(const CutSet& cut, const std::vector<NodeId>& nodes)
{
    const QString spoken = spokenCuts(cut.links, nodes);
    return cut.name.isEmpty() ? QStringLiteral("cut %1").arg(spoken) : QStringLiteral("%1: %2").arg(cut.name, spoken);
}

} // namespace

QString bandName(NodeId node, NodeCondition condition)
{
    switch (condition) {
    case NodeCondition::Runs:
        return QStringLiteral("%1 runs").arg(node.name());
    case NodeCondition::Frozen:
        return QStringLiteral("%1 frozen").arg(node.name());
    case NodeCondition::Stopped:
        return QStringLiteral("%1 stopped").arg(node.name());
    case NodeCondition::Killed:
        return QStringLiteral("%1 killed").arg(node.name());
    case NodeCondition::PoweredOff:
        return QStringLiteral("%1 lost power").arg(node.name());
    case NodeCondition::CrashLooping:
        return QStringLiteral("%1 crashes again and again").arg(node.name());
    }
    Q_UNREACHABLE();
}

bool OpenFaults::has(FaultKind kind, NodeId node) const
{
    return std::any_of(m_open.begin(), m_open.end(),
                       [&](const FaultRecord& fault) { return fault.kind == kind && fault.target == node; });
}

void OpenFaults::learn(const FaultRecord& fault)
{
    const auto open = std::find_if(m_open.begin(), m_open.end(), [&](const auto& f) { return f.id == fault.id; });
    if (open == m_open.end())
        return;
    const std::vector<LinkId> links = open->links;
    *open = fault;
    open->links = links;
}

FaultRecord& OpenFaults::begin(Change& change, FaultKind kind, const QString& name, Monotonic at)
{
    FaultRecord fault;
    fault.id = ++m_last;
    fault.kind = kind;
    fault.name = name;
    fault.from = at;
    change.begun.push_back(fault);
    return change.begun.back();
}

template <typename Which> void OpenFaults::end(Change& change, Monotonic at, Which which)
{
    for (auto fault = m_open.begin(); fault != m_open.end();) {
        if (!which(*fault)) {
            ++fault;
            continue;
        }
        fault->to = at;
        change.ended.push_back(*fault);
        fault = m_open.erase(fault);
    }
}

OpenFaults::Change OpenFaults::update(const FaultState& before, const FaultState& after,
                                      const std::vector<NodeId>& nodes, Monotonic at)
{
    Change change;
    updateNodes(change, before, after, at);
    updateCuts(change, before, after, nodes, at);
    updateLinks(change, before, after, at);
    if (before.surge != after.surge) {
        end(change, at, [](const FaultRecord& fault) { return fault.kind == FaultKind::Surge; });
        if (after.surge != 1)
            begin(change, FaultKind::Surge, QStringLiteral("load ×%1").arg(after.surge), at);
    }
    if (before.hotKey != after.hotKey) {
        end(change, at, [](const FaultRecord& fault) { return fault.kind == FaultKind::HotKey; });
        if (after.hotKey)
            begin(change, FaultKind::HotKey, QStringLiteral("hot key: %1").arg(fault::printShare(after.hotKey)), at);
    }
    if (before.rolling && !after.rolling)
        end(change, at, [](const FaultRecord& fault) { return fault.kind == FaultKind::RollingRestart; });
    else if (after.rolling && !before.rolling)
        begin(change, FaultKind::RollingRestart, QStringLiteral("rolling restart"), at);
    m_open.insert(m_open.end(), change.begun.begin(), change.begun.end());
    return change;
}

void OpenFaults::updateNodes(Change& change, const FaultState& before, const FaultState& after, Monotonic at)
{
    std::set<NodeId> touched;
    for (const FaultState* state : {&before, &after}) {
        for (const auto& [node, condition] : state->conditions)
            touched.insert(node);
        for (const auto& [node, clock] : state->clocks)
            touched.insert(node);
        for (const auto& [node, disk] : state->disks)
            touched.insert(node);
        touched.insert(state->isolated.begin(), state->isolated.end());
    }
    for (const NodeId node : touched) {
        const NodeCondition condition = after.conditionOf(node);
        if (condition != before.conditionOf(node)) {
            end(change, at, [&](const FaultRecord& f) { return f.target == node && isOfProcess(f.kind); });
            if (condition != NodeCondition::Runs)
                begin(change, kindOf(condition), bandName(node, condition), at).target = node;
        }
        if (before.isolated.contains(node) && !after.isolated.contains(node))
            end(change, at, [&](const FaultRecord& f) { return f.target == node && f.kind == FaultKind::Isolate; });
        else if (after.isolated.contains(node) && !before.isolated.contains(node))
            begin(change, FaultKind::Isolate, QStringLiteral("%1 isolated").arg(node.name()), at).target = node;

        const auto clockIn = [node](const FaultState& state) {
            const auto found = state.clocks.find(node);
            return found == state.clocks.end() ? fault::ClockFault() : found->second;
        };
        if (const fault::ClockFault clock = clockIn(after); clock != clockIn(before)) {
            end(change, at, [&](const FaultRecord& f) { return f.target == node && f.kind == FaultKind::Clock; });
            if (!clock.right())
                begin(change, FaultKind::Clock,
                      QStringLiteral("%1's clock %2").arg(node.name(), spokenClock(clock, at)), at)
                    .target = node;
        }
        if (const fault::DiskFault disk = after.diskOf(node); disk != before.diskOf(node)) {
            end(change, at, [&](const FaultRecord& f) { return f.target == node && f.kind == FaultKind::Disk; });
            if (!disk.healthy()) {
                FaultRecord& fault = begin(change, FaultKind::Disk,
                                           QStringLiteral("%1's disk %2").arg(node.name(), spokenDisk(disk)), at);
                fault.target = node;
                fault.disk = disk;
            }
        }
    }
}

void OpenFaults::updateCuts(Change& change, const FaultState& before, const FaultState& after,
                            const std::vector<NodeId>& nodes, Monotonic at)
{
    const auto setIn = [](const FaultState& state, quint32 id) {
        const auto found =
            std::find_if(state.cuts.begin(), state.cuts.end(), [id](const CutSet& cut) { return cut.id == id; });
        return found == state.cuts.end() ? nullptr : &*found;
    };
    for (const CutSet& cut : before.cuts) {
        const CutSet* now = setIn(after, cut.id);
        const quint64 id = m_faultOfCut[cut.id];
        if (!now) {
            end(change, at, [id](const FaultRecord& f) { return f.id == id; });
            m_faultOfCut.erase(cut.id);
        } else if (now->links != cut.links) {
            const auto open = std::find_if(m_open.begin(), m_open.end(), [id](const auto& f) { return f.id == id; });
            if (open == m_open.end())
                continue;
            open->links.assign(now->links.begin(), now->links.end());
            open->name = nameOfCut(*now, nodes);
            change.ended.push_back(*open);
        }
    }
    for (const CutSet& cut : after.cuts) {
        if (setIn(before, cut.id))
            continue;
        FaultRecord& fault = begin(change, FaultKind::Cut, nameOfCut(cut, nodes), at);
        fault.links.assign(cut.links.begin(), cut.links.end());
        m_faultOfCut[cut.id] = fault.id;
    }
}

void OpenFaults::updateLinks(Change& change, const FaultState& before, const FaultState& after, Monotonic at)
{
    const auto faultIn = [](const FaultState& state, LinkId link) {
        const auto found = state.links.find(link);
        return found == state.links.end() ? fault::LinkFault() : found->second;
    };
    const auto isSame = [&](LinkId link) { return faultIn(before, link) == faultIn(after, link); };
    for (FaultRecord& fault : m_open) {
        const bool ofCutSet = std::any_of(m_faultOfCut.begin(), m_faultOfCut.end(),
                                          [&](const auto& entry) { return entry.second == fault.id; });
        if (fault.links.empty() || ofCutSet)
            continue;
        if (std::erase_if(fault.links, [&](LinkId link) { return !isSame(link); }) > 0 && !fault.links.empty())
            change.ended.push_back(fault);
    }
    end(change, at, [](const FaultRecord& f) {
        return (f.kind == FaultKind::Link || f.kind == FaultKind::Cut) && f.links.empty();
    });

    std::vector<std::pair<fault::LinkFault, std::vector<LinkId>>> groups;
    for (const auto& [link, fault] : after.links) {
        if (isSame(link))
            continue;
        const auto group =
            std::find_if(groups.begin(), groups.end(), [&, f = fault](const auto& g) { return g.first == f; });
        if (group == groups.end())
            groups.push_back({fault, {link}});
        else
            group->second.push_back(link);
    }
    for (const auto& [fault, links] : groups) {
        FaultRecord& record = begin(change, fault.cut ? FaultKind::Cut : FaultKind::Link,
                                    QStringLiteral("%1 %2").arg(spokenLinks(links), fault::spokenLinkFault(fault)), at);
        record.links = links;
        record.fault = fault;
    }
}

} // namespace faultline::lab
