// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/theme/figures.h"
#include "gui/window/caption_line.h"
#include "gui/window/headline_bar.h"
#include "gui/window/load_slider.h"
#include "gui/window/main_window.h"
#include "gui/window/possible.h"
#include "gui/window/remembered.h"
#include "gui/window/status_line.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace faultline;
using namespace faultline::window;

class WindowPartsTest : public QObject
{
    Q_OBJECT

private slots:
    void gestureMakesSenseOrSaysWhyNot_data();
    void gestureMakesSenseOrSaysWhyNot();
    void sliderIsLogarithmicAndRound_data();
    void sliderIsLogarithmicAndRound();
    void sliderFollowsTheLoadWithoutAnsweringBack();
    void headlineKeepsItsWordsInColour_data();
    void headlineKeepsItsWordsInColour();
    void verdictStaysWholeWhereThereIsNoRoom_data();
    void verdictStaysWholeWhereThereIsNoRoom();
    void captionTellsTheNewestOfGestureAndProblem();
    void tallyIsAlwaysInSight();
    void whatWasRememberedComesBack();
    void linksWindowKeepsItsPlace_data();
    void linksWindowKeepsItsPlace();
    void nonsenseIsNotRemembered();
    void windowTakesNonsenseAsNothing();
};

void WindowPartsTest::gestureMakesSenseOrSaysWhyNot_data()
{
    QTest::addColumn<quint32>("node");
    QTest::addColumn<int>("gesture");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* name, quint32 node, NodeGesture gesture, const char* why) {
        QTest::newRow(name) << node << static_cast<int>(gesture) << QString::fromUtf8(why);
    };
    row("kill a running one", 1, NodeGesture::Kill, "");
    row("kill nobody", 0, NodeGesture::Kill, "Select a node first: click one or press 1–9, L for the leader.");
    row("kill a stranger", 8, NodeGesture::Kill, "There is no n8 in this cluster.");
    row("kill a dead one", 2, NodeGesture::Kill, "n2 is not running: Restart (R) brings it back.");
    row("restart a dead one", 2, NodeGesture::Restart, "");
    row("freeze a frozen one", 4, NodeGesture::Freeze, "n4 is frozen already.");
    row("thaw a frozen one", 4, NodeGesture::Thaw, "");
    row("kill a frozen one", 4, NodeGesture::Kill, "");
    row("stop a frozen one", 4, NodeGesture::Stop, "n4 is frozen and cannot hear it: thaw it first, or kill it.");
    row("isolate an isolated one", 1, NodeGesture::Isolate, "n1 is isolated already.");
    row("rejoin an isolated one", 1, NodeGesture::Rejoin, "");
    row("rejoin a healthy one", 3, NodeGesture::Rejoin, "n3 is not isolated.");
    row("remove a running one", 1, NodeGesture::Remove, "");
    row("remove a dead one", 2, NodeGesture::Remove, "");
    row("remove a stranger", 8, NodeGesture::Remove, "There is no n8 in this cluster.");
    row("make a frozen one the leader", 4, NodeGesture::MakeLeader, "n4 is not running, so it cannot lead.");
    row("make the leader the leader", 3, NodeGesture::MakeLeader, "n3 leads already.");
    row("make another the leader", 5, NodeGesture::MakeLeader, "");
    row("thaw a dead one", 2, NodeGesture::Thaw, "n2 is not running: Restart (R) brings it back.");
}

void WindowPartsTest::gestureMakesSenseOrSaysWhyNot()
{
    QFETCH(quint32, node);
    QFETCH(int, gesture);
    QFETCH(QString, why);
    tests::FedTimeline fed;
    fed.tellAStory();
    QCOMPARE(whyNot(static_cast<NodeGesture>(gesture), fed.timeline, {node}), why);
    QCOMPARE(freezeOrThaw(fed.timeline, {4}), NodeGesture::Thaw);
    QCOMPARE(isolateOrRejoin(fed.timeline, {1}), NodeGesture::Rejoin);
}

void WindowPartsTest::sliderIsLogarithmicAndRound_data()
{
    QTest::addColumn<double>("rate");
    for (const double rate : {1.0, 2.0, 10.0, 20.0, 100.0, 1000.0, 10'000.0, 20'000.0})
        QTest::addRow("%g", rate) << rate;
}

void WindowPartsTest::sliderIsLogarithmicAndRound()
{
    QFETCH(double, rate);
    QVERIFY(std::abs(rateAt(positionOf(rate)) - rate) <= rate * 0.05);
    QVERIFY(rateAt(0) == kLeastRate && rateAt(kSliderSteps) == kMostRate);
    QVERIFY(rateAt(-5) == kLeastRate && rateAt(5000) == kMostRate);
    for (int position = 1; position <= kSliderSteps; ++position)
        QVERIFY(rateAt(position) >= rateAt(position - 1));
}

