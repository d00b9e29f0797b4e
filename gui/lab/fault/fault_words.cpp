// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/fault_words.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/partition.h"

#include <algorithm>

namespace faultline::lab {

namespace {

constexpr qsizetype kMostPhrases = 3;

/// "a", "a and b", "a, b and c".
QString joined(const QStringList& parts)
{
    QString text;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        if (i > 0)
            text += i + 1 == parts.size() ? QStringLiteral(" and ") : QStringLiteral(", ");
        text += parts[i];
    }
    return text;
}

QString namesOf(const std::set<NodeId>& nodes)
{
    QStringList names;
    for (const NodeId node : nodes)
        names << node.name();
    return names.join(QLatin1Char(' '));
}

/// Who cannot hear whom, by one set of receivers that miss the same senders after the other.
std::map<std::set<NodeId>, std::set<NodeId>> deafness(const std::set<LinkId>& cuts)
{
    std::map<NodeId, std::set<NodeId>> missedBy;
    for (const LinkId link : cuts)
        missedBy[link.to].insert(link.from);
    std::map<std::set<NodeId>, std::set<NodeId>> receiversOf;
    for (const auto& [receiver, senders] : missedBy)
        receiversOf[senders].insert(receiver);
    std::map<std::set<NodeId>, std::set<NodeId>> sendersOf;
    for (const auto& [senders, receivers] : receiversOf)
        sendersOf[receivers] = senders;
    return sendersOf;
}

/// Of too many cuts to name: the parts they leave, or how many links are cut, a link being what one line on the canvas
/// is.
QString spokenManyCuts(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes)
{
    if (partsOf(cuts, nodes).size() > 1)
        return spokenCuts(cuts, nodes);
    const auto halves =
        std::count_if(cuts.begin(), cuts.end(), [&cuts](LinkId link) { return cuts.contains(link.reversed()); });
    const auto links = [](std::ptrdiff_t count) {
        return count == 1 ? QStringLiteral("1 link is cut") : QStringLiteral("%1 links are cut").arg(count);
    };
    const std::ptrdiff_t oneWay = std::ptrdiff_t(cuts.size()) - halves;
    if (halves == 0)
        return links(oneWay);
    const QString both = links(halves / 2) + QStringLiteral(" both ways");
    return oneWay == 0 ? both : QStringLiteral("%1, %2 one way").arg(both).arg(oneWay);
}

QStringList spokenDeafness(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes)
{
    const auto sendersOf = deafness(cuts);
    QStringList phrases;
    std::set<std::set<NodeId>> said;
    for (const auto& [receivers, senders] : sendersOf) {
        if (said.contains(receivers))
            continue;
        const auto back = sendersOf.find(senders);
        if (back != sendersOf.end() && back->second == receivers) {
            said.insert(senders);
            const bool swap = senders.size() < receivers.size();
            phrases << QStringLiteral("%1 cannot hear %2")
                           .arg(namesOf(swap ? senders : receivers), namesOf(swap ? receivers : senders));
            continue;
        }
        const bool heard = std::none_of(senders.begin(), senders.end(), [&](NodeId sender) {
            return std::any_of(receivers.begin(), receivers.end(), [&](NodeId receiver) {
                return cuts.contains({receiver, sender});
            });
        });
        QString phrase = QStringLiteral("%1 cannot hear %2").arg(namesOf(receivers), namesOf(senders));
        if (heard)
            phrase += QStringLiteral(" (%1 %2 %3)")
                          .arg(namesOf(senders), senders.size() == 1 ? QStringLiteral("hears") : QStringLiteral("hear"),
                               namesOf(receivers));
        phrases << phrase;
    }
    if (phrases.size() > kMostPhrases)
        return {spokenManyCuts(cuts, nodes)};
    return phrases;
}

/// `drawn` without what isolations and power supplies do.
QStringList spokenOfClients(const FaultState& drawn, const std::vector<NodeId>& nodes)
{
    std::vector<NodeId> unreached;
    std::vector<NodeId> deaf; // to clients, which hear them
    std::vector<NodeId> unheard;
    for (const NodeId node : nodes) {
        const bool toNode = drawn.effective({kClients, node}).cut;
        const bool toClients = drawn.effective({node, kClients}).cut;
        if (toNode && toClients)
            unreached.push_back(node);
        else if (toNode)
            deaf.push_back(node);
        else if (toClients)
            unheard.push_back(node);
    }
    QStringList phrases;
    if (!unreached.empty())
        phrases << QStringLiteral("clients cannot reach %1")
                       .arg(unreached.size() == nodes.size() ? QStringLiteral("any node") : spokenNodes(unreached));
    if (!deaf.empty())
        phrases << QStringLiteral("%1 cannot hear clients (clients hear %1)").arg(spokenNodes(deaf));
    if (!unheard.empty())
        phrases << QStringLiteral("clients cannot hear %1 (%1 %2 clients)")
                       .arg(spokenNodes(unheard),
                            unheard.size() == 1 ? QStringLiteral("hears") : QStringLiteral("hear"));
    return phrases;
}

} // namespace

