// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/lab/fault/partition.h"
#include "gui/views/topology/topology_view.h"

#include <QContextMenuEvent>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace faultline;
using namespace faultline::views;
using lab::FaultState;
using tests::moment;

class CanvasGesturesTest : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void modifiersAddAndTakeAway_data();
    void modifiersAddAndTakeAway();
    void signalsSayWhatChanged();
    void clickOnOneOfSeveralSelectsItAlone();
    void draggingOneOfSeveralMovesItAndKeepsTheSelection();
    void rightClickOnOneOfSeveralKeepsThem();
    void bandSelectsWhatIsInside();
    void bandAddsWithAModifier();
    void escapeTakesTheBandBack();
    void keysTakeNodesAlong();
    void selectionLosesWhatVanishes();

    void knifeCutsWhatItCrosses_data();
    void knifeCutsWhatItCrosses();
    void knifeSaysBeforehandWhatItWouldDo();
    void knifeCutsTheLineOfTheClients();
    void linksAboutToBeCutAreHighlighted();
    void existingCutsCountForTheParts();
    void knifeThatBeginsOnANodeCutsAndDoesNotMoveIt();
    void knifeThatCrossesNothingCutsNothing();
    void knifeTwiceInARowCutsTwice();
    void nothingIsCutTwice();
    void escapeTakesTheLineBackThenTheKnife();
    void keyHoldsTheKnife();
    void heldKeyThatRepeatsIsHeldOnce();
    void lineOutlastsTheKeyButNotTheFocus();
    void wordsOfTheKnifeStayOnTheCanvas_data();
    void wordsOfTheKnifeStayOnTheCanvas();
    void clusterThatEndsTakesTheLineAlong();

private:
    QPoint at(quint32 id) const { return m_view->positionOf({id}).toPoint(); }
    QString selected() const
    {
        QStringList names;
        for (const NodeId node : m_view->selectedNodes())
            names << node.name();
        return names.join(QLatin1Char(' '));
    }
    void settle() const
    {
        QTRY_COMPARE(m_changes->isEmpty(), false);
        m_changes->clear();
    }
    void press(QPoint point, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::mousePress(m_view, Qt::LeftButton, modifiers, point);
    }
    void moveTo(QPoint point) const { QTest::mouseMove(m_view, point); }
    void release(QPoint point) const { QTest::mouseRelease(m_view, Qt::LeftButton, {}, point); }
    void click(QPoint point, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::mouseClick(m_view, Qt::LeftButton, modifiers, point);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) const
    {
        press(from, modifiers);
        moveTo((from + to) / 2);
        moveTo(to);
        release(to);
    }
    /// From the upper to the lower edge, at that share of the width.
    void cutDown(double share) const
    {
        const int x = static_cast<int>(share * m_view->width());
        drag({x, 2}, {x, m_view->height() - 2});
    }
    static std::set<LinkId> linksIn(const QSignalSpy& spy, int index)
    {
        return spy.at(index).at(0).value<std::set<LinkId>>();
    }

    std::unique_ptr<tests::FedTimeline> m_fed;
    std::unique_ptr<QWidget> m_window;
    TopologyView* m_view = nullptr;
    QLineEdit* m_other = nullptr;
    std::unique_ptr<QSignalSpy> m_changes;
};

void CanvasGesturesTest::init()
{
    m_fed = std::make_unique<tests::FedTimeline>();
    m_window = std::make_unique<QWidget>();
    m_window->resize(768, 600);
    m_view = new TopologyView(m_window.get());
    m_view->setGeometry(0, 0, 768, 560);
    m_other = new QLineEdit(m_window.get());
    m_other->move(0, 565);
    m_view->setClock([] { return moment(60); });
    m_view->setTimeline(&m_fed->timeline);
    m_changes = std::make_unique<QSignalSpy>(&m_fed->timeline, &lab::Timeline::changed);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_view->setFocus();
    m_fed->begin(5, {3});
    settle();
}

