// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/node_painter.h"
#include "shown_canvas.h"

#include "common/fault/disk_fault_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

using namespace faultline;
using namespace faultline::tests;
using namespace faultline::views;

Q_DECLARE_METATYPE(Change)

class CanvasLinksTest : public QObject, protected ShownCanvas
{
    Q_OBJECT

private slots:
    void init() { begin(); }
    void cleanup() { end(); }
    void everyWayToCutALinkIsShown_data();
    void everyWayToCutALinkIsShown();
    void missingPowerIsShownAtTheNodeAndNotOnItsLinks();
    void crashLoopIsSaid_data();
    void crashLoopIsSaid();
    void brokenDiskIsShownInFewSigns_data();
    void brokenDiskIsShownInFewSigns();
    void whoHasNoVoteIsALearner();
    void clockIsShownAsFarAheadAsItIsNow_data();
    void clockIsShownAsFarAheadAsItIsNow();
    void patternsAreTellable_data();
    void patternsAreTellable();
    void linksAreInTheColourOfWhatIsWrong();
    void differentDirectionsHaveTheirOwnIconNearTheReceiver();
    void clientLinksShowTheirFaults();
    void healthyClientLinkIsShownWhileCommandsFlow();
    void manyFaultsAreThreeIconsAndANumber();
    void pointerOnALinkHighlightsIt();
    void tooltipSaysWhatTheWindowSays();
    void menuOfALinkIsAskedForWhereThePointerIs();
    void doubleClickOnALinkActivatesIt();
    void nodeIsMeantBeforeTheLinkUnderIt();
};

void CanvasLinksTest::everyWayToCutALinkIsShown_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("cutThere");
    QTest::addColumn<int>("cutBack");
    QTest::newRow("nothing") << Change([](FaultState&) {}) << 0 << 0;
    QTest::newRow("for itself") << Change([](FaultState& state) {
        state.setLink({{1}, {2}}, parsed("cut"));
    }) << 1 << 0;
    QTest::newRow("drawn") << Change([](FaultState& state) { state.addCut({}, {{{2}, {1}}, {{1}, {2}}}); }) << 1 << 1;
    QTest::newRow("partition") << kTroubles[1].second << 6 << 6;
    QTest::newRow("isolation") << Change([](FaultState& state) { state.isolated.insert({1}); }) << 4 << 4;
}

void CanvasLinksTest::everyWayToCutALinkIsShown()
{
    QFETCH(Change, change);
    QFETCH(int, cutThere);
    QFETCH(int, cutBack);
    faults(change);
    int there = 0;
    int back = 0;
    for (const SceneLink& link : m_view->scene().links) {
        there += link.there.cut;
        back += link.back.cut;
    }
    QCOMPARE(there, cutThere);
    QCOMPARE(back, cutBack);
}

void CanvasLinksTest::missingPowerIsShownAtTheNodeAndNotOnItsLinks()
{
    faults([](FaultState& state) {
        state.conditions[{4}] = NodeCondition::PoweredOff;
        state.addCut({}, {{{4}, {1}}});
    });
    QCOMPARE(node(4).look, Look::Dead);
    QCOMPARE(node(4).word, QStringLiteral("without power"));
    QVERIFY(node(4).withoutPower);
    for (const SceneLink& link : m_view->scene().links) {
        const bool ofFour = link.a == NodeId{4} || link.b == NodeId{4};
        QCOMPARE(link.idle, ofFour);
        QVERIFY(!link.there.cut);
        QCOMPARE(link.back.cut, link.a == NodeId{1} && link.b == NodeId{4});
    }
    const QImage withoutPower = m_view->grab().toImage();
    faults([](FaultState& state) { state.conditions.clear(); });
    m_fed->life({4}, lab::NodeLife::Dead);
    settle();
    QCOMPARE(node(4).word, QStringLiteral("dead"));
    const QRect badge(m_view->positionOf({4}).toPoint() + QPoint(15, -45), QSize(30, 30));
    QVERIFY2(m_view->grab().toImage().copy(badge) != withoutPower.copy(badge), "its icon is another than a cross");
}