QString spokenNodes(const std::vector<NodeId>& nodes)
{
    QStringList names;
    for (const NodeId node : nodes)
        names << node.name();
    return joined(names);
}

QString spokenLinks(const std::vector<LinkId>& links)
{
    QStringList phrases;
    for (const LinkId link : links) {
        const bool both = std::find(links.begin(), links.end(), link.reversed()) != links.end();
        if (both && link.to < link.from)
            continue;
        const LinkId shown = both && link.from == kClients ? link.reversed() : link;
        phrases << QStringLiteral("%1 %2 %3")
                       .arg(shown.from.name(), both ? QStringLiteral("↔") : QStringLiteral("→"), shown.to.name());
    }
    if (phrases.size() <= kMostPhrases)
        return phrases.join(QStringLiteral(", "));
    return QStringLiteral("%1 links").arg(links.size());
}

QString spokenClock(const fault::ClockFault& clock, std::chrono::microseconds now)
{
    if (clock.right())
        return QStringLiteral("right");
    QStringList parts;
    const auto ahead = std::chrono::round<std::chrono::milliseconds>(clock.aheadAt(now));
    if (ahead.count() != 0 || clock.rate == fault::Share::kAll)
        parts << QStringLiteral("%1 s %2")
                     .arg(std::abs(double(ahead.count())) / 1'000)
                     .arg(ahead.count() < 0 ? QStringLiteral("behind") : QStringLiteral("ahead"));
    if (clock.rate != fault::Share::kAll) {
        const double percent = (double(clock.rate) - fault::Share::kAll) / 10'000;
        parts << QStringLiteral("runs %1% %2")
                     .arg(std::abs(percent))
                     .arg(percent < 0 ? QStringLiteral("slow") : QStringLiteral("fast"));
    }
    return parts.join(QStringLiteral(", "));
}

QString spokenWrongClock(NodeId node, const fault::ClockFault& clock, std::chrono::microseconds now)
{
    fault::ClockFault shown = clock;
    if (clock.rate != fault::Share::kAll) {
        shown.offset = std::chrono::round<std::chrono::seconds>(clock.aheadAt(now));
        shown.since = now;
    }
    const QString how = spokenClock(shown, now);
    const bool onlyRuns = how.startsWith(QStringLiteral("runs "));
    return QStringLiteral("%1's clock %2").arg(node.name(), onlyRuns ? how : QStringLiteral("is ") + how);
}

QStringList spokenLoadFaults(const FaultState& state)
{
    QStringList phrases;
    if (state.surge != 1)
        phrases << QStringLiteral("load surge ×%1").arg(state.surge, 0, 'g', 3);
    if (state.hotKey)
        phrases << QStringLiteral("hot key %1").arg(fault::printShare(state.hotKey));
    return phrases;
}

QString spokenDisk(const fault::DiskFault& disk, bool ofMany)
{
    const auto verb = [ofMany](const char* one, const char* many) { return QLatin1String(ofMany ? many : one); };
    if (disk.healthy())
        return verb("is", "are") + QStringLiteral(" healthy");
    QStringList parts;
    if (disk.latency.count() > 0 || disk.jitter.count() > 0) {
        QString slow = QStringLiteral("slowed by %1").arg(fault::spokenDuration(disk.latency));
        if (disk.jitter.count() > 0)
            slow += QStringLiteral(" ± %1").arg(fault::spokenDuration(disk.jitter));
        parts << slow;
    }
    if (disk.full)
        parts << verb("is full", "are full");
    if (disk.lies)
        parts << verb("lies about sync", "lie about sync");
    if (disk.flip)
        parts << verb("flips", "flip") + QStringLiteral(" a bit in %1 of writes").arg(fault::printShare(disk.flip));
    return joined(parts);
}

QStringList spokenDisks(const std::map<NodeId, fault::DiskFault>& disks)
{
    std::vector<std::pair<fault::DiskFault, std::vector<NodeId>>> groups;
    for (const auto& [node, disk] : disks) {
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == disk; });
        if (group == groups.end())
            groups.push_back({disk, {node}});
        else
            group->second.push_back(node);
    }
    QStringList phrases;
    for (const auto& [disk, nodes] : groups)
        phrases << (nodes.size() == 1
                        ? QStringLiteral("%1's disk %2").arg(nodes.front().name(), spokenDisk(disk))
                        : QStringLiteral("the disks of %1 %2").arg(spokenNodes(nodes), spokenDisk(disk, true)));
    return phrases;
}

