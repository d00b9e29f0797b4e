// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/scenario_file.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

class TestScenarioFile : public QObject
{
    Q_OBJECT

private slots:
    void everyFieldIsRead();
    void expectationsOfTheLoadCanBeOfAPartOfTheRun();
    void whatIsNotSaidHasItsDefault();
    void durationsCarryTheirUnit_data();
    void durationsCarryTheirUnit();
    void badInputIsOneLineWithFileLineAndRemedy_data();
    void badInputIsOneLineWithFileLineAndRemedy();
    void noBytesBreakTheReader_data();
    void noBytesBreakTheReader();
    void aFileThatCannotBeReadSaysSo_data();
    void aFileThatCannotBeReadSaysSo();
    void aFileTooLongIsRefused();
    void namesOfMeasuresActionsAndPacesReadBack();
};

void TestScenarioFile::everyFieldIsRead()
{
    const QByteArray yaml = R"(name: all-fields
title: All of it
story: >
  One sentence
  over two lines.
nodes: 7
pace: x20
rate: 1_500
read_share: 25%
seed: 18446744073709551615
watched_key: account
steps:
  - at: 1.5s
    do: freeze
    target: leader
    duration: 800ms
  - after: recovered
    within: 1min
    do: kill
    target: [n2, n7]
  - {do: isolate, target: n1 n3}
  - {do: rate, to: 20}
  - {do: pace, to: watch}
  - {do: hold, duration: 1s}
  - {duration: 2s, do: wait}
expectations:
  - {id: fast, text: It is fast, measure: kill_to_leader, at_most: 2s}
  - {id: mostly_ok, text: Mostly known, measure: unknown_share, at_most: 5%}
  - {id: terms, text: Two terms, measure: terms, at_least: 2}
  - {id: flow, text: It flows, measure: throughput, at_least: 99.5}
)";
    const Result<Scenario> read = parseScenario(yaml, QStringLiteral("all.yaml"));
    QVERIFY2(read, read ? "" : qPrintable(read.error()));
    const Scenario& scenario = *read;
    QCOMPARE(scenario.name, QStringLiteral("all-fields"));
    QCOMPARE(scenario.title, QStringLiteral("All of it"));
    QCOMPARE(scenario.story, QStringLiteral("One sentence over two lines."));
    QCOMPARE(scenario.nodes, 7);
    QCOMPARE(scenario.pace.factor, 20u);
    QCOMPARE(scenario.rate, 1500.0);
    QCOMPARE(scenario.readShare, 0.25);
    QCOMPARE(scenario.seed, std::numeric_limits<quint64>::max());
    QCOMPARE(scenario.watchedKey, QByteArray("account"));

    QCOMPARE(scenario.steps.size(), std::size_t(7));
    const Step& freeze = scenario.steps[0];
    QVERIFY(freeze.at == 1500ms);
    QVERIFY(freeze.action == Action::Freeze);
    QVERIFY(freeze.target.kind == Target::Kind::Leader);
    QVERIFY(freeze.duration == 800ms);
    QCOMPARE(freeze.line, 13);
    const Step& kill = scenario.steps[1];
    QVERIFY(!kill.at);
    QVERIFY(kill.after == Condition::Recovered);
    QVERIFY(kill.within == 60s);
    QCOMPARE(nameOf(kill.target), QStringLiteral("n2 n7"));
    QCOMPARE(nameOf(scenario.steps[2].target), QStringLiteral("n1 n3"));
    QCOMPARE(scenario.steps[3].rate, 20.0);
    QVERIFY(scenario.steps[4].pace == wire::Pace::watch());
    QVERIFY(scenario.steps[6].duration == 2s);

    QCOMPARE(scenario.expectations.size(), std::size_t(4));
    QCOMPARE(scenario.expectations[0].atMost.value_or(-1), 2000.0);
    QVERIFY(!scenario.expectations[0].atLeast);
    QCOMPARE(scenario.expectations[1].atMost.value_or(-1), 0.05);
    QCOMPARE(scenario.expectations[2].atLeast.value_or(-1), 2.0);
    QCOMPARE(scenario.expectations[3].atLeast.value_or(-1), 99.5);
}