void CanvasLinksTest::crashLoopIsSaid_data()
{
    QTest::addColumn<quint32>("id");
    QTest::addColumn<lab::NodeLife>("life");
    QTest::addColumn<QString>("word");
    QTest::newRow("up") << 5U << lab::NodeLife::Running << "crash-looping";
    QTest::newRow("down") << 5U << lab::NodeLife::Dead << "crash-looping";
    QTest::newRow("leading") << 3U << lab::NodeLife::Running << "leader, crash-looping";
}

void CanvasLinksTest::crashLoopIsSaid()
{
    QFETCH(quint32, id);
    QFETCH(lab::NodeLife, life);
    QFETCH(QString, word);
    m_fed->life({id}, life);
    faults([id](FaultState& state) { state.conditions[{id}] = NodeCondition::CrashLooping; });
    QCOMPARE(node(id).word, word);
    QVERIFY(spokenNode(node(id)).contains(word));
}

void CanvasLinksTest::brokenDiskIsShownInFewSigns_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* fault, const char* words) {
        QTest::newRow(fault) << QString::fromUtf8(fault) << QString::fromUtf8(words);
    };
    row("latency: 20ms", "+20 ms");
    row("latency: 200ms, jitter: 100ms", "+200 ms ± 100 ms");
    row("full", "full");
    row("lies", "lies");
    row("flip: 1%", "flips 1%");
    row("full, lies", "full, lies");
}

void CanvasLinksTest::brokenDiskIsShownInFewSigns()
{
    QFETCH(QString, fault);
    QFETCH(QString, words);
    faults([&](FaultState& state) { state.disks[{2}] = *fault::parseDiskFault(fault); });
    QCOMPARE(node(2).disk, words);
    QVERIFY(node(1).disk.isEmpty());
    QVERIFY(spokenNode(node(2)).contains(QStringLiteral("disk ") + words));
}

void CanvasLinksTest::whoHasNoVoteIsALearner()
{
    QCOMPARE(node(2).look, Look::Follower);
    const NodeId leader = m_fed->timeline.leader();
    QVERIFY(leader && leader != NodeId{2});
    for (const auto& [id, state] : m_fed->timeline.nodes()) {
        if (id != NodeId{2})
            m_fed->status(leader).voters.push_back(id);
    }
    m_fed->status(leader).learners = {{2}};
    m_fed->report(leader, wire::Role::Leader, 9);
    settle();
    QCOMPARE(node(2).look, Look::Learner);
    QCOMPARE(node(2).word, QStringLiteral("learner"));
}

void CanvasLinksTest::clockIsShownAsFarAheadAsItIsNow_data()
{
    QTest::addColumn<qint64>("offset_ms");
    QTest::addColumn<quint32>("rate");
    QTest::addColumn<QString>("words");
    QTest::newRow("ahead") << 5'000LL << fault::Share::kAll << "+5.0 s";
    QTest::newRow("behind") << -250LL << fault::Share::kAll << "−250 ms";
    QTest::newRow("runs fast for 50 s") << 0LL << 1'100'000U << "+5.0 s";
    QTest::newRow("runs slowly for 50 s") << 5'000LL << 900'000U << "+0 ms";
    QTest::newRow("a minute and more") << 72'000LL << fault::Share::kAll << "+72 s";
    QTest::newRow("minutes") << 210'000LL << fault::Share::kAll << "+3.5 min";
    QTest::newRow("hours") << -7'200'000LL << fault::Share::kAll << "−2.0 h";
    QTest::newRow("days") << 86'400'000LL * 40 << fault::Share::kAll << "+40 d";
}

void CanvasLinksTest::clockIsShownAsFarAheadAsItIsNow()
{
    QFETCH(qint64, offset_ms);
    QFETCH(quint32, rate);
    QFETCH(QString, words);
    faults([&](FaultState& state) { state.clocks[{2}] = {std::chrono::milliseconds(offset_ms), rate, moment(10)}; });
    QCOMPARE(node(2).clock, words);
    QVERIFY(node(1).clock.isEmpty());
    QVERIFY(spokenNode(node(2)).contains(QStringLiteral("clock ") + words));
}

