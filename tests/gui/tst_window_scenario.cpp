// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/scenario_result.h"
#include "gui/window/scenarios.h"
#include "live_window.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTimer>

#include <cerrno>
#include <csignal>

using namespace faultline;
using namespace faultline::tests;
using namespace faultline::window;

namespace {

constexpr int kActsOut_ms = 90'000;

/// Over within a few seconds; `most` 0 cannot be met.
QByteArray shortScenario(int most)
{
    return QStringLiteral(R"(name: short
title: A follower dies & comes back
story: Written by a test.
nodes: 3
rate: 100
steps:
  - {at: 500ms, do: kill, target: n1}
  - {at: 1s, do: restart, target: n1}
  - {after: caught-up, do: wait}
expectations:
  - {id: nothing-lost, text: Nothing is lost, measure: lost, at_most: 0}
  - {id: few, text: Few writes are acknowledged, measure: acknowledged, at_most: %1}
)")
        .arg(most)
        .toUtf8();
}

} // namespace

class WindowScenarioTest : public QObject, private LiveWindow
{
    Q_OBJECT

private slots:
    void cleanup() { close(); }
    void everyEntryHasALetterOfItsOwn();
    void powerCutIsActedOutToItsVerdict();
    void ownFileIsActedOut_data();
    void ownFileIsActedOut();
    void wrongFileIsRefusedInOneSentenceAndNothingIsLost();
    void oneThatIsStoppedLeavesNoNodeAndNoVerdict();
    void anotherTakesThePlaceOfTheOneThatRuns();
    void resetInTheMiddleBringsOnesOwnClusterBack();
    void windowClosedInTheMiddleLeavesNoNode();
    void clusterThatDoesNotStartIsSaidOnTheCanvas_data();
    void clusterThatDoesNotStartIsSaidOnTheCanvas();

private:
    Scenarios* scenarios() const { return mainWindow().findChild<Scenarios*>(); }
    ScenarioResult* result() const { return mainWindow().findChild<ScenarioResult*>(); }
    bool resultIsShown() const { return result() && result()->isVisible(); }
    QString absence() const { return mainWindow().findChild<QLabel*>(QStringLiteral("absence"))->text(); }
    void comeBackToTheWindow() const;
    QMenu* openMenu() const;
    void choose(const QString& name) const;
    void agree() const;
    void openFile(const QByteArray& yaml);
    QPushButton* button(const char* text) const;
    std::vector<pid_t> processes() const;

    QTemporaryDir m_folder;
};

/// A dialog is closed: where there is a window manager, it does this.
void WindowScenarioTest::comeBackToTheWindow() const
{
    mainWindow().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&mainWindow()));
}

/// By Alt+S, as the underlined letter says.
QMenu* WindowScenarioTest::openMenu() const
{
    comeBackToTheWindow();
    QTest::keyClick(&mainWindow(), Qt::Key_S, Qt::AltModifier);
    return qobject_cast<QMenu*>(QApplication::activePopupWidget());
}

void WindowScenarioTest::choose(const QString& name) const
{
    QMenu* menu = openMenu();
    QVERIFY(menu);
    const auto* entry = mainWindow().findChild<QAction*>(QStringLiteral("scenario:%1").arg(name));
    QVERIFY(entry && menu->actions().contains(entry));
    const QChar letter = entry->text()[entry->text().indexOf(u'&') + 1];
    QTest::keyClick(menu, letter.toLower().toLatin1());
    QVERIFY(!QApplication::activePopupWidget());
}

void WindowScenarioTest::agree() const
{
    QTRY_VERIFY_WITH_TIMEOUT(mainWindow().findChild<QMessageBox*>(QStringLiteral("askScenario")), kSoon_ms);
    auto* box = mainWindow().findChild<QMessageBox*>(QStringLiteral("askScenario"));
    QTest::keyClick(box, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!mainWindow().findChild<QMessageBox*>(QStringLiteral("askScenario")), kSoon_ms);
}

void WindowScenarioTest::openFile(const QByteArray& yaml)
{
    QFile file(m_folder.filePath(QStringLiteral("own.yaml")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(yaml) == yaml.size());
    file.close();
    QMenu* menu = openMenu();
    QVERIFY(menu);
    QTest::keyClick(menu, 'o');
    auto* dialog = mainWindow().findChild<QFileDialog*>(QStringLiteral("openScenario"));
    QVERIFY(dialog);
    auto* name = dialog->findChild<QLineEdit*>();
    name->setText(file.fileName());
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!mainWindow().findChild<QFileDialog*>(), kSoon_ms);
}

QPushButton* WindowScenarioTest::button(const char* text) const
{
    for (auto* each : result()->findChildren<QPushButton*>()) {
        if (each->text().remove(u'&').startsWith(QLatin1String(text)))
            return each;
    }
    return nullptr;
}

std::vector<pid_t> WindowScenarioTest::processes() const
{
    std::vector<pid_t> pids;
    for (const auto& [id, node] : timeline().nodes()) {
        if (node.pid > 0)
            pids.push_back(static_cast<pid_t>(node.pid));
    }
    return pids;
}

