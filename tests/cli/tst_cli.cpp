// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>

namespace {

constexpr int kMostForServing = 40'000;
constexpr int kMostForEnding = 15'000;

QString program()
{
    return QDir(qEnvironmentVariable("FAULTLINE_BIN", QCoreApplication::applicationDirPath()))
        .filePath(QStringLiteral("faultline"));
}

struct Ended
{
    int code = -1; ///< -1: it did not start, crashed, or did not end in time
    QString out;
    QString err;
};

Ended finish(QProcess& process, int within)
{
    Ended ended;
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(within)) {
        process.kill();
        process.waitForFinished();
        ended.err = QStringLiteral("(did not end within %1 ms) ").arg(within);
    } else if (process.exitStatus() == QProcess::NormalExit && process.error() != QProcess::FailedToStart) {
        ended.code = process.exitCode();
    }
    ended.out = QString::fromUtf8(process.readAllStandardOutput());
    ended.err += QString::fromUtf8(process.readAllStandardError());
    return ended;
}

Ended run(const QString& command, const QStringList& arguments, int within = kMostForEnding,
          const QProcessEnvironment& environment = {})
{
    QProcess process;
    if (!environment.isEmpty())
        process.setProcessEnvironment(environment);
    process.start(command, arguments);
    return finish(process, within);
}

/// Running, and not only waiting for its parent to hear of its end.
bool isAlive(qint64 pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!stat.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = stat.readAll();
    const char state = text.mid(text.lastIndexOf(')') + 2, 1).at(0);
    return state != 'Z' && state != 'X';
}

QStringList sorted(QStringList names)
{
    names.sort();
    return names;
}

/// `faultline up --json`, with what it said.
class Cluster
{
public:
    explicit Cluster(const QStringList& more = {})
    {
        m_process.start(program(), QStringList{QStringLiteral("up"), QStringLiteral("--json")} + more);
        m_process.waitForStarted();
    }

    ~Cluster()
    {
        m_process.closeWriteChannel();
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(kMostForEnding)) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    bool serves()
    {
        QElapsedTimer since;
        since.start();
        while (!m_process.canReadLine() && since.elapsed() < kMostForServing &&
               m_process.state() != QProcess::NotRunning)
            m_process.waitForReadyRead(200);
        m_line = m_process.readLine();
        m_said = QJsonDocument::fromJson(m_line).object();
        return !m_said.isEmpty();
    }

    QProcess& process() { return m_process; }
    const QJsonObject& said() const { return m_said; }

    QList<qint64> pids() const
    {
        QList<qint64> pids;
        for (const QJsonValue& node : m_said["nodes"].toArray())
            pids.append(node.toObject()["pid"].toInteger());
        return pids;
    }

    bool anyAlive() const
    {
        const QList<qint64> all = pids();
        return std::any_of(all.begin(), all.end(), isAlive);
    }

    QStringList clientPorts() const
    {
        QStringList ports;
        for (const QJsonValue& node : m_said["nodes"].toArray())
            ports.append(QString::number(node.toObject()["client"].toInt()));
        return ports;
    }

    QString leaderPort() const
    {
        for (const QJsonValue& node : m_said["nodes"].toArray()) {
            if (node.toObject()["name"] == m_said["leader"])
                return QString::number(node.toObject()["client"].toInt());
        }
        return {};
    }

private:
    QProcess m_process;
    QByteArray m_line;
    QJsonObject m_said;
};

struct Ran
{
    Ended ended;
    QJsonObject report;
};

/// `faultline run` of this text.
Ran runYaml(const QByteArray& yaml)
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("scenario.yaml"));
    const QString json = folder.filePath(QStringLiteral("result.json"));
    QFile scenario(path);
    if (!scenario.open(QIODevice::WriteOnly) || scenario.write(yaml) != yaml.size())
        return {};
    scenario.close();
    Ran ran{run(program(), {QStringLiteral("run"), path, QStringLiteral("--json"), json}, 120'000), {}};
    QFile result(json);
    if (result.open(QIODevice::ReadOnly))
        ran.report = QJsonDocument::fromJson(result.readAll()).object();
    return ran;
}

QString needed(const char* tool)
{
    return QStandardPaths::findExecutable(QString::fromLatin1(tool));
}

} // namespace