void CanvasLinksTest::patternsAreTellable_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<double>("leastInked");
    QTest::addColumn<double>("mostInked");
    QTest::addColumn<int>("longestRun");
    QTest::addColumn<bool>("leavesTheAxis");
    QTest::newRow("healthy") << "healthy" << 1.0 << 1.0 << 200 << false;
    QTest::newRow("cut: long dashes") << "cut" << 0.4 << 0.75 << 10 << false;
    QTest::newRow("lossy: dots") << "loss: 5%" << 0.25 << 0.8 << 5 << false;
    QTest::newRow("slow: a wave") << "latency: 1s" << 0.2 << 0.9 << 30 << true;
    QTest::newRow("slow and lossy: a dotted wave") << "latency: 1s, loss: 5%" << 0.05 << 0.7 << 6 << true;
    QTest::newRow("narrow") << "bandwidth: 1mbit" << 1.0 << 1.0 << 200 << false;
    QTest::newRow("torn: a whole line") << "reset" << 1.0 << 1.0 << 200 << false;
}

void CanvasLinksTest::patternsAreTellable()
{
    QFETCH(QString, fault);
    QFETCH(double, leastInked);
    QFETCH(double, mostInked);
    QFETCH(int, longestRun);
    QFETCH(bool, leavesTheAxis);
    QImage image(220, 21, QImage::Format_RGB32);
    image.fill(Qt::white);
    {
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        paintPattern(painter, {10, 10.5, 210, 10.5}, signsOf(*fault::parseLinkFault(fault)), 2, Qt::black);
    }
    const auto inked = [&](int x, int y) { return qGray(image.pixel(x, y)) < 160; };
    int axis = 0;
    int run = 0;
    int longest = 0;
    bool leaves = false;
    for (int x = 10; x < 210; ++x) {
        axis += inked(x, 10);
        run = inked(x, 10) ? run + 1 : 0;
        longest = std::max(longest, run);
        leaves = leaves || inked(x, 13) || inked(x, 7);
    }
    QVERIFY2(axis >= leastInked * 200 && axis <= mostInked * 200, qPrintable(QString::number(axis)));
    QVERIFY2(longest <= longestRun, qPrintable(QString::number(longest)));
    QCOMPARE(leaves, leavesTheAxis);
}

void CanvasLinksTest::linksAreInTheColourOfWhatIsWrong()
{
    faults([](FaultState& state) {
        setBoth(state, {{1}, {2}}, "reset");
        setBoth(state, {{3}, {4}}, "corrupt: 5%");
    });
    for (const bool dark : {false, true}) {
        const Theme theme = Theme::of(dark);
        m_view->setTheme(theme);
        const QImage image = m_view->grab().toImage();
        const auto isNear = [&](LinkId link, const QColor& colour) {
            const QPoint at = middleOf(link);
            for (int y = -2; y <= 2; ++y) {
                const QColor pixel = image.pixelColor(at + QPoint(0, y));
                if (std::abs(pixel.red() - colour.red()) + std::abs(pixel.green() - colour.green()) +
                        std::abs(pixel.blue() - colour.blue()) <
                    60)
                    return true;
            }
            return false;
        };
        QVERIFY(isNear({{1}, {2}}, theme.failed));
        QVERIFY(isNear({{3}, {4}}, theme.degraded));
        QVERIFY(!isNear({{2}, {4}}, theme.failed) && !isNear({{2}, {4}}, theme.degraded));
    }
}

