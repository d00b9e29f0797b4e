// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/charts_view.h"
#include "gui/views/client/client_strip.h"
#include "gui/window/load_slider.h"
#include "gui/window/status_line.h"
#include "live_window.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

using namespace faultline;
using namespace faultline::tests;
using namespace faultline::window;

class WindowTest : public QObject, private LiveWindow
{
    Q_OBJECT

private slots:
    void cleanup() { close(); }
    void opensWithALivingClusterAtWatchPace();
    void killingTheLeaderShowsTheBandAndTheRecovery();
    void killedNodeComesBackWithItsKey();
    void frozenNodeThawsFromTheToolbar();
    void isolatedNodeRejoinsFromItsOwnMenu();
    void withoutASelectionKeysSayWhatIsMissing();
    void keyThatMakesNoSenseSaysWhy();
    void keysDoNotFireWhileTyping();
    void spaceHoldsAndReleases();
    void paceChangesByKeyAndMenu();
    void loadSliderSetsTheLoad();
    void startsWithThreeAndWithNineNodes();
    void stopsAndStartsAgain();
    void clientStripTalksToLeaderFollowerAndDeadNode();
    void resetMakesAFreshClusterOutOfAMess();
    void missingNodeProgramIsSaidOnTheCanvas();
    void doubleClickOpensTheDetails();
    void narrowWindowHasItsOtherButtonsBehindAChevron();

private:
    lab::NodeLife lifeOf(NodeId id) const { return timeline().node(id)->life; }
};

