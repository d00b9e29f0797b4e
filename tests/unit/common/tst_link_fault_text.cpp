// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "common/fault/link_fault_text.h"

#include <chrono>

using namespace faultline;
using namespace faultline::fault;
using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {

const QString kDuration = QStringLiteral("it must be a duration from 0 to 1min, such as 200ms");
const QString kShare = QStringLiteral("it must be a share from 0% to 100%, such as 5%");
const QString kBandwidth =
    QStringLiteral("it must be a bandwidth from 1kbit to 100gbit, such as 1mbit or 100KB/s, or unlimited");

quint64 below(quint64 bound, Random& random)
{
    return drawBelow(bound, random);
}

/// Of any size from 1 to most, each number of digits as likely as the others.
quint64 ofAnySize(quint64 most, Random& random)
{
    quint64 scale = 10;
    for (quint64 digits = below(18, random); digits > 0 && scale < most; --digits)
        scale *= 10;
    return 1 + below(std::min(scale, most), random);
}

LinkFault drawnFault(Random& random)
{
    const auto share = [&random] {
        return below(2, random) ? Share{quint32(below(Share::kAll + 1, random))} : Share{};
    };
    const auto delay = [&random](quint64 most) {
        return microseconds(below(2, random) ? qint64(ofAnySize(most, random)) : 0);
    };
    LinkFault fault;
    fault.latency = delay(quint64(kMaxLatency.count()));
    fault.jitter = delay(quint64(kMaxLatency.count()));
    fault.distribution = static_cast<Distribution>(below(4, random));
    fault.loss = share();
    fault.duplicate = share();
    fault.corrupt = share();
    fault.reorder = share();
    fault.stall = share();
    fault.bandwidth = below(2, random) ? std::max(kMinBandwidth, ofAnySize(kMaxBandwidth, random)) : 0;
    fault.cut = below(2, random);
    fault.reset = below(2, random);
    fault.refuse = below(2, random);
    return fault;
}

} // namespace