void CanvasGesturesTest::cleanup()
{
    m_changes.reset();
    m_window.reset();
    m_fed.reset();
}

void CanvasGesturesTest::modifiersAddAndTakeAway_data()
{
    QTest::addColumn<QString>("clicks");
    QTest::addColumn<QString>("selection");
    QTest::newRow("plain clicks select one") << "1 2 3"
                                             << "n3";
    QTest::newRow("with Ctrl") << "1 c2 c5"
                               << "n1 n2 n5";
    QTest::newRow("with Shift") << "1 s2 s5"
                                << "n1 n2 n5";
    QTest::newRow("Ctrl takes away") << "1 c2 c5 c2"
                                     << "n1 n5";
    QTest::newRow("Shift takes away") << "1 s2 s2"
                                      << "n1";
    QTest::newRow("from none") << "c4"
                               << "n4";
    QTest::newRow("down to none") << "4 c4"
                                  << "";
    QTest::newRow("a plain click starts anew") << "1 c2 4"
                                               << "n4";
}

void CanvasGesturesTest::modifiersAddAndTakeAway()
{
    QFETCH(QString, clicks);
    QFETCH(QString, selection);
    for (const QString& each : clicks.split(QLatin1Char(' '))) {
        const Qt::KeyboardModifiers modifiers = each.startsWith(QLatin1Char('c'))   ? Qt::ControlModifier
                                                : each.startsWith(QLatin1Char('s')) ? Qt::ShiftModifier
                                                                                    : Qt::NoModifier;
        click(at(each.last(1).toUInt()), modifiers);
    }
    QCOMPARE(selected(), selection);
    const QString newest = selection.section(QLatin1Char(' '), -1);
    QCOMPARE(m_view->selected() ? m_view->selected().name() : QString(), newest);
}

void CanvasGesturesTest::signalsSayWhatChanged()
{
    QSignalSpy one(m_view, &TopologyView::selectionChanged);
    QSignalSpy set(m_view, &TopologyView::selectionSetChanged);
    click(at(1));
    QCOMPARE(one.size(), 1);
    QCOMPARE(set.size(), 1);
    click(at(2), Qt::ControlModifier);
    QCOMPARE(one.size(), 2);
    QCOMPARE(one[1][0].value<NodeId>(), NodeId{2});
    QCOMPARE(set.size(), 2);
    click(at(1), Qt::ControlModifier);
    QCOMPARE(one.size(), 2);
    QCOMPARE(set.size(), 3);
    QVERIFY(m_view->accessibleDescription().startsWith(QStringLiteral("n2")));
    click(at(3), Qt::ControlModifier);
    QVERIFY(m_view->accessibleDescription().startsWith(QStringLiteral("2 nodes selected; n3, leader")));
}

void CanvasGesturesTest::clickOnOneOfSeveralSelectsItAlone()
{
    m_view->selectNodes({{1}, {2}, {3}});
    click(at(2));
    QCOMPARE(selected(), QStringLiteral("n2"));
}

void CanvasGesturesTest::draggingOneOfSeveralMovesItAndKeepsTheSelection()
{
    m_view->selectNodes({{1}, {4}, {3}});
    const QPointF others = m_view->positionOf({3});
    const QPointF before = m_view->positionOf({4});
    drag(at(4), at(4) + QPoint(70, -60));
    QVERIFY(QLineF(m_view->positionOf({4}), before + QPointF(70, -60)).length() < 2);
    QCOMPARE(m_view->positionOf({3}), others);
    QCOMPARE(selected(), QStringLiteral("n1 n3 n4"));
}

