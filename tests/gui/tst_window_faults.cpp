// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/partition.h"
#include "gui/views/charts/charts_view.h"
#include "gui/views/faults/fault_matrix.h"
#include "gui/views/faults/link_editor.h"
#include "gui/views/faults/sentence_line.h"
#include "gui/window/load_slider.h"
#include "live_window.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace faultline;
using namespace faultline::tests;
using namespace faultline::window;
using namespace std::chrono_literals;

/// Every gesture that breaks something, from the hand to the cluster and back by undo.
class WindowFaultsTest : public QObject, private LiveWindow
{
    Q_OBJECT

private slots:
    void cleanup() { close(); }
    void knifeCutsAndUndoJoins_data();
    void knifeCutsAndUndoJoins();
    void escapeMidwayCutsNothing();
    void selectedNodesArePartedFromTheRest();
    void partitionWithoutASelectionSaysWhatIsMissing();
    void healAllHealsAll();
    void linkOffersItsPresetsWhereItIs();
    void everyNameOfAPartitionIsInTheMenu();
    void nodeMenuSaysWhoseItIs();
    void matrixOpensByItsKeyAndSetsWhatIsTyped();
    void badValueTypedChangesNothing();
    void surgeAndHotKeyFromTheMenu();
    void loadSliderSaysTheLoadWithoutTheSurge();
    void valueAskedForIsRefusedInAWholeSentence_data();
    void valueAskedForIsRefusedInAWholeSentence();
    void partitionsByNameSayWhomTheyAreAbout();
    void clockIsTakenAsItIsWhenTheEntryIsChosen();

private:
    const lab::FaultState& state() const { return timeline().faultState().state; }
    bool isCut(NodeId from, NodeId to) const { return state().effective({from, to}).cut; }
    std::vector<NodeId> nodes() const
    {
        std::vector<NodeId> ids;
        for (const auto& [id, node] : timeline().nodes())
            ids.push_back(id);
        return ids;
    }
    /// A line that has n4 and n5 on one side, as five nodes stand: n1 on top, then clockwise.
    std::pair<QPoint, QPoint> lineBesideN4AndN5() const
    {
        const double x = (canvas()->positionOf({4}).x() + canvas()->positionOf({1}).x()) / 2;
        const int middle = static_cast<int>(x);
        return {{middle, 4}, {middle, canvas()->height() - 4}};
    }
    static QString partsIn(const lab::FaultState& state, const std::vector<NodeId>& ids)
    {
        std::set<LinkId> cuts;
        for (const LinkId link : lab::linksAmong(ids)) {
            if (state.effective(link).cut)
                cuts.insert(link);
        }
        return cuts.empty() ? QStringLiteral("whole") : lab::spokenCuts(cuts, ids);
    }
    bool says(const char* words) const { return caption().startsWith(QString::fromUtf8(words)); }
    QString parts() const { return partsIn(state(), nodes()); }
    static QMenu* openMenu() { return qobject_cast<QMenu*>(QApplication::activePopupWidget()); }
    /// By its words up to a tab; opens what a submenu would only fill when asked.
    static QAction* entry(QMenu* menu, const QString& words)
    {
        const auto actions = menu ? menu->actions() : QList<QAction*>();
        for (QAction* action : actions) {
            if (action->text().section(QLatin1Char('\t'), 0, 0) == words)
                return action;
        }
        return nullptr;
    }
    QMenu* faultsMenu() const
    {
        for (QMenu* menu : mainWindow().findChildren<QMenu*>()) {
            if (menu->title() == QStringLiteral("&Faults"))
                return menu;
        }
        return nullptr;
    }
};

void WindowFaultsTest::knifeCutsAndUndoJoins_data()
{
    QTest::addColumn<bool>("held");
    QTest::newRow("from the toolbar") << false;
    QTest::newRow("while C is held") << true;
}

