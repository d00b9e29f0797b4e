// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/topology/topology_view.h"

#include <QContextMenuEvent>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace faultline;
using namespace faultline::views;
using tests::moment;

class TopologyViewTest : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void sceneSaysWhatTheTimelineSays();
    void pendingValueIsShownApartFromTheCommittedOne();
    void leaderOfAnOldTermIsNotShownAsTheLeader();
    void clickSelectsAndClickBesideDeselects();
    void dragMovesTheNodeOnly();
    void escapeTakesTheDragBackThenTheSelection();
    void doubleClickAsksForDetails();
    void contextMenuIsAskedForAtTheNode();
    void arrowsAndTabGoFromNodeToNode();
    void selectionOfAVanishedNodeEnds();
    void messagesBecomeDotsThatEnd();
    void emptyCanvasSaysWhyAndOffersAButton();
    void legendOpensWhenItsButtonIsClicked();
    void legendNamesEveryPatternAndFitsTheWindow_data();
    void legendNamesEveryPatternAndFitsTheWindow();
    void nodesAreInTheColoursOfTheirRole();

private:
    QPoint at(quint32 id) const { return m_view->positionOf({id}).toPoint(); }
    const SceneNode& node(quint32 id) const { return m_view->scene().nodes.at(id - 1); }
    void settle() const
    {
        QTRY_COMPARE(m_changes->isEmpty(), false);
        m_changes->clear();
    }

    std::unique_ptr<tests::FedTimeline> m_fed;
    std::unique_ptr<TopologyView> m_view;
    std::unique_ptr<QSignalSpy> m_changes;
    lab::Monotonic m_now{0};
};

void TopologyViewTest::init()
{
    m_fed = std::make_unique<tests::FedTimeline>();
    m_view = std::make_unique<TopologyView>();
    m_now = moment(60);
    m_view->setClock([this] { return m_now; });
    m_view->setTimeline(&m_fed->timeline);
    m_changes = std::make_unique<QSignalSpy>(&m_fed->timeline, &lab::Timeline::changed);
    m_view->resize(760, 520);
    m_view->show();
    m_fed->begin(5, {3});
    settle();
}

void TopologyViewTest::cleanup()
{
    m_changes.reset();
    m_view.reset();
    m_fed.reset();
}

void TopologyViewTest::sceneSaysWhatTheTimelineSays()
{
    m_fed->life({2}, lab::NodeLife::Dead, QStringLiteral("killed by SIGKILL"));
    m_fed->life({4}, lab::NodeLife::Frozen);
    m_fed->faults([](lab::FaultState& state) { state.isolated.insert({1}); });
    m_fed->report({1}, wire::Role::PreCandidate, 4, 6);
    settle();
    QCOMPARE(node(1).word, QStringLiteral("pre-candidate, isolated"));
    QCOMPARE(node(2).word, QStringLiteral("dead"));
    QCOMPARE(node(3).word, QStringLiteral("leader"));
    QCOMPARE(node(3).figures, QStringLiteral("term 1 · commit 1,204"));
    QCOMPARE(node(3).value, QStringLiteral("x = 41"));
    QCOMPARE(node(4).word, QStringLiteral("frozen"));
    QCOMPARE(node(5).word, QStringLiteral("follower"));
    int cut = 0;
    int idle = 0;
    for (const SceneLink& link : m_view->scene().links) {
        cut += link.there.cut && link.back.cut && !link.idle ? 1 : 0;
        idle += link.idle ? 1 : 0;
    }
    QCOMPARE(cut, 3);
    QCOMPARE(idle, 4);
    QVERIFY(m_view->scene().somethingTurns);
}

void TopologyViewTest::pendingValueIsShownApartFromTheCommittedOne()
{
    m_fed->status({3}).pendingValue = QByteArray("42");
    m_fed->report({3}, wire::Role::Leader, 1, 6);
    m_fed->status({5}).watchedValue.reset();
    m_fed->report({5}, wire::Role::Follower, 1, 6);
    settle();
    QCOMPARE(node(3).value, QStringLiteral("x = 41"));
    QCOMPARE(node(3).pending, QStringLiteral("x = 42"));
    QCOMPARE(node(5).value, QStringLiteral("x –"));
    QVERIFY(node(5).pending.isEmpty());
    QVERIFY(spokenNode(node(3)).contains(QStringLiteral("x = 42 not committed yet")));
}