void CanvasGesturesTest::rightClickOnOneOfSeveralKeepsThem()
{
    m_view->selectNodes({{1}, {2}});
    QSignalSpy menu(m_view, &TopologyView::menuRequested);
    const auto rightClick = [&](quint32 id) {
        QTest::mouseClick(m_view, Qt::RightButton, {}, at(id));
        QContextMenuEvent event(QContextMenuEvent::Mouse, at(id), m_view->mapToGlobal(at(id)));
        QCoreApplication::sendEvent(m_view, &event);
    };
    rightClick(1);
    QCOMPARE(selected(), QStringLiteral("n2 n1"));
    QCOMPARE(menu.size(), 1);
    QCOMPARE(menu[0][0].value<NodeId>(), NodeId{1});
    rightClick(4);
    QCOMPARE(selected(), QStringLiteral("n4"));
    QCOMPARE(menu.size(), 2);
}

void CanvasGesturesTest::bandSelectsWhatIsInside()
{
    m_view->select({1});
    press({2, 300});
    QCOMPARE(selected(), QString());
    const QImage pressed = m_view->grab().toImage();
    moveTo({3, 301});
    QVERIFY2(m_view->grab().toImage() == pressed, "a hand that trembles opens no band");
    moveTo({766, 558});
    QCOMPARE(selected(), QStringLiteral("n3 n4"));
    const QImage during = m_view->grab().toImage();
    moveTo({400, 558});
    QCOMPARE(selected(), QStringLiteral("n4"));
    release({400, 558});
    QCOMPARE(selected(), QStringLiteral("n4"));
    QVERIFY2(m_view->grab().toImage().pixelColor(600, 320) != during.pixelColor(600, 320), "the band is gone");
}

void CanvasGesturesTest::bandAddsWithAModifier()
{
    m_view->select({1});
    drag({2, 300}, {766, 558}, Qt::ControlModifier);
    QCOMPARE(selected(), QStringLiteral("n1 n3 n4"));
    drag({766, 558}, {2, 2}, Qt::ShiftModifier);
    QCOMPARE(selected(), QStringLiteral("n1 n3 n4 n2 n5"));
}

void CanvasGesturesTest::escapeTakesTheBandBack()
{
    m_view->selectNodes({{2}, {1}});
    press({2, 300});
    moveTo({766, 558});
    QCOMPARE(selected(), QStringLiteral("n3 n4"));
    QTest::keyClick(m_view, Qt::Key_Escape);
    QCOMPARE(selected(), QStringLiteral("n2 n1"));
    moveTo({300, 500});
    release({300, 500});
    QCOMPARE(selected(), QStringLiteral("n2 n1"));
}

void CanvasGesturesTest::keysTakeNodesAlong()
{
    QTest::keyClick(m_view, Qt::Key_Right);
    QTest::keyClick(m_view, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(m_view, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(selected(), QStringLiteral("n1 n2 n3"));
    QTest::keyClick(m_view, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(selected(), QStringLiteral("n1 n2"));
    QTest::keyClick(m_view, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(selected(), QStringLiteral("n1 n3 n4 n5 n2"));
    QCOMPARE(m_view->selected(), NodeId{2});
    QTest::keyClick(m_view, Qt::Key_Right);
    QCOMPARE(selected(), QStringLiteral("n3"));
    QTest::keyClick(m_view, Qt::Key_Escape);
    QCOMPARE(selected(), QString());
}

void CanvasGesturesTest::selectionLosesWhatVanishes()
{
    m_view->selectNodes({{2}, {5}, {9}});
    QCOMPARE(selected(), QStringLiteral("n2 n5"));
    QSignalSpy set(m_view, &TopologyView::selectionSetChanged);
    m_fed->begin(3, {1}, tests::kBegan + std::chrono::seconds(100));
    settle();
    QCOMPARE(selected(), QStringLiteral("n2"));
    QCOMPARE(set.size(), 1);
}

void CanvasGesturesTest::knifeCutsWhatItCrosses_data()
{
    QTest::addColumn<int>("nodes");
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(768, 560), QSize(300, 240)}) {
        for (const int nodes : {3, 5, 9})
            QTest::addRow("%d nodes at %dx%d", nodes, size.width(), size.height()) << nodes << size;
    }
}

void CanvasGesturesTest::knifeCutsWhatItCrosses()
{
    QFETCH(int, nodes);
    QFETCH(QSize, size);
    m_view->resize(size);
    m_fed->begin(nodes, {1}, tests::kBegan + std::chrono::seconds(100));
    settle();
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_view->setKnife(true);
    QCOMPARE(m_view->cursor().shape(), Qt::CrossCursor);
    cutDown(0.6);
    QCOMPARE(cut.size(), 1);
    std::vector<NodeId> left;
    std::vector<NodeId> right;
    for (const SceneNode& node : m_view->scene().nodes)
        (m_view->positionOf(node.id).x() < 0.6 * size.width() ? left : right).push_back(node.id);
    QVERIFY(!left.empty() && !right.empty());
    QCOMPARE(linksIn(cut, 0), lab::cutsBetween(left, right));
    QVERIFY2(m_view->hasKnife(), "it stays in hand for the next cut");
    m_view->setKnife(false);
    QCOMPARE(m_view->cursor().shape(), Qt::ArrowCursor);
    QCOMPARE(selected(), QString());
}

void CanvasGesturesTest::knifeSaysBeforehandWhatItWouldDo()
{
    m_view->setKnife(true);
    press({461, 2});
    QVERIFY(m_view->knifeStroke());
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("crosses no link"));
    moveTo({461, 220});
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("cuts 2 links: not a full partition"));
    moveTo({461, 558});
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("n1 n4 n5 | n2 n3"));
    release({461, 558});
    QVERIFY(!m_view->knifeStroke());
}