void WindowFaultsTest::knifeCutsAndUndoJoins()
{
    QFETCH(bool, held);
    open();
    // Their lines would be crossed as well, wherever the leader stands.
    lab().setLoadOn(false);
    QTRY_VERIFY_WITH_TIMEOUT(canvas()->arrangement().reachedByClients().empty(), kSoon_ms);
    if (held)
        QTest::keyPress(canvas(), Qt::Key_C);
    else
        clickTool("Cut");
    const auto [from, to] = lineBesideN4AndN5();
    drag(from, to);
    if (held)
        QTest::keyRelease(canvas(), Qt::Key_C);
    QCOMPARE(parts(), QStringLiteral("n1 n2 n3 | n4 n5"));
    QTRY_VERIFY2_WITH_TIMEOUT(says("Partitioned n1 n2 n3 | n4 n5"), qPrintable(caption()), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(QStringLiteral("n4 n5 cannot hear n1 n2 n3")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(lab().isObeyed(), kSoon_ms);
    auto* charts = mainWindow().findChild<views::ChartsView*>();
    const auto bandsTell = [charts] {
        const auto& bands = charts->throughput().panel()->bands();
        const auto& below = charts->latency().panel()->bands();
        return bands.size() == 1 && below.size() == 1 && bands[0].text == below[0].text &&
               bands[0].text.startsWith(QStringLiteral("cut n1 n2 n3 | n4 n5"));
    };
    QTRY_VERIFY_WITH_TIMEOUT(bandsTell(), kSoon_ms);

    QTRY_COMPARE_WITH_TIMEOUT(action("Undo")->toolTip(), QStringLiteral("Undo: Partition n1 n2 n3 | n4 n5 (Ctrl+Z)"),
                              kSoon_ms);
    press(Qt::CTRL | Qt::Key_Z);
    QCOMPARE(parts(), QStringLiteral("whole"));
    QTRY_VERIFY2_WITH_TIMEOUT(says("Undid: Partition n1 n2 n3 | n4 n5"), qPrintable(caption()), kSoon_ms);
    press(Qt::CTRL | Qt::SHIFT | Qt::Key_Z);
    QCOMPARE(parts(), QStringLiteral("n1 n2 n3 | n4 n5"));
    QTRY_VERIFY_WITH_TIMEOUT(action("Undo")->isEnabled(), kSoon_ms);
    clickTool("Undo");
    QCOMPARE(parts(), QStringLiteral("whole"));
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(QStringLiteral("leads, term")), kSoon_ms);
    QCOMPARE(timeline().tally().lost, quint64(0));
}

void WindowFaultsTest::escapeMidwayCutsNothing()
{
    open();
    QTest::keyPress(canvas(), Qt::Key_C);
    const auto [from, to] = lineBesideN4AndN5();
    QTest::mousePress(canvas(), Qt::LeftButton, {}, from);
    QTest::mouseMove(canvas(), (from + to) / 2);
    QTest::mouseMove(canvas(), to);
    QVERIFY(canvas()->knifeStroke());
    QTest::keyClick(canvas(), Qt::Key_Escape);
    QVERIFY(!canvas()->knifeStroke());
    QTest::mouseRelease(canvas(), Qt::LeftButton, {}, to);
    QTest::keyRelease(canvas(), Qt::Key_C);
    QVERIFY(state().healthy());

    clickTool("Cut");
    QVERIFY(action("Cut")->isChecked() && canvas()->hasKnife());
    press(Qt::Key_Escape);
    QVERIFY(!action("Cut")->isChecked() && !canvas()->hasKnife());
    QVERIFY(timeline().faults().empty());
}

void WindowFaultsTest::selectedNodesArePartedFromTheRest()
{
    open();
    click({2});
    click({5}, Qt::ControlModifier);
    press(Qt::Key_P);
    QCOMPARE(parts(), QStringLiteral("n1 n3 n4 | n2 n5"));
    QTRY_VERIFY2_WITH_TIMEOUT(says("Partitioned n1 n3 n4 | n2 n5"), qPrintable(caption()), kSoon_ms);
    press(Qt::CTRL | Qt::Key_Z);
    QCOMPARE(parts(), QStringLiteral("whole"));

    // Dragging a node moves it and does nothing else.
    const QPointF before = canvas()->positionOf({3});
    drag(before.toPoint(), before.toPoint() + QPoint(40, 10));
    QVERIFY(canvas()->positionOf({3}) != before);
    QVERIFY(state().healthy());
}

void WindowFaultsTest::partitionWithoutASelectionSaysWhatIsMissing()
{
    open();
    press(Qt::Key_Escape);
    press(Qt::Key_P);
    QVERIFY2(caption().contains(QStringLiteral("Select the nodes of one side first")), qPrintable(caption()));
    press(Qt::CTRL | Qt::Key_A);
    press(Qt::Key_P);
    QVERIFY2(caption().contains(QStringLiteral("All nodes are selected")), qPrintable(caption()));
    QVERIFY(state().healthy());
}

void WindowFaultsTest::healAllHealsAll()
{
    open();
    const NodeId victim = follower();
    lab().kill(victim);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().node(victim)->life, lab::NodeLife::Dead, kSoon_ms);
    lab().cut({{timeline().leader(), victim}});
    lab().setSurge(3);
    lab().setClock(timeline().leader(), 5s, fault::Share::kAll);
    QVERIFY(!state().healthy());
    press(Qt::Key_H);
    QVERIFY(state().healthy());
    QTRY_VERIFY2_WITH_TIMEOUT(says("Healed all"), qPrintable(caption()), kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().node(victim)->life, lab::NodeLife::Running, kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(action("Undo")->toolTip(),
                              QStringLiteral("Undo: Heal all – %1 killed again (Ctrl+Z)").arg(victim.name()), kSoon_ms);
}

void WindowFaultsTest::linkOffersItsPresetsWhereItIs()
{
    open();
    // Of n2 ↔ n5, which cross the picture; a fifth of the way nothing else lies on it.
    const QPointF n2 = canvas()->positionOf({2});
    const QPointF n5 = canvas()->positionOf({5});
    rightClick((n5 + (n2 - n5) / 4).toPoint());
    QMenu* menu = openMenu();
    QVERIFY(menu);
    QCOMPARE(menu->actions().front()->text(), QStringLiteral("n2 ↔ n5"));
    QVERIFY(entry(menu, QStringLiteral("Cut one way: n5 → n2")));
    QMenu* oneWay = entry(menu, QStringLiteral("n5 → n2 only"))->menu();
    QVERIFY(oneWay);
    for (const char* name : {"200 ms", "lossy Wi-Fi", "transatlantic", "flaky"})
        QVERIFY2(entry(oneWay, QString::fromLatin1(name)), name);
    entry(oneWay, QStringLiteral("lossy Wi-Fi"))->trigger();
    menu->close();
    QVERIFY(!state().effective({{5}, {2}}).healthy() && state().effective({{2}, {5}}).healthy());
    QTRY_VERIFY2_WITH_TIMEOUT(says("n5 → n2: lossy Wi-Fi"), qPrintable(caption()), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(QStringLiteral("n5 → n2 slow")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(lab().isObeyed(), kSoon_ms);
}

void WindowFaultsTest::everyNameOfAPartitionIsInTheMenu()
{
    open();
    QMenu* names = entry(faultsMenu(), QStringLiteral("Partition by name"))->menu();
    QVERIFY(names);
    for (const QString& name : lab::partitionNames()) {
        QAction* action = entry(names, name);
        QVERIFY2(action && !action->toolTip().isEmpty() && action->toolTip() != name, qPrintable(name));
        action->trigger();
        QVERIFY2(!state().cuts.empty() && state().cuts.back().name == name, qPrintable(name));
        press(Qt::CTRL | Qt::Key_Z);
        QVERIFY2(state().healthy(), qPrintable(name));
    }
}

void WindowFaultsTest::nodeMenuSaysWhoseItIs()
{
    open();
    const NodeId node = follower();
    click(node);
    rightClick(canvas()->positionOf(node).toPoint());
    QMenu* menu = openMenu();
    QVERIFY(menu);
    QCOMPARE(menu->actions().front()->text(), node.name());
    QVERIFY(!menu->actions().front()->isEnabled());
    entry(menu, QStringLiteral("Power off: its peers hear nothing, not even goodbye"))->trigger();
    menu->close();
    QTRY_COMPARE_WITH_TIMEOUT(timeline().node(node)->how, QStringLiteral("lost power"), kSoon_ms);
    const QString price =
        QStringLiteral("Undo: Power off %1 – restarts %1; what it had not synced stays lost").arg(node.name());
    QTRY_COMPARE_WITH_TIMEOUT(action("Undo")->toolTip(), price + QStringLiteral(" (Ctrl+Z)"), kSoon_ms);
    QCOMPARE(action("Undo")->text(), price + QStringLiteral("\tCtrl+Z"));
    clickTool("Undo");
    QTRY_VERIFY2_WITH_TIMEOUT(says("Undid: Power off"), qPrintable(caption()), kSoon_ms);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().node(node)->life, lab::NodeLife::Running, kSoon_ms);
}

void WindowFaultsTest::matrixOpensByItsKeyAndSetsWhatIsTyped()
{
    open();
    auto* matrix = mainWindow().findChild<views::FaultMatrix*>();
    QVERIFY(!matrix->isVisible());
    press(Qt::Key_M);
    QTRY_VERIFY(matrix->isVisible());
    matrix->table()->selectRow(1);
    matrix->table()->setFocus();
    QTest::keyClick(matrix->table(), Qt::Key_Space);
    QTRY_VERIFY(matrix->editor()->isVisible());
    auto* latency = qobject_cast<QLineEdit*>(matrix->editor()->input(QStringLiteral("latency")));
    QTest::keyClicks(latency, QStringLiteral("12ms"));
    QTest::mouseClick(matrix->editor()->applyButton(), Qt::LeftButton);
    for (const NodeId peer : nodes()) {
        if (peer != NodeId{2})
            QCOMPARE(state().effective({{2}, peer}).latency, std::chrono::microseconds(12ms));
    }
    QVERIFY(state().effective({{1}, {2}}).healthy());
    QTRY_VERIFY_WITH_TIMEOUT(lab().isObeyed(), kSoon_ms);
    QTest::keyClick(matrix->editor(), Qt::Key_Escape);
    QTest::keyClick(matrix->table(), Qt::Key_Delete);
    QVERIFY(state().healthy());
    QVERIFY2(timeline().faultState().undo.startsWith(QStringLiteral("Heal ")),
             qPrintable(timeline().faultState().undo));
}

void WindowFaultsTest::badValueTypedChangesNothing()
{
    open();
    auto* matrix = mainWindow().findChild<views::FaultMatrix*>();
    matrix->edit({{{1}, {2}}});
    const std::pair<const char*, const char*> cases[] = {
        {"loss", "140%"}, {"latency", "-3"}, {"bandwidth", "fast"}, {"jitter", "two"}};
    for (const auto& [field, value] : cases) {
        auto* line = qobject_cast<QLineEdit*>(matrix->editor()->input(QString::fromLatin1(field)));
        QTest::keyClicks(line, QString::fromLatin1(value));
        const QString problem = matrix->editor()->problem(QString::fromLatin1(field));
        QVERIFY2(problem.contains(QStringLiteral("must be")), qPrintable(problem));
        QVERIFY(!matrix->editor()->applyButton()->isEnabled());
        QTest::keyClick(line, Qt::Key_Return);
        QVERIFY(state().healthy());
        line->clear();
    }
}

void WindowFaultsTest::surgeAndHotKeyFromTheMenu()
{
    open();
    QMenu* load = entry(faultsMenu(), QStringLiteral("Load"))->menu();
    entry(load, QStringLiteral("Surge: ×5"))->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, 100.0, kSoon_ms);
    entry(load, QStringLiteral("Hot key: 90% of all operations"))->trigger();
    QCOMPARE(state().hotKey, fault::Share::ofPercent(90));
    press(Qt::Key_H);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, 20.0, kSoon_ms);
}

