// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/arguments.h"
#include "node/sim/isolated_runs.h"
#include "node/sim/mutants.h"
#include "node/sim/never_seen.h"
#include "node/sim/random.h"
#include "node/sim/schedule.h"
#include "node/sim/seed_run.h"
#include "node/sim/shrinker.h"

#include <QRegularExpression>
#include <QTest>

using namespace faultline;
using namespace faultline::sim;

namespace {

Demand brief(int ticks = 1'500)
{
    Demand demand;
    demand.ticks = ticks;
    return demand;
}

QString verdictOf(const RunResult& result)
{
    return result.violation ? result.violation->check + QStringLiteral(": ") + result.violation->sentence
                            : QStringLiteral("clean");
}

} // namespace

class TestSimulator : public QObject
{
    Q_OBJECT
private slots:
    void theGeneratorDrawsTheSameEverywhere()
    {
        Random random(42);
        QCOMPARE(random.next(), Q_UINT64_C(1546998764402558742));
        QCOMPARE(random.next(), Q_UINT64_C(6990951692964543102));
        for (int i = 0; i < 1'000; ++i) {
            QVERIFY(random.below(7) < 7);
            const int drawn = random.spread(3, 1'000);
            QVERIFY(drawn >= 3 && drawn <= 1'000);
        }
    }

    void whatIsScheduledComesInOrderAndFirstComeFirstServed()
    {
        Schedule schedule;
        schedule.add(Event::Kind::Tick, Instant(30), 1);
        schedule.add(Event::Kind::Tick, Instant(10), 2);
        schedule.add(Event::Kind::Tick, Instant(30), 3);
        schedule.add(Event::Kind::Tick, Instant(20), 4);
        QList<quint32> order;
        while (!schedule.isEmpty())
            order << schedule.take().who;
        QCOMPARE(order, (QList<quint32>{2, 4, 1, 3}));
        QCOMPARE(schedule.now(), Instant(30));
    }

    void aSeedIsTheSameRunEveryTime()
    {
        const SeedRun run = drawRun(brief(), 7);
        const RunResult first = perform(run, {});
        const RunResult second = perform(run, {});
        QCOMPARE(second.traceHash, first.traceHash);
        QCOMPARE(second.commits, first.commits);
        int lines = 0;
        const RunResult told = perform(run, [&](const QString&) { ++lines; });
        QCOMPARE(told.traceHash, first.traceHash);
        QVERIFY(lines > 10);
        QVERIFY(perform(drawRun(brief(), 8), {}).traceHash != first.traceHash);
    }

    void aTraceIsOfWhatHappenedAndOfWhenItDid()
    {
        const auto hashOf = [](std::initializer_list<std::pair<int, quint64>> events) {
            Trace trace({});
            for (const auto& [at, value] : events)
                trace.add(Instant(at), value);
            return trace.hash();
        };
        QCOMPARE(hashOf({{10, 1}, {20, 2}}), hashOf({{10, 1}, {20, 2}}));
        QVERIFY(hashOf({{10, 1}, {20, 2}}) != hashOf({{10, 1}, {21, 2}}));
        QVERIFY(hashOf({{10, 1}, {20, 2}}) != hashOf({{10, 1}, {20, 3}}));
        QVERIFY(hashOf({{10, 1}, {10, 2}}) != hashOf({{10, 2}, {10, 1}}));
    }

    void withoutFaultsEverybodyIsServed_data()
    {
        QTest::addColumn<int>("nodes");
        for (const int nodes : {1, 2, 3, 5, 9})
            QTest::addRow("%d nodes", nodes) << nodes;
    }
    void withoutFaultsEverybodyIsServed()
    {
        QFETCH(int, nodes);
        Demand demand = brief();
        demand.nodes = nodes;
        demand.isFaultless = true;
        const RunResult result = perform(drawRun(demand, 11), {});
        QCOMPARE(verdictOf(result), QStringLiteral("clean"));
        QVERIFY2(result.commits > 50, qPrintable(QString::number(result.commits)));
    }

    /// A new hash is right when what members do was changed on purpose; it must then be the same in every build.
    void theTraceIsTheSameInEveryBuild_data()
    {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<QString>("hash");
        QTest::newRow("1") << quint64(1) << "35c25299687f8c7";
        QTest::newRow("2") << quint64(2) << "899d0f8f48f9d3a3";
        QTest::newRow("3") << quint64(3) << "4979c08abe92235a";
        QTest::newRow("1234567890123") << quint64(1234567890123) << "d92c4ee94d5e4d67";
    }
    void theTraceIsTheSameInEveryBuild()
    {
        QFETCH(quint64, seed);
        QFETCH(QString, hash);
        const RunResult result = perform(drawRun(brief(2'000), seed), {});
        QCOMPARE(verdictOf(result), QStringLiteral("clean"));
        QCOMPARE(QString::number(result.traceHash, 16), hash);
    }

    void someSeedsAreClean_data()
    {
        QTest::addColumn<quint64>("seed");
        for (quint64 seed = 100; seed < 120; ++seed)
            QTest::addRow("%llu", static_cast<unsigned long long>(seed)) << seed;
    }
    void someSeedsAreClean()
    {
        QFETCH(quint64, seed);
        QCOMPARE(verdictOf(perform(drawRun(brief(800), seed), {})), QStringLiteral("clean"));
    }

    void everyRuleHasItsMutant()
    {
        // Each rule, that a disk keeps its word, which is what they all stand on, and that a start trusts no name.
        QCOMPARE(mutants().size(), sizeof(raft::ProtocolRules) + sizeof(kv::StoreRules) + 2);
        for (const Mutant& mutant : mutants()) {
            Demand demand;
            mutant.apply(demand);
            QVERIFY2(!(demand.rules == raft::ProtocolRules()) || !demand.storeRules.sessionsRemember ||
                         demand.liarsReturn || demand.syncLeftOut,
                     mutant.name);
        }
    }

    void aViolationIsShrunkToWhatMatters()
    {
        Demand demand = brief(1'000);
        findMutant(QStringLiteral("voteOncePerTerm"))->apply(demand);
        std::optional<Violation> violation;
        quint64 seed = 0;
        while (!violation || violation->check == QLatin1String("crash")) {
            ++seed;
            QVERIFY(seed < 200);
            violation =
                runAndTell([&](quint64, const Trace::Reader& reader) { return perform(drawRun(demand, seed), reader); },
                           0, 0)
                    .result.violation;
        }
        const SeedRun run = drawRun(demand, seed);
        const Shrunk shrunk = shrink(run, *violation, 60);
        QCOMPARE(shrunk.violation.check, violation->check);
        QVERIFY(shrunk.run.plan.size() <= run.plan.size());
        QVERIFY(shrunk.run.ticks <= run.ticks);
        const RunResult again = perform(shrunk.run, {});
        QVERIFY(again.violation);
        QCOMPARE(again.violation->check, violation->check);
    }

    void aRunThatStopsTheProcessIsAViolation()
    {
        const Told told = runAndTell(
            [](quint64, const Trace::Reader& reader) {
                reader(QStringLiteral("the last words"));
                FAULTLINE_INVARIANT(false, "this never happens");
                return RunResult();
            },
            0, 10);
        QVERIFY(told.result.violation);
        QCOMPARE(told.result.violation->check, QStringLiteral("crash"));
        QVERIFY2(told.result.violation->sentence.contains(QLatin1String("this never happens")),
                 qPrintable(told.result.violation->sentence));
        QCOMPARE(told.story, QStringList{QStringLiteral("the last words")});
    }

    void manyRunsAreTakenInOrder()
    {
        QList<quint64> order;
        const auto run = [](quint64 number, const Trace::Reader&) {
            RunResult result;
            result.ticks = number * 10;
            return result;
        };
        runMany(9, 3, run, [&](quint64 number, const RunResult& result) {
            order << number;
            return result.ticks == number * 10 && number < 6;
        });
        QCOMPARE(order, (QList<quint64>{0, 1, 2, 3, 4, 5, 6}));
    }

    void aClientThatAsksAgainAndAgainIsToldOfOnce()
    {
        std::map<QString, bool> asks;
        int folded = 0;
        const QRegularExpression shape(
            QStringLiteral("^tick +\\S+ +(c\\d+) +(asks|has its|does not know|gives up)(.*)$"));
        const auto reader = [&](const QString& line) {
            const QRegularExpressionMatch match = shape.match(line);
            if (!match.hasMatch())
                return;
            const bool begins = match.captured(2) == QLatin1String("asks");
            QVERIFY2(!begins || !asks[match.captured(1)], qPrintable(line));
            asks[match.captured(1)] = begins;
            folded += line.endsWith(QLatin1String(" times more)")) ? 1 : 0;
        };
        perform(drawRun(brief(), 7), reader);
        QVERIFY(!asks.empty());
        QVERIFY(folded > 0);
    }

    void whatWasNeverSeenIsNamed()
    {
        RunResult sum;
        sum.faults = {{QStringLiteral("loss"), 3}, {QStringLiteral("cut"), 0}};
        sum.checks = {{QStringLiteral("bounded"), 0}};
        const QStringList never = neverSeen(sum);
        QVERIFY(never.contains(QStringLiteral("cut")) && never.contains(QStringLiteral("bounded")));
        QVERIFY(never.contains(QStringLiteral("candidate -> leader")) && !never.contains(QStringLiteral("loss")));
        sum.transitions[QStringLiteral("candidate -> leader")] = 1;
        QVERIFY(!neverSeen(sum).contains(QStringLiteral("candidate -> leader")));
    }

    void ofVerdictsOnHistoriesAFewMayBeMissing()
    {
        RunResult sum;
        sum.histories = 200;
        sum.undecided = 6;
        const QString missing = QStringLiteral("a verdict on 7 of 200 histories");
        QVERIFY(!neverSeen(sum).contains(missing));
        sum.undecided = 7;
        QVERIFY(neverSeen(sum).contains(missing));
    }

    void figuresOfARunComeBackFromItsBytes()
    {
        RunResult result;
        result.ticks = 1;
        result.commits = 2;
        result.messages = 3;
        result.traceHash = 4;
        result.histories = 5;
        result.undecided = 6;
        result.checks = {{QStringLiteral("bounded"), 7}};
        result.violation = Violation{QStringLiteral("bounded"), 8, QStringLiteral("why")};
        const auto back = runResultFrom(toBytes(result));
        QVERIFY(back);
        QCOMPARE(toBytes(*back), toBytes(result));
        QCOMPARE(back->undecided, quint64(6));
        QVERIFY(!runResultFrom(toBytes(result).chopped(1)));
    }

    /// A node that forgot its promises stays away, and the others lose nothing; if it comes back, that is seen.
    void diskThatLiedIsTrustedNoMore()
    {
        Demand demand = brief(3'000);
        findMutant(QStringLiteral("syncedIsSynced"))->apply(demand);
        Demand sound = demand;
        sound.beSound();
        int seen = 0;
        for (quint64 seed = 1; seed <= 12; ++seed) {
            const auto run = [seed](const Demand& asked) {
                return runAndTell(
                           [&](quint64, const Trace::Reader& reader) { return perform(drawRun(asked, seed), reader); },
                           0, 0)
                    .result;
            };
            QCOMPARE(verdictOf(run(sound)), QStringLiteral("clean"));
            const RunResult trusting = run(demand);
            seen += trusting.violation && trusting.violation->check != QLatin1String("crash") ? 1 : 0;
        }
        QVERIFY(seen > 0);
    }

    void badArgumentsGetOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << QStringList{"--sed", "1"} << "unknown option --sed";
        QTest::newRow("no value") << QStringList{"--seed"} << "--seed needs a value";
        QTest::newRow("no number") << QStringList{"--runs", "many"} << "--runs many is not a whole number from 1";
        QTest::newRow("too many nodes") << QStringList{"--nodes", "10"}
                                        << "--nodes 10 is not a whole number from 1 to 9";
        QTest::newRow("no mutant") << QStringList{"--mutant", "x"} << "--mutant x is none; there are voteOncePerTerm";
        QTest::newRow("all seen, of mutants") << QStringList{"--mutants", "--all-seen"} << "leave out --mutants";
        QTest::newRow("both") << QStringList{"--mutants", "--mutant", "needMajority"}
                              << "leave out --mutant needMajority";
    }
    void badArgumentsGetOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const auto parsed = parseArguments(arguments);
        QVERIFY(!parsed);
        QVERIFY2(parsed.error().contains(says), qPrintable(parsed.error()));
    }

    void argumentsAreTaken()
    {
        const auto parsed =
            parseArguments({"--seed", "0x1f", "--runs", "3", "--nodes", "5", "--ticks", "70", "--json"});
        QVERIFY(parsed);
        QCOMPARE(parsed->seed, quint64(31));
        QCOMPARE(parsed->runs, quint64(3));
        QCOMPARE(parsed->demand.nodes, 5);
        QCOMPARE(parsed->demand.ticks, 70);
        QVERIFY(parsed->json);
    }
};

QTEST_APPLESS_MAIN(TestSimulator)
#include "tst_simulator.moc"