void WindowTest::opensWithALivingClusterAtWatchPace()
{
    open(wire::Pace::watch());
    QTRY_VERIFY_WITH_TIMEOUT(headline().startsWith(QStringLiteral("5 nodes · n")), kSoon_ms);
    QVERIFY(headline().contains(QStringLiteral("leads, term")));
    QVERIFY(headline().endsWith(QStringLiteral("nothing lost")));
    QCOMPARE(mainWindow().findChild<StatusLine*>()->paceText(), QStringLiteral("pace Watch"));
    for (QDockWidget* dock : mainWindow().findChildren<QDockWidget*>())
        QVERIFY(!dock->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(timeline().tally().acknowledged > 0, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!canvas()->flights().empty(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(mainWindow().findChild<StatusLine*>()->tallyText().contains(QStringLiteral("lost 0")),
                             kSoon_ms);
    auto* charts = mainWindow().findChild<views::ChartsView*>();
    QTRY_VERIFY_WITH_TIMEOUT(charts->throughput().points(views::ThroughputLine::Ok).size() > 3, kSoon_ms);
}

void WindowTest::killingTheLeaderShowsTheBandAndTheRecovery()
{
    open();
    press(Qt::Key_L);
    const NodeId old = canvas()->selected();
    QCOMPARE(old, timeline().leader());
    press(Qt::Key_K);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(old), lab::NodeLife::Dead, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(old.name() + QStringLiteral(" is dead")), kSoon_ms);
    QVERIFY(caption().startsWith(QStringLiteral("Killed %1, the leader").arg(old.name())));
    QTRY_VERIFY_WITH_TIMEOUT(caption().contains(QStringLiteral(" leads after ")), kSoon_ms);
    auto* charts = mainWindow().findChild<views::ChartsView*>();
    const auto bandTells = [charts](const QString& words) {
        const auto& bands = charts->throughput().panel()->bands();
        const auto& below = charts->latency().panel()->bands();
        return bands.size() == 1 && below.size() == 1 && bands[0].text == below[0].text &&
               bands[0].text.contains(words);
    };
    QTRY_VERIFY_WITH_TIMEOUT(bandTells(old.name() + QStringLiteral(" killed · leader ")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(bandTells(QStringLiteral(" · write ")), kSoon_ms);
    QVERIFY(timeline().leader() != old);
    QCOMPARE(timeline().tally().lost, quint64(0));
}

void WindowTest::killedNodeComesBackWithItsKey()
{
    open();
    const NodeId node = follower();
    press(Qt::Key_0 + static_cast<int>(node.value));
    QCOMPARE(canvas()->selected(), node);
    clickTool("Kill");
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Dead, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!action("Kill")->isEnabled(), kSoon_ms);
    QVERIFY(action("Restart")->isEnabled());
    press(Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Running, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(action("Kill")->isEnabled(), kSoon_ms);
}

void WindowTest::frozenNodeThawsFromTheToolbar()
{
    open();
    const NodeId node = follower();
    click(node);
    press(Qt::Key_F);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Frozen, kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Freeze")->iconText(), QStringLiteral("Thaw"), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(node.name() + QStringLiteral(" is frozen")), kSoon_ms);
    clickTool("Freeze");
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Running, kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Freeze")->iconText(), QStringLiteral("Freeze"), kSoon_ms);
}

void WindowTest::isolatedNodeRejoinsFromItsOwnMenu()
{
    open();
    const NodeId node = follower();
    click(node);
    press(Qt::Key_I);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().node(node)->isolated, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(node.name() + QStringLiteral(" is isolated")), kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Isolate")->iconText(), QStringLiteral("Rejoin"), kSoon_ms);
    const QPoint at = canvas()->positionOf(node).toPoint();
    rightClick(at);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    QVERIFY(menu->actions().contains(action("Isolate")));
    QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action("Isolate")).center());
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().node(node)->isolated, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(action("Isolate")->text().contains(QStringLiteral("clients still reach it")), kSoon_ms);
}

void WindowTest::withoutASelectionKeysSayWhatIsMissing()
{
    open();
    for (const Qt::Key key : {Qt::Key_K, Qt::Key_F, Qt::Key_R, Qt::Key_I}) {
        press(Qt::Key_Escape);
        press(key);
        QCOMPARE(caption(), QStringLiteral("Select a node first: click one or press 1–9, L for the leader."));
    }
    QVERIFY(timeline().faults().empty());
    press(Qt::Key_9);
    QCOMPARE(caption(), QStringLiteral("There is no n9: this cluster has 5 nodes."));
    press(Qt::Key_3);
    QCOMPARE(canvas()->selected(), NodeId{3});
    press(Qt::Key_Escape);
    QCOMPARE(canvas()->selected(), NodeId{});
}

void WindowTest::keyThatMakesNoSenseSaysWhy()
{
    open();
    const NodeId node = follower();
    click(node);
    press(Qt::Key_K);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Dead, kSoon_ms);
    press(Qt::Key_F);
    QCOMPARE(caption(), QStringLiteral("%1 is not running: Restart (R) brings it back.").arg(node.name()));
    QCOMPARE(timeline().faults().size(), std::size_t(1));
}

void WindowTest::keysDoNotFireWhileTyping()
{
    open();
    click(follower());
    press(Qt::Key_Slash);
    auto* input = mainWindow().findChild<views::ClientStrip*>()->input();
    QVERIFY(input->hasFocus());
    QTest::keyClicks(input, QStringLiteral("kfril t 1"));
    QTest::keyClick(input, Qt::Key_Home);
    QCOMPARE(input->text(), QStringLiteral("kfril t 1"));
    QVERIFY(timeline().faults().empty());
    QVERIFY(!timeline().pace().held);
    QCOMPARE(timeline().pace(), wire::Pace::real());
    QTest::keyClick(input, Qt::Key_Escape);
    QVERIFY(!input->hasFocus());
}

void WindowTest::spaceHoldsAndReleases()
{
    open();
    press(Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().pace().held, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().startsWith(QStringLiteral("Held")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(mainWindow().findChild<StatusLine*>()->paceText().contains(QStringLiteral("held")),
                             kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Hold")->iconText(), QStringLiteral("Go on"), kSoon_ms);
    auto* charts = mainWindow().findChild<views::ChartsView*>();
    QTRY_VERIFY_WITH_TIMEOUT(!charts->latency().panel()->bands().empty(), kSoon_ms);
    QVERIFY(charts->latency().panel()->bands().back().pause);
    press(Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().pace().held, kSoon_ms);
    const quint64 done = timeline().loadTotal().ok;
    QTRY_VERIFY_WITH_TIMEOUT(timeline().loadTotal().ok > done + 5, kSoon_ms);
}

void WindowTest::paceChangesByKeyAndMenu()
{
    open(wire::Pace::watch());
    press(Qt::Key_T);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().pace(), wire::Pace::real(), kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(mainWindow().findChild<StatusLine*>()->paceText(), QStringLiteral("pace Real"), kSoon_ms);
    press(Qt::Key_T);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().pace(), wire::Pace::watch(), kSoon_ms);
    for (QAction* offered : action("Pace")->menu()->actions()) {
        if (offered->text().startsWith(QStringLiteral("×20")))
            offered->trigger();
    }
    QTRY_COMPARE_WITH_TIMEOUT(timeline().pace().factor, 20U, kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Pace")->iconText(), QStringLiteral("×20"), kSoon_ms);
}

void WindowTest::loadSliderSetsTheLoad()
{
    open();
    auto* slider = mainWindow().findChild<LoadSlider*>();
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().load().empty() && slider->rate() > 15 && slider->rate() < 25, kSoon_ms);
    QTest::keyClick(slider->slider(), Qt::Key_PageUp);
    QTest::keyClick(slider->slider(), Qt::Key_PageUp);
    const double wanted = slider->rate();
    QVERIFY(wanted > 100);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().load().back().targetRate == wanted, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(
        mainWindow().findChild<StatusLine*>()->loadText().contains(QString::number(static_cast<int>(wanted))),
        kSoon_ms);
    const quint64 before = timeline().loadTotal().ok;
    QTRY_VERIFY_WITH_TIMEOUT(timeline().loadTotal().ok > before + 100, kSoon_ms);
}

void WindowTest::startsWithThreeAndWithNineNodes()
{
    open();
    auto* picker = mainWindow().findChild<QComboBox*>(QStringLiteral("nodeCount"));
    for (const int count : {3, 9}) {
        picker->setCurrentIndex(picker->findData(count));
        emit picker->activated(picker->currentIndex());
        QTRY_COMPARE_WITH_TIMEOUT(timeline().nodes().size(), static_cast<std::size_t>(count), kSoon_ms);
        QTRY_VERIFY_WITH_TIMEOUT(lab().isServing(), kServes_ms);
        QTRY_VERIFY_WITH_TIMEOUT(headline().startsWith(QStringLiteral("%1 nodes · n").arg(count)), kSoon_ms);
        for (const auto& [id, node] : timeline().nodes())
            QVERIFY(canvas()->rect().contains(canvas()->positionOf(id).toPoint()));
    }
}

void WindowTest::stopsAndStartsAgain()
{
    open();
    clickTool("Start");
    QTRY_VERIFY_WITH_TIMEOUT(!lab().isRunning(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().hasCluster(), kSoon_ms);
    auto* button = mainWindow().findChild<QPushButton*>(QStringLiteral("absenceButton"));
    QTRY_VERIFY_WITH_TIMEOUT(button->isVisible(), kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Start")->iconText(), QStringLiteral("Start"), kSoon_ms);
    QVERIFY(!action("Hold")->isEnabled());
    press(Qt::Key_K);
    QCOMPARE(caption(), QStringLiteral("There is no cluster: start one first."));
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(lab().isServing(), kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!button->isVisible(), kSoon_ms);
    QCOMPARE(timeline().nodes().size(), std::size_t(5));
}

void WindowTest::clientStripTalksToLeaderFollowerAndDeadNode()
{
    open();
    auto* strip = mainWindow().findChild<views::ClientStrip*>();
    auto* reply = strip->findChild<QLabel*>(QStringLiteral("clientReply"));
    const auto send = [strip](NodeId node, const QString& line) {
        strip->setNode(node);
        strip->focusInput();
        QTest::keyClicks(strip->input(), line);
        QTest::keyClick(strip->input(), Qt::Key_Return);
    };
    const auto shows = [reply](const char* words) { return reply->text().contains(QLatin1String(words)); };
    send(timeline().leader(), QStringLiteral("SET x 77"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("OK"), kSoon_ms);
    send(timeline().leader(), QStringLiteral("GET x"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("GET x") && shows("77") && !shows("waiting"), kSoon_ms);
    QVERIFY(shows(" ms"));
    const auto allShowTheValue = [this] {
        const auto& nodes = canvas()->scene().nodes;
        return std::all_of(nodes.begin(), nodes.end(),
                           [](const auto& n) { return n.value == QStringLiteral("x = 77"); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(allShowTheValue(), kSoon_ms);
    const NodeId node = follower();
    send(node, QStringLiteral("GET x"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("MOVED"), kSoon_ms);
    QVERIFY2(shows("<br>"), "with a plain sentence");
    press(Qt::Key_Escape);
    click(node);
    press(Qt::Key_K);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf(node), lab::NodeLife::Dead, kSoon_ms);
    send(node, QStringLiteral("GET x"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("<br>") && !shows("MOVED") && !shows("waiting"), kSoon_ms);
}

void WindowTest::resetMakesAFreshClusterOutOfAMess()
{
    open(wire::Pace::real(), 5);
    const lab::Monotonic first = timeline().clusterSince();
    const auto gesture = [this](quint32 node, Qt::Key key) {
        press(Qt::Key_0 + static_cast<int>(node));
        press(key);
    };
    gesture(1, Qt::Key_K);
    gesture(2, Qt::Key_K);
    gesture(3, Qt::Key_F);
    gesture(4, Qt::Key_I);
    auto* slider = mainWindow().findChild<LoadSlider*>();
    QTest::keyClick(slider->slider(), Qt::Key_End);
    QCOMPARE(slider->rate(), kMostRate);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf({2}), lab::NodeLife::Dead, kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(lifeOf({3}), lab::NodeLife::Frozen, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().node({4})->isolated, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().load().empty() && timeline().load().back().targetRate == kMostRate, kSoon_ms);

    canvas()->setFocus();
    QElapsedTimer taken;
    taken.start();
    press(Qt::Key_Home);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().clusterSince() != first && lab().isServing(), kServes_ms);
    qInfo("a fresh cluster served after %lld ms", static_cast<long long>(taken.elapsed()));
    QCOMPARE(timeline().nodes().size(), std::size_t(5));
    for (const auto& [id, node] : timeline().nodes())
        QVERIFY(node.life == lab::NodeLife::Running && !node.isolated);
    QVERIFY(timeline().faults().empty());
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().load().empty() && timeline().load().back().targetRate == 20, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(slider->rate() > 15 && slider->rate() < 25, kSoon_ms);
    auto* charts = mainWindow().findChild<views::ChartsView*>();
    QTRY_VERIFY_WITH_TIMEOUT(charts->throughput().panel()->bands().empty(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().startsWith(QStringLiteral("5 nodes")), kSoon_ms);
}

void WindowTest::narrowWindowHasItsOtherButtonsBehindAChevron()
{
    open();
    auto* bar = mainWindow().findChild<QToolBar*>();
    auto* more = bar->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"));
    auto* dock = mainWindow().findChild<QDockWidget*>(QStringLiteral("eventsDock"));
    QWidget* events = bar->widgetForAction(dock->toggleViewAction());
    QVERIFY(events->isVisible() && !more->isVisible());
    mainWindow().resize(900, 600);
    QTRY_VERIFY_WITH_TIMEOUT(!events->isVisible() && more->isVisible(), kSoon_ms);
    const QImage shown = more->grab().toImage();
    const QColor ground = shown.pixelColor(shown.rect().topLeft() + QPoint(2, 2));
    int inked = 0;
    for (int y = 0; y < shown.height(); ++y) {
        for (int x = 0; x < shown.width(); ++x)
            inked += std::abs(shown.pixelColor(x, y).lightness() - ground.lightness()) > 100 ? 1 : 0;
    }
    QVERIFY2(inked > 5, qPrintable(QString::number(inked)));
    QTest::mouseClick(more, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(events->isVisible(), kSoon_ms);
    QTest::mouseClick(events, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(dock->isVisible(), kSoon_ms);
}

void WindowTest::missingNodeProgramIsSaidOnTheCanvas()
{
    DesktopOptions options;
    options.lab.nodeProgram = QStringLiteral("/nowhere/faultline-node");
    options.size = QSize(1000, 700);
    openWith(options);
    auto* text = mainWindow().findChild<QLabel*>(QStringLiteral("absence"));
    auto* button = mainWindow().findChild<QPushButton*>(QStringLiteral("absenceButton"));
    QTRY_VERIFY_WITH_TIMEOUT(text->isVisible() && text->text().contains(QStringLiteral("/nowhere/faultline-node")),
                             kSoon_ms);
    QCOMPARE(button->text(), QStringLiteral("Retry"));
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(text->isVisible() && text->text().contains(QStringLiteral("/nowhere/faultline-node")),
                             kSoon_ms);
    QVERIFY(headline().startsWith(QStringLiteral("No cluster")));
}

void WindowTest::doubleClickOpensTheDetails()
{
    open();
    auto* dock = mainWindow().findChild<QDockWidget*>(QStringLiteral("inspectorDock"));
    QVERIFY(!dock->isVisible());
    const NodeId node = follower();
    QTest::mouseDClick(canvas(), Qt::LeftButton, {}, canvas()->positionOf(node).toPoint());
    QVERIFY(dock->isVisible());
    QCOMPARE(canvas()->selected(), node);
    QTest::keyClick(&mainWindow(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(mainWindow().findChild<QWidget*>(QStringLiteral("keysSheet")), kSoon_ms);
}

QTEST_MAIN(WindowTest)
#include "tst_window.moc"
