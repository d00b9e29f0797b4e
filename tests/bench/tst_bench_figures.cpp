// SPDX-License-Identifier: GPL-3.0-or-later
#include "figures.h"
#include "tool_output.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace faultline;
using namespace faultline::bench;

class TestBenchFigures : public QObject
{
    Q_OBJECT

private slots:
    void medianIsTheMiddle_data()
    {
        QTest::addColumn<QList<double>>("values");
        QTest::addColumn<double>("median");
        QTest::newRow("one") << QList<double>{3} << 3.0;
        QTest::newRow("odd, unsorted") << QList<double>{9, 1, 5} << 5.0;
        QTest::newRow("even") << QList<double>{4, 1, 2, 9} << 3.0;
    }
    void medianIsTheMiddle()
    {
        QFETCH(QList<double>, values);
        const Measured measured{{values.begin(), values.end()}, {}};
        QTEST(measured.median(), "median");
        QCOMPARE(measured.minimum(), *std::min_element(values.begin(), values.end()));
        QCOMPARE(measured.maximum(), *std::max_element(values.begin(), values.end()));
    }

    void redisBenchmarkIsRead()
    {
        const auto run =
            parseRedisBenchmark("\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","
                                "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n"
                                "\"SET\",\"55401.66\",\"4.1\",\"0.4\",\"3.927\",\"6.1\",\"9.0\",\"20.1\"\n");
        QVERIFY2(run, qPrintable(run ? QString() : run.error()));
        QCOMPARE(run->perSecond, 55401.66);
        QCOMPARE(run->medianMs, 3.927);
    }

    void wrkIsRead_data()
    {
        QTest::addColumn<QByteArray>("median");
        QTest::addColumn<double>("ms");
        QTest::newRow("us") << QByteArray("850.00us") << 0.85;
        QTest::newRow("ms") << QByteArray("1.33ms") << 1.33;
        QTest::newRow("s") << QByteArray("1.20s") << 1200.0;
    }
    void wrkIsRead()
    {
        QFETCH(QByteArray, median);
        const auto run = parseWrk("  Latency Distribution\n     50%    " + median +
                                  "\n     75%    2.00ms\n  100 requests in 1.00s\nRequests/sec:   4938.50\n");
        QVERIFY2(run, qPrintable(run ? QString() : run.error()));
        QTEST(run->medianMs, "ms");
        QCOMPARE(run->perSecond, 4938.5);
    }

    void checkPerfIsRead_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<double>("perSecond");
        QTest::newRow("passed") << QByteArray(" 60 / 60 Boooo! 100.00% 1m0s\nPASS: Throughput is 150 writes/s\n")
                                << 150.0;
        QTest::newRow("failed") << QByteArray("FAIL: Throughput too low: 2813 writes/s\nPASS: Slowest ...\n") << 2813.0;
    }
    void checkPerfIsRead()
    {
        QFETCH(QByteArray, output);
        const auto rate = parseCheckPerf(output);
        QVERIFY2(rate, qPrintable(rate ? QString() : rate.error()));
        QTEST(*rate, "perSecond");
    }

    void whatIsNotUnderstoodIsSaid_data()
    {
        QTest::addColumn<QByteArray>("output");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("an error") << QByteArray("Could not connect to Redis at 127.0.0.1:1: Connection refused\n");
        QTest::newRow("names alone") << QByteArray("\"test\",\"rps\",\"p50_latency_ms\"\n");
        QTest::newRow("too few values") << QByteArray("\"test\",\"rps\",\"p50_latency_ms\"\n\"SET\",\"1\"\n");
        QTest::newRow("no number") << QByteArray("\"test\",\"rps\",\"p50_latency_ms\"\n\"SET\",\"a\",\"b\"\n");
    }
    void whatIsNotUnderstoodIsSaid()
    {
        QFETCH(QByteArray, output);
        QVERIFY(!parseRedisBenchmark(output));
        QVERIFY(!parseWrk(output));
        QVERIFY(!parseCheckPerf(output));
        QVERIFY(parseRedisBenchmark(output).error().startsWith(QStringLiteral("redis-benchmark did not say")));
    }
    void refusedRequestsAreNoThroughput()
    {
        const auto run = parseWrk("  50%   1.00ms\n  Non-2xx or 3xx responses: 12\nRequests/sec:  9000.00\n");
        QVERIFY(!run);
        QVERIFY(run.error().contains(QStringLiteral("12")));
    }

    void jsonHasThePromisedShape()
    {
        Row row{*rowSpec(QStringLiteral("set-256conn")), {{50000, 40000, 60000}, {}}, {}};
        row.peers[QStringLiteral("etcd")] = {{5000}, QStringLiteral("wrk")};
        Conditions conditions;
        conditions.entries = {{QStringLiteral("caption"), kCaption}};
        const QJsonObject whole = QJsonDocument::fromJson(toJson(conditions, {row})).object();
        QCOMPARE(whole[QStringLiteral("conditions")][QStringLiteral("caption")].toString(), kCaption);
        const QJsonObject read = whole[QStringLiteral("rows")][0].toObject();
        QCOMPARE(read[QStringLiteral("name")].toString(), QStringLiteral("set-256conn"));
        QCOMPARE(read[QStringLiteral("unit")].toString(), QStringLiteral("1/s"));
        QCOMPARE(read[QStringLiteral("runs")].toInt(), 3);
        QCOMPARE(read[QStringLiteral("min")].toDouble(), 40000.0);
        QCOMPARE(read[QStringLiteral("median")].toDouble(), 50000.0);
        QCOMPARE(read[QStringLiteral("max")].toDouble(), 60000.0);
        QCOMPARE(read[QStringLiteral("peers")][QStringLiteral("etcd")][QStringLiteral("median")].toDouble(), 5000.0);
        QVERIFY(toTable(conditions, {row}).contains(QStringLiteral("x10.00")));
    }

    void quickFiguresSayThatTheyAre_data()
    {
        QTest::addColumn<bool>("isQuick");
        QTest::newRow("quick") << true;
        QTest::newRow("whole") << false;
    }
    void quickFiguresSayThatTheyAre()
    {
        QFETCH(bool, isQuick);
        const Row row{*rowSpec(QStringLiteral("set-256conn")), {{50000}, {}}, {}};
        Conditions conditions;
        conditions.isQuick = isQuick;
        const QJsonObject about =
            QJsonDocument::fromJson(toJson(conditions, {row})).object()[QStringLiteral("conditions")].toObject();
        QCOMPARE(about[QStringLiteral("quick")], QJsonValue(isQuick));
        QCOMPARE(toTable(conditions, {row}).contains(QStringLiteral("--quick")), isQuick);
    }
};

QTEST_APPLESS_MAIN(TestBenchFigures)
#include "tst_bench_figures.moc"
