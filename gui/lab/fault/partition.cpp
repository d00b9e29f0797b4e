// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/partition.h"

#include <algorithm>
#include <array>
#include <map>

namespace faultline::lab {

namespace {

struct Named
{
    PartitionShape shape;
    const char* name;
    const char* description;
};

constexpr std::array<Named, 8> kShapes{{
    {PartitionShape::One, "one", "One node, of those selected or else the leader, alone, the rest together."},
    {PartitionShape::Minority, "minority",
     "Those selected, else the leader, in the smaller part, which is as large as a minority can be."},
    {PartitionShape::Majority, "majority",
     "Those selected, else the leader, in the larger part; the other is as large as a minority can be."},
    {PartitionShape::Halves, "halves", "The first half of the nodes by name, and the rest."},
    {PartitionShape::Bridge, "bridge",
     "Two halves that do not hear each other, and one node, of those selected or else the leader, that hears both."},
    {PartitionShape::MajoritiesRing, "majorities-ring", "Every node hears a majority, and no two the same one."},
    {PartitionShape::Primaries, "primaries", "Those that lead are alone, each by itself; all others together."},
    {PartitionShape::OneWay, "one-way", "Nobody hears those selected, else the leader, and they hear everybody."},
}};

const Named& named(PartitionShape shape)
{
    return *std::find_if(kShapes.begin(), kShapes.end(), [shape](const Named& each) { return each.shape == shape; });
}

QString namesOf(const std::vector<NodeId>& nodes)
{
    QStringList names;
    for (const NodeId node : nodes)
        names << node.name();
    return names.join(QLatin1Char(' '));
}

/// Those `around` first, the others in an order that is drawn.
std::vector<NodeId> shuffledBehind(const std::vector<NodeId>& around, const std::vector<NodeId>& nodes,
                                   fault::Random& random)
{
    std::vector<NodeId> order = around;
    std::vector<NodeId> rest;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(rest),
                 [&](NodeId node) { return std::find(around.begin(), around.end(), node) == around.end(); });
    for (std::size_t left = rest.size(); left > 1; --left)
        std::swap(rest[left - 1], rest[fault::drawBelow(left, random)]);
    order.insert(order.end(), rest.begin(), rest.end());
    return order;
}

std::set<LinkId> cutBehind(const std::vector<NodeId>& order, std::size_t count)
{
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(count);
    return cutsBetween({order.begin(), middle}, {middle, order.end()});
}

/// Nodes stand in a ring; each hears those nearest to it, as many to the left as to the right. In a ring of three that
/// would be everybody, so there each hears only the one before it.
std::set<LinkId> majoritiesRing(const std::vector<NodeId>& ring)
{
    const std::size_t count = ring.size();
    const std::size_t reach = (count / 2 + 1) / 2; // itself and twice that are a majority
    std::set<LinkId> cuts;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t behind = (i + count - j) % count;
            const std::size_t apart = std::min(behind, count - behind);
            const bool hears = count == 3 ? behind <= 1 : apart <= reach;
            if (!hears)
                cuts.insert({ring[j], ring[i]});
        }
    }
    return cuts;
}

} // namespace

QString nameOf(PartitionShape shape)
{
    return QString::fromLatin1(named(shape).name);
}

std::optional<PartitionShape> partitionNamed(const QString& name)
{
    for (const Named& each : kShapes) {
        if (name == QLatin1String(each.name))
            return each.shape;
    }
    return std::nullopt;
}

QStringList partitionNames()
{
    QStringList names;
    for (const Named& each : kShapes)
        names << QString::fromLatin1(each.name);
    return names;
}

QString describe(PartitionShape shape)
{
    return QString::fromLatin1(named(shape).description);
}