void WindowPartsTest::sliderFollowsTheLoadWithoutAnsweringBack()
{
    LoadSlider slider;
    QSignalSpy chosen(&slider, &LoadSlider::rateChosen);
    slider.follow(500);
    QVERIFY(std::abs(slider.rate() - 500) < 25);
    QCOMPARE(chosen.size(), 0);
    QTest::keyClick(slider.slider(), Qt::Key_End);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.at(0).at(0).toDouble(), kMostRate);
    slider.follow(500);
    QVERIFY2(slider.rate() == kMostRate, "it is the user's turn");
}

void WindowPartsTest::headlineKeepsItsWordsInColour_data()
{
    QTest::addColumn<QString>("sentence");
    QTest::newRow("well") << QStringLiteral("5 nodes · n3 leads, term 4 · nothing lost");
    QTest::newRow("ill") << QStringLiteral("Held · n1 and n2 are dead · n4 is frozen · no leader · nothing lost");
    QTest::newRow("none") << QStringLiteral("No cluster");
    QTest::newRow("a node comes") << QStringLiteral("n6 is being added · n3 leads, term 4 · nothing lost");
    QTest::newRow("leadership moves") << QStringLiteral("Leadership goes to n2 · n3 leads, term 4 · nothing lost");
}

void WindowPartsTest::headlineKeepsItsWordsInColour()
{
    QFETCH(QString, sentence);
    QString joined;
    using views::Theme;
    for (const HeadlinePart& part : headlineParts(sentence)) {
        joined += part.text;
        if (part.text == QStringLiteral("n3 leads"))
            QVERIFY(part.colour == &Theme::leaderText);
        if (part.text == QStringLiteral("nothing lost"))
            QVERIFY(part.colour == &Theme::okText);
        if (part.text.contains(QStringLiteral("is being")) || part.text.contains(QStringLiteral("goes to")))
            QVERIFY(part.colour == &Theme::ink);
        if (part.text.contains(QStringLiteral("dead")) || part.text == QStringLiteral("no leader"))
            QVERIFY(part.colour == &Theme::failedText);
    }
    QCOMPARE(joined, sentence);
}

void WindowPartsTest::verdictStaysWholeWhereThereIsNoRoom_data()
{
    QTest::addColumn<int>("room");
    for (const int room : {150, 200, 300, 400, 500, 600, 700})
        QTest::addRow("%d pixels", room) << room;
}

void WindowPartsTest::verdictStaysWholeWhereThereIsNoRoom()
{
    QFETCH(int, room);
    const QString sentence = QStringLiteral("n1 is dead · n2 and n3 are frozen · n5 is isolated · n4 cannot hear n1 n2 "
                                            "n3 · no leader, n4 and n5 are asking for votes · nothing lost");
    const QFont font = QApplication::font();
    QVERIFY(views::figuresWidth(font, sentence) > room);
    double wide = 0;
    QString joined;
    const auto parts = fitted(headlineParts(sentence), font, room);
    for (const HeadlinePart& part : parts) {
        wide += views::figuresWidth(font, part.text);
        joined += part.text;
    }
    QVERIFY2(wide <= room + 1, qPrintable(QStringLiteral("%1: %2").arg(wide).arg(joined)));
    QVERIFY2(joined.endsWith(QStringLiteral("… · nothing lost")), qPrintable(joined));
    QVERIFY(room < 300 || joined.startsWith(QStringLiteral("n1 is dead")));
}

void WindowPartsTest::captionTellsTheNewestOfGestureAndProblem()
{
    tests::FedTimeline fed;
    CaptionLine caption;
    caption.follow(fed.timeline);
    QVERIFY(caption.text().startsWith(QStringLiteral("Start a cluster")));
    fed.begin(3);
    caption.follow(fed.timeline);
    QVERIFY(caption.text().startsWith(QStringLiteral("Click a node")));
    fed.timeline.append(lab::GestureRecord{1, tests::moment(5), QStringLiteral("Killed n1, the leader"), {}});
    caption.follow(fed.timeline);
    QCOMPARE(caption.text(), QStringLiteral("Killed n1, the leader"));
    fed.timeline.append(lab::GestureRecord{1, tests::moment(5), QStringLiteral("Killed n1, the leader"),
                                           QStringLiteral("n2 leads after 2.9 s")});
    caption.follow(fed.timeline);
    QCOMPARE(caption.text(), QStringLiteral("Killed n1, the leader · n2 leads after 2.9 s"));
    caption.hint(QStringLiteral("Select a node first."));
    QCOMPARE(caption.text(), QStringLiteral("Select a node first."));
    fed.timeline.append(lab::GestureRecord{2, tests::moment(9), QStringLiteral("Froze n3"), {}});
    caption.follow(fed.timeline);
    QCOMPARE(caption.text(), QStringLiteral("Froze n3"));
    fed.timeline.append(
        lab::NoteRecord{tests::moment(12), lab::Severity::Error, {2}, QStringLiteral("n2 died by itself")});
    caption.follow(fed.timeline);
    QCOMPARE(caption.text(), QStringLiteral("n2 died by itself"));
}