class TestLinkFaultText : public QObject
{
    Q_OBJECT

private slots:
    void durationsParseExactly_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("count");
        QTest::newRow("milliseconds") << "200ms" << qint64(200'000);
        QTest::newRow("seconds") << "1.5s" << qint64(1'500'000);
        QTest::newRow("minutes") << "2min" << qint64(120'000'000);
        QTest::newRow("microseconds") << "250us" << qint64(250);
        QTest::newRow("space") << "200 ms" << qint64(200'000);
        QTest::newRow("spaces around") << "  200ms\t" << qint64(200'000);
        QTest::newRow("bare zero") << "0" << qint64(0);
        QTest::newRow("zero with a unit") << "0ms" << qint64(0);
        QTest::newRow("no floating point would say this") << "0.000001s" << qint64(1);
        QTest::newRow("nor this") << "59.999999s" << qint64(59'999'999);
        QTest::newRow("nor this third") << "0.07ms" << qint64(70);
        QTest::newRow("zeros behind") << "1.50000000000000s" << qint64(1'500'000);
        QTest::newRow("zeros before") << "007ms" << qint64(7'000);
        QTest::newRow("part of a minute") << "0.05min" << qint64(3'000'000);
        QTest::newRow("thirty years") << "1000000000s" << qint64(1'000'000'000'000'000);
    }
    void durationsParseExactly()
    {
        QFETCH(const QString, text);
        QFETCH(const qint64, count);
        const auto duration = parseDuration(text);
        QVERIFY2(duration, qPrintable(text));
        QCOMPARE(qint64(duration->count()), count);
    }

    void sharesParseExactly_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<quint32>("millionths");
        QTest::newRow("percent") << "5%" << quint32(50'000);
        QTest::newRow("part of one") << "0.05" << quint32(50'000);
        QTest::newRow("half a percent") << "0.5%" << quint32(5'000);
        QTest::newRow("none") << "0" << quint32(0);
        QTest::newRow("none in percent") << "0%" << quint32(0);
        QTest::newRow("all") << "100%" << Share::kAll;
        QTest::newRow("all as one") << "1" << Share::kAll;
        QTest::newRow("the least") << "0.0001%" << quint32(1);
        QTest::newRow("the least as a number") << "0.000001" << quint32(1);
        QTest::newRow("all but one") << "99.9999%" << quint32(999'999);
        QTest::newRow("space") << " 5 % " << quint32(50'000);
        QTest::newRow("no floating point would say this") << "0.29%" << quint32(2'900);
    }
    void sharesParseExactly()
    {
        QFETCH(const QString, text);
        QFETCH(const quint32, millionths);
        const auto share = parseShare(text);
        QVERIFY2(share, qPrintable(text));
        QCOMPARE(share->millionths, millionths);
    }

    void bandwidthsParseExactly_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<quint64>("bits");
        QTest::newRow("mbit") << "1mbit" << quint64(1'000'000);
        QTest::newRow("kbit") << "64kbit" << quint64(64'000);
        QTest::newRow("gbit") << "1gbit" << quint64(1'000'000'000);
        QTest::newRow("bit") << "8000bit" << quint64(8'000);
        QTest::newRow("kilobytes") << "100KB/s" << quint64(800'000);
        QTest::newRow("megabytes") << "2MB/s" << quint64(16'000'000);
        QTest::newRow("gigabytes") << "0.5GB/s" << quint64(4'000'000'000);
        QTest::newRow("bytes") << "500B/s" << quint64(4'000);
        QTest::newRow("part of a byte a second") << "125.125B/s" << quint64(1'001);
        QTest::newRow("the least") << "1kbit" << kMinBandwidth;
        QTest::newRow("the most") << "100gbit" << kMaxBandwidth;
        QTest::newRow("to the bit") << "1.234567mbit" << quint64(1'234'567);
        QTest::newRow("unlimited") << "unlimited" << quint64(0);
        QTest::newRow("zero") << " 0 " << quint64(0);
        QTest::newRow("space") << "1.5 mbit" << quint64(1'500'000);
    }
    void bandwidthsParseExactly()
    {
        QFETCH(const QString, text);
        QFETCH(const quint64, bits);
        const auto bandwidth = parseBandwidth(text);
        QVERIFY2(bandwidth, qPrintable(text));
        QCOMPARE(*bandwidth, bits);
    }

    void printsAsPeopleWrite()
    {
        QCOMPARE(printDuration(0us), QStringLiteral("0ms"));
        QCOMPARE(printDuration(250us), QStringLiteral("250us"));
        QCOMPARE(printDuration(1'050us), QStringLiteral("1.05ms"));
        QCOMPARE(printDuration(200ms), QStringLiteral("200ms"));
        QCOMPARE(printDuration(1'500ms), QStringLiteral("1.5s"));
        QCOMPARE(printDuration(90s), QStringLiteral("90s"));
        QCOMPARE(printDuration(120s), QStringLiteral("2min"));
        QCOMPARE(printShare(Share{}), QStringLiteral("0%"));
        QCOMPARE(printShare(Share{1}), QStringLiteral("0.0001%"));
        QCOMPARE(printShare(Share{2'500}), QStringLiteral("0.25%"));
        QCOMPARE(printShare(Share{50'000}), QStringLiteral("5%"));
        QCOMPARE(printShare(Share{Share::kAll}), QStringLiteral("100%"));
        QCOMPARE(printBandwidth(0), QStringLiteral("unlimited"));
        QCOMPARE(printBandwidth(1'000), QStringLiteral("1kbit"));
        QCOMPARE(printBandwidth(1'500'000), QStringLiteral("1.5mbit"));
        QCOMPARE(printBandwidth(100'000'000'000), QStringLiteral("100gbit"));
        QCOMPARE(printBandwidth(1'234), QStringLiteral("1.234kbit"));
        QCOMPARE(nameOf(Distribution::Exponential), QStringLiteral("exponential"));
    }

    void badValuesAreNamedWithTheirRange_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* field, const QString& text, const QString& range) {
            QTest::newRow(qPrintable(field + QStringLiteral(": ") + text.left(30)))
                << field << text << QStringLiteral("%1 is \"%2\"; %3").arg(QLatin1String(field), text.trimmed(), range);
        };
        for (const char* text : {"-3",
                                 "-3ms",
                                 "fast",
                                 "",
                                 "ms",
                                 "200",
                                 "200 m",
                                 "61s",
                                 "1min1s",
                                 "1.5",
                                 "1e3ms",
                                 "0x1ms",
                                 "1..5s",
                                 "1.s",
                                 ".5s",
                                 "1,5s",
                                 "0.5us",
                                 "0.0000001s",
                                 "+1ms",
                                 "99999999999999999999ms",
                                 "1000000000001ms",
                                 "NaN",
                                 "inf",
                                 "60.000001s",
                                 "200ms 5ms",
                                 "18446744073709551616ms",
                                 "18446744073709.551616s",
                                 "MS",
                                 "1h"})
            row("latency", QLatin1String(text), kDuration);
        row("latency", QStringLiteral("٣ms"), kDuration); // three, but no digit that the field writes
        row("latency", QStringLiteral("２００ms"), kDuration);
        row("jitter", QStringLiteral("2min"), kDuration);
        for (const char* text :
             {"140%", "-5%", "5", "1.000001", "100.0001%", "", "%", "5%%", "5 percent", "0.00001%", "0.0000001", "five",
              "1/20", "-0", "18446744073709551616%", "18446744073709.551616", "4294967297%"})
            row("loss", QLatin1String(text), kShare);
        for (const char* field : {"duplicate", "corrupt", "reorder", "stall"})
            row(field, QStringLiteral("101%"), kShare);
        for (const char* text : {"fast", "-1mbit", "0kbit", "999bit", "124B/s", "100.000001gbit", "12.6GB/s", "1",
                                 "1mb", "1Kb/s", "1kB", "infinite", "", "18446744073709551617bit", "999999999999GB/s",
                                 "0.0000001gbit", "1.5bit", "18446744073710.551616mbit"})
            row("bandwidth", QLatin1String(text), kBandwidth);
        for (const char* text : {"gauss", "", "1", "normal exponential"})
            row("distribution", QLatin1String(text),
                QStringLiteral("it must be one of constant, uniform, normal, exponential"));
        for (const char* field : {"cut", "reset", "refuse"}) {
            row(field, QStringLiteral("maybe"), QStringLiteral("it must be true or false"));
            row(field, QString(), QStringLiteral("it must be true or false"));
        }
    }
    void badValuesAreNamedWithTheirRange()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, text);
        QFETCH(const QString, sentence);
        LinkFault fault{.cut = true, .latency = 7ms, .bandwidth = 9'000};
        const LinkFault before = fault;
        const auto set = setField(fault, field, text);
        QVERIFY2(!set, "this must not be taken");
        QVERIFY2(set.error().startsWith(sentence), qPrintable(set.error()));
        QCOMPARE(fault, before);
    }

    void rangesOfTheSentencesAreThoseOfTheFields()
    {
        QCOMPARE(printDuration(kMaxLatency), QStringLiteral("1min"));
        QCOMPARE(printBandwidth(kMinBandwidth), QStringLiteral("1kbit"));
        QCOMPARE(printBandwidth(kMaxBandwidth), QStringLiteral("100gbit"));
        LinkFault fault;
        QVERIFY(setField(fault, QStringLiteral("latency"), QStringLiteral("1min")));
        QCOMPARE(fault.latency, kMaxLatency);
    }

    void unknownFieldIsNamedWithTheOnesThereAre_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("says");
        const QString all = QStringLiteral("the fields are latency, jitter, distribution, loss, duplicate, corrupt, "
                                           "reorder, bandwidth, stall, cut, reset, refuse");
        QTest::newRow("a letter missing") << "latncy"
                                          << "did you mean latency?";
        QTest::newRow("letters swapped") << "bandwdith"
                                         << "did you mean bandwidth?";
        QTest::newRow("capital") << "Loss"
                                 << "did you mean loss?";
        QTest::newRow("another word") << "speed" << all;
        QTest::newRow("nothing") << "" << all;
        QTest::newRow("one letter") << "x" << all;
    }
    void unknownFieldIsNamedWithTheOnesThereAre()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, says);
        LinkFault fault;
        const auto set = setField(fault, field, QStringLiteral("1"));
        QVERIFY(!set);
        QCOMPARE(set.error(), QStringLiteral("\"%1\" is no field of a link; %2").arg(field, says));
        QVERIFY(fault.healthy());
        QVERIFY(describeField(field).isEmpty());
        QVERIFY(printField(fault, field).isEmpty());
    }

    void everyFieldIsDescribedSetAndPrinted()
    {
        const std::map<QString, std::pair<QString, LinkFault>> values{
            {"latency", {"200ms", {.latency = 200ms}}},
            {"jitter", {"1.5s", {.jitter = 1'500ms}}},
            {"distribution", {"normal", {.distribution = Distribution::Normal}}},
            {"loss", {"5%", {.loss = Share::ofPercent(5)}}},
            {"duplicate", {"6%", {.duplicate = Share::ofPercent(6)}}},
            {"corrupt", {"7%", {.corrupt = Share::ofPercent(7)}}},
            {"reorder", {"8%", {.reorder = Share::ofPercent(8)}}},
            {"bandwidth", {"64kbit", {.bandwidth = 64'000}}},
            {"stall", {"9%", {.stall = Share::ofPercent(9)}}},
            {"cut", {"true", {.cut = true}}},
            {"reset", {"true", {.reset = true}}},
            {"refuse", {"true", {.refuse = true}}},
        };
        QCOMPARE(fieldNames(), QStringLiteral("latency jitter distribution loss duplicate corrupt reorder bandwidth "
                                              "stall cut reset refuse")
                                   .split(QLatin1Char(' ')));
        for (const QString& name : fieldNames()) {
            const auto& [text, expected] = values.at(name);
            LinkFault fault;
            QVERIFY(setField(fault, name, text));
            QCOMPARE(fault, expected);
            QCOMPARE(printField(fault, name), text);
            QVERIFY(describeField(name).size() > 20);
            QVERIFY(validate(fault, false));
            QVERIFY(setField(fault, name, printField(LinkFault(), name)));
            QVERIFY(fault.healthy());
        }
        QVERIFY(describeField(QStringLiteral("latency")).startsWith(QStringLiteral("added to every message")));
        QVERIFY(describeField(QStringLiteral("latency")).contains(QStringLiteral("0 to 1min")));
        for (const auto& [text, is] :
             {std::pair{"yes", true}, {"on", true}, {"TRUE", true}, {"no", false}, {"off", false}}) {
            LinkFault fault{.cut = !is};
            QVERIFY(setField(fault, QStringLiteral("cut"), QLatin1String(text)));
            QCOMPARE(fault.cut, is);
        }
    }

    void lines_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<LinkFault>("fault");
        QTest::addColumn<QString>("printed");
        QTest::newRow("healthy") << " healthy\n" << LinkFault() << "healthy";
        QTest::newRow("one") << "latency: 200ms" << LinkFault{.latency = 200ms} << "latency: 200ms";
        QTest::newRow("three") << "latency:200ms,jitter: 50ms ,loss: 0.05"
                               << LinkFault{.latency = 200ms, .jitter = 50ms, .loss = Share::ofPercent(5)}
                               << "latency: 200ms, jitter: 50ms, loss: 5%";
        QTest::newRow("line ends") << "\r\nloss: 5%\r\ncut: true\r\n\r\n"
                                   << LinkFault{.cut = true, .loss = Share::ofPercent(5)} << "loss: 5%, cut";
        QTest::newRow("flags alone") << "cut, refuse" << LinkFault{.cut = true, .refuse = true} << "cut, refuse";
        QTest::newRow("flag that is off") << "cut: no, reset" << LinkFault{.reset = true} << "reset";
        QTest::newRow("value at rest") << "loss: 0%" << LinkFault() << "healthy";
        QTest::newRow("spaces beyond measure") << QString(5'000, ' ') + "cut" << LinkFault{.cut = true} << "cut";
    }
    void lines()
    {
        QFETCH(const QString, line);
        QFETCH(const LinkFault, fault);
        QFETCH(const QString, printed);
        const auto parsed = parseLinkFault(line);
        QVERIFY2(parsed, qPrintable(line));
        QCOMPARE(*parsed, fault);
        QCOMPARE(print(fault), printed);
    }

    void badLines_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("says");
        const QString nothing = QStringLiteral("there is nothing in it");
        QTest::newRow("empty") << "" << nothing;
        QTest::newRow("separators") << " ,\n,, " << nothing;
        QTest::newRow("a bad value") << "latency: 5ms, loss: 140%" << QStringLiteral("loss is \"140%\"; ") + kShare;
        QTest::newRow("an unknown field") << "latncy: 5ms"
                                          << "\"latncy\" is no field of a link; did you mean latency?";
        QTest::newRow("no value") << "loss" << QStringLiteral("loss is \"\"; ") + kShare;
        QTest::newRow("no field") << "5ms"
                                  << "\"5ms\" is no field of a link";
        QTest::newRow("twice") << "loss: 5%, cut, loss: 6%"
                               << "loss is given twice";
        QTest::newRow("healthy and not") << "healthy, cut"
                                         << "\"healthy\" is no field of a link";
        QTest::newRow("decimal comma") << "latency: 1,5s" << QStringLiteral("latency is \"1\"; ") + kDuration;
        QTest::newRow("nothing left out")
            << "cut" + QString(5'000, ',') + "loss: 140%" << QStringLiteral("loss is \"140%\"; ") + kShare;
    }
    void badLines()
    {
        QFETCH(const QString, line);
        QFETCH(const QString, says);
        const auto parsed = parseLinkFault(line);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().startsWith(says), qPrintable(parsed.error()));
    }

    void whatIsPrintedParsesToTheSame()
    {
        Random random(2);
        for (int i = 0; i < 20'000; ++i) {
            const LinkFault fault = drawnFault(random);
            const QString line = print(fault);
            const auto parsed = parseLinkFault(line);
            QVERIFY2(parsed, qPrintable(line));
            QVERIFY2(*parsed == fault, qPrintable(line));
            // ... and what was parsed prints as it was written.
            QCOMPARE(print(*parsed), line);
            LinkFault byField;
            for (const QString& name : fieldNames())
                QVERIFY(setField(byField, name, printField(fault, name)));
            QCOMPARE(byField, fault);

            const microseconds duration(qint64(ofAnySize(1'000'000'000'000'000, random)));
            QCOMPARE(*parseDuration(printDuration(duration)), duration);
        }
    }

    void sentencesStayShortAndPlain_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("huge") << QString(20'000'000, QLatin1Char('9'));
        QTest::newRow("huge number with a unit") << QString(1'000'000, QLatin1Char('9')) + "ms";
        QTest::newRow("huge, behind the point") << "0." + QString(1'000'000, QLatin1Char('3')) + "%";
        QTest::newRow("line ends and control") << QStringLiteral("5\n\n\x01\x02\x1b[31m ms");
        QTest::newRow("a pair cut in half") << QString(59, QLatin1Char('x')) + QStringLiteral("😀😀😀");
        QTest::newRow("zero bytes") << QString(100, QChar(0));
        QTest::newRow("placeholders") << QStringLiteral("%1 %2 %99 %L1");
        QTest::newRow("half a pair") << QString(QChar(0xD83D));
    }
    void sentencesStayShortAndPlain()
    {
        QFETCH(const QString, text);
        const auto check = [&text](const auto& result) {
            QVERIFY(!result);
            const QString sentence = result.error();
            QVERIFY2(sentence.size() < 300, qPrintable(sentence));
            for (const QChar character : sentence)
                QVERIFY(character.isPrint() || character.isSurrogate());
            if (!text.startsWith(QChar(0xD83D)))
                QVERIFY(QString::fromUtf8(sentence.toUtf8()) == sentence);
            if (text.startsWith(QLatin1Char('%')))
                QVERIFY(sentence.contains(text));
        };
        LinkFault fault;
        for (const QString& name : fieldNames())
            check(setField(fault, name, text));
        check(setField(fault, text, QStringLiteral("1")));
        check(parseLinkFault(text));
        check(parseDuration(text));
        check(parseShare(text));
        check(parseBandwidth(text));
        QVERIFY(fault.healthy());
    }

    void validateSaysWhatDoesNotGoTogether()
    {
        const LinkFault constant{.latency = 9ms, .jitter = 5ms, .distribution = Distribution::Constant};
        for (const bool ofClients : {false, true}) {
            const auto valid = validate(constant, ofClients);
            QVERIFY(!valid);
            QVERIFY2(valid.error().startsWith(QStringLiteral("jitter is 5ms with distribution constant")),
                     qPrintable(valid.error()));
            QVERIFY(validate({.latency = 9ms, .distribution = Distribution::Constant}, ofClients));
            const LinkFault ofBytes{.cut = true,
                                    .latency = 9ms,
                                    .jitter = 5ms,
                                    .bandwidth = 64'000,
                                    .stall = Share{1},
                                    .reset = true,
                                    .refuse = true};
            QVERIFY(validate(ofBytes, ofClients));
            QVERIFY(validate({}, ofClients));
        }
        const std::pair<const char*, LinkFault> ofMessages[] = {{"loss", {.loss = Share{1}}},
                                                                {"duplicate", {.duplicate = Share{1}}},
                                                                {"corrupt", {.corrupt = Share{1}}},
                                                                {"reorder", {.reorder = Share{1}}}};
        for (const auto& [name, fault] : ofMessages) {
            QVERIFY(validate(fault, false));
            const auto valid = validate(fault, true);
            QVERIFY(!valid);
            QVERIFY(valid.error().startsWith(QLatin1String(name) + QStringLiteral(" is of whole messages")));
            QVERIFY(valid.error().contains(QStringLiteral("latency, jitter, bandwidth, stall, cut, reset and refuse")));
        }
    }

    void spokenAsPeopleSay_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::addColumn<QString>("spoken");
        QTest::newRow("healthy") << LinkFault() << "healthy";
        QTest::newRow("cut") << LinkFault{.cut = true} << "cut";
        QTest::newRow("slow") << LinkFault{.latency = 200ms} << "slow: 200 ms";
        QTest::newRow("slow with jitter") << LinkFault{.latency = 200ms, .jitter = 50ms} << "slow: 200 ms ± 50 ms";
        QTest::newRow("exponential") << LinkFault{.latency = 5ms,
                                                  .jitter = 10ms,
                                                  .distribution = Distribution::Exponential}
                                     << "slow: 5 ms + 10 ms on average";
        QTest::newRow("loses") << LinkFault{.loss = Share::ofPercent(5)} << "loses 5%";
        QTest::newRow("several") << LinkFault{.latency = 1'500ms, .loss = Share{2'500}, .bandwidth = 64'000}
                                 << "slow: 1.5 s, loses 0.25%, narrow: 64 kbit";
        QTest::newRow("connections") << LinkFault{.reset = true, .refuse = true}
                                     << "refuses connections, resets connections";
        QTest::newRow("messages") << LinkFault{.duplicate = Share::ofPercent(5),
                                               .corrupt = Share::ofPercent(1),
                                               .reorder = Share::ofPercent(10),
                                               .stall = Share::ofPercent(2)}
                                  << "duplicates 5%, corrupts 1%, reorders 10%, stalls at 2%";
        QTest::newRow("a distribution without jitter is none")
            << LinkFault{.distribution = Distribution::Normal} << "healthy";
    }
    void spokenAsPeopleSay()
    {
        QFETCH(const LinkFault, fault);
        QFETCH(const QString, spoken);
        QCOMPARE(spokenLinkFault(fault), spoken);
    }

    void presetsAreFaultsThatHold()
    {
        std::map<QString, LinkFault> byName;
        for (const Preset& preset : presets()) {
            QVERIFY(byName.emplace(preset.name, preset.fault).second);
            QVERIFY(!preset.fault.healthy());
            QVERIFY(!preset.explanation.isEmpty());
            QVERIFY(validate(preset.fault, false));
            QCOMPARE(preset.suitsClients, bool(validate(preset.fault, true)));
            QCOMPARE(*parseLinkFault(print(preset.fault)), preset.fault);
        }
        for (const char* name : {"200 ms each way", "lossy Wi-Fi", "transatlantic", "satellite", "flaky",
                                 "narrow: 64 kbit", "TCP under loss", "reset", "refuse", "cut"})
            QVERIFY2(byName.contains(QLatin1String(name)), name);
        QCOMPARE(byName[QStringLiteral("200 ms each way")], (LinkFault{.latency = 200ms}));
        QCOMPARE(byName[QStringLiteral("narrow: 64 kbit")], (LinkFault{.bandwidth = 64'000}));
        QCOMPARE(byName[QStringLiteral("cut")], (LinkFault{.cut = true}));
        QCOMPARE(byName[QStringLiteral("TCP under loss")], (LinkFault{.stall = Share::ofPercent(5)}));
        QStringList unsuited;
        for (const Preset& preset : presets()) {
            if (!preset.suitsClients)
                unsuited << preset.name;
        }
        QCOMPARE(unsuited, (QStringList{QStringLiteral("lossy Wi-Fi"), QStringLiteral("flaky")}));
    }
};

QTEST_APPLESS_MAIN(TestLinkFaultText)
#include "tst_link_fault_text.moc"
