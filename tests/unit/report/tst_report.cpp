// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/report/report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

RunResult aResult()
{
    RunResult result;
    result.scenario.name = QStringLiteral("s");
    result.scenario.nodes = 3;
    result.seed = 42;
    result.dataFilesystem = QStringLiteral("ext4 on /dev/vda");
    result.outcome = Outcome::NotMet;
    result.verdicts = {
        {QStringLiteral("a"), QStringLiteral("A"), Outcome::Met, 90.5, QStringLiteral("ms"), {}},
        {QStringLiteral("b"), QStringLiteral("B"), Outcome::Unknown, std::nullopt, QStringLiteral("ms"),
         QStringLiteral("why")},
    };
    Facts& facts = result.facts;
    facts.from = 10s;
    facts.to = 20s;
    FaultRecord killed;
    killed.id = 1;
    killed.target = NodeId{3};
    killed.from = 13s;
    killed.to = 17500ms;
    FaultRecord isolated;
    isolated.id = 2;
    isolated.kind = FaultKind::Isolate;
    isolated.target = NodeId{1};
    isolated.from = 18s;
    FaultRecord slow;
    slow.id = 3;
    slow.kind = FaultKind::Link;
    slow.name = QStringLiteral("n1 \u2194 n2 slow: 200 ms");
    slow.links = {{NodeId{1}, NodeId{2}}, {NodeId{2}, NodeId{1}}, {kClients, NodeId{2}}};
    slow.fault.latency = 200ms;
    slow.from = 18500ms;
    FaultRecord lies;
    lies.id = 4;
    lies.kind = FaultKind::Disk;
    lies.name = QStringLiteral("n2's disk lies about sync");
    lies.target = NodeId{2};
    lies.disk.lies = true;
    lies.from = 19s;
    facts.faults = {killed, isolated, slow, lies};
    facts.load.attempted = 110;
    facts.load.ok = 100;
    facts.load.failed = 4;
    facts.load.unknown = 6;
    facts.load.latency.record(2ms, 100);
    facts.tally = {20s, 50, 49, 1, {}};
    return result;
}

QStringList keys(const QJsonValue& object)
{
    return object.toObject().keys(); // sorted
}

QStringList sorted(QStringList names)
{
    names.sort();
    return names;
}

} // namespace

class TestReport : public QObject
{
    Q_OBJECT

private slots:
    void theKeysAreTheContract();
    void figuresStandInTheirUnits();
    void faultsOfLinksSayWhichAndWhat();
    void everyKindOfFaultHasItsOwnName();
    void whatWasNotMeasuredIsNull();
    void conditionsAreOfThisBuildAndMachine();
    void thePaceIsEachThatItRanAt();
    void theProcessorIsReadFromCpuinfo_data();
    void theProcessorIsReadFromCpuinfo();
    void aReportIsWrittenWhole();
    void aPipeStaysOne();
    void aPathThatCannotBeWrittenSaysSo();
};

void TestReport::theKeysAreTheContract()
{
    const QJsonObject report = reportOf(aResult(), {});
    QCOMPARE(keys(report), sorted({"scenario", "nodes", "seed", "duration_s", "outcome", "conditions", "expectations",
                                   "faults", "load", "tally"}));
    QCOMPARE(keys(report["conditions"]),
             sorted({"commit", "engine", "sync", "pace", "cpu", "disk", "generator_limited"}));
    QCOMPARE(keys(report["expectations"].toArray()[0]), sorted({"id", "text", "outcome", "measured", "unit"}));
    QCOMPARE(keys(report["faults"].toArray()[0]),
             sorted({"kind", "name", "target", "links", "fault", "from_s", "to_s"}));
    QCOMPARE(keys(report["load"]),
             sorted({"attempted", "ok", "failed", "unknown", "throughput_per_s", "samples", "latency_ms"}));
    QCOMPARE(keys(report["load"].toObject()["latency_ms"]), sorted({"p50", "p90", "p99", "p999", "max"}));
    QCOMPARE(keys(report["tally"]), sorted({"acknowledged", "read_back", "lost"}));
}

void TestReport::figuresStandInTheirUnits()
{
    const QJsonObject report = reportOf(aResult(), {});
    QCOMPARE(report["scenario"].toString(), QStringLiteral("s"));
    QCOMPARE(report["seed"].toInt(), 42);
    QCOMPARE(report["duration_s"].toDouble(), 10.0);
    QCOMPARE(report["outcome"].toString(), QStringLiteral("not-met"));
    const QJsonObject killed = report["faults"].toArray()[0].toObject();
    QCOMPARE(killed["kind"].toString(), QStringLiteral("kill"));
    QCOMPARE(killed["target"].toString(), QStringLiteral("n3"));
    QCOMPARE(killed["from_s"].toDouble(), 3.0);
    QCOMPARE(killed["to_s"].toDouble(), 7.5);
    const QJsonObject load = report["load"].toObject();
    QCOMPARE(load["throughput_per_s"].toDouble(), 10.0);
    QCOMPARE(load["samples"].toInt(), 100);
    const double p50 = load["latency_ms"].toObject()["p50"].toDouble();
    QVERIFY2(p50 >= 2.0 && p50 < 2.02, qPrintable(QString::number(p50)));
    QCOMPARE(report["tally"].toObject()["read_back"].toInt(), 49);
    const QJsonObject met = report["expectations"].toArray()[0].toObject();
    QCOMPARE(met["outcome"].toString(), QStringLiteral("met"));
    QCOMPARE(met["measured"].toDouble(), 90.5);
    QCOMPARE(met["unit"].toString(), QStringLiteral("ms"));
}