void WindowPartsTest::tallyIsAlwaysInSight()
{
    tests::FedTimeline fed;
    fed.tellAStory();
    StatusLine status;
    status.follow(fed.timeline);
    QCOMPARE(status.tallyText(), QStringLiteral("acknowledged 4,210 · read back 4,205 · lost 0"));
    QCOMPARE(status.paceText(), QStringLiteral("pace Watch"));
    QCOMPARE(status.loadText(), QStringLiteral("load 20 op/s"));
}

void WindowPartsTest::whatWasRememberedComesBack()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    Remembered values;
    values.theme = ThemeChoice::Dark;
    values.reducedMotion = true;
    values.geometry = "geometry";
    values.docks = "docks";
    values.split = {700, 500};
    remember(settings, values);
    settings.sync();
    QSettings again(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    const Remembered back = remembered(again);
    QCOMPARE(back.theme, ThemeChoice::Dark);
    QVERIFY(back.reducedMotion);
    QCOMPARE(back.geometry, values.geometry);
    QCOMPARE(back.docks, values.docks);
    QCOMPARE(back.split, values.split);
}

void WindowPartsTest::linksWindowKeepsItsPlace_data()
{
    QTest::addColumn<bool>("seen"); ///< in the session before
    QTest::addColumn<bool>("openAtTheEnd");
    QTest::newRow("put away") << true << false;
    QTest::newRow("open") << true << true;
    QTest::newRow("never seen") << false << false;
}

void WindowPartsTest::linksWindowKeepsItsPlace()
{
    QFETCH(bool, seen);
    QFETCH(bool, openAtTheEnd);
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    lab::Lab lab;
    const auto dockOf = [](MainWindow& window) { return window.findChild<QDockWidget*>(QStringLiteral("matrixDock")); };
    const auto toggle = [&](MainWindow& window) { dockOf(window)->toggleViewAction()->trigger(); };
    const auto inWindow = [&](MainWindow& window) {
        return dockOf(window)->geometry().translated(-window.mapToGlobal(QPoint()));
    };
    QRect first; ///< by the window
    {
        MainWindow window(lab, settings, {});
        window.show();
        toggle(window);
        first = inWindow(window);
    }
    const QRect wanted(140, 160, first.width() - 60, first.height() - 40);
    {
        MainWindow window(lab, settings, {});
        window.show();
        if (seen) {
            toggle(window);
            dockOf(window)->setGeometry(wanted);
            if (!openAtTheEnd)
                toggle(window);
        }
        window.close();
    }
    MainWindow again(lab, settings, {});
    again.show();
    QCOMPARE(dockOf(again)->isVisible(), openAtTheEnd);
    if (openAtTheEnd) // put away and taken out again
        toggle(again);
    toggle(again);
    QVERIFY(dockOf(again)->isVisible());
    if (seen)
        QCOMPARE(dockOf(again)->geometry(), wanted);
    else
        QCOMPARE(inWindow(again), first);
}

void WindowPartsTest::nonsenseIsNotRemembered()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    settings.setValue(QStringLiteral("window/theme"), QStringLiteral("purple"));
    settings.setValue(QStringLiteral("window/split"), QStringLiteral("-3 99999999"));
    settings.setValue(QStringLiteral("window/geometry"), QByteArray(1'000'000, 'x'));
    settings.setValue(QStringLiteral("window/reducedMotion"), QStringLiteral("perhaps"));
    const Remembered back = remembered(settings);
    QCOMPARE(back.theme, ThemeChoice::System);
    QVERIFY(!back.reducedMotion);
    QVERIFY(back.geometry.isEmpty());
    QVERIFY(back.split.isEmpty());
}

void WindowPartsTest::windowTakesNonsenseAsNothing()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    settings.setValue(QStringLiteral("window/geometry"), QByteArray("rubbish"));
    settings.setValue(QStringLiteral("window/docks"), QByteArray("more rubbish"));
    settings.setValue(QStringLiteral("window/theme"), QStringLiteral("dark"));
    lab::Lab lab;
    {
        MainWindow window(lab, settings, {});
        QCOMPARE(window.size(), QSize(1280, 800));
        QVERIFY(window.theme().dark);
        window.setThemeChoice(ThemeChoice::Light);
        QVERIFY(!window.theme().dark);
        window.resize(1000, 700);
        window.show();
        window.close();
    }
    DesktopOptions options;
    MainWindow again(lab, settings, options);
    QVERIFY(!again.theme().dark);
    options.dark = true;
    options.size = QSize(900, 600);
    MainWindow given(lab, settings, options);
    QVERIFY(given.theme().dark);
    QCOMPARE(given.size(), QSize(900, 600));
    given.close();
    QCOMPARE(remembered(settings).theme, ThemeChoice::Light);
}

QTEST_MAIN(WindowPartsTest)
#include "tst_window_parts.moc"