void WindowFaultsTest::loadSliderSaysTheLoadWithoutTheSurge()
{
    open();
    auto* slider = mainWindow().findChild<LoadSlider*>();
    entry(entry(faultsMenu(), QStringLiteral("Load"))->menu(), QStringLiteral("Surge: ×5"))->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, 100.0, kSoon_ms);
    const auto follows = [&](double rate) {
        const auto isThere = [&] { return positionOf(slider->rate()) == positionOf(rate); };
        if (!QTest::qWaitFor(isThere, kSoon_ms))
            return false;
        const lab::Monotonic since = timeline().load().back().to;
        const auto wasToldMore = [&] { return timeline().load().back().to > since + std::chrono::milliseconds(300); };
        return QTest::qWaitFor([&] { return !isThere() || wasToldMore(); }, kSoon_ms) && isThere(); // and it stays
    };
    QVERIFY(follows(20));
    lab().setRate(5'000); // of which five times is more than there can be
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, kMostRate, kSoon_ms);
    QVERIFY(follows(5'000));
    lab().setRate(20);
    QVERIFY(follows(20));
    QTest::keyClick(slider->slider(), Qt::Key_PageUp);
    const double wanted = slider->rate();
    QVERIFY(wanted > 50);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, 5 * wanted, kSoon_ms);
    press(Qt::Key_H);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().load().back().targetRate, wanted, kSoon_ms);
    QVERIFY(follows(wanted));
}

