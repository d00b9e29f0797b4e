// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "gui/lab/fault/partition.h"

#include <algorithm>

using namespace faultline;
using namespace faultline::lab;

namespace {

using Nodes = std::vector<NodeId>;

constexpr int kDraws = 40; ///< of each partition that is drawn

Nodes nodesUpTo(quint32 count)
{
    Nodes nodes;
    for (quint32 i = 1; i <= count; ++i)
        nodes.push_back({i});
    return nodes;
}

bool holds(const Nodes& nodes, NodeId node)
{
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::set<NodeId> heardBy(NodeId node, const Nodes& nodes, const std::set<LinkId>& cuts)
{
    std::set<NodeId> heard;
    for (const NodeId other : nodes) {
        if (!cuts.contains({other, node}))
            heard.insert(other);
    }
    return heard;
}

bool isMajority(std::size_t part, std::size_t all)
{
    return 2 * part > all;
}

/// The part of a full partition in which a node is.
Nodes partWith(NodeId node, const std::vector<Nodes>& parts)
{
    const auto part = std::find_if(parts.begin(), parts.end(), [node](const Nodes& each) { return holds(each, node); });
    return part == parts.end() ? Nodes() : *part;
}

/// All draws of one shape.
template <typename Check>
void forEachDraw(PartitionShape shape, const Nodes& nodes, const Nodes& around, const Check& check)
{
    std::set<std::set<LinkId>> seen;
    for (quint64 seed = 0; seed < kDraws; ++seed) {
        fault::Random random(seed), again(seed);
        const auto cuts = cutsOf(shape, nodes, around, random);
        QVERIFY2(cuts, qPrintable(cuts ? QString() : cuts.error()));
        QCOMPARE(*cutsOf(shape, nodes, around, again), *cuts);
        for (const LinkId link : *cuts) {
            QVERIFY(link.from != link.to);
            QVERIFY(holds(nodes, link.from) && holds(nodes, link.to));
        }
        check(*cuts);
        if (QTest::currentTestFailed())
            return;
        seen.insert(*cuts);
    }
    using enum PartitionShape;
    const bool isDrawn = shape != Halves && (around.empty() || shape == Minority || shape == Majority ||
                                             shape == MajoritiesRing || shape == Bridge);
    const bool isTheOnlyOne =
        !around.empty() && ((shape == Minority && nodes.size() <= 4) || (shape == Bridge && nodes.size() == 3));
    QCOMPARE(seen.size() > 1, isDrawn && !isTheOnlyOne);
}

} // namespace

class TestPartition : public QObject
{
    Q_OBJECT

private:
    static void sizes()
    {
        QTest::addColumn<quint32>("count");
        QTest::addColumn<quint32>("about"); // 0: nobody
        for (quint32 count = 3; count <= 9; ++count) {
            for (const quint32 about : {0u, 1u, 2u, count})
                QTest::addRow("%u nodes, %s%u", count, about ? "around n" : "around nobody ", about) << count << about;
        }
    }
    static Nodes around(quint32 about) { return about ? Nodes{{about}} : Nodes(); }

private slots:
    void oneIsAlone_data() { sizes(); }
    void oneIsAlone()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        forEachDraw(PartitionShape::One, nodes, around(about), [&](const std::set<LinkId>& cuts) {
            auto parts = partsOf(cuts, nodes);
            QCOMPARE(parts.size(), std::size_t(2));
            std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
            QCOMPARE(parts[0].size(), std::size_t(1));
            QCOMPARE(cuts, cutsBetween(parts[0], parts[1]));
            if (about)
                QCOMPARE(parts[0].front(), NodeId{about});
        });
    }