class TestCli : public QObject
{
    Q_OBJECT

private slots:
    void badInputIsOneLineAndExitCodeTwo_data();
    void badInputIsOneLineAndExitCodeTwo();
    void malformedYamlIsNamedByFileAndLine();
    void withoutADisplayTheDesktopSaysSo_data();
    void withoutADisplayTheDesktopSaysSo();
    void helpAndVersionAreAsExpected();
    void theBuiltInScenariosAreListed();
    void upSaysWhereItsNodesAreAndLeavesNothingAtEndOfInput();
    void upLeavesNothingBehind_data();
    void upLeavesNothingBehind();
    void upStaysWhenItsInputIsNoPipe();
    void leaderElectionIsJudgedAndReported();
    void whatIsNotMetIsExitCodeOne();
    void everyKindOfStepIsTaken();
    void aConditionThatNeverComesIsNotMet();
    void aRunThatIsInterruptedHasNoVerdict();
    void redisCliFindsTheLeaderFromAnyNode();
    void redisBenchmarkCompletesAgainstTheLeader();
};

void TestCli::badInputIsOneLineAndExitCodeTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("holds");
    QTest::newRow("unknown option") << QStringList{"--frob"} << "unknown option --frob";
    QTest::newRow("unknown command") << QStringList{"fly"} << "unknown command \"fly\"";
    QTest::newRow("too few nodes") << QStringList{"up", "--nodes", "2"} << "from 3 to 9";
    QTest::newRow("missing node program")
        << QStringList{"up", "--node-program", "/nonexistent/node"} << "/nonexistent/node";
    QTest::newRow("a node program that is none") << QStringList{"up", "--node-program", "/etc/passwd"} << "/etc/passwd";
    QTest::newRow("missing scenario") << QStringList{"run", "/nonexistent/a.yaml"}
                                      << "/nonexistent/a.yaml: cannot be read";
    QTest::newRow("unknown scenario") << QStringList{"run", "no-such-scenario"} << "leader-election";
    QTest::newRow("missing node program of a run")
        << QStringList{"run", "leader-election", "--node-program", "/nonexistent/node"} << "/nonexistent/node";
    QTest::newRow("report that cannot be written")
        << QStringList{"run", "leader-election", "--report", "/proc/report"} << "--report /proc/report";
    QTest::newRow("JSON that cannot be written")
        << QStringList{"run", "leader-election", "--json", "/proc/a/b"} << "--json /proc/a/b";
}

void TestCli::badInputIsOneLineAndExitCodeTwo()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, holds);
    const Ended ended = run(program(), arguments);
    QVERIFY2(ended.code == 2, qPrintable(ended.err));
    QVERIFY2(ended.err.startsWith(QStringLiteral("faultline: ")) && ended.err.contains(holds), qPrintable(ended.err));
    QCOMPARE(ended.err.count(QLatin1Char('\n')), 1);
}

void TestCli::malformedYamlIsNamedByFileAndLine()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("bad.yaml"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("name: bad\nsteps:\n  - {at: 1s, do: explode}\n");
    file.close();
    const Ended ended = run(program(), {QStringLiteral("run"), path});
    QCOMPARE(ended.code, 2);
    QVERIFY2(ended.err.startsWith(QStringLiteral("faultline: %1:3: do is \"explode\"").arg(path)),
             qPrintable(ended.err));
    QCOMPARE(ended.err.count(QLatin1Char('\n')), 1);
}

void TestCli::withoutADisplayTheDesktopSaysSo_data()
{
    QTest::addColumn<QString>("display");
    QTest::newRow("none") << "";
    QTest::newRow("one that nobody serves") << ":9876";
}

void TestCli::withoutADisplayTheDesktopSaysSo()
{
    QFETCH(QString, display);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        environment.remove(QLatin1String(name));
    if (!display.isEmpty())
        environment.insert(QStringLiteral("DISPLAY"), display);
    const Ended ended = run(program(), {}, kMostForEnding, environment);
    QCOMPARE(ended.code, 2);
    QVERIFY2(ended.err.contains(QStringLiteral("no display")) && ended.err.contains(QStringLiteral("faultline run")),
             qPrintable(ended.err));
    QCOMPARE(ended.err.count(QLatin1Char('\n')), 1);
}

void TestCli::helpAndVersionAreAsExpected()
{
    const Ended help = run(program(), {QStringLiteral("--help")});
    QCOMPARE(help.code, 0);
    QVERIFY(help.err.isEmpty() && help.out.contains(QStringLiteral("faultline up")));
    const Ended version = run(program(), {QStringLiteral("--version")});
    QCOMPARE(version.code, 0);
    QVERIFY(version.out.startsWith(QStringLiteral("faultline ")));
}