static bool allGone(const std::vector<pid_t>& pids)
{
    return std::all_of(pids.begin(), pids.end(), [](pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; });
}

void WindowScenarioTest::everyEntryHasALetterOfItsOwn()
{
    const QStringList expected{QStringLiteral("&The leader"), QStringLiteral("T&hen && now"), QStringLiteral("h&e"),
                               QStringLiteral("tto")};
    QCOMPARE(withMnemonics({QStringLiteral("The leader"), QStringLiteral("Then & now"), QStringLiteral("he"),
                            QStringLiteral("tto")},
                           QStringLiteral("o")),
             expected);
}

void WindowScenarioTest::powerCutIsActedOutToItsVerdict()
{
    open(wire::Pace::watch());
    const auto before = processes();
    QCOMPARE(before.size(), std::size_t(5));
    QStringList told; // the caption may have something newer to say before anybody looks
    const QObject listener;
    connect(scenarios(), &Scenarios::told, &listener, [&told](const QString&, const QString& line) { told += line; });
    choose(QStringLiteral("power-cut"));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning() && lab().isServing(), kServes_ms);
    QVERIFY(allGone(before));
    QCOMPARE(timeline().pace(), wire::Pace::real());
    QTRY_VERIFY_WITH_TIMEOUT(headline().startsWith(QStringLiteral("n1, n2, n3, n4 and n5 are without power")),
                             kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(caption().startsWith(QStringLiteral("Power cut, all five at once · ")), kActsOut_ms);
    QTRY_VERIFY_WITH_TIMEOUT(told.contains(QStringLiteral("reading every acknowledged write back")), kActsOut_ms);
    const auto during = processes();
    QTRY_VERIFY_WITH_TIMEOUT(resultIsShown(), kActsOut_ms);
    QCOMPARE(result()->heading(), QStringLiteral("As expected: Power cut, all five at once"));
    QVERIFY2(result()->text().contains(QStringLiteral("No acknowledged write is lost: 0")),
             qPrintable(result()->text()));
    QVERIFY(result()->text().contains(QStringLiteral("lost 0")));
    QVERIFY(allGone(during));
    QVERIFY(!scenarios()->isRunning() && !action("stopScenario")->isEnabled());
    QVERIFY(headline().startsWith(QStringLiteral("No cluster is running")));

    QTest::mouseClick(button("Copy"), Qt::LeftButton);
    QVERIFY(QApplication::clipboard()->text().startsWith(
        QStringLiteral("power-cut: met\n  met      No acknowledged write is lost: 0\n")));
    QTest::keyClick(result(), Qt::Key_Escape);
    QVERIFY(!result()->isVisible());

    auto* start = mainWindow().findChild<QPushButton*>(QStringLiteral("absenceButton"));
    QTest::mouseClick(start, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(lab().isServing(), kServes_ms);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().pace(), wire::Pace::watch(), kSoon_ms);
    QVERIFY(!caption().contains(QStringLiteral("Power cut")));
}

void WindowScenarioTest::ownFileIsActedOut_data()
{
    QTest::addColumn<int>("most");
    QTest::addColumn<QString>("heading");
    QTest::newRow("as expected") << 1'000'000 << QStringLiteral("As expected: A follower dies & comes back");
    QTest::newRow("not as expected") << 0 << QStringLiteral("Not as expected: A follower dies & comes back");
}

void WindowScenarioTest::ownFileIsActedOut()
{
    QFETCH(int, most);
    QFETCH(QString, heading);
    open();
    openFile(shortScenario(most));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(resultIsShown(), kActsOut_ms);
    QCOMPARE(result()->heading(), heading);
    QVERIFY(result()->text().contains(QStringLiteral("Few writes are acknowledged: ")));
    QCOMPARE(mainWindow().findChild<QComboBox*>(QStringLiteral("nodeCount"))->currentData().toInt(), 5); // one's own

    QTest::mouseClick(button("Save"), Qt::LeftButton);
    auto* dialog = result()->findChild<QFileDialog*>(QStringLiteral("saveReport"));
    QVERIFY(dialog);
    const QString path = m_folder.filePath(QStringLiteral("%1.json").arg(most));
    dialog->findChild<QLineEdit*>()->setText(path);
    QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), kSoon_ms);
    QFile report(path);
    QVERIFY(report.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(report.readAll())[QLatin1String("scenario")].toString(), QStringLiteral("short"));

    QTRY_VERIFY_WITH_TIMEOUT(!result()->findChild<QFileDialog*>(), kSoon_ms);
    QTest::mouseClick(button("Run again"), Qt::LeftButton);
    QVERIFY(!result()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(resultIsShown(), kActsOut_ms);
    QCOMPARE(result()->heading(), heading);
    QTimer::singleShot(0, &mainWindow(), &QWidget::close);
    QTimer::singleShot(kSoon_ms, result(), [] { QCoreApplication::exit(1); });
    QCOMPARE(QCoreApplication::exec(), 0); // the result that is still open keeps nothing alive
}