    void minorityAndMajorityAreAsNearAsTheyCanBe_data() { sizes(); }
    void minorityAndMajorityAreAsNearAsTheyCanBe()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        for (const PartitionShape shape : {PartitionShape::Minority, PartitionShape::Majority}) {
            forEachDraw(shape, nodes, around(about), [&](const std::set<LinkId>& cuts) {
                auto parts = partsOf(cuts, nodes);
                QCOMPARE(parts.size(), std::size_t(2));
                std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
                // No majority, and with one more it would leave none.
                QVERIFY(!isMajority(parts[0].size(), count));
                QVERIFY(isMajority(parts[1].size(), count));
                QVERIFY(!isMajority(parts[1].size() - 1, count));
                QCOMPARE(cuts, cutsBetween(parts[0], parts[1]));
                if (about)
                    QVERIFY(holds(parts[shape == PartitionShape::Minority ? 0 : 1], {about}));
            });
        }
    }

    void manyAroundStandTogether_data()
    {
        QTest::addColumn<quint32>("count");
        for (quint32 count = 3; count <= 9; ++count)
            QTest::addRow("%u nodes", count) << count;
    }
    void manyAroundStandTogether()
    {
        QFETCH(const quint32, count);
        const Nodes nodes = nodesUpTo(count);
        const std::size_t minority = (count - 1) / 2;
        for (std::size_t many = 1; many <= count; ++many) {
            const Nodes whom(nodes.end() - std::ptrdiff_t(many), nodes.end());
            for (const auto& [shape, room] : {std::pair{PartitionShape::Minority, minority},
                                              {PartitionShape::Majority, count - minority},
                                              {PartitionShape::Primaries, std::size_t(count - 1)},
                                              {PartitionShape::OneWay, std::size_t(count - 1)}}) {
                fault::Random random(many);
                const auto cuts = cutsOf(shape, nodes, whom, random);
                QCOMPARE(bool(cuts), many <= room);
                if (!cuts) {
                    QCOMPARE(cuts.error(), QStringLiteral("%1 nodes do not fit into the %2 partition of %3; %4 at most")
                                               .arg(many)
                                               .arg(nameOf(shape))
                                               .arg(count)
                                               .arg(room));
                    continue;
                }
                const auto parts = partsOf(*cuts, nodes);
                if (shape == PartitionShape::Minority || shape == PartitionShape::Majority) {
                    const Nodes part = partWith(whom.front(), parts);
                    QCOMPARE(part.size(), room);
                    for (const NodeId node : whom)
                        QVERIFY(holds(part, node));
                } else if (shape == PartitionShape::Primaries) {
                    QCOMPARE(parts.size(), many + 1);
                    for (const NodeId node : whom)
                        QCOMPARE(partWith(node, parts), Nodes{node});
                } else {
                    QCOMPARE(cuts->size(), many * (count - many));
                    for (const LinkId link : *cuts)
                        QVERIFY(holds(whom, link.from) && !holds(whom, link.to));
                }
            }
        }
    }

    void halvesGoByName_data() { sizes(); }
    void halvesGoByName()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        const auto middle = nodes.begin() + count / 2;
        Nodes backwards(nodes.rbegin(), nodes.rend());
        for (const Nodes& order : {nodes, backwards}) {
            forEachDraw(PartitionShape::Halves, order, around(about), [&](const std::set<LinkId>& cuts) {
                QCOMPARE(partsOf(cuts, nodes), (std::vector<Nodes>{{nodes.begin(), middle}, {middle, nodes.end()}}));
            });
        }
    }

    void bridgeHearsBothHalves_data() { sizes(); }
    void bridgeHearsBothHalves()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        forEachDraw(PartitionShape::Bridge, nodes, around(about), [&](const std::set<LinkId>& cuts) {
            Nodes bridges, others;
            for (const NodeId node : nodes) {
                const bool isCut = std::any_of(cuts.begin(), cuts.end(),
                                               [node](LinkId link) { return link.from == node || link.to == node; });
                (isCut ? others : bridges).push_back(node);
            }
            QCOMPARE(bridges.size(), std::size_t(1));
            if (about)
                QCOMPARE(bridges.front(), NodeId{about});
            // Without the bridge, two halves that do not hear each other.
            const auto halves = partsOf(cuts, others);
            QCOMPARE(halves.size(), std::size_t(2));
            QVERIFY(std::max(halves[0].size(), halves[1].size()) - std::min(halves[0].size(), halves[1].size()) <= 1);
            QCOMPARE(cuts, cutsBetween(halves[0], halves[1]));
        });
    }

    void everyNodeOfTheRingHearsAMajorityOfItsOwn_data() { sizes(); }
    void everyNodeOfTheRingHearsAMajorityOfItsOwn()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        forEachDraw(PartitionShape::MajoritiesRing, nodes, around(about), [&](const std::set<LinkId>& cuts) {
            std::set<std::set<NodeId>> majorities;
            for (const NodeId node : nodes) {
                const std::set<NodeId> heard = heardBy(node, nodes, cuts);
                QVERIFY(heard.contains(node));
                QVERIFY(isMajority(heard.size(), count));
                QVERIFY(majorities.insert(heard).second);
            }
            QCOMPARE(majorities.size(), std::size_t(count));
        });
    }

    void primariesAreEachAlone_data() { sizes(); }
    void primariesAreEachAlone()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        forEachDraw(PartitionShape::Primaries, nodes, around(about), [&](const std::set<LinkId>& cuts) {
            const auto parts = partsOf(cuts, nodes);
            QCOMPARE(parts.size(), std::size_t(2));
            if (about)
                QCOMPARE(partWith({about}, parts), (Nodes{{about}}));
        });
    }

    void oneWayIsReallyOneWay_data() { sizes(); }
    void oneWayIsReallyOneWay()
    {
        QFETCH(const quint32, count);
        QFETCH(const quint32, about);
        const Nodes nodes = nodesUpTo(count);
        forEachDraw(PartitionShape::OneWay, nodes, around(about), [&](const std::set<LinkId>& cuts) {
            QCOMPARE(cuts.size(), std::size_t(count - 1));
            const NodeId unheard = cuts.begin()->from;
            if (about)
                QCOMPARE(unheard, NodeId{about});
            QCOMPARE(heardBy(unheard, nodes, cuts).size(), std::size_t(count));
            for (const NodeId node : nodes) {
                if (node != unheard)
                    QVERIFY(!heardBy(node, nodes, cuts).contains(unheard));
            }
            QCOMPARE(partsOf(cuts, nodes).size(), std::size_t(1));
        });
    }

    void moreAroundThanOneLeadByTheirFirst()
    {
        fault::Random random(1);
        const Nodes nodes = nodesUpTo(5);
        const auto one = cutsOf(PartitionShape::One, nodes, {{4}, {2}, {4}}, random);
        QCOMPARE(partsOf(*one, nodes), (std::vector<Nodes>{{{1}, {2}, {3}, {5}}, {{4}}}));
        const auto bridge = cutsOf(PartitionShape::Bridge, nodes, {{4}, {2}}, random);
        QVERIFY(std::none_of(bridge->begin(), bridge->end(),
                             [](LinkId link) { return link.from == NodeId{4} || link.to == NodeId{4}; }));
        // The same node twice is one node.
        QVERIFY(cutsOf(PartitionShape::Minority, nodes, {{4}, {4}, {4}}, random));
    }

    void everyNodeIsDrawnWhenNobodyIsNamed()
    {
        const Nodes nodes = nodesUpTo(5);
        std::set<NodeId> alone;
        for (quint64 seed = 0; seed < 200; ++seed) {
            fault::Random random(seed);
            const auto cuts = cutsOf(PartitionShape::OneWay, nodes, {}, random);
            alone.insert(cuts->begin()->from);
        }
        QCOMPARE(alone.size(), nodes.size());
    }

    void errorsSayWhatWouldBeRight_data()
    {
        QTest::addColumn<Nodes>("nodes");
        QTest::addColumn<Nodes>("around");
        QTest::addColumn<QString>("says");
        QTest::newRow("nobody of that name")
            << nodesUpTo(3) << Nodes{{7}} << "there is no n7 in this cluster; it has n1 n2 n3";
        QTest::newRow("one of two") << nodesUpTo(3) << Nodes{{1}, {4}}
                                    << "there is no n4 in this cluster; it has n1 n2 n3";
        QTest::newRow("clients") << nodesUpTo(3) << Nodes{kClients}
                                 << "there is no clients in this cluster; it has n1 n2 n3";
        QTest::newRow("two nodes") << nodesUpTo(2) << Nodes()
                                   << "a partition needs at least 3 nodes; this cluster has 2";
        QTest::newRow("no nodes") << Nodes() << Nodes() << "a partition needs at least 3 nodes; this cluster has 0";
    }
    void errorsSayWhatWouldBeRight()
    {
        QFETCH(const Nodes, nodes);
        QFETCH(const Nodes, around);
        QFETCH(const QString, says);
        for (const QString& name : partitionNames()) {
            fault::Random random(1);
            const auto cuts = cutsOf(*partitionNamed(name), nodes, around, random);
            QVERIFY(!cuts);
            QCOMPARE(cuts.error(), says);
        }
    }

    void shapesHaveTheNamesOfJepsen()
    {
        QCOMPARE(partitionNames(),
                 QStringLiteral("one minority majority halves bridge majorities-ring primaries one-way").split(' '));
        std::set<QString> described;
        for (const QString& name : partitionNames()) {
            QCOMPARE(nameOf(*partitionNamed(name)), name);
            const QString sentence = describe(*partitionNamed(name));
            QVERIFY(sentence.endsWith(QLatin1Char('.')));
            QVERIFY(described.insert(sentence).second);
        }
        QVERIFY(!partitionNamed(QStringLiteral("third")));
        QVERIFY(!partitionNamed(QString()));
        QVERIFY(!partitionNamed(QStringLiteral("Minority")));
    }

    void partsAndWords_data()
    {
        QTest::addColumn<std::set<LinkId>>("cuts");
        QTest::addColumn<std::vector<Nodes>>("parts"); // of five
        QTest::addColumn<QString>("spoken");
        const Nodes all = nodesUpTo(5);
        const std::vector<Nodes> whole{all};
        const auto both = [](quint32 a, quint32 b) { return cutsBetween({{a}}, {{b}}); };
        const auto without = [](std::set<LinkId> cuts, LinkId link) {
            cuts.erase(link);
            return cuts;
        };
        const auto with = [](std::set<LinkId> cuts, const std::set<LinkId>& more) {
            cuts.insert(more.begin(), more.end());
            return cuts;
        };
        const std::set<LinkId> twoThree = cutsBetween({{1}, {2}}, {{3}, {4}, {5}});
        QTest::newRow("nothing") << std::set<LinkId>() << whole << "";
        QTest::newRow("two parts") << twoThree << std::vector<Nodes>{{{1}, {2}}, {{3}, {4}, {5}}} << "n1 n2 | n3 n4 n5";
        QTest::newRow("parts that interleave") << cutsBetween({{1}, {4}}, {{2}, {3}, {5}})
                                               << std::vector<Nodes>{{{1}, {4}}, {{2}, {3}, {5}}} << "n1 n4 | n2 n3 n5";
        QTest::newRow("three parts") << with(twoThree, cutsBetween({{3}}, {{4}, {5}}))
                                     << std::vector<Nodes>{{{1}, {2}}, {{3}}, {{4}, {5}}} << "n1 n2 | n3 | n4 n5";
        QTest::newRow("each alone") << with(with(twoThree, cutsBetween({{3}}, {{4}, {5}})),
                                            with(both(1, 2), both(4, 5)))
                                    << std::vector<Nodes>{{{1}}, {{2}}, {{3}}, {{4}}, {{5}}}
                                    << "n1 | n2 | n3 | n4 | n5";
        QTest::newRow("one way is still open") << without(twoThree, {{1}, {3}}) << whole << "11 links";
        QTest::newRow("parted, and cut inside")
            << with(twoThree, both(1, 2)) << std::vector<Nodes>{{{1}}, {{2}}, {{3}, {4}, {5}}} << "n1 | n2 | n3 n4 n5";
        QTest::newRow("parted, and one way cut inside") << with(twoThree, {{{1}, {2}}}) << whole << "13 links";
        QTest::newRow("parted, and a pair cut inside") << with(twoThree, both(3, 5)) << whole << "14 links";
        QTest::newRow("one link") << std::set<LinkId>{{{2}, {4}}} << whole << QString::fromUtf8("n2 → n4");
        QTest::newRow("a pair") << both(3, 1) << whole << QString::fromUtf8("n1 ↔ n3");
        QTest::newRow("a pair and a link")
            << with(both(1, 3), {{{2}, {4}}}) << whole << QString::fromUtf8("n1 ↔ n3, n2 → n4");
        QTest::newRow("four pairs") << with(with(both(1, 2), both(2, 3)), with(both(3, 4), both(4, 5))) << whole
                                    << QString::fromUtf8("n1 ↔ n2, n2 ↔ n3, n3 ↔ n4, n4 ↔ n5");
        QTest::newRow("more than four") << with(with(both(1, 2), both(2, 3)),
                                                with(both(3, 4), {{{4}, {5}}, {{5}, {1}}}))
                                        << whole << "8 links";
        QTest::newRow("parted, and the clients from one")
            << with(twoThree, {{kClients, {4}}, {{4}, kClients}}) << std::vector<Nodes>{{{1}, {2}}, {{3}, {4}, {5}}}
            << "n1 n2 | n3 n4 n5; clients | n4";
        QTest::newRow("a node that is no member")
            << std::set<LinkId>{{kClients, {1}}} << whole << QString::fromUtf8("clients → n1");
    }
    void partsAndWords()
    {
        QFETCH(const std::set<LinkId>, cuts);
        QFETCH(const std::vector<Nodes>, parts);
        QFETCH(const QString, spoken);
        const Nodes nodes = nodesUpTo(5);
        QCOMPARE(partsOf(cuts, nodes), parts);
        QCOMPARE(spokenCuts(cuts, nodes), spoken);
    }

    void noNodesHaveNoParts()
    {
        QVERIFY(partsOf({}, {}).empty());
        QCOMPARE(partsOf({}, {{1}}), (std::vector<Nodes>{{{1}}}));
        QCOMPARE(partsOf({{{1}, {2}}, {{2}, {1}}}, nodesUpTo(2)), (std::vector<Nodes>{{{1}}, {{2}}}));
    }

    void betweenTwoGroupsBothWaysAreCut()
    {
        const std::set<LinkId> expected{{{1}, {2}}, {{2}, {1}}, {{1}, {3}}, {{3}, {1}}};
        QCOMPARE(cutsBetween({{1}}, {{2}, {3}}), expected);
        QVERIFY(cutsBetween({}, {{2}}).empty());
    }
};

QTEST_APPLESS_MAIN(TestPartition)
#include "tst_partition.moc"