void TopologyViewTest::leaderOfAnOldTermIsNotShownAsTheLeader()
{
    m_fed->report({5}, wire::Role::Leader, 2, 6);
    settle();
    QCOMPARE(node(5).look, Look::Leader);
    QCOMPARE(node(3).look, Look::StaleLeader);
    QCOMPARE(node(3).word, QStringLiteral("outdated leader"));
}

void TopologyViewTest::clickSelectsAndClickBesideDeselects()
{
    QSignalSpy selection(m_view.get(), &TopologyView::selectionChanged);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, at(4));
    QCOMPARE(m_view->selected(), NodeId{4});
    QCOMPARE(selection.size(), 1);
    QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("n4, follower")));
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(380, 260));
    QCOMPARE(m_view->selected(), NodeId{});
    QCOMPARE(selection.size(), 2);
}

void TopologyViewTest::dragMovesTheNodeOnly()
{
    const QPointF before = m_view->positionOf({4});
    const QPointF other = m_view->positionOf({1});
    QTest::mousePress(m_view.get(), Qt::LeftButton, {}, at(4));
    QTest::mouseMove(m_view.get(), before.toPoint() + QPoint(2, 1));
    QCOMPARE(m_view->positionOf({4}), before);
    QTest::mouseMove(m_view.get(), before.toPoint() + QPoint(60, -40));
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, before.toPoint() + QPoint(60, -40));
    QVERIFY(QLineF(m_view->positionOf({4}), before + QPointF(60, -40)).length() < 2);
    QCOMPARE(m_view->positionOf({1}), other);
}

void TopologyViewTest::escapeTakesTheDragBackThenTheSelection()
{
    const QPointF before = m_view->positionOf({4});
    QTest::mousePress(m_view.get(), Qt::LeftButton, {}, at(4));
    QTest::mouseMove(m_view.get(), before.toPoint() + QPoint(60, -40));
    QVERIFY(m_view->positionOf({4}) != before);
    QTest::keyClick(m_view.get(), Qt::Key_Escape);
    QCOMPARE(m_view->positionOf({4}), before);
    QCOMPARE(m_view->selected(), NodeId{4});
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, at(4));
    QTest::keyClick(m_view.get(), Qt::Key_Escape);
    QCOMPARE(m_view->selected(), NodeId{});
}

void TopologyViewTest::doubleClickAsksForDetails()
{
    QSignalSpy details(m_view.get(), &TopologyView::detailsRequested);
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, at(2));
    QCOMPARE(details.size(), 1);
    QCOMPARE(details.at(0).at(0).value<NodeId>(), NodeId{2});
    QTest::keyClick(m_view.get(), Qt::Key_Return);
    QCOMPARE(details.size(), 2);
}

void TopologyViewTest::contextMenuIsAskedForAtTheNode()
{
    QSignalSpy menu(m_view.get(), &TopologyView::menuRequested);
    QContextMenuEvent onNode(QContextMenuEvent::Mouse, at(5), m_view->mapToGlobal(at(5)));
    QCoreApplication::sendEvent(m_view.get(), &onNode);
    QCOMPARE(menu.size(), 1);
    QCOMPARE(m_view->selected(), NodeId{5});
    QContextMenuEvent byKey(QContextMenuEvent::Keyboard, {}, {});
    QCoreApplication::sendEvent(m_view.get(), &byKey);
    QCOMPARE(menu.size(), 2);
    QContextMenuEvent beside(QContextMenuEvent::Mouse, {380, 260}, m_view->mapToGlobal(QPoint(380, 260)));
    QCoreApplication::sendEvent(m_view.get(), &beside);
    QCOMPARE(menu.size(), 2);
}

void TopologyViewTest::arrowsAndTabGoFromNodeToNode()
{
    m_view->setFocus();
    QTest::keyClick(m_view.get(), Qt::Key_Right);
    QCOMPARE(m_view->selected(), NodeId{1});
    QTest::keyClick(m_view.get(), Qt::Key_Left);
    QCOMPARE(m_view->selected(), NodeId{5});
    m_view->select({1});
    QTest::keyClick(m_view.get(), Qt::Key_Tab);
    QCOMPARE(m_view->selected(), NodeId{2});
}