void TestScenarioFile::expectationsOfTheLoadCanBeOfAPartOfTheRun()
{
    const QString yaml = QStringLiteral("name: a\nsteps: [{at: 9s, do: wait}]\nexpectations:\n"
                                        "  - {id: a, text: a, measure: %1, at_most: %2, from: 2s, until: 1min}\n"
                                        "  - {id: b, text: b, measure: %1, at_most: %2, from: 500ms}\n"
                                        "  - {id: c, text: c, measure: %1, at_most: %2, until: 1s}\n"
                                        "  - {id: d, text: d, measure: %1, at_most: %2}\n");
    int ofLoad = 0;
    for (const QString& name : measureNames()) {
        const Measure measure = measureNamed(name).value();
        const QString bound = unitOf(measure) == MeasureUnit::Milliseconds ? QStringLiteral("1s")
                              : unitOf(measure) == MeasureUnit::Share      ? QStringLiteral("1%")
                                                                           : QStringLiteral("1");
        const Result<Scenario> read = parseScenario(yaml.arg(name, bound).toUtf8(), QStringLiteral("f.yaml"));
        if (!isOfLoad(measure)) {
            QVERIFY(!read);
            QVERIFY2(read.error().startsWith(
                         QStringLiteral("f.yaml:4: %1 is of the whole run and takes no from; ").arg(name)),
                     qPrintable(read.error()));
            continue;
        }
        ++ofLoad;
        QVERIFY2(read, read ? "" : qPrintable(read.error()));
        QVERIFY(read->expectations[0].window == (Window{2s, 60s}));
        QVERIFY(read->expectations[1].window == (Window{500ms, {}}));
        QVERIFY(read->expectations[2].window == (Window{{}, 1s}));
        QVERIFY(read->expectations[3].window.isWhole());
    }
    QCOMPARE(ofLoad, 6);
}

void TestScenarioFile::whatIsNotSaidHasItsDefault()
{
    const Result<Scenario> read =
        parseScenario("name: small\nsteps: [{at: 1s, do: kill, target: leader}]\n", QStringLiteral("s.yaml"));
    QVERIFY2(read, read ? "" : qPrintable(read.error()));
    QCOMPARE(read->title, QStringLiteral("small"));
    QCOMPARE(read->nodes, 5);
    QVERIFY(read->pace == wire::Pace::real());
    QCOMPARE(read->readShare, 0.5);
    QCOMPARE(read->seed, quint64(1));
    QVERIFY(read->expectations.empty());
    QVERIFY(read->steps[0].within == 30s);
}

void TestScenarioFile::durationsCarryTheirUnit_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("milliseconds"); // -1: not a duration
    QTest::newRow("ms") << "300ms" << 300;
    QTest::newRow("s") << "2s" << 2000;
    QTest::newRow("fraction") << "1.5s" << 1500;
    QTest::newRow("min") << "2min" << 120000;
    QTest::newRow("space") << "2 s" << 2000;
    QTest::newRow("zero") << "0ms" << 0;
    QTest::newRow("no unit") << "2" << -1;
    QTest::newRow("other unit") << "2h" << -1;
    QTest::newRow("negative") << "-2s" << -1;
    QTest::newRow("exponent") << "1e3s" << -1;
    QTest::newRow("over a day") << "1441min" << -1;
    QTest::newRow("huge") << "99999999999999999999s" << -1;
    QTest::newRow("empty") << "" << -1;
}

void TestScenarioFile::durationsCarryTheirUnit()
{
    QFETCH(QString, text);
    QFETCH(int, milliseconds);
    const auto duration = parseDuration(text);
    QCOMPARE(duration ? static_cast<int>(duration->count()) : -1, milliseconds);
}

