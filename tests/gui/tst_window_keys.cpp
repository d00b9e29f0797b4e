// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/topology/topology_view.h"
#include "gui/window/controls.h"
#include "gui/window/main_window.h"
#include "gui/window/node_count_box.h"

#include <QApplication>
#include <QDockWidget>
#include <QListView>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <memory>

using namespace faultline;
using namespace faultline::window;

// What the window makes of keys and of the wheel, by the widget that has the focus. No cluster can start here.
class WindowKeysTest : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void onlyAChoiceInTheNodesBoxStartsACluster_data();
    void onlyAChoiceInTheNodesBoxStartsACluster();
    void nodesBoxShowsAsManyAsThereAre_data();
    void nodesBoxShowsAsManyAsThereAre();
    void spacePressesTheButtonInFocus();
    void spaceOpensTheNodesBoxInFocus();
    void spaceHoldsWhereNothingElseWantsIt();
    void homeGoesToTheBeginningWhereThereIsOne_data();
    void homeGoesToTheBeginningWhereThereIsOne();
    void homeResetsOnTheCanvas();

private:
    /// As of a cluster of that many nodes.
    void show(int nodes)
    {
        std::vector<lab::ClusterRecord::Member> members;
        for (quint32 id = 1; id <= quint32(nodes); ++id)
            members.push_back({NodeId{id}, quint16(id), quint16(id), quint16(id)});
        m_lab->timeline().append(lab::ClusterRecord{wire::monotonicNow(), members, 1, "x"});
        controls().refresh();
    }
    Controls& controls() const { return *m_window->findChild<Controls*>(); }
    NodeCountBox& box() const { return *m_window->findChild<NodeCountBox*>(); }
    template <typename Widget> Widget& named(const char* name) const
    {
        return *m_window->findChild<Widget*>(QLatin1String(name));
    }
    void focus(QWidget& widget) const
    {
        widget.window()->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(widget.window()));
        widget.setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(widget.hasFocus());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QSignalSpy> m_starts;
    std::unique_ptr<QSignalSpy> m_resets;
    std::unique_ptr<QSignalSpy> m_hints;
};

void WindowKeysTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_settings = std::make_unique<QSettings>(m_folder->filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    m_lab = std::make_unique<lab::Lab>();
    DesktopOptions options;
    options.lab.nodeProgram = QStringLiteral("/nowhere/faultline-node");
    options.size = QSize(1280, 800);
    m_window = std::make_unique<MainWindow>(*m_lab, *m_settings, options);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_starts = std::make_unique<QSignalSpy>(&controls(), &Controls::startWanted);
    m_resets = std::make_unique<QSignalSpy>(&controls(), &Controls::resetWanted);
    m_hints = std::make_unique<QSignalSpy>(&controls(), &Controls::hinted);
}

void WindowKeysTest::cleanup()
{
    m_starts.reset();
    m_resets.reset();
    m_hints.reset();
    m_window.reset();
    m_lab.reset();
    m_settings.reset();
    m_folder.reset();
}

void WindowKeysTest::onlyAChoiceInTheNodesBoxStartsACluster_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("nodes"); ///< in the box then, after 5
    QTest::addColumn<int>("starts");
    QTest::newRow("the wheel, up") << "wheel up" << 5 << 0;
    QTest::newRow("the wheel, down") << "wheel down" << 5 << 0;
    QTest::newRow("an arrow key") << "down" << 6 << 0;
    QTest::newRow("an arrow key and Return") << "down return" << 6 << 1;
    QTest::newRow("End and Return") << "end return" << 9 << 1;
    QTest::newRow("an entry of the list") << "click" << 7 << 1;
    QTest::newRow("the list, by keys") << "list" << 4 << 1;
    QTest::newRow("the list, given up") << "escape" << 5 << 0;
}