void WindowFaultsTest::valueAskedForIsRefusedInAWholeSentence_data()
{
    QTest::addColumn<QString>("menu");
    QTest::addColumn<QString>("entry");
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char* menu, const char* item, const char* typed, const char* sentence) {
        QTest::newRow(item) << QString::fromLatin1(menu) << QString::fromLatin1(item) << QString::fromLatin1(typed)
                            << QString::fromLatin1(sentence);
    };
    row("Load", "Hot key...", "180%", "share is \"180%\"; it must be a share from 0% to 100%, such as 5%");
    row("Load", "Surge...", "0.5", "factor is \"0.5\"; it must be how many times the load that is set, from 1 to 100");
    row("Clock", "Set ahead or behind...", "late", "offset is \"late\"; it must be how far a clock is ahead");
    row("Clock", "Speed...", "5%", "speed is \"5%\"; it must be how fast a clock runs, from 10% to 1000%");
}

void WindowFaultsTest::valueAskedForIsRefusedInAWholeSentence()
{
    QFETCH(QString, menu);
    QFETCH(QString, typed);
    QFETCH(QString, sentence);
    open(wire::Pace::real(), 3);
    QMenu* nodeMenu = nullptr;
    if (menu == QStringLiteral("Clock")) {
        rightClick(canvas()->positionOf({1}).toPoint());
        nodeMenu = openMenu();
    }
    QFETCH(QString, entry);
    this->entry(this->entry(nodeMenu ? nodeMenu : faultsMenu(), menu)->menu(), entry)->trigger();
    if (nodeMenu)
        nodeMenu->close();
    auto* dialog = mainWindow().findChild<QDialog*>(QStringLiteral("askValue"));
    QVERIFY(dialog);
    auto* field = dialog->findChild<QLineEdit*>(QStringLiteral("value"));
    auto* said = dialog->findChild<views::SentenceLine*>(QStringLiteral("sentence"));
    QVERIFY(field && said);
    QVERIFY2(said->text().isEmpty(), qPrintable(said->text())); // nothing was typed yet
    QTest::keyClicks(field, typed);
    QVERIFY2(said->text().startsWith(sentence), qPrintable(said->text()));
    QCOMPARE(said->colour(), views::Theme::light().failedText);
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(dialog->isVisible() && state().healthy());
    QTest::keyClick(dialog, Qt::Key_Escape);
}