void TestScenarioFile::badInputIsOneLineWithFileLineAndRemedy_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QString>("begins"); // with the place
    QTest::addColumn<QString>("holds");  // what is wrong, or what would be right
    const auto row = [](const char* tag, const char* yaml, const char* begins, const char* holds) {
        QTest::newRow(tag) << QByteArray(yaml) << QString::fromUtf8(begins) << QString::fromUtf8(holds);
    };
    const QByteArray step = "steps: [{at: 1s, do: kill, target: leader}]\n";
    const auto withStep = [&](const char* tag, const char* yaml, const char* begins, const char* holds) {
        QTest::newRow(tag) << QByteArray(yaml) + step << QString::fromUtf8(begins) << QString::fromUtf8(holds);
    };
    row("empty", "", "f.yaml:1:", "empty");
    row("not yaml", "name: a\nsteps: [\n", "f.yaml:3:", "not YAML");
    row("tab", "name: a\nsteps:\n\t- x\n", "f.yaml:3:", "not YAML");
    row("a list", "- a\n- b\n", "f.yaml:1:", "not a list of fields");
    row("a word", "hello\n", "f.yaml:1:", "not a list of fields");
    row("no name", "nodes: 5\nsteps: [{duration: 1s, do: wait}]\n", "f.yaml:1:", "needs name");
    row("no steps", "name: a\n", "f.yaml:1:", "needs steps");
    row("steps are not a list", "name: a\nsteps: 5\n", "f.yaml:2:", "steps is a list");
    row("empty steps", "name: a\nsteps: []\n", "f.yaml:1:", "needs steps");
    row("a step that is a word", "name: a\nsteps:\n  - kill\n", "f.yaml:3:", "step 1 is not a list of fields");
    withStep("unknown field", "name: a\ncolour: red\n",
             "f.yaml:2:", "no field \"colour\"; there are name, title, story, nodes");
    withStep("twice", "name: a\nnodes: 3\nnodes: 5\n", "f.yaml:3:", "\"nodes\" twice");
    withStep("no value", "name: a\nnodes:\n", "f.yaml:2:", "nodes has no value");
    withStep("a list for a value", "name: a\nnodes: [3]\n", "f.yaml:2:", "one value");
    withStep("two nodes", "name: a\nnodes: 2\n", "f.yaml:2:", "\"2\"; it must be a whole number from 3 to 9");
    withStep("ten nodes", "name: a\nnodes: 10\n", "f.yaml:2:", "from 3 to 9");
    withStep("half a node", "name: a\nnodes: 3.5\n", "f.yaml:2:", "whole number");
    withStep("pace", "name: a\npace: fast\n", "f.yaml:2:", "real, watch, or x1 to x50");
    withStep("pace too slow", "name: a\npace: x51\n", "f.yaml:2:", "x1 to x50");
    withStep("rate", "name: a\nrate: 20001\n", "f.yaml:2:", "from 1 to 20000");
    withStep("rate below one", "name: a\nrate: 0.5\n", "f.yaml:2:", "from 1 to 20000");
    withStep("rate not a number", "name: a\nrate: nan\n", "f.yaml:2:", "from 1 to 20000");
    withStep("share", "name: a\nread_share: 120%\n", "f.yaml:2:", "0% to 100%");
    withStep("seed", "name: a\nseed: -1\n", "f.yaml:2:", "whole number from 0");
    withStep("name", "name: A b\n", "f.yaml:1:", "lower-case");
    row("no do", "name: a\nsteps:\n  - {at: 1s}\n", "f.yaml:3:", "needs do: one of kill, stop, freeze");
    row("unknown do", "name: a\nsteps:\n  - at: 1s\n    do: explode\n",
        "f.yaml:4:", "\"explode\"; it must be one of kill, stop");
    row("no target", "name: a\nsteps:\n  - {at: 1s, do: kill}\n", "f.yaml:3:", "kill needs target");
    row("unknown target", "name: a\nsteps:\n  - {at: 1s, do: kill, target: boss}\n",
        "f.yaml:3:", "leader, followers, random");
    row("node that is not there", "name: a\nnodes: 3\nsteps:\n  - {at: 1s, do: kill, target: n4}\n",
        "f.yaml:4:", "n1 to n3");
    row("node and selector", "name: a\nsteps:\n  - {at: 1s, do: kill, target: [n1, leader]}\n",
        "f.yaml:3:", "n1 to n5");
    row("target of hold", "name: a\nsteps:\n  - {at: 1s, do: hold, target: n1}\n", "f.yaml:3:", "takes no target");
    row("bad time", "name: a\nsteps:\n  - {at: soon, do: hold}\n", "f.yaml:3:", "such as 300ms, 2s or 1min");
    row("both moments", "name: a\nsteps:\n  - {at: 1s, after: serving, do: hold}\n", "f.yaml:3:", "not both");
    row("unknown condition", "name: a\nsteps:\n  - {after: lunch, do: hold}\n",
        "f.yaml:3:", "serving, new-leader, recovered, caught-up");
    row("within alone", "name: a\nsteps:\n  - {at: 1s, within: 2s, do: hold}\n", "f.yaml:3:", "no after");
    row("duration of thaw", "name: a\nsteps:\n  - {do: thaw, target: all, duration: 1s}\n",
        "f.yaml:3:", "takes no duration");
    row("wait for nothing", "name: a\nsteps:\n  - {do: wait}\n", "f.yaml:3:", "at, after and duration");
    row("rate to nothing", "name: a\nsteps:\n  - {do: rate}\n", "f.yaml:3:", "rate needs to");
    row("to of kill", "name: a\nsteps:\n  - {do: kill, target: n1, to: n2}\n", "f.yaml:3:", "takes no to");
    row("backwards", "name: a\nsteps:\n  - {at: 2s, do: hold}\n  - {at: 1s, do: release}\n",
        "f.yaml:4:", "order of their times");
    row("unknown field of a step", "name: a\nsteps:\n  - {at: 1s, do: hold, who: me}\n",
        "f.yaml:3:", "step 1 has no field \"who\"; there are at, after");
    const QByteArray head = "name: a\n" + step + "expectations:\n";
    const auto expectation = [&](const char* tag, const char* yaml, const char* begins, const char* holds) {
        QTest::newRow(tag) << head + yaml << QString::fromUtf8(begins) << QString::fromUtf8(holds);
    };
    expectation("no id", "  - {text: t, measure: lost, at_most: 0}\n", "f.yaml:4:", "needs id");
    expectation("no text", "  - {id: t, measure: lost, at_most: 0}\n", "f.yaml:4:", "needs text");
    expectation("no measure", "  - {id: t, text: t, at_most: 0}\n",
                "f.yaml:4:", "needs measure: one of kill_to_leader");
    expectation("unknown measure", "  - {id: t, text: t, measure: joy, at_most: 0}\n",
                "f.yaml:4:", "\"joy\"; it must be one of kill_to_leader");
    expectation("no bound", "  - {id: t, text: t, measure: lost}\n", "f.yaml:4:", "either at_most or at_least");
    expectation("both bounds", "  - {id: t, text: t, measure: lost, at_most: 1, at_least: 1}\n",
                "f.yaml:4:", "either at_most or at_least");
    expectation("time without unit", "  - {id: t, text: t, measure: kill_to_leader, at_most: 2}\n",
                "f.yaml:4:", "with its unit");
    expectation("a count with one", "  - {id: t, text: t, measure: lost, at_most: 2s}\n", "f.yaml:4:", "whole number");
    expectation("a misspelt bound", "  - {id: t, text: t, measure: lost, at_mots: 0}\n", "f.yaml:4:", "at_most");
    expectation("a part of a count", "  - {id: t, text: t, measure: lost, at_most: 0, from: 2s}\n",
                "f.yaml:4:", "lost is of the whole run and takes no from; unknown_share, availability");
    expectation("an end of a count", "  - {id: t, text: t, measure: terms, at_most: 0, until: 2s}\n",
                "f.yaml:4:", "takes no until");
    expectation("a part that ends before it begins",
                "  - {id: t, text: t, measure: latency_p50, at_most: 1s, from: 3s, until: 2s}\n",
                "f.yaml:4:", "until is 2000 ms; it must be later than from, which is 3000 ms");
    expectation("an empty part", "  - {id: t, text: t, measure: latency_p50, at_most: 1s, from: 3s, until: 3s}\n",
                "f.yaml:4:", "must be later");
    expectation("a part without unit", "  - {id: t, text: t, measure: latency_p50, at_most: 1s, from: 3}\n",
                "f.yaml:4:", "with its unit");
    expectation("same id",
                "  - {id: t, text: t, measure: lost, at_most: 0}\n  - {id: t, text: t, measure: lost, at_most: 0}\n",
                "f.yaml:5:", "taken");
}