void TestCli::theBuiltInScenariosAreListed()
{
    const Ended listed = run(program(), {QStringLiteral("scenarios")});
    QCOMPARE(listed.code, 0);
    QVERIFY(listed.out.contains(QStringLiteral("leader-election")));
    const Ended json = run(program(), {QStringLiteral("scenarios"), QStringLiteral("--json")});
    QCOMPARE(json.code, 0);
    const QJsonArray all = QJsonDocument::fromJson(json.out.toUtf8()).array();
    QVERIFY(!all.isEmpty());
    QCOMPARE(all[0].toObject().keys(), sorted({"name", "title", "story", "nodes"}));
}

void TestCli::upSaysWhereItsNodesAreAndLeavesNothingAtEndOfInput()
{
    Cluster cluster;
    QVERIFY2(cluster.serves(), cluster.process().readAllStandardError().constData());
    QCOMPARE(cluster.said().keys(), sorted({"nodes", "leader"}));
    const QJsonArray nodes = cluster.said()["nodes"].toArray();
    QCOMPARE(nodes.size(), 5);
    QSet<int> ports;
    for (const QJsonValue& node : nodes) {
        QCOMPARE(node.toObject().keys(), sorted({"name", "pid", "client", "peer", "control"}));
        QVERIFY(isAlive(node.toObject()["pid"].toInteger()));
        for (const char* port : {"client", "peer", "control"})
            ports.insert(node.toObject()[QLatin1String(port)].toInt());
    }
    QCOMPARE(ports.size(), 15);
    QVERIFY(!ports.contains(0));
    QVERIFY(!cluster.leaderPort().isEmpty());

    cluster.process().closeWriteChannel();
    const Ended ended = finish(cluster.process(), kMostForEnding);
    QVERIFY2(ended.code == 0, qPrintable(ended.err));
    QVERIFY2(ended.out.isEmpty(), "one line, and no more");
    QTRY_VERIFY_WITH_TIMEOUT(!cluster.anyAlive(), 5000);
}

void TestCli::upLeavesNothingBehind_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("Ctrl+C") << SIGINT << 0;
    QTest::newRow("SIGTERM") << SIGTERM << 0;
    QTest::newRow("kill -9") << SIGKILL << -1;
}

void TestCli::upLeavesNothingBehind()
{
    QFETCH(int, signal);
    QFETCH(int, exitCode);
    Cluster cluster({QStringLiteral("--nodes"), QStringLiteral("3")});
    QVERIFY2(cluster.serves(), cluster.process().readAllStandardError().constData());
    QCOMPARE(cluster.pids().size(), 3);
    ::kill(static_cast<pid_t>(cluster.process().processId()), signal);
    QCOMPARE(finish(cluster.process(), kMostForEnding).code, exitCode);
    QTRY_VERIFY_WITH_TIMEOUT(!cluster.anyAlive(), 5000);
}

void TestCli::upStaysWhenItsInputIsNoPipe()
{
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(program(), {QStringLiteral("up"), QStringLiteral("--nodes"), QStringLiteral("3")});
    QVERIFY(process.waitForStarted());
    QElapsedTimer since;
    since.start();
    while (!process.canReadLine() && since.elapsed() < kMostForServing && process.state() != QProcess::NotRunning)
        process.waitForReadyRead(200);
    const QString line = QString::fromUtf8(process.readLine());
    QVERIFY2(line.contains(QStringLiteral("3 nodes serve")) && line.contains(QStringLiteral("redis-cli -c -p ")),
             qPrintable(line));
    QCOMPARE(process.state(), QProcess::Running);
    process.terminate();
    QCOMPARE(finish(process, kMostForEnding).code, 0);
}