void WindowFaultsTest::partitionsByNameSayWhomTheyAreAbout()
{
    open();
    const NodeId leader = timeline().leader();
    const NodeId node = follower();
    click(node);
    QMenu* names = entry(faultsMenu(), QStringLiteral("Partition by name"))->menu();
    for (const char* name : {"one", "minority", "majority", "bridge", "one-way"})
        QVERIFY2(entry(names, QStringLiteral("%1: %2").arg(QLatin1String(name), node.name())), name);
    for (const char* name : {"halves", "majorities-ring", "primaries"})
        QVERIFY2(entry(names, QLatin1String(name)), name);
    entry(names, QStringLiteral("primaries"))->trigger();
    for (const LinkId link : lab::linksAmong(nodes()))
        QCOMPARE(isCut(link.from, link.to), link.from == leader || link.to == leader);
}

void WindowFaultsTest::clockIsTakenAsItIsWhenTheEntryIsChosen()
{
    open(wire::Pace::real(), 3);
    rightClick(canvas()->positionOf({2}).toPoint());
    QMenu* menu = openMenu();
    QVERIFY(menu);
    QMenu* clock = entry(menu, QStringLiteral("Clock"))->menu();
    lab().setClock({2}, 5s, fault::Share::kAll);
    entry(clock, QStringLiteral("Runs 10% fast from now on"))->trigger();
    QCOMPARE(state().clocks.at({2}).rate, 1'100'000u);
    QVERIFY(state().clocks.at({2}).offset >= 5s);
    entry(clock, QStringLiteral("5 s behind"))->trigger();
    QCOMPARE(state().clocks.at({2}).rate, 1'100'000u);
    QCOMPARE(state().clocks.at({2}).offset, std::chrono::microseconds(-5s));
    menu->close();
}

QTEST_MAIN(WindowFaultsTest)
#include "tst_window_faults.moc"