Result<std::set<LinkId>> cutsOf(PartitionShape shape, const std::vector<NodeId>& nodes,
                                const std::vector<NodeId>& around, fault::Random& random)
{
    std::vector<NodeId> whom;
    for (const NodeId node : around) {
        if (std::find(nodes.begin(), nodes.end(), node) == nodes.end())
            return Error{QStringLiteral("there is no %1 in this cluster; it has %2").arg(node.name(), namesOf(nodes))};
        if (std::find(whom.begin(), whom.end(), node) == whom.end())
            whom.push_back(node);
    }
    if (nodes.size() < 3)
        return Error{QStringLiteral("a partition needs at least 3 nodes; this cluster has %1").arg(nodes.size())};
    const std::size_t minority = (nodes.size() - 1) / 2;
    const auto tooMany = [&](std::size_t most) {
        return Error{QStringLiteral("%1 nodes do not fit into the %2 partition of %3; %4 at most")
                         .arg(whom.size())
                         .arg(nameOf(shape))
                         .arg(nodes.size())
                         .arg(most)};
    };
    const std::vector<NodeId> order = shuffledBehind(whom, nodes, random);
    switch (shape) {
    case PartitionShape::One:
        return cutBehind(order, 1);
    case PartitionShape::Minority:
        if (whom.size() > minority)
            return tooMany(minority);
        return cutBehind(order, minority);
    case PartitionShape::Majority:
        if (whom.size() > nodes.size() - minority)
            return tooMany(nodes.size() - minority);
        return cutBehind(order, nodes.size() - minority);
    case PartitionShape::Halves: {
        std::vector<NodeId> byName = nodes;
        std::sort(byName.begin(), byName.end());
        return cutBehind(byName, byName.size() / 2);
    }
    case PartitionShape::Bridge: {
        const std::vector<NodeId> others(order.begin() + 1, order.end());
        return cutBehind(others, others.size() / 2);
    }
    case PartitionShape::MajoritiesRing:
        return majoritiesRing(order);
    case PartitionShape::Primaries: {
        const std::size_t alone = std::max<std::size_t>(whom.size(), 1);
        if (alone >= nodes.size())
            return tooMany(nodes.size() - 1);
        std::set<LinkId> cuts;
        for (std::size_t i = 0; i < alone; ++i) {
            for (const NodeId other : order) {
                if (other != order[i]) {
                    cuts.insert({order[i], other});
                    cuts.insert({other, order[i]});
                }
            }
        }
        return cuts;
    }
    case PartitionShape::OneWay: {
        const std::size_t unheard = std::max<std::size_t>(whom.size(), 1);
        if (unheard >= nodes.size())
            return tooMany(nodes.size() - 1);
        std::set<LinkId> cuts;
        for (std::size_t i = 0; i < unheard; ++i) {
            for (std::size_t j = unheard; j < order.size(); ++j)
                cuts.insert({order[i], order[j]});
        }
        return cuts;
    }
    }
    Q_UNREACHABLE();
}

std::set<LinkId> cutsBetween(const std::vector<NodeId>& side, const std::vector<NodeId>& rest)
{
    std::set<LinkId> cuts;
    for (const NodeId a : side) {
        for (const NodeId b : rest) {
            cuts.insert({a, b});
            cuts.insert({b, a});
        }
    }
    return cuts;
}

std::vector<std::vector<NodeId>> partsOf(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes)
{
    // Who hears whom at all belongs together; it is a partition when inside every part nothing is cut.
    std::map<NodeId, std::size_t> partOf;
    std::vector<std::vector<NodeId>> parts;
    for (const NodeId first : nodes) {
        if (partOf.contains(first))
            continue;
        partOf[first] = parts.size();
        std::vector<NodeId>& part = parts.emplace_back(std::vector<NodeId>{first});
        for (std::size_t next = 0; next < part.size(); ++next) {
            for (const NodeId other : nodes) {
                const bool hears = !cuts.contains({part[next], other}) || !cuts.contains({other, part[next]});
                if (hears && partOf.emplace(other, parts.size() - 1).second)
                    part.push_back(other);
            }
        }
        std::sort(part.begin(), part.end());
    }
    const bool whole = std::all_of(cuts.begin(), cuts.end(), [&](LinkId link) {
        return !partOf.contains(link.from) || !partOf.contains(link.to) || partOf[link.from] != partOf[link.to];
    });
    return whole ? parts : std::vector<std::vector<NodeId>>{nodes};
}

QString spokenCutSets(const std::vector<CutSet>& cuts, const std::vector<NodeId>& nodes)
{
    const bool areParting = std::all_of(cuts.begin(), cuts.end(), [&nodes](const CutSet& cut) {
        return !cut.name.isEmpty() || partsOf(cut.links, nodes).size() > 1;
    });
    if (cuts.size() == 1)
        return areParting ? QStringLiteral("the partition") : QStringLiteral("the links");
    return (areParting ? QStringLiteral("%1 partitions") : QStringLiteral("%1 cuts")).arg(cuts.size());
}

QString spokenCuts(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes)
{
    if (const auto parts = partsOf(cuts, nodes); parts.size() > 1) {
        QStringList sides;
        for (const std::vector<NodeId>& part : parts)
            sides << namesOf(part);
        std::vector<NodeId> unreached;
        std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(unreached), [&](NodeId node) {
            return cuts.contains({kClients, node}) || cuts.contains({node, kClients});
        });
        const QString besides =
            unreached.empty() ? QString() : QStringLiteral("; %1 | %2").arg(kClients.name(), namesOf(unreached));
        return sides.join(QStringLiteral(" | ")) + besides;
    }
    QStringList phrases;
    for (const LinkId link : cuts) {
        const bool both = cuts.contains(link.reversed());
        if (!both || link.from < link.to)
            phrases << QStringLiteral("%1 %2 %3")
                           .arg(link.from.name(), both ? QStringLiteral("↔") : QStringLiteral("→"), link.to.name());
    }
    return phrases.size() > 4 ? QStringLiteral("%1 links").arg(cuts.size()) : phrases.join(QStringLiteral(", "));
}

} // namespace faultline::lab