void TestCli::leaderElectionIsJudgedAndReported()
{
    // Unknown is right where the computer itself stood still; then the run says nothing of the cluster, and is done
    // again.
    for (int attempt = 1; attempt <= 3; ++attempt) {
        QTemporaryDir folder;
        const QString json = folder.filePath(QStringLiteral("result.json"));
        const QString reportFolder = folder.filePath(QStringLiteral("report"));
        const Ended ended = run(
            program(), {"run", "leader-election", "--report", reportFolder, "--json", json, "--seed", "7"}, 120'000);
        QVERIFY2(ended.code == 0 || ended.code == 2, qPrintable(ended.out + ended.err));
        QFile file(json);
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(ended.out + ended.err));
        const QByteArray text = file.readAll();
        const QJsonObject report = QJsonDocument::fromJson(text).object();
        QCOMPARE(report["outcome"].toString(), ended.code == 0 ? QStringLiteral("met") : QStringLiteral("unknown"));
        if (ended.code == 2) {
            QVERIFY2(attempt < 3, qPrintable(ended.out));
            continue;
        }
        QCOMPARE(report.keys(), sorted({"scenario", "nodes", "seed", "duration_s", "outcome", "conditions",
                                        "expectations", "faults", "load", "tally"}));
        QCOMPARE(report["scenario"].toString(), QStringLiteral("leader-election"));
        QCOMPARE(report["nodes"].toInt(), 5);
        QCOMPARE(report["seed"].toInt(), 7);
        QVERIFY(report["duration_s"].toDouble() > 5);
        QVERIFY(report["conditions"].toObject()["disk"].toString() != QStringLiteral("unknown"));
        QCOMPARE(report["faults"].toArray().size(), 1);
        QCOMPARE(report["faults"].toArray()[0].toObject()["kind"].toString(), QStringLiteral("kill"));
        QVERIFY(report["faults"].toArray()[0].toObject()["to_s"].isDouble());
        QVERIFY(report["load"].toObject()["ok"].toInt() > 500);
        QVERIFY(report["load"].toObject()["latency_ms"].toObject()["p50"].isDouble());
        const QJsonObject tally = report["tally"].toObject();
        QVERIFY(tally["acknowledged"].toInt() > 200);
        QCOMPARE(tally["read_back"].toInt(), tally["acknowledged"].toInt());
        QCOMPARE(tally["lost"].toInt(), 0);

        QFile inFolder(QDir(reportFolder).filePath(QStringLiteral("report.json")));
        QVERIFY(inFolder.open(QIODevice::ReadOnly));
        QCOMPARE(inFolder.readAll(), text);
        const QStringList pictures = QDir(reportFolder).entryList({QStringLiteral("*.png")}, QDir::Files);
        QVERIFY2(!pictures.isEmpty(), qPrintable(ended.out + ended.err));
        for (const QString& picture : pictures)
            QVERIFY(QFileInfo(QDir(reportFolder).filePath(picture)).size() > 1000);
        QVERIFY2(ended.out.contains(QStringLiteral("a new leader after ")) &&
                     ended.out.contains(QStringLiteral("the first acknowledged write after ")),
                 qPrintable(ended.out));
        return;
    }
}

void TestCli::whatIsNotMetIsExitCodeOne()
{
    const Ran ran = runYaml("name: too-much\nnodes: 3\nrate: 50\nsteps: [{duration: 500ms, do: wait}]\n"
                            "expectations: [{id: a, text: A million writes in half a second, measure: acknowledged, "
                            "at_least: 1_000_000}]\n");
    QVERIFY2(ran.ended.code == 1, qPrintable(ran.ended.out + ran.ended.err));
    QVERIFY2(ran.ended.out.contains(QStringLiteral("not-met  A million writes")), qPrintable(ran.ended.out));
}

void TestCli::everyKindOfStepIsTaken()
{
    const Ran ran = runYaml(R"(name: every-step
nodes: 3
rate: 100
steps:
  - {at: 300ms, do: freeze, target: random, duration: 400ms}
  - {duration: 1s, do: wait}
  - {do: isolate, target: n1}
  - {duration: 500ms, do: wait}
  - {do: rejoin, target: isolated}
  - {after: serving, within: 20s, do: stop, target: leader}
  - {after: recovered, within: 20s, do: restart, target: dead}
  - {after: caught-up, within: 20s, do: rate, to: 200}
  - {do: hold, duration: 300ms}
  - {duration: 500ms, do: wait}
  - {do: pace, to: x2}
  - {after: serving, within: 20s, do: wait}
expectations:
  - {id: lost, text: Nothing is lost, measure: lost, at_most: 0}
)");
    const QString said = ran.ended.out + ran.ended.err;
    QVERIFY2(ran.ended.code == 0 || ran.ended.code == 2, qPrintable(said)); // 2: read back too late on a busy computer
    QVERIFY2(!said.contains(QStringLiteral("in vain")), qPrintable(said));
    QStringList kinds;
    for (const QJsonValue& fault : ran.report["faults"].toArray()) {
        kinds.append(fault.toObject()["kind"].toString());
        QVERIFY2(fault.toObject()["to_s"].isDouble(), qPrintable(said));
    }
    QCOMPARE(kinds, QStringList({"freeze", "isolate", "stop"}));
    for (const char* line : {"load is 200 operations a second", "Held", "Released", "Pace: "})
        QVERIFY2(said.contains(QLatin1String(line)), qPrintable(said));
}

