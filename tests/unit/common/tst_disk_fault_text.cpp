// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/disk_fault_text.h"

#include <QTest>

#include <map>

using namespace faultline::fault;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(faultline::fault::DiskFault)

namespace {

const QString kDuration = QStringLiteral("it must be a duration from 0 to 10s");
const QString kShare = QStringLiteral("it must be a share from 0% to 100%");
const QString kFlag = QStringLiteral("it must be true or false");

} // namespace

class TestDiskFaultText : public QObject
{
    Q_OBJECT
private slots:
    void everyFieldIsDescribedSetAndPrinted()
    {
        const std::map<QString, std::pair<QString, DiskFault>> values{
            {"latency", {"200ms", {.latency = 200ms}}},
            {"jitter", {"1.5s", {.jitter = 1'500ms}}},
            {"full", {"true", {.full = true}}},
            {"lies", {"true", {.lies = true}}},
            {"flip", {"5%", {.flip = Share::ofPercent(5)}}},
        };
        QCOMPARE(diskFieldNames(), QStringLiteral("latency jitter full lies flip").split(QLatin1Char(' ')));
        for (const QString& name : diskFieldNames()) {
            const auto& [text, expected] = values.at(name);
            DiskFault fault;
            QVERIFY(setField(fault, name, text));
            QCOMPARE(fault, expected);
            QVERIFY(!fault.healthy());
            QCOMPARE(printField(fault, name), text);
            QVERIFY(describeDiskField(name).size() > 20);
            QVERIFY(setField(fault, name, printField(DiskFault(), name)));
            QVERIFY(fault.healthy());
        }
    }

    void badValuesAreNamedWithTheirRange_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* field, const char* text, const QString& range) {
            QTest::addRow("%s: %s", field, text)
                << field << text
                << QStringLiteral("%1 is \"%2\"; %3").arg(QLatin1String(field), QLatin1String(text), range);
        };
        for (const char* text : {"-3ms", "fast", "", "200", "10.000001s", "11s", "1min", "1.s", "NaN", "0.5us"}) {
            row("latency", text, kDuration);
            row("jitter", text, kDuration);
        }
        for (const char* text : {"101%", "-5%", "5", "", "1.000001", "0.00001%"})
            row("flip", text, kShare);
        for (const char* text : {"maybe", "", "1"}) {
            row("full", text, kFlag);
            row("lies", text, kFlag);
        }
    }
    void badValuesAreNamedWithTheirRange()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, text);
        QFETCH(const QString, sentence);
        DiskFault fault{.latency = 7ms, .full = true};
        const DiskFault before = fault;
        const auto set = setField(fault, field, text);
        QVERIFY2(!set, "this must not be taken");
        QVERIFY2(set.error().startsWith(sentence), qPrintable(set.error()));
        QCOMPARE(fault, before);
    }

    void unknownFieldIsNamedWithTheOnesThereAre()
    {
        DiskFault fault;
        QCOMPARE(setField(fault, "latncy", "1ms").error(),
                 QStringLiteral("\"latncy\" is no field of a disk; did you mean latency?"));
        QCOMPARE(setField(fault, "loss", "5%").error(),
                 QStringLiteral("\"loss\" is no field of a disk; the fields are latency, jitter, full, lies, flip"));
        QVERIFY(fault.healthy());
    }

    void lines_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<DiskFault>("fault");
        QTest::addColumn<QString>("printed");
        QTest::addColumn<QString>("spoken");
        QTest::newRow("healthy") << " healthy\n"
                                 << DiskFault() << "healthy"
                                 << "healthy";
        QTest::newRow("slow") << "latency:200ms\njitter: 0.05s" << DiskFault{.latency = 200ms, .jitter = 50ms}
                              << "latency: 200ms, jitter: 50ms"
                              << "slow: 200 ms ± 50 ms";
        QTest::newRow("flags alone") << "lies, full" << DiskFault{.full = true, .lies = true} << "full, lies"
                                     << "full, lies about sync";
        QTest::newRow("rot") << "flip: 0.005" << DiskFault{.flip = Share{5'000}} << "flip: 0.5%"
                             << "flips a bit in 0.5% of writes";
        QTest::newRow("the most") << "latency: 10s" << DiskFault{.latency = kMaxSyncLatency} << "latency: 10s"
                                  << "slow: 10 s";
    }
    void lines()
    {
        QFETCH(const QString, line);
        QFETCH(const DiskFault, fault);
        const auto parsed = parseDiskFault(line);
        QVERIFY2(parsed, qPrintable(line));
        QCOMPARE(*parsed, fault);
        QTEST(print(fault), "printed");
        QTEST(spokenDiskFault(fault), "spoken");
        QCOMPARE(*parseDiskFault(print(fault)), fault);
    }

    void badLines_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << " , " << QStringLiteral("there is nothing in it; write faults of a disk such as");
        QTest::newRow("twice") << "full, full" << QStringLiteral("full is given twice");
        QTest::newRow("no value") << "flip" << QStringLiteral("flip is \"\"; ") + kShare;
        QTest::newRow("of a link") << "cut" << QStringLiteral("\"cut\" is no field of a disk");
    }
    void badLines()
    {
        QFETCH(const QString, line);
        QFETCH(const QString, says);
        const auto parsed = parseDiskFault(line);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().startsWith(says), qPrintable(parsed.error()));
    }

    void presetsAreFaultsThatAreExplained()
    {
        QVERIFY(diskPresets().size() >= 4);
        for (const DiskPreset& preset : diskPresets()) {
            QVERIFY(!preset.fault.healthy());
            QVERIFY(!preset.name.isEmpty());
            QCOMPARE(*parseDiskFault(print(preset.fault)), preset.fault);
        }
    }

    void syncDelayIsWithinItsJitter()
    {
        Random random(1);
        const Random untouched = random;
        QCOMPARE(drawSyncDelay({}, random), 0us);
        QCOMPARE(drawSyncDelay({.latency = 3ms}, random), 3ms);
        QVERIFY(random == untouched);
        std::chrono::microseconds least = 1h, most = 0us;
        for (int i = 0; i < 10'000; ++i) {
            const auto drawn = drawSyncDelay({.latency = 2ms, .jitter = 3ms}, random);
            least = std::min(least, drawn);
            most = std::max(most, drawn);
        }
        QCOMPARE(least, 0us);
        QVERIFY(most > 4900us && most <= 5ms);
    }
};

QTEST_APPLESS_MAIN(TestDiskFaultText)
#include "tst_disk_fault_text.moc"