void CanvasGesturesTest::knifeCutsTheLineOfTheClients()
{
    for (int tenth = 20; tenth < 40; ++tenth) {
        m_fed->status({3}).commands += 2;
        m_fed->report({3}, wire::Role::Leader, 1, tenth / 10.0);
        settle();
    }
    const auto lines = m_view->arrangement().lines();
    const auto line = std::find_if(lines.begin(), lines.end(), [](const LinkLine& each) {
        return each.link == LinkId{kClients, {3}};
    });
    QVERIFY(line != lines.end());
    const QPoint at = line->line.pointAt(0.08).toPoint();
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_view->setKnife(true);
    press(at + QPoint(-9, 9));
    moveTo(at + QPoint(9, -9));
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("clients | n3"));
    release(at + QPoint(9, -9));
    QCOMPARE(cut.size(), 1);
    QCOMPARE(linksIn(cut, 0), (std::set<LinkId>{{kClients, {3}}, {{3}, kClients}}));
}

void CanvasGesturesTest::linksAboutToBeCutAreHighlighted()
{
    const QImage before = m_view->grab().toImage();
    m_view->setKnife(true);
    press({461, 2});
    moveTo({461, 280});
    const QImage during = m_view->grab().toImage();
    const QPoint onCut = (m_view->positionOf({5}) * 0.7 + m_view->positionOf({2}) * 0.3).toPoint() + QPoint(0, 4);
    const QPoint onWhole = (m_view->positionOf({4}) * 0.7 + m_view->positionOf({3}) * 0.3).toPoint() + QPoint(0, 4);
    QVERIFY(during.pixel(onCut) != before.pixel(onCut));
    QCOMPARE(during.pixel(onWhole), before.pixel(onWhole));
    QVERIFY(m_view->knifeStroke()->cuts.size() >= 2);
}

void CanvasGesturesTest::existingCutsCountForTheParts()
{
    m_fed->faults([](FaultState& state) { state.addCut({}, lab::cutsBetween({{1}}, {{2}, {3}, {4}, {5}})); });
    settle();
    m_view->setKnife(true);
    press({461, 2});
    moveTo({461, 558});
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("n1 | n2 n3 | n4 n5"));
    m_fed->faults([](FaultState& state) { state.cuts.clear(); });
    settle();
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("n1 n4 n5 | n2 n3"));
}

