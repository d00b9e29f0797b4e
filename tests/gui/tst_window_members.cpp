// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/sentence_line.h"
#include "live_window.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using namespace faultline;
using namespace faultline::tests;

/// Disks that are broken, and nodes that come and go, by mouse and keys.
class WindowMembersTest : public QObject, private LiveWindow
{
    Q_OBJECT

private slots:
    void cleanup() { close(); }
    void diskIsBrokenFromTheNodeMenuAndUndone();
    void diskIsDescribedByHand();
    void badDescriptionOfADiskIsNotTaken();
    void nodeIsAddedByItsKeyAndRemovedByAnother();
    void plusBesideTheNumberOfNodesAddsOne();
    void leaderIsChosenFromTheNodeMenu();
    void whatCannotBeIsGreyAndSaysWhy();

private:
    const lab::FaultState& state() const { return timeline().faultState().state; }
    std::set<NodeId> voters() const { return timeline().membership().voters; }
    static QMenu* openMenu() { return qobject_cast<QMenu*>(QApplication::activePopupWidget()); }
    static QAction* entry(QMenu* menu, const QString& words)
    {
        const auto actions = menu ? menu->actions() : QList<QAction*>();
        for (QAction* action : actions) {
            if (action->text().section(QLatin1Char('\t'), 0, 0) == words)
                return action;
        }
        return nullptr;
    }
    /// Opens the node's own menu; its submenu of that name as well, when one is named.
    QMenu* menuOf(NodeId node, const QString& submenu = {}) const
    {
        rightClick(canvas()->positionOf(node).toPoint());
        QMenu* menu = openMenu();
        if (submenu.isEmpty())
            return menu;
        QAction* opener = entry(menu, submenu);
        if (!opener)
            return nullptr;
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(opener).center());
        return QTest::qWaitFor([opener] { return opener->menu()->isVisible(); }, kSoon_ms) ? opener->menu() : nullptr;
    }
    static void choose(QMenu* menu, const QString& words)
    {
        QAction* action = entry(menu, words);
        QVERIFY2(action, qPrintable(words));
        QVERIFY2(action->isEnabled(), qPrintable(words));
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
    }
    QDialog* asked() const { return mainWindow().findChild<QDialog*>(QStringLiteral("askValue")); }
};