void CanvasLinksTest::differentDirectionsHaveTheirOwnIconNearTheReceiver()
{
    faults([](FaultState& state) {
        state.setLink({{4}, {3}}, parsed("loss: 5%"));
        state.setLink({{3}, {4}}, parsed("latency: 10ms"));
    });
    for (const LinkId link : {LinkId{{4}, {3}}, LinkId{{3}, {4}}}) {
        const PlacedLink* lane = placed(link);
        QVERIFY(lane && !lane->line.bothDirections);
        const QPointF icon = lane->line.mark.center();
        QVERIFY(QLineF(icon, m_view->positionOf(link.to)).length() <
                QLineF(icon, m_view->positionOf(link.from)).length());
        QVERIFY(distanceTo(lane->line.line, icon) < 1);
    }
    QCOMPARE(placed({{4}, {3}})->signs.marks.front().glyph, Glyph::Lossy);
    QCOMPARE(placed({{3}, {4}})->signs.marks.front().glyph, Glyph::Slow);
    QVERIFY(placed({{1}, {2}})->line.bothDirections);
}

void CanvasLinksTest::clientLinksShowTheirFaults()
{
    QVERIFY(!placed({kClients, {3}}));
    faults([](FaultState& state) {
        state.setLink({kClients, {3}}, parsed("latency: 100ms"));
        setBoth(state, {kClients, {5}}, "cut");
    });
    for (const LinkId link : {LinkId{kClients, {3}}, LinkId{{3}, kClients}, LinkId{kClients, {5}}})
        QVERIFY2(placed(link), qPrintable(link.name()));
    QVERIFY(placed({kClients, {3}})->signs.wavy);
    QVERIFY(placed({{3}, kClients})->signs.marks.empty());
    QVERIFY(placed({kClients, {5}})->signs.broken);
    QVERIFY(placed({kClients, {5}})->line.bothDirections);
    QVERIFY(!placed({kClients, {1}}));
}

void CanvasLinksTest::healthyClientLinkIsShownWhileCommandsFlow()
{
    for (int tenth = 20; tenth < 40; ++tenth) {
        m_fed->status({3}).commands += 2;
        m_fed->report({3}, wire::Role::Leader, 1, tenth / 10.0);
        settle();
    }
    QVERIFY(placed({kClients, {3}}));
    QVERIFY(placed({kClients, {3}})->signs.marks.empty());
    QVERIFY(!placed({kClients, {2}}));
}

void CanvasLinksTest::manyFaultsAreThreeIconsAndANumber()
{
    const auto widthWith = [&](const char* text) {
        faults([text](FaultState& state) { setBoth(state, {{3}, {4}}, text); });
        return placed({{3}, {4}})->line.mark.width();
    };
    const double one = widthWith("loss: 5%");
    QCOMPARE(placed({{3}, {4}})->icons, std::size_t(1));
    const double three = widthWith("loss: 5%, latency: 1ms, corrupt: 1%");
    QCOMPARE(placed({{3}, {4}})->icons, std::size_t(3));
    const double five = widthWith("loss: 5%, latency: 1ms, corrupt: 1%, duplicate: 1%, reorder: 1%");
    QCOMPARE(placed({{3}, {4}})->icons, std::size_t(3));
    QVERIFY(one < three && three < five);
    QVERIFY2(five < three + 30, "the rest is only counted");
}

void CanvasLinksTest::pointerOnALinkHighlightsIt()
{
    const QImage before = m_view->grab().toImage();
    const QPoint at = middleOf({{3}, {4}});
    QTest::mouseMove(m_view.get(), at);
    QCOMPARE(m_view->hoveredLink(), std::optional(LinkHit{{{3}, {4}}, true}));
    QCOMPARE(m_view->cursor().shape(), Qt::PointingHandCursor);
    QVERIFY(m_view->grab().toImage().pixel(at + QPoint(0, 4)) != before.pixel(at + QPoint(0, 4)));
    QTest::mouseMove(m_view.get(), {384, 300});
    QVERIFY(!m_view->hoveredLink());
    QCOMPARE(m_view->cursor().shape(), Qt::ArrowCursor);
}