void CanvasGesturesTest::knifeThatBeginsOnANodeCutsAndDoesNotMoveIt()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    const QPointF before = m_view->positionOf({4});
    m_view->setKnife(true);
    press(at(4));
    moveTo(at(4) + QPoint(180, -30));
    moveTo(at(4) + QPoint(180, 60));
    release(at(4) + QPoint(180, 60));
    QCOMPARE(m_view->positionOf({4}), before);
    QCOMPARE(selected(), QString());
    QCOMPARE(cut.size(), 1);
    QCOMPARE(linksIn(cut, 0), lab::cutsBetween({{3}}, {{4}}));
}

void CanvasGesturesTest::knifeThatCrossesNothingCutsNothing()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_view->setKnife(true);
    drag({20, 540}, {120, 540});
    click({384, 300});
    click(at(1));
    QCOMPARE(cut.size(), 0);
}

void CanvasGesturesTest::knifeTwiceInARowCutsTwice()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_view->setKnife(true);
    cutDown(0.6);
    QSignalSpy details(m_view, &TopologyView::detailsRequested);
    const QPoint on = at(4);
    QMouseEvent again(QEvent::MouseButtonDblClick, on, m_view->mapToGlobal(on), Qt::LeftButton, Qt::LeftButton,
                      Qt::NoModifier);
    QCoreApplication::sendEvent(m_view, &again);
    moveTo(on + QPoint(180, -30));
    moveTo(on + QPoint(180, 60));
    release(on + QPoint(180, 60));
    QCOMPARE(cut.size(), 2);
    QCOMPARE(linksIn(cut, 1), lab::cutsBetween({{3}}, {{4}}));
    QVERIFY2(details.isEmpty(), "two quick cuts are no double click");
}

void CanvasGesturesTest::nothingIsCutTwice()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_fed->faults([](FaultState& state) { state.addCut({}, lab::cutsBetween({{2}, {3}}, {{1}, {4}, {5}})); });
    settle();
    m_view->setKnife(true);
    press({461, 2});
    moveTo({461, 558});
    QCOMPARE(m_view->knifeStroke()->words, QStringLiteral("already cut"));
    release({461, 558});
    QCOMPARE(cut.size(), 0);
    m_fed->faults([](FaultState& state) { state.healLink({{1}, {2}}); });
    settle();
    cutDown(0.6);
    QCOMPARE(cut.size(), 1);
    QVERIFY2(linksIn(cut, 0).size() == 12, "the cut is all that was crossed, so that it is healed as one");
}

void CanvasGesturesTest::escapeTakesTheLineBackThenTheKnife()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    QSignalSpy putAway(m_view, &TopologyView::knifePutAway);
    m_view->select({2});
    m_view->setKnife(true);
    press({461, 2});
    moveTo({461, 558});
    QTest::keyClick(m_view, Qt::Key_Escape);
    QVERIFY(!m_view->knifeStroke());
    QVERIFY(m_view->hasKnife());
    moveTo({500, 300});
    release({500, 300});
    QCOMPARE(cut.size(), 0);
    QTest::keyClick(m_view, Qt::Key_Escape);
    QVERIFY(!m_view->hasKnife());
    QCOMPARE(putAway.size(), 1);
    QCOMPARE(selected(), QStringLiteral("n2"));
    QTest::keyClick(m_view, Qt::Key_Escape);
    QCOMPARE(selected(), QString());
    QCOMPARE(putAway.size(), 1);
}

void CanvasGesturesTest::keyHoldsTheKnife()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    QTest::keyPress(m_view, Qt::Key_C);
    QVERIFY(m_view->hasKnife());
    QCOMPARE(m_view->cursor().shape(), Qt::CrossCursor);
    cutDown(0.6);
    QCOMPARE(cut.size(), 1);
    QTest::keyRelease(m_view, Qt::Key_C);
    QVERIFY(!m_view->hasKnife());
    const QPointF before = m_view->positionOf({4});
    drag(at(4), at(4) + QPoint(60, -40));
    QVERIFY(m_view->positionOf({4}) != before);
    QTest::keyClick(m_view, Qt::Key_C, Qt::ControlModifier);
    QTest::keyPress(m_view, Qt::Key_C, Qt::ControlModifier);
    QVERIFY2(!m_view->hasKnife(), "Ctrl+C is to copy");
    QCOMPARE(cut.size(), 1);
}

