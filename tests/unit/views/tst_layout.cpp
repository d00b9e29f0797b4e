// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/layout.h"

#include <QTest>

#include <cmath>

using namespace faultline;
using namespace faultline::views;

class LayoutTest : public QObject
{
    Q_OBJECT

private slots:
    void linesOfTheClientsPassNoOtherNode_data();
    void linesOfTheClientsPassNoOtherNode();
    void everyNodeIsWhollyVisibleAndApart_data();
    void everyNodeIsWhollyVisibleAndApart();
    void firstNodeStandsAtTheTopAndTheRestGoClockwise();
    void clickFindsTheNodeUnderIt_data();
    void clickFindsTheNodeUnderIt();
    void linkGoesFromRimToRim();
    void twoDirectionsOfALinkHaveLanesOfTheirOwn();
    void movedNodeStaysWhereItWasPutAsTheCanvasGrows();
    void nodeCannotBeMovedOutOfSight();
    void neighboursGoRoundAndRound_data();
    void neighboursGoRoundAndRound();

private:
    static std::vector<NodeId> nodes(quint32 count)
    {
        std::vector<NodeId> ids;
        for (quint32 id = 1; id <= count; ++id)
            ids.push_back({id});
        return ids;
    }
};

void LayoutTest::linesOfTheClientsPassNoOtherNode_data()
{
    QTest::addColumn<QSizeF>("size");
    QTest::addColumn<quint32>("count");
    for (const QSizeF size : {QSizeF(420, 380), QSizeF(540, 340), QSizeF(768, 560), QSizeF(1152, 800)}) {
        for (quint32 count = 3; count <= 5; ++count)
            QTest::addRow("%gx%g, %u nodes", size.width(), size.height(), count) << size << count;
    }
}

void LayoutTest::linesOfTheClientsPassNoOtherNode()
{
    QFETCH(QSizeF, size);
    QFETCH(quint32, count);
    std::vector<NodeId> ids;
    for (quint32 id = 1; id <= count; ++id)
        ids.push_back({id});
    const Layout layout = layOut(size, ids);
    for (const NodePlace& to : layout.nodes) {
        const QLineF line = linkLine(layout, kClients, to.id);
        for (const NodePlace& other : layout.nodes) {
            double nearest = 1e9;
            for (int step = 0; step <= 200; ++step)
                nearest = std::min(nearest, QLineF(line.pointAt(step / 200.0), other.centre).length());
            QVERIFY2(other.id == to.id || nearest > layout.radius + 2,
                     qPrintable(to.id.name() + " behind " + other.id.name()));
        }
    }
    const MovedNodes moved{{{1}, {0.1, 0.1}}};
    QCOMPARE(layOut(size, ids, moved).client, layout.client);
}

void LayoutTest::everyNodeIsWhollyVisibleAndApart_data()
{
    QTest::addColumn<QSizeF>("size");
    QTest::addColumn<quint32>("count");
    for (const QSizeF size :
         {QSizeF(300, 240), QSizeF(540, 340), QSizeF(760, 520), QSizeF(1600, 900), QSizeF(500, 1000)}) {
        for (const quint32 count : {1U, 3U, 5U, 9U})
            QTest::addRow("%gx%g, %u nodes", size.width(), size.height(), count) << size << count;
    }
}

void LayoutTest::everyNodeIsWhollyVisibleAndApart()
{
    QFETCH(QSizeF, size);
    QFETCH(quint32, count);
    const Layout layout = layOut(size, nodes(count));
    QCOMPARE(layout.nodes.size(), count);
    QVERIFY(2 * layout.radius >= kSmallestTarget);
    for (const NodePlace& node : layout.nodes) {
        QVERIFY(node.centre.x() - layout.radius >= 0 && node.centre.x() + layout.radius <= size.width());
        QVERIFY(node.centre.y() - layout.radius >= 0 && node.centre.y() + layout.radius <= size.height());
        for (const NodePlace& other : layout.nodes) {
            if (other.id != node.id && size.height() > 300)
                QVERIFY(QLineF(node.centre, other.centre).length() > 2 * layout.radius);
        }
    }
}