void WindowKeysTest::onlyAChoiceInTheNodesBoxStartsACluster()
{
    QFETCH(QString, what);
    show(5);
    focus(box());
    if (what.startsWith(QStringLiteral("wheel"))) {
        const QPointF at = box().rect().center();
        QWheelEvent turn(at, box().mapToGlobal(at), {}, {0, what.endsWith(QStringLiteral("up")) ? 120 : -120}, {}, {},
                         Qt::NoScrollPhase, false);
        QApplication::sendEvent(&box(), &turn);
    } else if (what == QStringLiteral("click") || what == QStringLiteral("list") || what == QStringLiteral("escape")) {
        box().showPopup();
        auto* list = box().view();
        QTRY_VERIFY(list->isVisible());
        if (what == QStringLiteral("click")) {
            const QModelIndex index = box().model()->index(box().findData(7), 0);
            const QPoint seven = list->visualRect(index).topLeft() + QPoint(8, 8);
            QApplication::setDoubleClickInterval(0); // within it a click counts as the one that opened the list
            QTest::mouseMove(list->viewport(), seven);
            QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, seven);
        } else {
            QTest::keyClick(list, Qt::Key_Up);
            QTest::keyClick(list, what == QStringLiteral("list") ? Qt::Key_Return : Qt::Key_Escape);
        }
    } else {
        QTest::keyClick(&box(), what.startsWith(QStringLiteral("end")) ? Qt::Key_End : Qt::Key_Down);
        if (what.endsWith(QStringLiteral("return")))
            QTest::keyClick(&box(), Qt::Key_Return);
    }
    QTEST(int(m_starts->size()), "starts");
    const bool began = !m_starts->isEmpty();
    QTEST(began ? m_lab->options().nodes : controls().nodeCount(), "nodes");
}

void WindowKeysTest::nodesBoxShowsAsManyAsThereAre_data()
{
    QTest::addColumn<int>("there");
    QTest::addColumn<int>("next"); ///< to be started with, where there were 4 before
    for (const int few : {1, 2})
        QTest::addRow("%d", few) << few << 4;
    for (const int many : {3, 9})
        QTest::addRow("%d", many) << many << many;
}

void WindowKeysTest::nodesBoxShowsAsManyAsThereAre()
{
    QFETCH(int, there);
    QFETCH(int, next);
    const auto shown = [this] { return box().currentIndex() < 0 ? box().placeholderText() : box().currentText(); };
    show(4);
    show(there);
    QCOMPARE(shown(), QString::number(there));
    QCOMPARE(controls().nodeCount(), next);
    show(0);
    QCOMPARE(shown(), QString::number(next));
}

void WindowKeysTest::spacePressesTheButtonInFocus()
{
    auto* canvas = m_window->findChild<views::TopologyView*>();
    auto& button = named<QPushButton>("absenceButton");
    QTRY_VERIFY(button.isVisible());
    QSignalSpy answered(canvas, &views::TopologyView::absenceAnswered);
    focus(button);
    QTest::keyClick(&button, Qt::Key_Space);
    QCOMPARE(answered.size(), 1);
    QCOMPARE(m_hints->size(), 0);
    show(3); // as if it had begun
    QTRY_VERIFY(!button.isVisible());
    QVERIFY(canvas->hasFocus());
}

void WindowKeysTest::spaceOpensTheNodesBoxInFocus()
{
    focus(box());
    QTest::keyClick(&box(), Qt::Key_Space);
    QTRY_VERIFY(box().view()->isVisible());
    QCOMPARE(m_hints->size(), 0);
    box().hidePopup();
}

void WindowKeysTest::spaceHoldsWhereNothingElseWantsIt()
{
    auto* canvas = m_window->findChild<views::TopologyView*>();
    focus(*canvas);
    QTest::keyClick(canvas, Qt::Key_Space);
    QCOMPARE(m_hints->size(), 1); // there is nothing to hold
}

void WindowKeysTest::homeGoesToTheBeginningWhereThereIsOne_data()
{
    QTest::addColumn<QString>("where");
    for (const char* where : {"events", "faultMatrix", "inspector", "loadSlider", "nodeCount"})
        QTest::newRow(where) << QString::fromLatin1(where);
}

void WindowKeysTest::homeGoesToTheBeginningWhereThereIsOne()
{
    QFETCH(QString, where);
    show(5);
    for (QDockWidget* dock : m_window->findChildren<QDockWidget*>())
        dock->show();
    m_window->showDetails(NodeId{1});
    auto* found = m_window->findChild<QWidget*>(where);
    if (auto* table = found->findChild<QTableView*>())
        found = table;
    QTRY_VERIFY(found->isVisible() && found->isEnabled());
    focus(*found);
    if (auto* slider = qobject_cast<QSlider*>(found))
        QVERIFY(slider->value() > slider->minimum());
    QTest::keyClick(found, Qt::Key_Home);
    QCOMPARE(m_resets->size(), 0);
    if (auto* slider = qobject_cast<QSlider*>(found))
        QCOMPARE(slider->value(), slider->minimum());
}

void WindowKeysTest::homeResetsOnTheCanvas()
{
    auto* canvas = m_window->findChild<views::TopologyView*>();
    focus(*canvas);
    QTest::keyClick(canvas, Qt::Key_Home);
    QCOMPARE(m_resets->size(), 1);
}

QTEST_MAIN(WindowKeysTest)
#include "tst_window_keys.moc"
