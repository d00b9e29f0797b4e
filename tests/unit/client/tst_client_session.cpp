// SPDX-License-Identifier: GPL-3.0-or-later
#include "client_bench.h"

#include <QTest>

using namespace faultline;
using namespace faultline::client;
using test::FakeBackend;
using test::RawClient;

/// What belongs to one connection: passwords, the protocol, which replies it wants, WAIT; and what may wait of them
/// all.
class TestClientSession : public QObject
{
    Q_OBJECT

    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<RespServer> m_server;

    void start(PortOptions options = {})
    {
        m_server.reset();
        m_backend = std::make_unique<FakeBackend>();
        m_server = std::make_unique<RespServer>(*m_backend, options);
        m_backend->server = m_server.get();
        QVERIFY(m_server->listen("127.0.0.1", 0));
    }
    static QByteArray bytesOf(RawClient& client, const QByteArray& line, qsizetype count)
    {
        client.send(line + "\r\n");
        RawClient::wait([&] { return client.socket().bytesAvailable() >= count; });
        return client.socket().readAll();
    }

private slots:
    void init() { start(); }
    void cleanup()
    {
        m_server.reset();
        m_backend.reset();
    }

    void withAPasswordNothingIsDoneBeforeIt()
    {
        start({.password = "secret"});
        RawClient client(m_server->port());
        for (const char* line : {"GET k", "SET k v", "PING", "INFO", "CONFIG GET *", "SESSION OPEN", "MEMBER LIST"})
            QCOMPARE(client.ask(line), "(error) NOAUTH Authentication required.");
        QVERIFY(client.ask("HELLO 3").startsWith("(error) NOAUTH HELLO must be called"));
        const QString wrong = "(error) WRONGPASS invalid username-password pair or user is disabled.";
        for (const char* line :
             {"AUTH no", "AUTH secre", "AUTH secrets", "AUTH other secret", "HELLO 3 AUTH default x"})
            QCOMPARE(client.ask(line), wrong);
        QCOMPARE(client.ask("AUTH"), "(error) ERR wrong number of arguments for 'auth' command");
        QCOMPARE(client.ask("PING"), "(error) NOAUTH Authentication required.");
        QCOMPARE(client.ask("AUTH secret"), "OK");
        QCOMPARE(client.ask("SET k v"), "OK");
        QCOMPARE(client.ask("RESET"), "RESET");
        QCOMPARE(client.ask("GET k"), "(error) NOAUTH Authentication required.");
        QVERIFY(client.ask("HELLO 2 AUTH default secret").startsWith(" 1) \"server\""));
        QCOMPARE(client.ask("GET k"), "\"v\"");
    }

