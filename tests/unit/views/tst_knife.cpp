// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/knife.h"

#include "gui/lab/fault/partition.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace faultline;
using namespace faultline::views;

class KnifeTest : public QObject
{
    Q_OBJECT

private slots:
    void lineCutsTheLinksItCrosses_data();
    void lineCutsTheLinksItCrosses();
    void lineThatSeparatesTheNodesIsAFullPartition_data();
    void lineThatSeparatesTheNodesIsAFullPartition();
    void wordsSayWhatTheCutComesTo_data();
    void wordsSayWhatTheCutComesTo();
    void linesOfTheClientsAreCutWhereTheyAreDrawn();
    void bothDirectionsAreCut();
    void whatIsCutAlreadyIsNotCutAgain();
    void crossingIsWhereTheLinesMeet();

private:
    /// n1 at the upper left, n2 at the upper right, n3 at the lower right, n4 at the lower left.
    static Layout square()
    {
        Layout layout;
        layout.size = {600, 600};
        layout.radius = 30;
        layout.nodes = {{{1}, {100, 100}}, {{2}, {500, 100}}, {{3}, {500, 500}}, {{4}, {100, 500}}};
        return layout;
    }
    static std::vector<NodeId> nodes(quint32 count)
    {
        std::vector<NodeId> ids;
        for (quint32 id = 1; id <= count; ++id)
            ids.push_back({id});
        return ids;
    }
    static QString names(const std::vector<Crossing>& crossings)
    {
        QStringList names;
        for (const Crossing& crossing : crossings)
            names << crossing.link.name();
        return names.join(QLatin1Char(' '));
    }
};

void KnifeTest::lineCutsTheLinksItCrosses_data()
{
    QTest::addColumn<QPolygonF>("drawn");
    QTest::addColumn<QString>("links");
    using Line = QPolygonF;
    QTest::newRow("nothing") << Line() << "";
    QTest::newRow("a point") << Line{{300, 100}} << "";
    QTest::newRow("beside everything") << Line{{20, 20}, {580, 20}} << "";
    QTest::newRow("one link") << Line{{300, 60}, {300, 140}} << "n1->n2";
    QTest::newRow("down the middle") << Line{{310, 20}, {310, 580}} << "n1->n2 n1->n3 n2->n4 n3->n4";
    QTest::newRow("stops short") << Line{{310, 20}, {310, 99}} << "";
    QTest::newRow("drawn upwards") << Line{{310, 580}, {310, 20}} << "n1->n2 n1->n3 n2->n4 n3->n4";
    QTest::newRow("around a corner") << Line{{300, 20}, {300, 200}, {20, 200}} << "n1->n2 n1->n3 n1->n4";
    QTest::newRow("corner on the link") << Line{{300, 60}, {300, 100}, {300, 140}} << "n1->n2";
    QTest::newRow("there and back again") << Line{{300, 60}, {300, 140}, {320, 140}, {320, 60}} << "n1->n2";
    QTest::newRow("over a node") << Line{{110, 20}, {110, 580}} << "n1->n2 n1->n3 n2->n4 n3->n4";
    QTest::newRow("over its other half") << Line{{90, 20}, {90, 580}} << "";
    QTest::newRow("along a link") << Line{{150, 100.5}, {450, 100.5}} << "";
    QTest::newRow("begins on a node and leaves outwards") << Line{{110, 110}, {60, 60}} << "";
    QTest::newRow("begins on a node") << Line{{90, 110}, {110, 105}, {115, 90}, {300, 90}, {300, 140}} << "n1->n2";
    QTest::newRow("ends on a node") << Line{{300, 140}, {300, 90}, {115, 90}, {110, 105}, {90, 110}} << "n1->n2";
    QTest::newRow("stays on a node") << Line{{90, 110}, {115, 90}} << "";
    QTest::newRow("from node to node") << Line{{500, 100}, {100, 500}} << "n1->n3";
}

