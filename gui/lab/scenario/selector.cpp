// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/selector.h"

#include "gui/lab/timeline/timeline.h"

#include <QRegularExpression>

#include <algorithm>
#include <set>

namespace faultline::lab {

namespace {

constexpr qsizetype kMostShown = 40;

bool fits(Target::Kind kind, const NodeState& node, bool leads)
{
    const bool running = node.life == NodeLife::Running;
    switch (kind) {
    case Target::Kind::Leader:
        return leads;
    case Target::Kind::Followers:
        return running && !leads;
    case Target::Kind::Random:
        return running;
    case Target::Kind::All:
        return true;
    case Target::Kind::Dead:
        return node.life == NodeLife::Dead || node.life == NodeLife::Stopped;
    case Target::Kind::Frozen:
        return node.life == NodeLife::Frozen;
    case Target::Kind::Isolated:
        return node.isolated;
    case Target::Kind::None:
    case Target::Kind::Clients:
    case Target::Kind::Named:
        break;
    }
    return false;
}

NodeId drawn(const std::vector<NodeId>& nodes, fault::Random& random)
{
    return nodes[fault::drawBelow(nodes.size(), random)];
}

std::vector<NodeId> chosenEnd(const Target& target, const Timeline& timeline, fault::Random& random)
{
    if (target.kind == Target::Kind::Clients)
        return {kClients};
    std::vector<NodeId> nodes =
        chosenNodes(target.kind == Target::Kind::Followers ? Target{Target::Kind::All, {}} : target, timeline, random);
    if (target.kind == Target::Kind::Followers) {
        if (!timeline.leader())
            return {};
        std::erase(nodes, timeline.leader());
    }
    return nodes;
}

} // namespace

std::optional<Target> parseTarget(const QStringList& names, int nodes)
{
    using Kind = Target::Kind;
    if (names.size() == 1) {
        for (const Kind kind :
             {Kind::Leader, Kind::Followers, Kind::Random, Kind::All, Kind::Dead, Kind::Frozen, Kind::Isolated}) {
            if (names.first() == nameOf(Target{kind, {}}))
                return Target{kind, {}};
        }
    }
    static const QRegularExpression kShape(QStringLiteral("^n([1-9])$"));
    Target target{Kind::Named, {}};
    for (const QString& name : names) {
        const QRegularExpressionMatch match = kShape.match(name);
        const NodeId node{match.captured(1).toUInt()};
        if (!node || node.value > static_cast<quint32>(nodes))
            return std::nullopt;
        if (std::find(target.named.begin(), target.named.end(), node) == target.named.end())
            target.named.push_back(node);
    }
    return target.named.empty() ? std::nullopt : std::optional(target);
}

QString targetWords(int nodes)
{
    return QStringLiteral("leader, followers, random, all, dead, frozen, isolated, or nodes by name, n1 to n%1")
        .arg(nodes);
}

QStringList splitLinkSelectors(const QString& text)
{
    QString plain = text;
    plain.replace(QChar(0x2194), QStringLiteral("<->")); // ↔
    plain.replace(QChar(0x2192), QStringLiteral("->"));  // →
    static const QRegularExpression kArrow(QStringLiteral("\\s*(<->|->)\\s*"));
    plain.replace(kArrow, QStringLiteral("\\1"));
    static const QRegularExpression kBetween(QStringLiteral("[\\s,]+"));
    return plain.split(kBetween, Qt::SkipEmptyParts);
}

Result<LinkSelector> parseLinkSelector(const QString& text, int nodes)
{
    const Error error{
        QStringLiteral(
            "\"%1\"; it must be FROM->TO or A<->B, where each is leader, followers, random, all, clients, or "
            "a node, n1 to n%2")
            .arg(text.left(kMostShown))
            .arg(nodes)};
    const bool both = text.contains(QLatin1String("<->"));
    const QStringList ends = text.split(both ? QStringLiteral("<->") : QStringLiteral("->"));
    if (ends.size() != 2)
        return error;
    LinkSelector selector{{}, {}, both};
    for (const auto& [name, into] : {std::pair(ends[0], &selector.from), std::pair(ends[1], &selector.to)}) {
        if (name == QLatin1String("clients")) {
            *into = Target{Target::Kind::Clients, {}};
            continue;
        }
        const std::optional<Target> target = parseTarget({name}, nodes);
        if (!target)
            return error;
        *into = *target;
    }
    if (selector.from != selector.to)
        return selector;
    switch (selector.from.kind) {
    case Target::Kind::Clients:
        return error;
    case Target::Kind::Named:
    case Target::Kind::Leader:
        return Error{QStringLiteral("\"%1\", and a node has no link to itself").arg(text.left(kMostShown))};
    default:
        return selector;
    }
}

std::vector<NodeId> chosenNodes(const Target& target, const Timeline& timeline, fault::Random& random)
{
    if (target.kind == Target::Kind::Named)
        return target.named;
    std::vector<NodeId> nodes;
    for (const auto& [id, node] : timeline.nodes()) {
        if (fits(target.kind, node, id == timeline.leader()))
            nodes.push_back(id);
    }
    if (target.kind == Target::Kind::Random && !nodes.empty())
        nodes = {drawn(nodes, random)};
    return nodes;
}

std::vector<NodeId> chosenHeir(const Timeline& timeline, fault::Random& random)
{
    const Membership membership = timeline.membership();
    std::vector<NodeId> nodes = chosenNodes(Target{Target::Kind::Followers, {}}, timeline, random);
    std::erase_if(nodes, [&](NodeId node) { return !membership.voters.contains(node); });
    return nodes.empty() ? nodes : std::vector{drawn(nodes, random)};
}

std::vector<LinkId> chosenLinks(const std::vector<LinkSelector>& selectors, const Timeline& timeline,
                                fault::Random& random)
{
    std::set<LinkId> links;
    for (const LinkSelector& selector : selectors) {
        const std::vector<NodeId> from = chosenEnd(selector.from, timeline, random);
        std::vector<NodeId> to;
        if (selector.to.kind == Target::Kind::Random && from.size() == 1) {
            to = chosenNodes(Target{Target::Kind::All, {}}, timeline, random);
            std::erase_if(to, [&](NodeId node) {
                return node == from.front() || timeline.node(node)->life != NodeLife::Running;
            });
            if (!to.empty())
                to = {drawn(to, random)};
        } else {
            to = chosenEnd(selector.to, timeline, random);
        }
        for (const NodeId a : from) {
            for (const NodeId b : to) {
                if (a == b)
                    continue;
                links.insert({a, b});
                if (selector.both)
                    links.insert({b, a});
            }
        }
    }
    return {links.begin(), links.end()};
}

} // namespace faultline::lab
