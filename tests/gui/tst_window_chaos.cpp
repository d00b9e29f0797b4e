// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos.h"
#include "gui/views/charts/charts_view.h"
#include "gui/views/client/client_strip.h"
#include "gui/views/events/event_view.h"
#include "gui/views/faults/fault_matrix.h"
#include "gui/views/inspector/inspector.h"
#include "live_window.h"
#include "window_watch.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QEventLoop>
#include <QLineEdit>
#include <QTableView>
#include <QTableWidget>
#include <QTest>
#include <QToolBar>

using namespace faultline;
using namespace faultline::tests;
using namespace std::chrono_literals;

/// Chaos under a load, with the window in which all of it is looked at.
class WindowChaosTest : public QObject, private LiveWindow
{
    Q_OBJECT

private slots:
    void cleanup() { close(); }
    void chaosLosesNothingAndTheWindowKeepsItsSize();

private:
    QDockWidget* dock(const char* name) const { return mainWindow().findChild<QDockWidget*>(QLatin1String(name)); }
    void clickToggleOf(const char* dockName) const;
    void lookAround(int step);
};

void WindowChaosTest::clickToggleOf(const char* dockName) const
{
    QAction* toggle = dock(dockName)->toggleViewAction();
    QTest::mouseClick(mainWindow().findChild<QToolBar*>()->widgetForAction(toggle), Qt::LeftButton);
}

/// What a curious hand does, one thing at a time; whatever it opens it closes soon after.
void WindowChaosTest::lookAround(int step)
{
    auto* strip = mainWindow().findChild<views::ClientStrip*>();
    const QPoint middle = canvas()->rect().center();
    switch (step % 20) {
    case 0:
        press(Qt::Key_L);
        break;
    case 1:
        press(Qt::Key_Return);
        break;
    case 2:
        click({quint32(step / 20 % 9 + 1)}, Qt::ShiftModifier);
        break;
    case 3:
    case 5:
        clickToggleOf("eventsDock");
        break;
    case 4:
        press(Qt::Key_Tab);
        break;
    case 6:
    case 8:
        clickToggleOf("matrixDock");
        break;
    case 7:
        press(Qt::Key_Escape);
        break;
    case 9:
        press(Qt::CTRL | Qt::Key_A);
        break;
    case 10:
        rightClick(canvas()->positionOf({quint32(step / 20 % 9 + 1)}).toPoint());
        break;
    case 11:
    case 16:
        if (QWidget* popup = QApplication::activePopupWidget())
            QTest::keyClick(popup, Qt::Key_Escape);
        if (QWidget* dialog = QApplication::activeModalWidget())
            QTest::keyClick(dialog, Qt::Key_Escape);
        break;
    case 12:
        strip->setNode({quint32(step / 20 % 9 + 1)});
        strip->focusInput();
        QTest::keyClicks(strip->input(), QStringLiteral("GET x"));
        QTest::keyClick(strip->input(), Qt::Key_Return);
        QTest::keyClick(strip->input(), Qt::Key_Escape);
        break;
    case 13:
        drag(canvas()->positionOf({1}).toPoint(), canvas()->positionOf({1}).toPoint() + QPoint(7, 0));
        drag(canvas()->positionOf({1}).toPoint(), canvas()->positionOf({1}).toPoint() - QPoint(7, 0));
        break;
    case 14:
        mainWindow().setThemeChoice(step / 20 % 2 == 0 ? window::ThemeChoice::Dark : window::ThemeChoice::Light);
        break;
    case 15:
        press(Qt::Key_F1);
        break;
    case 17:
        mainWindow().resize(step / 20 % 2 == 0 ? QSize(1000, 700) : QSize(1280, 800));
        break;
    case 18:
        QTest::mouseMove(canvas(), middle + QPoint(step % 50, 30));
        break;
    default:
        press(Qt::SHIFT | Qt::Key_Right);
    }
}

void WindowChaosTest::chaosLosesNothingAndTheWindowKeepsItsSize()
{
    const ChaosSize size = ChaosSize::ofThisRun();
    open(wire::Pace::real(), size.nodes, size.rate);
    for (const char* name : {"eventsDock", "inspectorDock", "matrixDock"}) {
        clickToggleOf(name);
        QTRY_VERIFY_WITH_TIMEOUT(dock(name)->isVisible(), kSoon_ms);
    }
    WindowWatch watch;
    const std::map<QString, QWidget*> shown{
        {QStringLiteral("canvas"), canvas()},
        {QStringLiteral("charts"), mainWindow().findChild<views::ChartsView*>()->throughput().panel()->viewport()},
        {QStringLiteral("events"), mainWindow().findChild<views::EventView*>()->table()->viewport()},
        {QStringLiteral("details"), mainWindow().findChild<views::Inspector*>()->table()->viewport()},
        {QStringLiteral("links"), mainWindow().findChild<views::FaultMatrix*>()->table()->viewport()},
    };
    for (const auto& [name, view] : shown)
        watch.count(name, view);

    Chaos chaos(lab(), size, 7);
    MemoryByQuarter ofWindow;
    QEventLoop loop;
    QTimer looks;
    connect(&looks, &QTimer::timeout, this, [&] {
        ofWindow.note(chaos.shareDone(), residentBytes(QCoreApplication::applicationPid()));
        if (chaos.shareDone() >= 1)
            loop.quit();
    });
    QTimer hand;
    int step = 0;
    connect(&hand, &QTimer::timeout, this, [&] { lookAround(step++); });
    looks.start(200ms);
    hand.start(400ms);
    chaos.begin();
    watch.begin();
    loop.exec();
    watch.end();
    hand.stop();

    const bool endsWell = chaos.endsWell();
    QVERIFY2(timeline().tally().lost == 0, qPrintable(timeline().tally().firstLoss));
    QVERIFY(endsWell);
    const auto mb = [](qint64 bytes) { return bytes / 1'000'000; };
    qInfo("%s; of the window by quarters %lld, %lld, %lld and %lld MB", qPrintable(chaos.summary()),
          mb(ofWindow.median(0)), mb(ofWindow.median(1)), mb(ofWindow.median(2)), mb(ofWindow.median(3)));
    qInfo("%s", qPrintable(watch.summary()));
    QCOMPARE(chaos.endedByThemselves(), QStringList());
    QVERIFY(timeline().tally().acknowledged > 0);
    for (const auto& [name, view] : shown)
        QVERIFY2(watch.painted(name) > 1, qPrintable(name)); // how often is printed: a slow machine is no failure
    constexpr qint64 kSlack = 32'000'000;
    QVERIFY2(ofWindow.median(3) <= ofWindow.median(1) + kSlack, "the memory of the window grows");
    QVERIFY2(chaos.nodeMemory().most(3) <= chaos.nodeMemory().most(1) * 3 / 2 + 2 * kSlack,
             "the memory of a node grows");
}

QTEST_MAIN(WindowChaosTest)
#include "tst_window_chaos.moc"