void CanvasGesturesTest::heldKeyThatRepeatsIsHeldOnce()
{
    QTest::keyPress(m_view, Qt::Key_C);
    for (int i = 0; i < 3; ++i) {
        QKeyEvent up(QEvent::KeyRelease, Qt::Key_C, Qt::NoModifier, QStringLiteral("c"), true);
        QKeyEvent down(QEvent::KeyPress, Qt::Key_C, Qt::NoModifier, QStringLiteral("c"), true);
        QCoreApplication::sendEvent(m_view, &up);
        QVERIFY(m_view->hasKnife());
        QCoreApplication::sendEvent(m_view, &down);
        QVERIFY(m_view->hasKnife());
    }
    QTest::keyRelease(m_view, Qt::Key_C);
    QVERIFY(!m_view->hasKnife());
    QKeyEvent late(QEvent::KeyPress, Qt::Key_C, Qt::NoModifier, QStringLiteral("c"), true);
    QCoreApplication::sendEvent(m_view, &late);
    QVERIFY2(!m_view->hasKnife(), "a repeat is no press");
}

void CanvasGesturesTest::lineOutlastsTheKeyButNotTheFocus()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    QTest::keyPress(m_view, Qt::Key_C);
    press({461, 2});
    moveTo({461, 300});
    QTest::keyRelease(m_view, Qt::Key_C);
    moveTo({461, 558});
    release({461, 558});
    QCOMPARE(cut.size(), 1);

    QTest::keyPress(m_view, Qt::Key_C);
    press({461, 2});
    moveTo({461, 558});
    m_other->setFocus();
    QVERIFY(!m_view->hasKnife());
    QVERIFY(!m_view->knifeStroke());
    release({461, 558});
    QCOMPARE(cut.size(), 1);
}

void CanvasGesturesTest::wordsOfTheKnifeStayOnTheCanvas_data()
{
    QTest::addColumn<QPoint>("pointer");
    QTest::newRow("upper left") << QPoint(1, 1);
    QTest::newRow("upper right") << QPoint(298, 1);
    QTest::newRow("lower left") << QPoint(1, 238);
    QTest::newRow("lower right") << QPoint(298, 238);
}

void CanvasGesturesTest::wordsOfTheKnifeStayOnTheCanvas()
{
    QFETCH(QPoint, pointer);
    m_view->resize(300, 240);
    const Theme theme = Theme::light();
    m_view->setKnife(true);
    press({150, 120});
    moveTo(pointer);
    const QImage image = m_view->grab().toImage();
    int panel = 0;
    for (int y = 0; y < image.height(); ++y) {
        int run = 0;
        for (int x = 0; x < image.width(); ++x) {
            run = image.pixelColor(x, y) == theme.panel ? run + 1 : 0;
            if (run == 60)
                ++panel;
        }
    }
    QVERIFY2(panel >= 5, "the label with its words is whole, on its panel");
    const auto edge = [&](int x, int y) { return image.pixelColor(x, y) == theme.panel; };
    for (int y = 0; y < image.height(); ++y)
        QVERIFY(!edge(0, y) && !edge(image.width() - 1, y));
}

void CanvasGesturesTest::clusterThatEndsTakesTheLineAlong()
{
    QSignalSpy cut(m_view, &TopologyView::cutDrawn);
    m_view->setKnife(true);
    press({461, 2});
    moveTo({461, 558});
    m_fed->end();
    settle();
    QVERIFY(!m_view->knifeStroke());
    release({461, 558});
    QCOMPARE(cut.size(), 0);
}

QTEST_MAIN(CanvasGesturesTest)
#include "tst_canvas_gestures.moc"
