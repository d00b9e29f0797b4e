// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

/// faultline-sim from outside: what it prints and how it ends.
class TestSimProgram : public QObject
{
    Q_OBJECT

    struct Ended
    {
        int code = -1;
        QByteArray out;
        QByteArray err;
    };

    static Ended run(const QStringList& arguments)
    {
        QProcess program;
        program.start(qEnvironmentVariable("FAULTLINE_BIN") + QStringLiteral("/faultline-sim"), arguments);
        if (!program.waitForFinished(60'000))
            return {};
        return {program.exitCode(), program.readAllStandardOutput(), program.readAllStandardError()};
    }

private slots:
    void cleanSeedsEndWithNoughtAndAllFigures()
    {
        const Ended ended = run({"--seed", "5", "--runs", "2", "--nodes", "3", "--ticks", "600", "--json"});
        QCOMPARE(ended.code, 0);
        const QJsonObject object = QJsonDocument::fromJson(ended.out).object();
        for (const char* key : {"seeds", "ticks", "ticks_per_s", "commits", "trace_hash", "histories", "undecided",
                                "violations", "faults", "transitions", "checks"})
            QVERIFY2(object.contains(QLatin1String(key)), key);
        QCOMPARE(object["seeds"].toInt(), 2);
        QVERIFY(object["ticks"].toInt() > 1'200);
        QVERIFY(object["violations"].toArray().isEmpty());
    }

    void twoJobsSayWhatOneSays()
    {
        const QStringList arguments{"--seed", "9", "--runs", "4", "--ticks", "300", "--json"};
        const auto hash = [](const Ended& ended) {
            return QJsonDocument::fromJson(ended.out).object()["trace_hash"].toString();
        };
        const QString one = hash(run(arguments));
        QVERIFY(!one.isEmpty());
        QCOMPARE(hash(run(arguments + QStringList{"--jobs", "2"})), one);
    }

    void aViolationEndsWithOneAndAStory()
    {
        const Ended ended = run({"--mutant", "voteOncePerTerm", "--runs", "200", "--ticks", "1000", "--jobs", "2"});
        QCOMPARE(ended.code, 1);
        QVERIFY(ended.out.contains("VIOLATION in seed"));
        QVERIFY(ended.out.contains("violated: "));
        QVERIFY(ended.out.contains("tick "));
    }

    void badInputEndsWithTwoAndOneSentence()
    {
        const Ended ended = run({"--nodes", "many"});
        QCOMPARE(ended.code, 2);
        QCOMPARE(ended.err.count('\n'), 1);
        QVERIFY(ended.out.isEmpty());
    }

    void helpNamesEveryOption()
    {
        const Ended ended = run({"--help"});
        QCOMPARE(ended.code, 0);
        for (const char* option :
             {"--seed", "--runs", "--nodes", "--ticks", "--json", "--mutant", "--mutants", "--jobs"})
            QVERIFY2(ended.out.contains(option), option);
    }
};

QTEST_APPLESS_MAIN(TestSimProgram)
#include "tst_sim_program.moc"
