// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/command_line.h"
#include "gui/cli/screen.h"

#include <QtTest>

using namespace faultline;
using namespace faultline::cli;

class TestCommandLine : public QObject
{
    Q_OBJECT

private slots:
    void nothingOpensTheDesktop();
    void optionsOfTheDesktop();
    void optionsOfUp();
    void optionsOfRun();
    void optionsOfScenarios();
    void optionsOfCheck();
    void helpIsSaid_data();
    void helpIsSaid();
    void whatIsWrongIsNamedWithWhatIsRight_data();
    void whatIsWrongIsNamedWithWhatIsRight();
    void aWindowNeedsADisplayThatAnswers_data();
    void aWindowNeedsADisplayThatAnswers();

private:
    template <typename Kind> static Kind parsed(const QString& line)
    {
        const Result<Command> command = parseCommandLine(line.split(QLatin1Char(' '), Qt::SkipEmptyParts));
        if (!command)
            qFatal("%s: %s", qPrintable(line), qPrintable(command.error()));
        return std::get<Kind>(*command);
    }
};

void TestCommandLine::nothingOpensTheDesktop()
{
    const auto command = parsed<DesktopCommand>(QString());
    QVERIFY(!command.nodes && !command.rate && !command.pace && !command.dark);
    QVERIFY(!command.size.isValid());
}

void TestCommandLine::optionsOfTheDesktop()
{
    const auto command = parsed<DesktopCommand>(
        QStringLiteral("--theme dark --size=1600x900 --nodes 9 --rate 0 --pace x7 --node-program /a/b --data /c"));
    QVERIFY(command.dark == true);
    QCOMPARE(command.size, QSize(1600, 900));
    QVERIFY(command.nodes == 9);
    QVERIFY(command.rate == 0.0);
    QVERIFY(command.pace && command.pace->factor == 7);
    QCOMPARE(command.cluster.nodeProgram, QStringLiteral("/a/b"));
    QCOMPARE(command.cluster.dataRoot, QStringLiteral("/c"));
    QVERIFY(parsed<DesktopCommand>(QStringLiteral("--theme light")).dark == false);
    QVERIFY(!parsed<DesktopCommand>(QStringLiteral("--theme system")).dark);
}

void TestCommandLine::optionsOfUp()
{
    const auto plain = parsed<UpCommand>(QStringLiteral("up"));
    QCOMPARE(plain.nodes, 5);
    QCOMPARE(plain.rate, 0.0);
    QVERIFY(!plain.json);
    const auto command = parsed<UpCommand>(QStringLiteral("up --nodes=3 --rate 50 --json --node-program n"));
    QCOMPARE(command.nodes, 3);
    QCOMPARE(command.rate, 50.0);
    QVERIFY(command.json);
    QCOMPARE(command.cluster.nodeProgram, QStringLiteral("n"));
}

void TestCommandLine::optionsOfRun()
{
    const auto command =
        parsed<RunCommand>(QStringLiteral("run --seed 18446744073709551615 a.yaml --report r --json j"));
    QCOMPARE(command.scenario, QStringLiteral("a.yaml"));
    QCOMPARE(command.reportFolder, QStringLiteral("r"));
    QCOMPARE(command.jsonFile, QStringLiteral("j"));
    QVERIFY(command.seed == std::numeric_limits<quint64>::max());
    QVERIFY(!parsed<RunCommand>(QStringLiteral("run a")).seed);
}

void TestCommandLine::optionsOfScenarios()
{
    QVERIFY(!parsed<ScenariosCommand>(QStringLiteral("scenarios")).json);
    QVERIFY(parsed<ScenariosCommand>(QStringLiteral("scenarios --json")).json);
}

void TestCommandLine::optionsOfCheck()
{
    QCOMPARE(parsed<CheckCommand>(QStringLiteral("check a.log")).history, QStringLiteral("a.log"));
    QCOMPARE(parsed<CheckCommand>(QStringLiteral("check a.log")).model, QString());
    QCOMPARE(parsed<CheckCommand>(QStringLiteral("check --model kv a.log")).model, QStringLiteral("kv"));
    QCOMPARE(parsed<CheckCommand>(QStringLiteral("check a.log --model=cas-register")).model,
             QStringLiteral("register"));
}

void TestCommandLine::helpIsSaid_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("holds");
    QTest::newRow("help") << "--help"
                          << "faultline up";
    QTest::newRow("short") << "-h"
                           << "faultline up";
    QTest::newRow("version") << "--version"
                             << "faultline ";
    QTest::newRow("up") << "up --help"
                        << "Ctrl+C";
    QTest::newRow("run") << "run --help"
                         << "kill_to_leader";
    QTest::newRow("run, with more") << "run a.yaml --help"
                                    << "caught-up";
    QTest::newRow("check") << "check --help"
                           << "jepsen.util";
    QTest::newRow("scenarios") << "scenarios -h"
                               << "built in";
}

void TestCommandLine::helpIsSaid()
{
    QFETCH(QString, line);
    QFETCH(QString, holds);
    const QString text = parsed<SayCommand>(line).text;
    QVERIFY2(text.contains(holds), qPrintable(text));
    for (const QString& each : text.split(QLatin1Char('\n')))
        QVERIFY2(each.size() <= 130, qPrintable(each));
}

