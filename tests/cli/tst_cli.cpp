// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

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

using namespace faultline::tests;

namespace {

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
    void withoutADisplayTheDesktopSaysSo_data();
    void withoutADisplayTheDesktopSaysSo();
    void helpAndVersionAreAsExpected();
    void theBuiltInScenariosAreListed();
    void aHistoryIsJudged_data();
    void aHistoryIsJudged();
    void aHistoryThatIsNotThereIsNamed();
    void upSaysWhereItsNodesAreAndLeavesNothingAtEndOfInput();
    void upLeavesNothingBehind_data();
    void upLeavesNothingBehind();
    void upStaysWhenItsInputIsNoPipe();
    void upAnswersEachOrderWithALine();
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

void TestCli::aHistoryIsJudged_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("out");
    QTest::addColumn<QString>("err");
    const QByteArray write =
        "{\"client\": 1, \"key\": \"x\", \"op\": \"write\", \"value\": \"4\", \"call\": 1, \"return\": 2}\n";
    const QByteArray read =
        "{\"client\": 2, \"key\": \"x\", \"op\": \"read\", \"result\": \"\", \"call\": 3, \"return\": 4}\n";
    QTest::newRow("linearizable") << write << QStringList() << 0
                                  << QStringLiteral("Linearizable: 1 operation on 1 key.\n") << QString();
    QTest::newRow("not linearizable")
        << write + read << QStringList() << 1
        << QStringLiteral(
               "Not linearizable: on key x, the read of \"\" by client 2 (called at 3, returned at 4) cannot "
               "be placed; the longest order without it has 1 operation, and the last to change the value was "
               "the write of 4 by client 1 (called at 1, returned at 2).\nThat order:\n"
               "     1. write of 4 by client 1 (called at 1, returned at 2)\n")
        << QString();
    QTest::newRow("model") << read << QStringList{QStringLiteral("--model"), QStringLiteral("kv")} << 0
                           << QStringLiteral("Linearizable: 1 operation on 1 key.\n") << QString();
    QTest::newRow("contradiction") << QByteArray(write).replace("2}", "0}") << QStringList() << 2 << QString()
                                   << QStringLiteral("Line 1: return is 0, before the call at 1; it should be that or "
                                                     "later.\n");
    QTest::newRow("empty") << QByteArray() << QStringList() << 2 << QString()
                           << QStringLiteral("There is no operation in this history.\n");
    QTest::newRow("damaged") << write + "{\n"
                             << QStringList() << 2 << QString()
                             << QStringLiteral("Line 2: a JSON object is expected (unterminated object).\n");
}

void TestCli::aHistoryIsJudged()
{
    QFETCH(QByteArray, text);
    QFETCH(QStringList, options);
    QFETCH(int, code);
    QFETCH(QString, out);
    QFETCH(QString, err);
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("history")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    file.close();
    const Ended ended = run(program(), QStringList{QStringLiteral("check"), file.fileName()} + options);
    QCOMPARE(ended.code, code);
    QCOMPARE(ended.out, out);
    QCOMPARE(ended.err, err.isEmpty() ? err : QStringLiteral("faultline: %1: %2").arg(file.fileName(), err));
}

void TestCli::aHistoryThatIsNotThereIsNamed()
{
    const Ended ended = run(program(), {QStringLiteral("check"), QStringLiteral("/nowhere/history")});
    QCOMPARE(ended.code, 2);
    QCOMPARE(ended.err, QStringLiteral("faultline: /nowhere/history cannot be read: No such file or directory.\n"));
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

void TestCli::upAnswersEachOrderWithALine()
{
    Cluster cluster({QStringLiteral("--nodes"), QStringLiteral("3")});
    QVERIFY(cluster.serves());
    const auto answer = [&cluster] {
        QElapsedTimer since;
        since.start();
        while (!cluster.process().canReadLine() && since.elapsed() < kMostForServing &&
               cluster.process().state() != QProcess::NotRunning)
            cluster.process().waitForReadyRead(200);
        return QJsonDocument::fromJson(cluster.process().readLine()).object();
    };
    // The last two are said before the input ends, and are answered all the same.
    cluster.process().write("jump\n\nadd\n");
    const QJsonObject nonsense = answer();
    QCOMPARE(nonsense["order"].toString(), QStringLiteral("jump"));
    QCOMPARE(nonsense["done"], QJsonValue(false));
    QCOMPARE(nonsense["sentence"].toString(),
             QStringLiteral("\"jump\" is no order; add, remove n2 or transfer n3 would be"));
    const QJsonObject added = answer();
    QCOMPARE(added["order"].toString(), QStringLiteral("add"));
    QVERIFY2(added["done"].toBool(), qPrintable(added["sentence"].toString()));
    QCOMPARE(added["node"].toString(), QStringLiteral("n4"));
    QVERIFY(isAlive(added["pid"].toInteger()));
    QVERIFY(added["client"].toInt() > 0);
    cluster.process().write("remove n9\n  remove   n4\n");
    cluster.process().closeWriteChannel();
    const QJsonObject stranger = answer();
    QCOMPARE(stranger["done"], QJsonValue(false));
    QCOMPARE(stranger["sentence"].toString(), QStringLiteral("there is no n9 in this cluster"));
    const QJsonObject removed = answer();
    QVERIFY2(removed["done"].toBool(), qPrintable(removed["sentence"].toString()));
    QVERIFY(!isAlive(added["pid"].toInteger()));
    QVERIFY(cluster.process().waitForFinished(kMostForEnding));
    QCOMPARE(cluster.process().exitCode(), 0);
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
    const Ended ended = run(
        benchmark, {"-p", cluster.leaderPort(), "-t", "set,get,incr,mset", "-n", "2000", "-c", "20", "-q"}, 120'000);
    QVERIFY2(ended.code == 0, qPrintable(ended.out + ended.err));
    QCOMPARE(ended.out.count(QStringLiteral("requests per second")), 4);
    QVERIFY2(!ended.out.contains(QStringLiteral("rror")) && !ended.err.contains(QStringLiteral("rror")),
             qPrintable(ended.out + ended.err));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