void CanvasLinksTest::tooltipSaysWhatTheWindowSays()
{
    const auto shownAt = [&](QPoint at) {
        QToolTip::hideText();
        QHelpEvent help(QEvent::ToolTip, at, m_view->mapToGlobal(at));
        QCoreApplication::sendEvent(m_view.get(), &help);
        return QToolTip::isVisible() ? QToolTip::text() : QString();
    };
    QCOMPARE(shownAt(middleOf({{3}, {4}})), QString());
    m_view->setLinkWords([](LinkId link) { return link.name() + QStringLiteral(" is fine"); });
    QCOMPARE(shownAt(middleOf({{3}, {4}})), QStringLiteral("n3->n4 is fine\nn4->n3 is fine"));
    faults([](FaultState& state) { state.setLink({{4}, {3}}, parsed("loss: 5%")); });
    QCOMPARE(shownAt(middleOf({{4}, {3}})), QStringLiteral("n4->n3 is fine"));
    m_view->setLinkWords([](LinkId) { return QStringLiteral("the same"); });
    QCOMPARE(shownAt(middleOf({{1}, {2}})), QStringLiteral("the same"));
}

void CanvasLinksTest::menuOfALinkIsAskedForWhereThePointerIs()
{
    QSignalSpy menu(m_view.get(), &TopologyView::linkMenuRequested);
    QSignalSpy nodeMenu(m_view.get(), &TopologyView::menuRequested);
    m_view->selectNodes({{1}, {2}});
    const auto rightClick = [&](QPoint at) {
        QTest::mouseClick(m_view.get(), Qt::RightButton, {}, at);
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, m_view->mapToGlobal(at));
        QCoreApplication::sendEvent(m_view.get(), &event);
    };
    rightClick(middleOf({{3}, {4}}));
    QCOMPARE(menu.size(), 1);
    QCOMPARE(menu[0][0].value<LinkId>(), (LinkId{{3}, {4}}));
    QCOMPARE(menu[0][1].toBool(), true);
    QCOMPARE(menu[0][2].toPoint(), m_view->mapToGlobal(middleOf({{3}, {4}})));
    QCOMPARE(m_view->selectedNodes().size(), std::size_t(2));
    faults([](FaultState& state) { state.setLink({{4}, {3}}, parsed("loss: 5%")); });
    rightClick(middleOf({{4}, {3}}));
    QCOMPARE(menu.size(), 2);
    QCOMPARE(menu[1][0].value<LinkId>(), (LinkId{{4}, {3}}));
    QCOMPARE(menu[1][1].toBool(), false);
    faults([](FaultState& state) { setBoth(state, {kClients, {5}}, "cut"); });
    rightClick(middleOf({kClients, {5}}));
    QCOMPARE(menu.size(), 3);
    QCOMPARE(menu[2][0].value<LinkId>(), (LinkId{kClients, {5}}));
    QCOMPARE(nodeMenu.size(), 0);
}

void CanvasLinksTest::doubleClickOnALinkActivatesIt()
{
    QSignalSpy activated(m_view.get(), &TopologyView::linkActivated);
    QSignalSpy details(m_view.get(), &TopologyView::detailsRequested);
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, middleOf({{2}, {5}}));
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated[0][0].value<LinkId>(), (LinkId{{2}, {5}}));
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, {384, 300});
    QCOMPARE(activated.size(), 1);
    QCOMPARE(details.size(), 0);
}

void CanvasLinksTest::nodeIsMeantBeforeTheLinkUnderIt()
{
    const QPoint from = m_view->positionOf({1}).toPoint();
    const QPoint to = middleOf({{2}, {5}});
    QTest::mousePress(m_view.get(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_view.get(), to);
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, to);
    QSignalSpy menu(m_view.get(), &TopologyView::linkMenuRequested);
    QContextMenuEvent event(QContextMenuEvent::Mouse, to, m_view->mapToGlobal(to));
    QCoreApplication::sendEvent(m_view.get(), &event);
    QCOMPARE(menu.size(), 0);
    QCOMPARE(m_view->selected(), NodeId{1});
    QVERIFY(!m_view->hoveredLink());
}

QTEST_MAIN(CanvasLinksTest)
#include "tst_canvas_links.moc"