void TestCommandLine::whatIsWrongIsNamedWithWhatIsRight_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("names");
    QTest::addColumn<QString>("right");
    QTest::newRow("option") << "--frob"
                            << "--frob"
                            << "faultline --help";
    QTest::newRow("option with a value") << "--frob=3"
                                         << "--frob"
                                         << "faultline --help";
    QTest::newRow("option of up") << "up --frob"
                                  << "--frob"
                                  << "faultline up --help";
    QTest::newRow("option of run") << "run a --frob"
                                   << "--frob"
                                   << "faultline run --help";
    QTest::newRow("option of scenarios") << "scenarios --frob"
                                         << "--frob"
                                         << "faultline scenarios --help";
    QTest::newRow("option of another command") << "up --theme dark"
                                               << "--theme"
                                               << "faultline up --help";
    QTest::newRow("command") << "fly"
                             << "\"fly\""
                             << "up, run, check and scenarios";
    QTest::newRow("word after up") << "up 3"
                                   << "\"3\""
                                   << "faultline up --help";
    QTest::newRow("two nodes") << "--nodes 2"
                               << "\"2\""
                               << "from 3 to 9";
    QTest::newRow("nodes of up") << "up --nodes ten"
                                 << "\"ten\""
                                 << "from 3 to 9";
    QTest::newRow("nodes without") << "up --nodes"
                                   << "--nodes"
                                   << "from 3 to 9";
    QTest::newRow("rate") << "--rate 20001"
                          << "\"20001\""
                          << "from 1 to 20000";
    QTest::newRow("rate below one") << "--rate 0.5"
                                    << "\"0.5\""
                                    << "from 1 to 20000";
    QTest::newRow("rate nan") << "--rate nan"
                              << "\"nan\""
                              << "from 1 to 20000";
    QTest::newRow("pace") << "--pace slow"
                          << "\"slow\""
                          << "real, watch, or x1 to x50";
    QTest::newRow("theme") << "--theme blue"
                           << "\"blue\""
                           << "light, dark or system";
    QTest::newRow("size") << "--size big"
                          << "\"big\""
                          << "1280x800";
    QTest::newRow("tiny") << "--size 10x10"
                          << "\"10x10\""
                          << "from 640x400";
    QTest::newRow("seed") << "run a --seed -1"
                          << "\"-1\""
                          << "whole number";
    QTest::newRow("seed without") << "run a --seed"
                                  << "--seed"
                                  << "whole number";
    QTest::newRow("no scenario") << "run"
                                 << "run"
                                 << "a YAML file";
    QTest::newRow("two scenarios") << "run a b"
                                   << "\"b\""
                                   << "one after the other";
    QTest::newRow("no history") << "check"
                                << "check"
                                << "a history";
    QTest::newRow("two histories") << "check a b"
                                   << "\"b\""
                                   << "one after the other";
    QTest::newRow("model") << "check a --model queue"
                           << "\"queue\""
                           << "register, cas-register or kv";
    QTest::newRow("model without") << "check a --model"
                                   << "--model"
                                   << "register, cas-register or kv";
    QTest::newRow("option of check") << "check a --frob"
                                     << "--frob"
                                     << "faultline check --help";
    QTest::newRow("no folder") << "run a --report"
                               << "--report"
                               << "a folder";
    QTest::newRow("empty folder") << "run a --report="
                                  << "--report"
                                  << "a folder";
    QTest::newRow("value of a switch") << "up --json=yes"
                                       << "--json"
                                       << "no value";
}

void TestCommandLine::whatIsWrongIsNamedWithWhatIsRight()
{
    QFETCH(QString, line);
    QFETCH(QString, names);
    QFETCH(QString, right);
    const Result<Command> command = parseCommandLine(line.split(QLatin1Char(' ')));
    QVERIFY(!command);
    QVERIFY2(command.error().contains(names) && command.error().contains(right), qPrintable(command.error()));
    QVERIFY(!command.error().contains(QLatin1Char('\n')));
}

void TestCommandLine::aWindowNeedsADisplayThatAnswers_data()
{
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("can");
    QTest::newRow("none") << "LANG"
                          << "C" << false;
    QTest::newRow("X nobody serves") << "DISPLAY"
                                     << ":9876" << false;
    QTest::newRow("X nobody serves, screen 0") << "DISPLAY"
                                               << "unix:9876.0" << false;
    QTest::newRow("X on another host is left to Qt") << "DISPLAY"
                                                     << "localhost:10.0" << true;
    QTest::newRow("Wayland nobody serves") << "WAYLAND_DISPLAY"
                                           << "wayland-9876" << false;
    QTest::newRow("a platform by name") << "QT_QPA_PLATFORM"
                                        << "offscreen" << true;
}

void TestCommandLine::aWindowNeedsADisplayThatAnswers()
{
    QFETCH(QString, variable);
    QFETCH(QString, value);
    QFETCH(bool, can);
    QProcessEnvironment environment;
    environment.insert(variable, value);
    const Result<void> answer = canOpenWindow(environment);
    QCOMPARE(static_cast<bool>(answer), can);
    if (!can)
        QVERIFY(answer.error().contains(QStringLiteral("faultline run")));
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_command_line.moc"