void TestReport::faultsOfLinksSayWhichAndWhat()
{
    const QJsonArray faults = reportOf(aResult(), {})["faults"].toArray();
    const QJsonObject killed = faults[0].toObject();
    QVERIFY(killed["links"].toArray().isEmpty() && killed["fault"].isNull());
    const QJsonObject slow = faults[2].toObject();
    QCOMPARE(slow["kind"].toString(), QStringLiteral("link"));
    QCOMPARE(slow["name"].toString(), QStringLiteral("n1 \u2194 n2 slow: 200 ms"));
    QVERIFY(slow["target"].isNull());
    QCOMPARE(slow["links"].toArray(), QJsonArray({"n1->n2", "n2->n1", "clients->n2"}));
    QCOMPARE(slow["fault"].toString(), QStringLiteral("latency: 200ms"));
}

void TestReport::everyKindOfFaultHasItsOwnName()
{
    RunResult result;
    for (int kind = 0; kind <= static_cast<int>(FaultKind::HotKey); ++kind) {
        FaultRecord fault;
        fault.kind = static_cast<FaultKind>(kind);
        result.facts.faults.push_back(fault);
    }
    QStringList names;
    for (const QJsonValue& fault : reportOf(result, {})["faults"].toArray())
        names << fault.toObject()["kind"].toString();
    QCOMPARE(names, QStringList({"kill", "stop", "freeze", "isolate", "power-off", "crash-loop", "cut", "link", "clock",
                                 "disk", "surge", "hot-key"}));
}

void TestReport::whatWasNotMeasuredIsNull()
{
    const QJsonObject report = reportOf(aResult(), {});
    QVERIFY(report["faults"].toArray()[1].toObject()["to_s"].isNull());
    QVERIFY(report["expectations"].toArray()[1].toObject()["measured"].isNull());
    const QJsonObject latency = report["load"].toObject()["latency_ms"].toObject();
    QVERIFY(latency["p90"].isDouble()); // 10 of 100 samples lie beyond
    QVERIFY(latency["p99"].isNull());
    QVERIFY(latency["p999"].isNull());

    const QJsonObject empty = reportOf({}, {});
    QVERIFY(empty["load"].toObject()["throughput_per_s"].isNull());
    QVERIFY(empty["load"].toObject()["latency_ms"].toObject()["max"].isNull());
}

void TestReport::conditionsAreOfThisBuildAndMachine()
{
    const Conditions conditions = conditionsOf(aResult());
    QVERIFY(!conditions.commit.isEmpty());
    QVERIFY(conditions.engine.startsWith(QStringLiteral("faultline ")));
    QCOMPARE(conditions.sync, QStringLiteral("fdatasync"));
    QCOMPARE(conditions.pace, QStringLiteral("real"));
    QVERIFY(conditions.cpu.contains(QStringLiteral("core")));
    QCOMPARE(conditions.disk, QStringLiteral("ext4 on /dev/vda"));
    QCOMPARE(conditionsOf({}).disk, QStringLiteral("unknown"));
}

void TestReport::thePaceIsEachThatItRanAt()
{
    RunResult result = aResult();
    result.facts.paces = {wire::Pace::watch()};
    QCOMPARE(conditionsOf(result).pace, QStringLiteral("watch"));
    result.facts.paces = {wire::Pace::real(), wire::Pace::watch(), {20, false, 0us}};
    QCOMPARE(conditionsOf(result).pace, QStringLiteral("real, then watch, then x20"));
    QCOMPARE(reportOf(result, conditionsOf(result))["conditions"].toObject()["pace"].toString(),
             QStringLiteral("real, then watch, then x20"));
}

void TestReport::theProcessorIsReadFromCpuinfo_data()
{
    QTest::addColumn<QByteArray>("cpuinfo");
    QTest::addColumn<QString>("described");
    QTest::newRow("two")
        << QByteArray(
               "processor\t: 0\nmodel name\t: Some  CPU @ 2GHz\n\nprocessor\t: 1\nmodel name\t: Some CPU @ 2GHz\n")
        << "Some CPU @ 2GHz, 2 cores";
    QTest::newRow("one") << QByteArray("processor : 0\nmodel name : A: B\n") << "A: B, 1 core";
    QTest::newRow("no model, as on ARM") << QByteArray("processor : 0\nBogoMIPS : 50\n") << "unknown, 1 core";
    QTest::newRow("empty") << QByteArray() << "unknown";
}

void TestReport::theProcessorIsReadFromCpuinfo()
{
    QFETCH(QByteArray, cpuinfo);
    QFETCH(QString, described);
    QCOMPARE(describeCpu(cpuinfo), described);
}

void TestReport::aReportIsWrittenWhole()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("report.json"));
    const QJsonObject report = reportOf(aResult(), {});
    QVERIFY(writeReport(path, report));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(file.readAll()).object(), report);
}

void TestReport::aPipeStaysOne()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("pipe"));
    QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
    const int reader = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NONBLOCK);
    QVERIFY(reader >= 0);
    const auto closed = qScopeGuard([reader] { ::close(reader); });
    QVERIFY(writeReport(path, {{QStringLiteral("outcome"), QStringLiteral("met")}}));
    char read[100];
    const auto size = ::read(reader, read, sizeof read);
    QCOMPARE(QByteArray(read, int(std::max<ssize_t>(0, size))), QByteArray("{\n    \"outcome\": \"met\"\n}\n"));
    QVERIFY(!QFileInfo(path).isFile());
}

void TestReport::aPathThatCannotBeWrittenSaysSo()
{
    const Result<void> written = writeReport(QStringLiteral("/nonexistent/report.json"), {});
    QVERIFY(!written);
    QVERIFY2(written.error().startsWith(QStringLiteral("/nonexistent/report.json: cannot be written")),
             qPrintable(written.error()));
}

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
