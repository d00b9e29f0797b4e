// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/options.h"

#include "common/resp/request_parser.h"
#include "node/kv/command.h"
#include "node/kv/store.h"

#include <QTest>

using namespace faultline;
using namespace faultline::node;

namespace {

const QStringList kGood{
    QStringLiteral("--id"),
    QStringLiteral("2"),
    QStringLiteral("--member"),
    QStringLiteral("n1=127.0.0.1:7101/7201"),
    QStringLiteral("--member=n2=127.0.0.1:7102/7202"),
    QStringLiteral("--data"),
    QStringLiteral("/tmp/n2"),
};

} // namespace

class TestOptions : public QObject
{
    Q_OBJECT

private slots:
    void theExampleOfTheHelpIsUnderstood()
    {
        const auto options = parseOptions(kGood);
        QVERIFY2(options, options ? "" : qPrintable(options.error()));
        QCOMPARE(options->self, NodeId{2});
        QCOMPARE(options->members.size(), std::size_t(2));
        QCOMPARE(options->own().peerPort, quint16(7102));
        QCOMPARE(options->own().clientPort, quint16(7202));
        QCOMPARE(options->own().host, QStringLiteral("127.0.0.1"));
        QVERIFY(!options->managed && !options->join);
        QVERIFY(!options->afterPowerCut);
        QVERIFY(parseOptions(kGood + QStringList{QStringLiteral("--after-power-cut")})->afterPowerCut);
        QVERIFY(!options->trial.leftOut && !options->trial.powerFailsAfter && !options->trial.powerFailsBefore);
    }

    void everySyncCanBeNamed()
    {
        using storage::SyncOf;
        const auto trial = [](const char* argument) {
            const auto options = parseOptions(kGood + QStringList{QLatin1String(argument)});
            return options ? options->trial : storage::SyncTrial();
        };
        QCOMPARE(trial("--without-sync=records").leftOut, SyncOf::Records);
        QVERIFY(!trial("--without-sync=records").powerFailsAfter);
        QCOMPARE(trial("--power-fails-after=folder-name").powerFailsAfter, SyncOf::FolderName);
        QCOMPARE(trial("--power-fails-before=renamed-name").powerFailsBefore, SyncOf::RenamedName);
        QVERIFY(!trial("--power-fails-before=renamed-name").powerFailsAfter);
        QCOMPARE(trial("--without-sync=incoming-snapshot").leftOut, SyncOf::IncomingSnapshot);
        QCOMPARE(storage::syncNames().size(), qsizetype(SyncOf::FolderName) + 1);
        const auto wrong = parseOptions(kGood + QStringList{QStringLiteral("--without-sync=wal")});
        QVERIFY(!wrong && wrong.error().contains(QStringLiteral("one of records, tail")));
    }

    void helpNamesTheLimitsThatHold()
    {
        const QString said = helpText().simplified();
        const auto says = [&](const char* words, qsizetype bytes, int shift) {
            return said.contains(QLatin1String(words) + u' ' + QString::number(bytes >> shift) +
                                 (shift == 10 ? QStringLiteral(" KB") : QStringLiteral(" MB")));
        };
        QVERIFY(says("A key has at most", kv::kMaxKey, 10));
        QVERIFY(says("a value", kv::kMaxValue, 20));
        QVERIFY(says("a command", resp::kMaxRequest, 20));
        QVERIFY(says("the values of one MGET", kv::Store::kMaxReply, 20));
    }

    void helpNamesEveryOption()
    {
        for (const char* option : {"--id", "--member", "--data", "--cluster", "--join", "--snapshot-after",
                                   "--after-power-cut", "--managed", "--control", "--after-power-cut", "--without-sync",
                                   "--power-fails-after", "--power-fails-before", "--version", "--help"})
            QVERIFY2(helpText().contains(QLatin1String(option)), option);
        QCOMPARE(parseOptions({QStringLiteral("--help")})->ask, Options::Ask::Help);
    }

    void aNewMemberNamesNobodyButItself()
    {
        const auto options =
            parseOptions({QStringLiteral("--id=4"), QStringLiteral("--join"),
                          QStringLiteral("--member=n4=127.0.0.1:7104/7204"), QStringLiteral("--data=/tmp/n4")});
        QVERIFY2(options, options ? "" : qPrintable(options.error()));
        QVERIFY(options->join);
    }

    void whatIsWrongIsSaidInOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const auto with = [](const QStringList& more) { return kGood + more; };
        QTest::newRow("nothing") << QStringList() << QStringLiteral("--id is missing");
        QTest::newRow("unknown option") << with({QStringLiteral("--frobnicate")})
                                        << QStringLiteral("unknown option --frobnicate");
        QTest::newRow("stray word") << with({QStringLiteral("hello")}) << QStringLiteral("unknown option hello");
        QTest::newRow("no value") << with({QStringLiteral("--data")}) << QStringLiteral("--data needs a value");
        QTest::newRow("id zero") << with({QStringLiteral("--id=0")}) << QStringLiteral("1 to 9");
        QTest::newRow("id ten") << with({QStringLiteral("--id=10")}) << QStringLiteral("1 to 9");
        QTest::newRow("not a member") << with({QStringLiteral("--id=7")})
                                      << QStringLiteral("n7 is not among the members");
        QTest::newRow("member twice") << with({QStringLiteral("--member=n1=127.0.0.1:1/2")})
                                      << QStringLiteral("n1 is given twice");
        QTest::newRow("port twice") << with({QStringLiteral("--member=n3=127.0.0.1:7101/7203")})
                                    << QStringLiteral("7101 is given twice");
        QTest::newRow("host name") << with({QStringLiteral("--member=n3=localhost:1/2")})
                                   << QStringLiteral("n1=127.0.0.1:7101/7201");
        QTest::newRow("port too high") << with({QStringLiteral("--member=n3=127.0.0.1:70000/2")})
                                       << QStringLiteral("peer port");
        QTest::newRow("no client port") << with({QStringLiteral("--member=n3=127.0.0.1:7000")})
                                        << QStringLiteral("client port");
        QTest::newRow("too many snapshots")
            << with({QStringLiteral("--snapshot-after=9")}) << QStringLiteral("10 or more would be");
        QTest::newRow("value of a flag") << with({QStringLiteral("--join=yes")})
                                         << QStringLiteral("--join takes no value");
        QTest::newRow("managed alone") << with({QStringLiteral("--managed")}) << QStringLiteral("go together");
        QTest::newRow("control alone") << with({QStringLiteral("--control=7")}) << QStringLiteral("go together");
        QTest::newRow("control nonsense") << with({QStringLiteral("--control=x")}) << QStringLiteral("not a port");
        QTest::newRow("no data") << kGood.first(5) << QStringLiteral("--data is missing");
        QTest::newRow("no members") << QStringList{QStringLiteral("--id=1"), QStringLiteral("--data=/tmp")}
                                    << QStringLiteral("no --member");
    }
    void whatIsWrongIsSaidInOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const auto options = parseOptions(arguments);
        QVERIFY(!options);
        QVERIFY2(options.error().contains(says), qPrintable(options.error()));
        QVERIFY(!options.error().contains(u'\n'));
    }
};

QTEST_APPLESS_MAIN(TestOptions)
#include "tst_options.moc"