void KnifeTest::lineCutsTheLinksItCrosses()
{
    QFETCH(QPolygonF, drawn);
    QFETCH(QString, links);
    QCOMPARE(names(crossingsOf(drawn, square())), links);
}

void KnifeTest::lineThatSeparatesTheNodesIsAFullPartition_data()
{
    QTest::addColumn<QSizeF>("size");
    QTest::addColumn<quint32>("count");
    for (const QSizeF size : {QSizeF(300, 240), QSizeF(768, 560), QSizeF(1600, 900)}) {
        for (quint32 count = 3; count <= 9; ++count)
            QTest::addRow("%gx%g, %u nodes", size.width(), size.height(), count) << size << count;
    }
}

/// Nodes anywhere, lines from edge to edge at any angle: those on one side are one part, the others the other.
void KnifeTest::lineThatSeparatesTheNodesIsAFullPartition()
{
    QFETCH(QSizeF, size);
    QFETCH(quint32, count);
    std::mt19937 random(count);
    std::uniform_real_distribution<double> share(0, 1);
    int partitions = 0;
    for (int round = 0; round < 200; ++round) {
        MovedNodes moved;
        for (quint32 id = 1; round > 0 && id <= count; ++id)
            moved[{id}] = {share(random), share(random)};
        const Layout layout = layOut(size, nodes(count), moved);
        const double angle = share(random) * 6.28;
        const QPointF middle(size.width() * share(random), size.height() * share(random));
        const QPointF reach(2'000 * std::cos(angle), 2'000 * std::sin(angle));
        const QPolygonF drawn{middle - reach, middle + reach};
        std::vector<NodeId> left;
        std::vector<NodeId> right;
        for (const NodePlace& node : layout.nodes) {
            const QPointF from = node.centre - middle;
            (reach.x() * from.y() - reach.y() * from.x() >= 0 ? left : right).push_back(node.id);
        }
        QCOMPARE(linksOf(crossingsOf(drawn, layout)), lab::cutsBetween(left, right));
        partitions += !left.empty() && !right.empty();
    }
    QVERIFY(partitions > 50);
}

void KnifeTest::wordsSayWhatTheCutComesTo_data()
{
    QTest::addColumn<QPolygonF>("drawn");
    QTest::addColumn<QStringList>("cutBefore");
    QTest::addColumn<QString>("words");
    using Line = QPolygonF;
    const Line middle{{310, 20}, {310, 580}};
    const Line corner{{300, 20}, {300, 200}, {20, 200}};
    QTest::newRow("nothing") << Line{{20, 20}, {580, 20}} << QStringList() << "crosses no link";
    QTest::newRow("partition") << middle << QStringList() << "n1 n4 | n2 n3";
    QTest::newRow("one alone") << corner << QStringList() << "n1 | n2 n3 n4";
    QTest::newRow("one link") << Line{{300, 60}, {300, 140}} << QStringList() << "cuts 1 link: not a full partition";
    QTest::newRow("two links") << Line{{300, 60}, {300, 250}, {200, 250}} << QStringList()
                               << "cuts 2 links: not a full partition";
    QTest::newRow("with what is cut already a partition")
        << Line{{300, 60}, {300, 140}} << QStringList{"n1<>n3", "n1<>n4"} << "n1 | n2 n3 n4";
    QTest::newRow("three parts") << corner << QStringList{"n4<>n1", "n4<>n2", "n4<>n3"} << "n1 | n2 n3 | n4";
    QTest::newRow("what was cut before makes it none")
        << corner << QStringList{"n2<>n4"} << "cuts 3 links: not a full partition";
    QTest::newRow("one way cut before") << Line{{300, 60}, {300, 140}} << QStringList{"n1->n2"}
                                        << "cuts 1 link: not a full partition";
    QTest::newRow("counts only what is whole")
        << Line{{300, 60}, {300, 250}, {200, 250}} << QStringList{"n1<>n2"} << "cuts 1 link: not a full partition";
    QTest::newRow("cut already") << Line{{300, 60}, {300, 140}} << QStringList{"n1<>n2"} << "already cut";
}