void TestCli::aConditionThatNeverComesIsNotMet()
{
    const Ran ran = runYaml(R"(name: no-majority
nodes: 3
rate: 50
steps:
  - {at: 300ms, do: kill, target: [n1, n2]}
  - {duration: 500ms, do: wait}
  - {after: serving, within: 1500ms, do: restart, target: dead}
)");
    const QString said = ran.ended.out + ran.ended.err;
    QCOMPARE(ran.report["outcome"].toString(),
             ran.ended.code == 1 ? QStringLiteral("not-met") : QStringLiteral("unknown"));
    QVERIFY2(ran.ended.code == 1 || ran.ended.code == 2, qPrintable(said));
    const QJsonArray expectations = ran.report["expectations"].toArray();
    QCOMPARE(expectations.size(), 1);
    QCOMPARE(expectations[0].toObject()["id"].toString(), QStringLiteral("step-3"));
    for (const QJsonValue& fault : ran.report["faults"].toArray())
        QVERIFY(fault.toObject()["to_s"].isNull());
}

void TestCli::aRunThatIsInterruptedHasNoVerdict()
{
    QProcess process;
    process.start(program(), {QStringLiteral("run"), QStringLiteral("leader-election")});
    QVERIFY(process.waitForStarted());
    QByteArray out;
    QElapsedTimer since;
    since.start();
    while (!out.contains("nodes serve") && since.elapsed() < kMostForServing &&
           process.state() != QProcess::NotRunning) {
        process.waitForReadyRead(200);
        out += process.readAllStandardOutput();
    }
    QVERIFY2(out.contains("nodes serve"), out.constData());
    process.terminate();
    const Ended ended = finish(process, kMostForEnding);
    QCOMPARE(ended.code, 2);
    QVERIFY2(ended.err.contains(QStringLiteral("interrupted")), qPrintable(ended.err));
}

void TestCli::redisCliFindsTheLeaderFromAnyNode()
{
    const QString redisCli = needed("redis-cli");
    if (redisCli.isEmpty())
        QSKIP("redis-cli is not installed (redis-tools)");
    Cluster cluster;
    QVERIFY2(cluster.serves(), cluster.process().readAllStandardError().constData());
    int number = 0;
    for (const QString& port : cluster.clientPorts()) {
        const QString key = QStringLiteral("key:%1").arg(++number);
        const Ended set = run(redisCli, {"-c", "-p", port, "set", key, port});
        QVERIFY2(set.out.trimmed() == QStringLiteral("OK"), qPrintable(set.out + set.err));
        for (const QString& other : cluster.clientPorts()) {
            const Ended get = run(redisCli, {"-c", "-p", other, "get", key});
            QVERIFY2(get.out.trimmed() == port, qPrintable(get.out + get.err));
        }
    }
    QVERIFY(run(redisCli, {"-p", cluster.leaderPort(), "cluster", "info"})
                .out.contains(QStringLiteral("cluster_state:ok")));
}

void TestCli::redisBenchmarkCompletesAgainstTheLeader()
{
    const QString benchmark = needed("redis-benchmark");
    if (benchmark.isEmpty())
        QSKIP("redis-benchmark is not installed (redis-tools)");
    Cluster cluster({QStringLiteral("--nodes"), QStringLiteral("3")});
    QVERIFY2(cluster.serves(), cluster.process().readAllStandardError().constData());
    const Ended ended =
        run(benchmark, {"-p", cluster.leaderPort(), "-t", "set,get", "-n", "2000", "-c", "20", "-q"}, 120'000);
    QVERIFY2(ended.code == 0, qPrintable(ended.out + ended.err));
    QCOMPARE(ended.out.count(QStringLiteral("requests per second")), 2);
    QVERIFY2(!ended.out.contains(QStringLiteral("rror")) && !ended.err.contains(QStringLiteral("rror")),
             qPrintable(ended.out + ended.err));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
