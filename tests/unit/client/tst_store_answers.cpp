// SPDX-License-Identifier: GPL-3.0-or-later
#include "client_bench.h"

#include <QTest>

using namespace faultline;
using namespace faultline::client;
using test::FakeBackend;
using test::RawClient;

/// What is said to each command of the store, in Redis 7.0's words. Each case begins with an empty store; `before` are
/// commands said first.
class TestStoreAnswers : public QObject
{
    Q_OBJECT

    FakeBackend m_backend;
    std::unique_ptr<RespServer> m_server;

private slots:
    void initTestCase()
    {
        m_server = std::make_unique<RespServer>(m_backend);
        m_backend.server = m_server.get();
        QVERIFY(m_server->listen("127.0.0.1", 0));
    }
    void init() { m_backend.store = kv::Store(); }
    void cleanupTestCase() { m_server.reset(); }

    void answers_data()
    {
        QTest::addColumn<QByteArrayList>("before");
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<QString>("answer");
        const auto row = [](QByteArrayList before, const char* command, const char* answer) {
            QTest::addRow("%s, %s", before.join("; ").constData(), command)
                << before << QByteArray(command) << QString::fromUtf8(answer);
        };
        const char* syntax = "(error) ERR syntax error";
        const char* noInteger = "(error) ERR value is not an integer or out of range";

        row({}, "SET k v NX", "OK");
        row({"SET k 1"}, "SET k v NX", "(nil)");
        row({"SET k 1"}, "SET k v xx", "OK");
        row({}, "SET k v XX", "(nil)");
        row({}, "SET k v NX XX", syntax);
        row({}, "SET k v GET", "(nil)");
        row({"SET k 1"}, "SET k v GET", "\"1\"");
        row({"SET k 1"}, "SET k v NX GET", "\"1\"");
        row({"SET k 1", "SET k 2 NX GET"}, "GET k", "\"1\"");
        row({}, "SET k v EX", syntax);
        row({}, "SET k v EX 10 PX 10", syntax);
        row({}, "SET k v KEEPTTL EX 10", syntax);
        row({}, "SET k v EX 10 KEEPTTL", syntax);
        row({}, "SET k v EX 1.5", noInteger);
        row({}, "SET k v EX 0", "(error) ERR invalid expire time in 'set' command");
        row({}, "SET k v PX -1", "(error) ERR invalid expire time in 'set' command");
        row({}, "SET k v EX 9223372036854775807", "(error) ERR invalid expire time in 'set' command");
        row({}, "SET k v PX 9223372036854775807", "(error) ERR invalid expire time in 'set' command");
        row({"SET k v EX 100"}, "TTL k", "(integer) 100");
        row({"SET k v PX 1500"}, "PTTL k", "(integer) 1500");
        row({"SET k v PX 1499"}, "TTL k", "(integer) 1");
        row({"SET k v EXAT 1800000000"}, "EXPIRETIME k", "(integer) 1800000000");
        row({"SET k v PXAT 1800000000123"}, "PEXPIRETIME k", "(integer) 1800000000123");
        row({"SET k v EXAT 5"}, "EXISTS k", "(integer) 0");
        row({"SET k v EX 100", "SET k w"}, "TTL k", "(integer) -1");
        row({"SET k v EX 100", "SET k w KEEPTTL"}, "TTL k", "(integer) 100");
        row({}, "TTL k", "(integer) -2");
        row({"SET k v"}, "PTTL k", "(integer) -1");

        row({}, "SETNX k v", "(integer) 1");
        row({"SET k v"}, "SETNX k v", "(integer) 0");
        row({"SETEX k 100 v"}, "TTL k", "(integer) 100");
        row({}, "SETEX k 0 v", "(error) ERR invalid expire time in 'setex' command");
        row({"PSETEX k 700 v"}, "PTTL k", "(integer) 700");
        row({}, "GETSET k v", "(nil)");
        row({"SET k 1 EX 50"}, "GETSET k v", "\"1\"");
        row({"SET k 1 EX 50", "GETSET k v"}, "TTL k", "(integer) -1");
        row({}, "GETDEL k", "(nil)");
        row({"SET k 1"}, "GETDEL k", "\"1\"");
        row({"SET k 1", "GETDEL k"}, "EXISTS k", "(integer) 0");
        row({"APPEND k ab"}, "APPEND k cd", "(integer) 4");
        row({"APPEND k ab", "APPEND k cd"}, "GET k", "\"abcd\"");
        row({"SET k abc"}, "STRLEN k", "(integer) 3");
        row({}, "STRLEN k", "(integer) 0");

        row({"SET k 5"}, "INCRBY k 10", "(integer) 15");
        row({}, "INCRBY k 1x", noInteger);
        row({"SET k x"}, "INCRBY k 1", noInteger);
        row({}, "DECR k", "(integer) -1");
        row({"SET k 5"}, "DECRBY k 7", "(integer) -2");
        row({}, "DECRBY k -9223372036854775808", "(error) ERR decrement would overflow");
        row({"SET k 9223372036854775807"}, "INCRBY k 1", "(error) ERR increment or decrement would overflow");
        row({"SET k -9223372036854775808"}, "DECR k", "(error) ERR increment or decrement would overflow");
        row({"SET k -1"}, "INCRBY k -9223372036854775808", "(error) ERR increment or decrement would overflow");

        row({}, "MSET a 1 b 2", "OK");
        row({}, "MSET a 1 b", "(error) ERR wrong number of arguments for 'mset' command");
        row({"MSET a 1 b 2"}, "MGET a none b", "1) \"1\"\n2) (nil)\n3) \"2\"");
        row({"MSET a 1 a 2"}, "GET a", "\"2\"");

        row({"SET k v"}, "EXPIRE k 100", "(integer) 1");
        row({}, "EXPIRE k 100", "(integer) 0");
        row({"SET k v"}, "EXPIRE k x", noInteger);
        row({"SET k v"}, "EXPIRE k 9223372036854775807", "(error) ERR invalid expire time in 'expire' command");
        row({"SET k v"}, "PEXPIRE k 9223372036854775807", "(error) ERR invalid expire time in 'pexpire' command");
        row({"SET k v"}, "EXPIRE k 10 ZZ", "(error) ERR Unsupported option ZZ");
        row({"SET k v"}, "EXPIRE k 10 NX GT",
            "(error) ERR NX and XX, GT or LT options at the same time are not compatible");
        row({"SET k v"}, "EXPIRE k 10 GT LT", "(error) ERR GT and LT options at the same time are not compatible");
        row({"SET k v"}, "EXPIRE k -1", "(integer) 1");
        row({"SET k v", "EXPIRE k -1"}, "EXISTS k", "(integer) 0");
        row({"SET k v", "PEXPIRE k 2500"}, "PTTL k", "(integer) 2500");
        row({"SET k v", "EXPIREAT k 1800000000"}, "EXPIRETIME k", "(integer) 1800000000");
        row({"SET k v", "PEXPIREAT k 1800000000001"}, "PEXPIRETIME k", "(integer) 1800000000001");
        row({"SET k v EX 10"}, "PERSIST k", "(integer) 1");
        row({"SET k v"}, "PERSIST k", "(integer) 0");
        row({"SET k v EX 10", "PERSIST k"}, "TTL k", "(integer) -1");

        row({}, "TYPE k", "none");
        row({"SET k v"}, "TYPE k", "string");
        row({}, "SCAN 0", "1) \"0\"\n2) (empty array)");
        row({"MSET one 1 two 2"}, "SCAN 0 MATCH t* COUNT 100", "1) \"0\"\n2) 1) \"two\"");
        row({"MSET one 1 two 2"}, "SCAN 0 TYPE string MATCH o*", "1) \"0\"\n2) 1) \"one\"");
        row({"MSET one 1 two 2 '' 3"}, "SCAN 0 TYPE hash MATCH *", "1) \"0\"\n2) (empty array)");
        row({}, "SCAN 0 TYPE", syntax);
        row({}, "SCAN x", "(error) ERR invalid cursor");
        row({}, "SCAN 0 COUNT 0", syntax);
        row({}, "SCAN 0 COUNT x", noInteger);
        row({}, "SCAN 0 MATCH", syntax);
        row({"MSET a 1 b 2"}, "FLUSHALL", "OK");
        row({"MSET a 1 b 2", "FLUSHALL"}, "DBSIZE", "(integer) 0");
        row({}, "FLUSHALL now", syntax);
        row({"SET k v", "FLUSHDB ASYNC"}, "DBSIZE", "(integer) 0");
    }
    void answers()
    {
        QFETCH(QByteArrayList, before);
        QFETCH(QByteArray, command);
        QFETCH(QString, answer);
        RawClient client(m_server->port());
        for (const QByteArray& line : before)
            QVERIFY(!client.ask(line).startsWith("(error)"));
        QCOMPARE(client.ask(command), answer);
        QCOMPARE(client.ask("PING next"), "\"next\"");
    }