    void withAPasswordNothingLargeIsAnnouncedBeforeIt_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("error");
        QTest::newRow("many") << QByteArray("*11\r\n") << "Protocol error: unauthenticated multibulk length";
        QTest::newRow("long") << QByteArray("*2\r\n$3\r\nGET\r\n$16385\r\n")
                              << "Protocol error: unauthenticated bulk length";
        QTest::newRow("long again") << QByteArray("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*1\r\n$5\r\nRESET\r\n*11\r\n")
                                    << "Protocol error: unauthenticated multibulk length";
    }
    void withAPasswordNothingLargeIsAnnouncedBeforeIt()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, error);
        start({.password = "secret"});
        RawClient client(m_server->port());
        client.send(bytes);
        const QStringList replies = client.replies(4);
        QVERIFY(!replies.isEmpty());
        QCOMPARE(replies.last(), "(error) ERR " + error);
        QVERIFY(client.closes());

        RawClient known(m_server->port());
        known.send("*10\r\n$4\r\nAUTH\r\n$16384\r\n" + QByteArray(16'384, 'x') + "\r\n" +
                   QByteArray("$1\r\nx\r\n").repeated(8) + "AUTH secret\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16385\r\n" +
                   QByteArray(16'385, 'x') + "\r\n*11\r\n" + QByteArray("$6\r\nexists\r\n").repeated(11));
        QCOMPARE(known.replies(4), QStringList({"(error) ERR syntax error", "OK", "OK", "(integer) 0"}));
    }

    void withoutAPasswordNoneIsExpected()
    {
        RawClient client(m_server->port());
        QVERIFY(client.ask("AUTH x").startsWith("(error) ERR AUTH <password> called without any password configured"));
        QCOMPARE(client.ask("AUTH default x"), "OK");
        QCOMPARE(client.ask("PING"), "PONG");
    }

    void protocolThreeHasTypesOfItsOwn()
    {
        RawClient client(m_server->port());
        bytesOf(client, "HELLO 3", 100);
        QCOMPARE(bytesOf(client, "GET none", 3), QByteArray("_\r\n"));
        QCOMPARE(bytesOf(client, "SET none 1 XX", 3), QByteArray("_\r\n"));
        QCOMPARE(bytesOf(client, "MGET none", 7), QByteArray("*1\r\n_\r\n"));
        QVERIFY(bytesOf(client, "INFO cluster", 30).startsWith("=34\r\ntxt:# Cluster\r\n"));
        QVERIFY(bytesOf(client, "CONFIG GET save", 10).startsWith("%1\r\n"));
        QVERIFY(bytesOf(client, "COMMAND INFO get", 10).startsWith("*1\r\n*10\r\n$3\r\nget\r\n:2\r\n~2\r\n"));
        QVERIFY(bytesOf(client, "CLUSTER SHARDS", 10).startsWith("*1\r\n%2\r\n"));
    }

    void repliesAreLeftOutAsAsked()
    {
        RawClient client(m_server->port());
        client.send("CLIENT REPLY SKIP\r\nSET a 1\r\nPING one\r\n");
        QCOMPARE(client.replies(1), QStringList{"\"one\""});
        client.send("CLIENT REPLY OFF\r\nSET a 2\r\nPING\r\nnonsense\r\nINCR a\r\nCLIENT REPLY ON\r\nGET a\r\n");
        QCOMPARE(client.replies(2), QStringList({"OK", "\"3\""}));
        QCOMPARE(client.ask("CLIENT REPLY maybe"), "(error) ERR syntax error");
        m_backend->answers = false;
        client.send("SET b 1\r\nCLIENT REPLY SKIP\r\nSET b 2\r\nGET b\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(3), 5000);
        m_backend->answer(1);
        m_backend->answer(0);
        m_backend->answer(0);
        QCOMPARE(client.replies(2), QStringList({"OK", "\"1\""}));
    }

    /// There is no reply whose time could be taken, and nothing is kept until there is one.
    void commandsWithoutAReplyAreNotTimed()
    {
        RawClient client(m_server->port());
        client.send("CLIENT REPLY OFF\r\n" + QByteArray("SET a 1\r\n").repeated(100) + "CLIENT REPLY ON\r\nGET a\r\n");
        QCOMPARE(client.replies(2), QStringList({"OK", "\"1\""}));
        QCOMPARE(m_server->counters().request.count(), quint64(1));
        m_backend->answers = false;
        client.send("CLIENT REPLY OFF\r\nSET a 2\r\nSET a 3\r\nCLIENT REPLY ON\r\nGET a\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(3), 5000);
        for (const std::size_t index : {1, 0, 0})
            m_backend->answer(index);
        QCOMPARE(client.replies(2), QStringList({"OK", "\"2\""}));
        QCOMPARE(m_server->counters().request.count(), quint64(2));
    }

    void aWaitIsNoRequestToTheGroup()
    {
        RawClient client(m_server->port());
        m_backend->end = 7;
        client.send("WAIT 9 0\r\n");
        RawClient other(m_server->port());
        QTRY_VERIFY_WITH_TIMEOUT(other.ask("INFO clients").contains("blocked_clients:1"), 5000);
        m_backend->replicas = 9;
        QCOMPARE(client.replies(1), QStringList{"(integer) 9"});
        QCOMPARE(m_server->counters().request.count(), quint64(0));
    }

    /// What takes long on the spot lets the others have their turn.
    void aClientThatAsksForMuchHoldsUpNobody()
    {
        m_backend->leader.isLeader = false;
        m_backend->readTakes = std::chrono::milliseconds(2);
        RawClient greedy(m_server->port());
        QCOMPARE(greedy.ask("READONLY"), "OK");
        greedy.send(QByteArray("GET a\r\n").repeated(500));
        QTRY_VERIFY_WITH_TIMEOUT(m_backend->staleReads > 0, 5000);
        RawClient other(m_server->port());
        QCOMPARE(other.ask("PING"), "PONG");
        QVERIFY2(m_backend->staleReads < 250, qPrintable(QString::number(m_backend->staleReads)));
        QCOMPARE(greedy.replies(500).size(), 500);
    }

    void aCommandThatIsHeldBackCounts()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\n" + resp::encodeCommand({"EXISTS", "a", QByteArray(60'000, 'k')}));
        QTRY_VERIFY_WITH_TIMEOUT(m_server->counters().clientBytes > 60'000, 5000);
        m_backend->answer(0);
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
        m_backend->answer(0);
        QCOMPARE(client.replies(2), QStringList({"OK", "(integer) 1"}));
        QTRY_COMPARE_WITH_TIMEOUT(m_server->counters().clientBytes, qint64(0), 5000);
    }

    void aClientIsDescribed()
    {
        RawClient client(m_server->port());
        QCOMPARE(client.ask("CLIENT SETNAME me"), "OK");
        QCOMPARE(client.ask("CLIENT SETINFO LIB-NAME lib"), "OK");
        QCOMPARE(client.ask("CLIENT SETINFO LIB-VER 1.2"), "OK");
        QCOMPARE(client.ask("CLIENT SETINFO COLOUR red"), "(error) ERR Unrecognized option 'COLOUR'");
        const QString info = client.ask("CLIENT INFO");
        for (const char* part : {"id=1 ", "addr=127.0.0.1:", " name=me ", " resp=2 ", " lib-name=lib ", "lib-ver=1.2"})
            QVERIFY2(info.contains(part), qPrintable(info));
    }

    void waitCountsTheReplicas()
    {
        RawClient client(m_server->port());
        m_backend->end = 7;
        m_backend->replicas = 2;
        QCOMPARE(client.ask("WAIT 2 0"), "(integer) 2");
        QCOMPARE(client.ask("WAIT 0 0"), "(integer) 2");
        QCOMPARE(client.ask("WAIT 3 1"), "(integer) 2");
        client.send("WAIT 3 0\r\nPING\r\n");
        RawClient other(m_server->port());
        QCOMPARE(other.ask("INFO clients").contains("blocked_clients:1"), true);
        m_backend->replicas = 3;
        QCOMPARE(client.replies(2), QStringList({"(integer) 3", "PONG"}));
        client.send("WAIT 9 0\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(other.ask("INFO clients").contains("blocked_clients:1"), 5000);
        m_backend->leader.isLeader = false;
        QVERIFY(client.replies(1).value(0).startsWith("(error) UNBLOCKED "));
        QVERIFY(client.ask("WAIT 1 0").startsWith("(error) ERR WAIT cannot be used with replica instances."));
        m_backend->leader.isLeader = true;
        client.send("WAIT 9 0\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(other.ask("INFO clients").contains("blocked_clients:1"), 5000);
        client.socket().abort();
        QTRY_VERIFY_WITH_TIMEOUT(other.ask("INFO clients").contains("blocked_clients:0"), 5000);
    }

    void waitRefusesWhatIsNoNumber()
    {
        RawClient client(m_server->port());
        QCOMPARE(client.ask("WAIT 1 -1"), "(error) ERR timeout is negative");
        QCOMPARE(client.ask("WAIT x 1"), "(error) ERR value is not an integer or out of range");
        QCOMPARE(client.ask("WAIT 0 4398046511104"), "(integer) 0");
        QCOMPARE(client.ask("WAIT 1 4398046511105"), "(error) ERR timeout is not an integer or out of range");
        QCOMPARE(client.ask("WAIT 1 x"), "(error) ERR timeout is not an integer or out of range");
    }

    void infoHasSectionsByName()
    {
        RawClient client(m_server->port());
        client.ask("GET k");
        client.ask("GET");
        const QString usual = client.ask("INFO");
        QVERIFY(usual.indexOf("# Server") < usual.indexOf("# Clients"));
        QVERIFY(usual.indexOf("# Clients") < usual.indexOf("# Stats"));
        QVERIFY(usual.indexOf("# Stats") < usual.indexOf("# Replication"));
        QVERIFY(!usual.contains("# Commandstats"));
        QVERIFY(client.ask("INFO commandstats").contains("cmdstat_get:calls=1,rejected_calls=1"));
        QVERIFY(client.ask("INFO all").contains("cmdstat_info:calls=3,"));
        QCOMPARE(client.ask("INFO nothing"), "\"\"");
    }

    void aStandingQueueIsNotAddedTo()
    {
        m_backend->answers = false;
        std::vector<std::unique_ptr<RawClient>> clients;
        const Admission::Limits limits;
        for (quint64 i = 0; i < limits.small; ++i) {
            clients.push_back(std::make_unique<RawClient>(m_server->port()));
            clients.back()->send("INCR n\r\n");
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(limits.small), 5000);
        RawClient late(m_server->port());
        m_backend->paced = limits.delay;
        late.send("INCR n\r\n"); // not too long yet
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(limits.small) + 1, 5000);
        m_backend->paced = limits.delay + std::chrono::milliseconds(1);
        RawClient later(m_server->port());
        QVERIFY(later.ask("INCR n").startsWith("(error) BUSY "));
        QVERIFY(later.ask("INFO stats").contains("commands_not_admitted:1"));
        QCOMPARE(later.ask("CONFIG SET admission no"), "OK");
        later.send("INCR n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(limits.small) + 2, 5000);
        RawClient again(m_server->port());
        QCOMPARE(again.ask("CONFIG SET admission yes"), "OK");
        QVERIFY(again.ask("GET n").startsWith("(error) BUSY "));
        while (!m_backend->held.empty())
            m_backend->answer(0);
        m_backend->answers = true;
        QVERIFY(again.ask("INCR n").startsWith("(integer)"));
    }

    void repliesThatPileUpWithinOneTurnAreBounded()
    {
        RawClient writer(m_server->port());
        writer.send(resp::encodeCommand({"SET", "x", QByteArray(kv::kMaxValue, 'v')}));
        QCOMPARE(writer.replies(1), QStringList{"OK"});
        m_backend->answers = false;
        RawClient greedy(m_server->port());
        greedy.socket().setReadBufferSize(1024);
        for (int i = 0; i < 200; ++i)
            greedy.send("GET x\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(200), 5000);
        while (!m_backend->held.empty())
            m_backend->answer(0);
        QCOMPARE(m_server->counters().pending, quint64(0)); // all were let go of, before any was sent
        QTRY_COMPARE_WITH_TIMEOUT(m_server->counters().slowReaders, quint64(1), 5000);
        QVERIFY(writer.ask("INFO stats").contains("client_output_buffer_limit_disconnections:1"));
    }

    void valuesTooLargeForOneReplyAreRefused()
    {
        RawClient client(m_server->port());
        client.send(resp::encodeCommand({"SET", "x", QByteArray(kv::kMaxValue, 'v')}));
        QCOMPARE(client.replies(1), QStringList{"OK"});
        QVERIFY(client.ask("MGET x x x x x").startsWith("(error) ERR the values have more than "));
    }
};

QTEST_GUILESS_MAIN(TestClientSession)
#include "tst_client_session.moc"