void LayoutTest::firstNodeStandsAtTheTopAndTheRestGoClockwise()
{
    const Layout layout = layOut({760, 520}, nodes(4));
    QVERIFY(std::abs(layout.nodes[0].centre.x() - 380) < 0.5);
    QVERIFY(layout.nodes[0].centre.y() < layout.nodes[1].centre.y());
    QVERIFY(layout.nodes[1].centre.x() > layout.nodes[3].centre.x());
    QVERIFY(layout.nodes[2].centre.y() > layout.nodes[1].centre.y());
}

void LayoutTest::clickFindsTheNodeUnderIt_data()
{
    QTest::addColumn<double>("radii");
    QTest::addColumn<bool>("hit");
    QTest::newRow("centre") << 0.0 << true;
    QTest::newRow("inside the rim") << 0.95 << true;
    QTest::newRow("outside the rim") << 1.05 << false;
}

void LayoutTest::clickFindsTheNodeUnderIt()
{
    QFETCH(double, radii);
    QFETCH(bool, hit);
    const Layout layout = layOut({760, 520}, nodes(5));
    for (const NodePlace& node : layout.nodes) {
        const QPointF point = node.centre + QPointF(radii * layout.radius, 0);
        QCOMPARE(nodeAt(layout, point), hit ? node.id : NodeId{});
    }
}

void LayoutTest::linkGoesFromRimToRim()
{
    const Layout layout = layOut({760, 520}, nodes(5));
    const QLineF link = linkLine(layout, {1}, {3});
    QVERIFY(std::abs(QLineF(layout.find({1})->centre, link.p1()).length() - layout.radius) < 0.01);
    QVERIFY(std::abs(QLineF(layout.find({3})->centre, link.p2()).length() - layout.radius) < 0.01);
    QVERIFY(linkLine(layout, {1}, {1}).isNull());
    QVERIFY(linkLine(layout, {1}, {7}).isNull());
}

void LayoutTest::twoDirectionsOfALinkHaveLanesOfTheirOwn()
{
    const Layout layout = layOut({760, 520}, nodes(3));
    const QLineF there = laneLine(layout, {1}, {2});
    const QLineF back = laneLine(layout, {2}, {1});
    QVERIFY(QLineF(there.center(), back.center()).length() >= 8);
    QVERIFY(std::abs(there.angleTo(back) - 180) < 0.01);
}

void LayoutTest::movedNodeStaysWhereItWasPutAsTheCanvasGrows()
{
    const Layout before = layOut({760, 520}, nodes(3));
    MovedNodes moved{{NodeId{2}, shareOf(before, {200, 260})}};
    const Layout after = layOut({1520, 1040}, nodes(3), moved);
    QCOMPARE(after.find({2})->centre, QPointF(400, 520));
    QCOMPARE(layOut({760, 520}, nodes(3), moved).find({1})->centre, before.find({1})->centre);
}

void LayoutTest::nodeCannotBeMovedOutOfSight()
{
    const Layout before = layOut({760, 520}, nodes(3));
    const Layout after = layOut({760, 520}, nodes(3), {{NodeId{2}, shareOf(before, {5000, -5000})}});
    const QPointF centre = after.find({2})->centre;
    QVERIFY(centre.x() + after.radius <= 760);
    QVERIFY(centre.y() - after.radius >= 0);
}

void LayoutTest::neighboursGoRoundAndRound_data()
{
    QTest::addColumn<quint32>("from");
    QTest::addColumn<int>("step");
    QTest::addColumn<quint32>("to");
    QTest::newRow("next") << 1U << 1 << 2U;
    QTest::newRow("round the end") << 5U << 1 << 1U;
    QTest::newRow("round the beginning") << 1U << -1 << 5U;
    QTest::newRow("from nobody") << 0U << 1 << 1U;
    QTest::newRow("back from nobody") << 0U << -1 << 5U;
}

void LayoutTest::neighboursGoRoundAndRound()
{
    QFETCH(quint32, from);
    QFETCH(int, step);
    QFETCH(quint32, to);
    QCOMPARE(neighbour(layOut({760, 520}, nodes(5)), {from}, step), NodeId{to});
    QCOMPARE(neighbour(layOut({760, 520}, {}), {from}, step), NodeId{});
}

QTEST_GUILESS_MAIN(LayoutTest)
#include "tst_layout.moc"