    void arityIsThatOfTheTable_data()
    {
        QTest::addColumn<QByteArray>("line");
        for (const CommandSpec& spec : allCommands()) {
            if (isOfStore(spec.id) && spec.arity > 2)
                QTest::newRow(spec.name) << QByteArray(spec.name) + " k";
            else if (isOfStore(spec.id) && spec.arity == 2)
                QTest::newRow(spec.name) << QByteArray(spec.name) + " k k k";
        }
    }
    void arityIsThatOfTheTable()
    {
        QFETCH(QByteArray, line);
        RawClient client(m_server->port());
        QCOMPARE(client.ask(line),
                 "(error) ERR wrong number of arguments for '" + line.first(line.indexOf(' ')) + "' command");
    }

    void callsInSessionsAreAnsweredAgainAlike()
    {
        RawClient client(m_server->port());
        QCOMPARE(client.ask("SESSION OPEN"), "(integer) 1");
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(client.ask("SESSION CALL 1 1 0 MSET a 1 b 2"), "OK");
            QCOMPARE(client.ask("SESSION CALL 1 2 0 MGET a c b"), "1) \"1\"\n2) (nil)\n3) \"2\"");
            QCOMPARE(client.ask("SESSION CALL 1 3 0 TYPE a"), "string");
            QCOMPARE(client.ask("SESSION CALL 1 4 0 APPEND a x"), "(integer) 2");
        }
        QVERIFY(client.ask("SESSION CALL 1 5 0 SCAN 0").startsWith("(error) ERR SESSION CALL takes a command that"));
    }

    void aFollowerAnswersOldReadsOfEachKind()
    {
        RawClient client(m_server->port());
        QCOMPARE(client.ask("SET k v EX 100"), "OK");
        m_backend.leader = {false, true, QStringLiteral("127.0.0.1"), 7002};
        QCOMPARE(client.ask("MGET k"), "(error) MOVED 7629 127.0.0.1:7002");
        QCOMPARE(client.ask("READONLY"), "OK");
        QCOMPARE(client.ask("MGET k"), "1) \"v\"");
        QCOMPARE(client.ask("TTL k"), "(integer) 100");
        QCOMPARE(client.ask("SCAN 0"), "1) \"0\"\n2) 1) \"k\"");
        QCOMPARE(client.ask("APPEND k v"), "(error) MOVED 7629 127.0.0.1:7002");
        m_backend.leader = {true, true, QStringLiteral("127.0.0.1"), 7001};
    }
};

QTEST_GUILESS_MAIN(TestStoreAnswers)
#include "tst_store_answers.moc"