void TestScenarioFile::badInputIsOneLineWithFileLineAndRemedy()
{
    QFETCH(QByteArray, yaml);
    QFETCH(QString, begins);
    QFETCH(QString, holds);
    const Result<Scenario> read = parseScenario(yaml, QStringLiteral("f.yaml"));
    QVERIFY(!read);
    QVERIFY2(read.error().startsWith(begins + QLatin1Char(' ')), qPrintable(read.error()));
    QVERIFY2(read.error().contains(holds), qPrintable(read.error()));
    QVERIFY2(!read.error().contains(QLatin1Char('\n')), qPrintable(read.error()));
}

void TestScenarioFile::noBytesBreakTheReader_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::newRow("zeros") << QByteArray(64, '\0');
    QTest::newRow("high bytes") << QByteArray(64, '\xff');
    QTest::newRow("open brackets") << QByteArray(100'000, '[');
    QTest::newRow("open braces") << QByteArray(100'000, '{');
    QTest::newRow("anchors to themselves") << QByteArray("name: a\nsteps: &s [*s, *s]\n");
    QTest::newRow("a key that is a list") << QByteArray("? [a, b]\n: c\nname: a\n");
    QTest::newRow("merge key") << QByteArray("<<: {nodes: 99}\nname: a\nsteps: [{duration: 1s, do: wait}]\n");
    QTest::newRow("tagged") << QByteArray("name: !!binary aGk=\nsteps: !!set {a, b}\n");
    QByteArray bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char name = 'b'; name < 'j'; ++name) {
        const QByteArray before = QByteArray("*") + static_cast<char>(name - 1);
        bomb += QByteArray(1, name) + ": &" + name + " [" + before + ',' + before + ',' + before + ',' + before + ',' +
                before + "]\n";
    }
    QTest::newRow("billion laughs") << bomb + "name: a\nsteps: *i\n";
}

void TestScenarioFile::noBytesBreakTheReader()
{
    QFETCH(QByteArray, yaml);
    const Result<Scenario> read = parseScenario(yaml, QStringLiteral("f.yaml"));
    QVERIFY(!read);
    QVERIFY2(read.error().startsWith(QStringLiteral("f.yaml:")), qPrintable(read.error()));
    QVERIFY2(read.error().size() < 400, qPrintable(read.error()));
}

void TestScenarioFile::aFileThatCannotBeReadSaysSo_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("holds");
    QTest::newRow("absent file") << "/nonexistent/a.yaml"
                                 << "cannot be read";
    QTest::newRow("absent name") << "no-such-scenario"
                                 << "no scenario of that name is built in";
    QTest::newRow("a folder") << QDir::tempPath() << "a folder";
    QTest::newRow("nothing") << ""
                             << "has no name";
}

void TestScenarioFile::aFileThatCannotBeReadSaysSo()
{
    QFETCH(QString, name);
    QFETCH(QString, holds);
    const Result<Scenario> read = readScenario(name);
    QVERIFY(!read);
    QVERIFY2(read.error().contains(name) && read.error().contains(holds), qPrintable(read.error()));
}

void TestScenarioFile::aFileTooLongIsRefused()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("long.yaml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("name: a\n# " + QByteArray(kMaxScenarioBytes, 'x') + '\n');
    file.close();
    const Result<Scenario> read = readScenario(file.fileName());
    QVERIFY(!read);
    QVERIFY2(read.error().contains(QStringLiteral("at most 1000000")), qPrintable(read.error()));
}

void TestScenarioFile::namesOfMeasuresActionsAndPacesReadBack()
{
    for (const QString& name : measureNames())
        QCOMPARE(nameOf(measureNamed(name).value()), name);
    for (const QString& name : actionNames())
        QCOMPARE(nameOf(actionNamed(name).value()), name);
    for (const QString& name : conditionNames())
        QCOMPARE(nameOf(conditionNamed(name).value()), name);
    for (const char* name : {"real", "watch", "x2", "x10", "x50"})
        QCOMPARE(nameOf(paceNamed(QLatin1String(name)).value()), QLatin1String(name));
    QVERIFY(paceNamed(QStringLiteral("x1")) == wire::Pace::real());
}

QTEST_GUILESS_MAIN(TestScenarioFile)
#include "tst_scenario_file.moc"