void WindowMembersTest::diskIsBrokenFromTheNodeMenuAndUndone()
{
    open();
    const NodeId node = follower();
    choose(menuOf(node, QStringLiteral("Disk")), QStringLiteral("lies about sync"));
    QCOMPARE(state().diskOf(node), (fault::DiskFault{.lies = true}));
    const QString sentence = QStringLiteral("%1's disk lies about sync").arg(node.name());
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(sentence), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(sentence), kSoon_ms);
    QMenu* again = menuOf(node, QStringLiteral("Disk"));
    QVERIFY(entry(again, QStringLiteral("lies about sync"))->isChecked());
    QVERIFY(!entry(again, QStringLiteral("full"))->isChecked());
    choose(again, QStringLiteral("slow: 20 ms"));
    QCOMPARE(state().diskOf(node).latency, std::chrono::microseconds(20'000));
    QVERIFY(!state().diskOf(node).lies);
    press(QKeySequence::Undo);
    QCOMPARE(state().diskOf(node), (fault::DiskFault{.lies = true}));
    press(QKeySequence::Undo);
    QVERIFY(state().healthy());
    press(Qt::CTRL | Qt::SHIFT | Qt::Key_Z);
    QVERIFY(state().diskOf(node).lies);
    press(Qt::Key_H);
    QVERIFY(state().healthy());
    QVERIFY(!entry(menuOf(node, QStringLiteral("Disk")), QStringLiteral("Healthy"))->isEnabled());
}

void WindowMembersTest::diskIsDescribedByHand()
{
    open();
    const NodeId node = follower();
    choose(menuOf(node, QStringLiteral("Disk")), QStringLiteral("By hand..."));
    QVERIFY(asked());
    auto* field = asked()->findChild<QLineEdit*>(QStringLiteral("value"));
    QTest::keyClicks(field, QStringLiteral("latency: 20ms, flip: 1%"));
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(state().diskOf(node).latency, std::chrono::microseconds(20'000));
    QCOMPARE(state().diskOf(node).flip, fault::Share::ofPercent(1));
    QTRY_VERIFY(!asked());
    choose(menuOf(node, QStringLiteral("Disk")), QStringLiteral("By hand..."));
    QVERIFY(asked());
    QCOMPARE(asked()->findChild<QLineEdit*>(QStringLiteral("value"))->text(),
             QStringLiteral("latency: 20ms, flip: 1%"));
}

void WindowMembersTest::badDescriptionOfADiskIsNotTaken()
{
    open();
    const NodeId node = follower();
    choose(menuOf(node, QStringLiteral("Disk")), QStringLiteral("By hand..."));
    QVERIFY(asked());
    auto* field = asked()->findChild<QLineEdit*>(QStringLiteral("value"));
    QTest::keyClicks(field, QStringLiteral("latency: 11s"));
    QVERIFY(asked()
                ->findChild<views::SentenceLine*>(QStringLiteral("sentence"))
                ->text()
                .contains(QStringLiteral("0 to 10s")));
    QVERIFY(!asked()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled());
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(state().healthy());
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_VERIFY(!asked());
    QVERIFY(state().healthy());
}

void WindowMembersTest::nodeIsAddedByItsKeyAndRemovedByAnother()
{
    open(wire::Pace::real(), 3);
    press(Qt::Key_A);
    QVERIFY(timeline().node({4}));
    QTRY_VERIFY_WITH_TIMEOUT(headline().contains(QStringLiteral("n4 is being added")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(voters().contains({4}), kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().memberChange().isEmpty(), kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(caption().contains(QStringLiteral("n4 has caught up and votes after")), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!canvas()->positionOf({4}).isNull(), kSoon_ms);
    press(Qt::Key_4);
    QCOMPARE(canvas()->selected(), NodeId{4});
    press(Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().node({4}), kServes_ms);
    QCOMPARE(voters().size(), std::size_t(3));
    QTRY_COMPARE_WITH_TIMEOUT(canvas()->selected(), NodeId{}, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().memberChange().isEmpty(), kServes_ms);
    press(QKeySequence::Undo);
    QTRY_VERIFY_WITH_TIMEOUT(voters().contains({4}), kServes_ms);
    QCOMPARE(timeline().tally().lost, quint64(0));
}

void WindowMembersTest::plusBesideTheNumberOfNodesAddsOne()
{
    open(wire::Pace::real(), 3);
    QToolButton* plus = nullptr;
    for (QToolButton* button : mainWindow().findChildren<QToolButton*>()) {
        if (button->defaultAction() == action("Add node"))
            plus = button;
    }
    QVERIFY(plus && plus->isEnabled());
    QTest::mouseClick(plus, Qt::LeftButton);
    QVERIFY(timeline().node({4}));
    QTRY_VERIFY_WITH_TIMEOUT(!plus->isEnabled(), kSoon_ms);
    QVERIFY2(plus->toolTip().contains(QStringLiteral("n4 is being added: one change at a time.")),
             qPrintable(plus->toolTip()));
    QTRY_VERIFY_WITH_TIMEOUT(voters().contains({4}), kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(plus->isEnabled(), kSoon_ms);
}

void WindowMembersTest::leaderIsChosenFromTheNodeMenu()
{
    open();
    const NodeId heir = follower();
    choose(menuOf(heir), QStringLiteral("Make it the leader"));
    QTRY_COMPARE_WITH_TIMEOUT(timeline().leader(), heir, kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(caption().contains(QStringLiteral("%1 leads after").arg(heir.name())), kSoon_ms);
}

void WindowMembersTest::whatCannotBeIsGreyAndSaysWhy()
{
    open(wire::Pace::real(), 9);
    QTRY_VERIFY_WITH_TIMEOUT(!action("Add node")->isEnabled(), kSoon_ms);
    QVERIFY(action("Add node")->toolTip().contains(QStringLiteral("nine nodes")));
    press(Qt::Key_A);
    QVERIFY2(caption().contains(QStringLiteral("nine nodes")), qPrintable(caption()));
    press(Qt::Key_Escape);
    press(Qt::Key_Delete);
    QVERIFY2(caption().startsWith(QStringLiteral("Select a node first")), qPrintable(caption()));
    const NodeId leader = timeline().leader();
    QMenu* menu = menuOf(leader);
    QVERIFY(!entry(menu, QStringLiteral("Make it the leader"))->isEnabled());
    QCOMPARE(entry(menu, QStringLiteral("Make it the leader"))->toolTip(),
             QStringLiteral("%1 leads already.").arg(leader.name()));
    QVERIFY(entry(menu, QStringLiteral("Remove from the cluster"))->isEnabled());
}

QTEST_MAIN(WindowMembersTest)
#include "tst_window_members.moc"