void TopologyViewTest::selectionOfAVanishedNodeEnds()
{
    m_view->select({5});
    QSignalSpy selection(m_view.get(), &TopologyView::selectionChanged);
    m_fed->begin(3, {1}, tests::kBegan + std::chrono::seconds(100));
    settle();
    QCOMPARE(m_view->selected(), NodeId{});
    QCOMPARE(selection.size(), 1);
    m_view->select({9});
    QCOMPARE(m_view->selected(), NodeId{});
}

void TopologyViewTest::messagesBecomeDotsThatEnd()
{
    m_fed->message({{3}, {5}}, wire::MessageKind::Append, wire::MessageFate::Sent, 7, 59.98, 2);
    settle();
    QCOMPARE(m_view->flights().all().size(), std::size_t(1));
    const QImage before = m_view->grab().toImage();
    m_now = moment(60.1);
    QVERIFY2(m_view->grab().toImage() != before, "the dot moves");
    m_fed->message({{3}, {5}}, wire::MessageKind::Append, wire::MessageFate::Received, 7, 60.0, 2);
    settle();
    m_now = moment(60.5);
    QTRY_VERIFY(m_view->flights().empty());
}

void TopologyViewTest::emptyCanvasSaysWhyAndOffersAButton()
{
    m_view->setAbsence(QStringLiteral("There is no faultline-node in /nowhere."), QStringLiteral("Retry"));
    auto* text = m_view->findChild<QLabel*>(QStringLiteral("absence"));
    auto* button = m_view->findChild<QPushButton*>(QStringLiteral("absenceButton"));
    QVERIFY(!text->isVisible());
    m_fed->end();
    settle();
    QVERIFY(text->isVisible());
    QCOMPARE(text->text(), QStringLiteral("There is no faultline-node in /nowhere."));
    QSignalSpy answered(m_view.get(), &TopologyView::absenceAnswered);
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(answered.size(), 1);
}

void TopologyViewTest::legendOpensWhenItsButtonIsClicked()
{
    auto* button = m_view->findChild<QToolButton*>(QStringLiteral("legendButton"));
    const QImage before = m_view->grab().toImage();
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(m_view->grab().toImage() != before);
}

void TopologyViewTest::legendNamesEveryPatternAndFitsTheWindow_data()
{
    QTest::addColumn<QSize>("canvas");
    QTest::addColumn<QSize>("window");
    QTest::newRow("large") << QSize(768, 560) << QSize(1280, 800);
    QTest::newRow("small canvas in a large window") << QSize(300, 240) << QSize(1280, 800);
    QTest::newRow("all is small") << QSize(300, 240) << QSize(300, 240);
    QTest::newRow("narrow") << QSize(320, 700) << QSize(320, 700);
}

void TopologyViewTest::legendNamesEveryPatternAndFitsTheWindow()
{
    QFETCH(QSize, canvas);
    QFETCH(QSize, window);
    QWidget host;
    host.resize(window);
    auto* view = new TopologyView(&host);
    view->resize(canvas);
    view->setTimeline(&m_fed->timeline);
    host.show();
    QTest::mouseClick(view->findChild<QToolButton*>(QStringLiteral("legendButton")), Qt::LeftButton);
    auto* legend = host.findChild<QWidget*>(QStringLiteral("legend"));
    QVERIFY(legend->isVisible());
    QVERIFY(host.rect().contains(QRect(legend->mapTo(&host, QPoint()), legend->size())));
    if (window.width() >= 1280)
        QCOMPARE(legend->size(), legend->sizeHint());
    for (const char* word : {"cut", "slow", "lossy", "narrow", "directions", "stalls", "flips", "twice", "out of order",
                             "tears", "refuses", "clock", "disk", "without power", "lost"})
        QVERIFY2(legend->accessibleDescription().contains(QLatin1String(word)), word);
    view->hide();
    QVERIFY(!legend->isVisible());
}

void TopologyViewTest::nodesAreInTheColoursOfTheirRole()
{
    for (const bool dark : {false, true}) {
        const Theme theme = Theme::of(dark);
        m_view->setTheme(theme);
        const QImage image = m_view->grab().toImage();
        const auto rim = [&](quint32 id) {
            return image.pixelColor((m_view->positionOf({id}) + QPointF(0, m_view->nodeRadius())).toPoint());
        };
        QCOMPARE(rim(3), theme.leader);
        QCOMPARE(rim(5), theme.follower);
        QCOMPARE(image.pixelColor(2, 2), theme.canvas);
    }
}

QTEST_MAIN(TopologyViewTest)
#include "tst_topology_view.moc"