void KnifeTest::wordsSayWhatTheCutComesTo()
{
    QFETCH(QPolygonF, drawn);
    QFETCH(QStringList, cutBefore);
    QFETCH(QString, words);
    lab::FaultState faults;
    for (const QString& link : cutBefore) {
        const LinkId id{{link.mid(1, 1).toUInt()}, {link.last(1).toUInt()}};
        faults.addCut({}, {id});
        if (link.contains(QLatin1Char('<')))
            faults.addCut({}, {id.reversed()});
    }
    QCOMPARE(spokenKnife(crossingsOf(drawn, square()), faults, nodes(4)), words);
}

void KnifeTest::linesOfTheClientsAreCutWhereTheyAreDrawn()
{
    Layout layout = square();
    layout.client = {20, 300};
    const std::vector<NodeId> reached{{4}, {1}};
    const QPolygonF both{{60, 0}, {60, 600}};
    const QPolygonF one{{60, 340}, {60, 480}};
    QCOMPARE(names(crossingsOf(both, layout)), QString());
    QCOMPARE(names(crossingsOf(both, layout, reached)), QStringLiteral("clients->n1 clients->n4"));
    QCOMPARE(names(crossingsOf(one, layout, reached)), QStringLiteral("clients->n4"));
    QCOMPARE(crossingsOf(one, layout, reached).front().at, QPointF(60, 400));

    lab::FaultState faults;
    const auto words = [&](const QPolygonF& drawn) {
        return spokenKnife(crossingsOf(drawn, layout, reached), faults, nodes(4));
    };
    QCOMPARE(words(both), QStringLiteral("clients | n1 n4"));
    QCOMPARE(words(one), QStringLiteral("clients | n4"));
    QCOMPARE(words({{60, 340}, {60, 480}, {90, 480}, {90, 420}, {300, 420}, {300, 600}}),
             QStringLiteral("n1 n2 n3 | n4; clients | n4"));
    QCOMPARE(words({{60, 340}, {60, 480}, {130, 520}, {130, 480}}),
             QStringLiteral("cuts 1 link: not a full partition; clients | n4"));
    faults.addCut({}, {{kClients, {4}}, {{4}, kClients}});
    QCOMPARE(words(both), QStringLiteral("clients | n1"));
    QCOMPARE(words(one), QStringLiteral("already cut"));
}

void KnifeTest::bothDirectionsAreCut()
{
    const auto links = linksOf(crossingsOf({{{300, 60}, {300, 140}}}, square()));
    QCOMPARE(links, (std::set<LinkId>{{{1}, {2}}, {{2}, {1}}}));
}

void KnifeTest::whatIsCutAlreadyIsNotCutAgain()
{
    lab::FaultState faults;
    faults.addCut({}, {{{1}, {2}}, {{2}, {1}}, {{1}, {3}}});
    const auto crossings = crossingsOf({{{310, 20}, {310, 580}}}, square());
    QCOMPARE(names(stillWhole(crossings, faults)), QStringLiteral("n1->n3 n2->n4 n3->n4"));
    faults.isolated.insert({3});
    QCOMPARE(names(stillWhole(crossings, faults)), QStringLiteral("n2->n4"));
}

void KnifeTest::crossingIsWhereTheLinesMeet()
{
    const auto crossings = crossingsOf({{{300, 20}, {340, 180}}}, square());
    QCOMPARE(names(crossings), QStringLiteral("n1->n2"));
    QVERIFY(QLineF(crossings[0].at, {320, 100}).length() < 0.01);
}

QTEST_GUILESS_MAIN(KnifeTest)
#include "tst_knife.moc"