void WindowScenarioTest::wrongFileIsRefusedInOneSentenceAndNothingIsLost()
{
    open();
    const auto before = processes();
    openFile("name: wrong\nsteps:\n  - {at: 1s, do: explode}\n");
    auto* box = mainWindow().findChild<QMessageBox*>(QStringLiteral("scenarioRefused"));
    QVERIFY(box);
    QVERIFY2(box->text().contains(QStringLiteral("own.yaml:3: ")) && box->text().contains(QStringLiteral("explode")),
             qPrintable(box->text()));
    QVERIFY(!box->text().contains(u'\n'));
    QTest::keyClick(box, Qt::Key_Escape);
    choose(QStringLiteral("slow-link"));
    auto* question = mainWindow().findChild<QMessageBox*>(QStringLiteral("askScenario"));
    QVERIFY(question);
    QTest::keyClick(question, Qt::Key_Escape);
    QVERIFY(!scenarios()->isRunning() && lab().isServing());
    QCOMPARE(processes(), before);
}

void WindowScenarioTest::oneThatIsStoppedLeavesNoNodeAndNoVerdict()
{
    open();
    choose(QStringLiteral("leader-election"));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning() && headline().contains(QStringLiteral("is dead")), kServes_ms);
    const auto during = processes();
    QMenu* menu = openMenu();
    QVERIFY(menu);
    QTest::keyClick(menu, 's');
    QTRY_VERIFY_WITH_TIMEOUT(!scenarios()->isRunning(), kSoon_ms);
    QVERIFY(allGone(during));
    QVERIFY(!timeline().hasCluster() && !result());
    QCOMPARE(caption(), QStringLiteral("The scenario was stopped before its end, so there is no verdict."));
    clickTool("Start");
    QTRY_VERIFY_WITH_TIMEOUT(lab().isServing(), kServes_ms);
}

void WindowScenarioTest::anotherTakesThePlaceOfTheOneThatRuns()
{
    open();
    choose(QStringLiteral("power-cut"));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning() && lab().isServing(), kServes_ms);
    const auto first = processes();
    openFile(shortScenario(1'000'000));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(resultIsShown(), kActsOut_ms);
    QVERIFY(allGone(first));
    QCOMPARE(result()->heading(), QStringLiteral("As expected: A follower dies & comes back"));
}

void WindowScenarioTest::resetInTheMiddleBringsOnesOwnClusterBack()
{
    open(wire::Pace::watch());
    choose(QStringLiteral("power-cut"));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning() && lab().isServing(), kServes_ms);
    const auto during = processes();
    comeBackToTheWindow();
    press(Qt::Key_Home);
    QVERIFY(!scenarios()->isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(lab().isServing() && allGone(during), kServes_ms);
    QTRY_COMPARE_WITH_TIMEOUT(timeline().pace(), wire::Pace::watch(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().load().empty() && timeline().load().back().targetRate == 20, kSoon_ms);
    QVERIFY(!result() && !caption().contains(QStringLiteral("Power cut")));
}

void WindowScenarioTest::windowClosedInTheMiddleLeavesNoNode()
{
    open();
    choose(QStringLiteral("power-cut"));
    agree();
    QTRY_VERIFY_WITH_TIMEOUT(scenarios()->isRunning() && headline().contains(QStringLiteral("without power")),
                             kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!headline().contains(QStringLiteral("without power")), kSoon_ms);
    const auto during = processes();
    QCOMPARE(during.size(), std::size_t(5));
    mainWindow().close();
    close();
    QVERIFY(allGone(during));
}

void WindowScenarioTest::clusterThatDoesNotStartIsSaidOnTheCanvas_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no such program") << QStringLiteral("/nowhere/faultline-node")
                                     << QStringLiteral("/nowhere/faultline-node");
    QTest::newRow("ends at once") << QStringLiteral("/bin/false") << QStringLiteral("exited with code 1");
}

void WindowScenarioTest::clusterThatDoesNotStartIsSaidOnTheCanvas()
{
    QFETCH(QString, program);
    QFETCH(QString, reason);
    DesktopOptions options;
    options.lab.nodeProgram = program;
    options.size = QSize(1000, 700);
    openWith(options);
    QTRY_VERIFY_WITH_TIMEOUT(!timeline().hasCluster() && absence().contains(reason), kSoon_ms);
    choose(QStringLiteral("power-cut"));
    QTRY_VERIFY_WITH_TIMEOUT(!scenarios()->isRunning() && !timeline().hasCluster(), kSoon_ms);
    QTRY_VERIFY_WITH_TIMEOUT(absence().contains(reason), kSoon_ms);
    QVERIFY(!absence().contains(u'\n') && !result());
    QVERIFY(headline().startsWith(QStringLiteral("No cluster: it could not start")));
}

QTEST_MAIN(WindowScenarioTest)
#include "tst_window_scenario.moc"