QString spokenCondition(NodeCondition condition)
{
    switch (condition) {
    case NodeCondition::Runs:
        return QStringLiteral("runs");
    case NodeCondition::Frozen:
        return QStringLiteral("frozen");
    case NodeCondition::Stopped:
        return QStringLiteral("stopped");
    case NodeCondition::Killed:
        return QStringLiteral("killed");
    case NodeCondition::PoweredOff:
        return QStringLiteral("without power");
    case NodeCondition::CrashLooping:
        return QStringLiteral("in a crash loop");
    }
    Q_UNREACHABLE();
}

QStringList spokenBroken(const FaultState& state, const std::vector<NodeId>& nodes)
{
    FaultState drawn = state;
    drawn.isolated.clear();
    drawn.conditions.clear();
    std::set<LinkId> cuts;
    for (const LinkId link : linksAmong(nodes)) {
        const bool said = state.isolated.contains(link.from) || state.isolated.contains(link.to) ||
                          state.conditionOf(link.from) == NodeCondition::PoweredOff ||
                          state.conditionOf(link.to) == NodeCondition::PoweredOff;
        if (!said && drawn.effective(link).cut)
            cuts.insert(link);
    }
    QStringList phrases = spokenDeafness(cuts, nodes);
    std::vector<NodeId> powered;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(powered),
                 [&](NodeId node) { return state.conditionOf(node) != NodeCondition::PoweredOff; });
    phrases << spokenOfClients(drawn, powered);

    std::vector<std::pair<fault::LinkFault, std::vector<LinkId>>> groups;
    for (const auto& [link, own] : state.links) {
        fault::LinkFault rest = own;
        rest.cut = false;
        if (rest.healthy())
            continue;
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == rest; });
        if (group == groups.end())
            groups.push_back({rest, {link}});
        else
            group->second.push_back(link);
    }
    for (const auto& [fault, links] : groups)
        phrases << QStringLiteral("%1 %2").arg(spokenLinks(links), fault::spokenLinkFault(fault));
    return phrases;
}

QString spokenPrice(const FaultState& from, const FaultState& to)
{
    std::map<NodeCondition, std::vector<NodeId>> restarted;
    std::map<NodeCondition, std::vector<NodeId>> ended;
    std::set<NodeId> touched;
    for (const FaultState* state : {&from, &to}) {
        for (const auto& [node, condition] : state->conditions)
            touched.insert(node);
    }
    for (const NodeId node : touched) {
        const NodeCondition before = from.conditionOf(node);
        const NodeCondition after = to.conditionOf(node);
        const auto runs = [](NodeCondition c) { return c == NodeCondition::Runs || c == NodeCondition::Frozen; };
        if (!runs(before) && runs(after))
            restarted[before].push_back(node);
        else if (runs(before) && !runs(after))
            ended[after].push_back(node);
    }
    QStringList parts;
    for (const auto& [before, nodes] : restarted) {
        const QString it = nodes.size() == 1 ? QStringLiteral("it") : QStringLiteral("they");
        parts
            << (before == NodeCondition::Stopped ? QStringLiteral("restarts %1").arg(spokenNodes(nodes))
                : before == NodeCondition::PoweredOff
                    ? QStringLiteral("restarts %1; what %2 had not synced stays lost").arg(spokenNodes(nodes), it)
                    : QStringLiteral("restarts %1; what %2 had only in memory stays lost").arg(spokenNodes(nodes), it));
    }
    for (const auto& [after, nodes] : ended)
        parts << QStringLiteral("%1 %2 again").arg(spokenNodes(nodes), spokenCondition(after));
    if (from.rolling && !to.rolling)
        parts << QStringLiteral("no more nodes restart");
    else if (to.rolling && !from.rolling)
        parts << QStringLiteral("restarts every running node in turn");
    return parts.join(QStringLiteral("; "));
}

} // namespace faultline::lab
