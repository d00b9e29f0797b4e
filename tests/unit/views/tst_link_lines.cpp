// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/link_lines.h"

#include <QTest>

#include <cmath>

using namespace faultline;
using namespace faultline::views;

class LinkLinesTest : public QObject
{
    Q_OBJECT

private slots:
    void sameDirectionsAreOneLineAndDifferentOnesTwo_data();
    void sameDirectionsAreOneLineAndDifferentOnesTwo();
    void linesEndAtTheRims();
    void nodesThatTouchHaveNoLineBetween();
    void pointerMeansTheNearestLineWithinReach_data();
    void pointerMeansTheNearestLineWithinReach();
    void pointerOnIconsMeansTheirLink();

private:
    static Layout layout()
    {
        Layout layout;
        layout.size = {800, 600};
        layout.radius = 30;
        layout.nodes = {{{1}, {100, 300}}, {{2}, {500, 300}}, {{3}, {300, 500}}};
        layout.client = {60, 60};
        return layout;
    }
    static SceneLink link(NodeId a, NodeId b, bool cutThere, bool cutBack)
    {
        SceneLink link;
        link.a = a;
        link.b = b;
        link.there.cut = cutThere;
        link.back.cut = cutBack;
        return link;
    }
};

void LinkLinesTest::sameDirectionsAreOneLineAndDifferentOnesTwo_data()
{
    QTest::addColumn<bool>("cutThere");
    QTest::addColumn<bool>("cutBack");
    QTest::addColumn<int>("lines");
    QTest::newRow("healthy") << false << false << 1;
    QTest::newRow("cut both ways") << true << true << 1;
    QTest::newRow("cut there") << true << false << 2;
    QTest::newRow("cut back") << false << true << 2;
}

void LinkLinesTest::sameDirectionsAreOneLineAndDifferentOnesTwo()
{
    QFETCH(bool, cutThere);
    QFETCH(bool, cutBack);
    QFETCH(int, lines);
    for (const NodeId from : {NodeId{1}, kClients}) {
        const auto drawn = linesOf(link(from, {2}, cutThere, cutBack), layout());
        QCOMPARE(std::ssize(drawn), lines);
        QCOMPARE(drawn[0].link, (LinkId{from, {2}}));
        QCOMPARE(drawn[0].bothDirections, lines == 1);
        if (lines == 1)
            continue;
        QCOMPARE(drawn[1].link, (LinkId{{2}, from}));
        QVERIFY(!drawn[1].bothDirections);
        QVERIFY2(std::abs(drawn[0].line.angleTo(drawn[1].line) - 180) < 0.01, "each line goes its way");
        QVERIFY(distanceTo(drawn[1].line, drawn[0].line.center()) > 8);
    }
}

void LinkLinesTest::linesEndAtTheRims()
{
    const auto peers = linesOf(link({1}, {2}, false, false), layout());
    QCOMPARE(peers[0].line, QLineF(130, 300, 470, 300));
    const auto client = linesOf(link(kClients, {1}, false, false), layout());
    QVERIFY(std::abs(QLineF(client[0].line.p2(), {100, 300}).length() - 30) < 0.01);
    QVERIFY(std::abs(QLineF(client[0].line.p1(), {60, 60}).length() - kClientReach) < 0.01);
}

void LinkLinesTest::nodesThatTouchHaveNoLineBetween()
{
    Layout close = layout();
    close.nodes[1].centre = {150, 300};
    QVERIFY(linesOf(link({1}, {2}, true, false), close).empty());
    QVERIFY(linesOf(link({1}, {9}, false, false), close).empty());
}

void LinkLinesTest::pointerMeansTheNearestLineWithinReach_data()
{
    QTest::addColumn<bool>("cutThere");
    QTest::addColumn<QPointF>("point");
    QTest::addColumn<QString>("hit");
    QTest::newRow("on the line") << false << QPointF(300, 300) << "n1->n2 both";
    QTest::newRow("within reach") << false << QPointF(300, 307.9) << "n1->n2 both";
    QTest::newRow("beyond it") << false << QPointF(300, 308.1) << "";
    QTest::newRow("past its end") << false << QPointF(475, 300) << "n1->n2 both";
    QTest::newRow("far past its end") << false << QPointF(490, 300) << "";
    QTest::newRow("the other one") << false << QPointF(200, 396) << "n1->n3 both";
    QTest::newRow("its beginning") << false << QPointF(126, 320) << "n1->n3 both";
    QTest::newRow("the lane there") << true << QPointF(300, 305) << "n1->n2";
    QTest::newRow("the lane back") << true << QPointF(300, 295) << "n2->n1";
    QTest::newRow("nearer to there") << true << QPointF(300, 301) << "n1->n2";
    QTest::newRow("nearer to back") << true << QPointF(300, 299) << "n2->n1";
    QTest::newRow("outside the lanes") << true << QPointF(300, 312.9) << "n1->n2";
    QTest::newRow("beyond the lanes") << true << QPointF(300, 313.1) << "";
}

void LinkLinesTest::pointerMeansTheNearestLineWithinReach()
{
    QFETCH(bool, cutThere);
    QFETCH(QPointF, point);
    QFETCH(QString, hit);
    std::vector<LinkLine> lines = linesOf(link({1}, {2}, cutThere, false), layout());
    for (const LinkLine& line : linesOf(link({1}, {3}, false, false), layout()))
        lines.push_back(line);
    const auto meant = linkAt(lines, point);
    QCOMPARE(meant ? meant->link.name() + (meant->bothDirections ? " both" : "") : QString(), hit);
}

void LinkLinesTest::pointerOnIconsMeansTheirLink()
{
    std::vector<LinkLine> lines = linesOf(link({1}, {2}, false, false), layout());
    lines.push_back(linesOf(link({1}, {3}, false, false), layout()).front());
    lines[1].mark = QRectF(260, 290, 60, 20);
    QCOMPARE(linkAt(lines, {300, 300})->link, (LinkId{{1}, {3}}));
    QCOMPARE(linkAt(lines, {250, 300})->link, (LinkId{{1}, {2}}));
}

QTEST_GUILESS_MAIN(LinkLinesTest)
#include "tst_link_lines.moc"
