// SPDX-License-Identifier: GPL-3.0-or-later
#include "client_bench.h"

#include "node/client/command_table.h"

#include <QTest>

using namespace faultline;
using namespace faultline::client;
using test::FakeBackend;
using test::RawClient;

/// What is said to each command, in Redis' words.
class TestClientAnswers : public QObject
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
    void cleanupTestCase() { m_server.reset(); }

    void commandsAreAnsweredAsRedisDoes_data()
    {
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<QString>("answer");
        const auto row = [](const char* command, const char* answer) {
            QTest::newRow(command) << QByteArray(command) << QString::fromUtf8(answer);
        };
        row("PING", "PONG");
        row("ping hello", "\"hello\"");
        row("PING a b", "(error) ERR wrong number of arguments for 'ping' command");
        row("ECHO x", "\"x\"");
        row("ECHO", "(error) ERR wrong number of arguments for 'echo' command");
        row("SET k v", "OK");
        row("GET k", "\"v\"");
        row("GET none", "(nil)");
        row("GET", "(error) ERR wrong number of arguments for 'get' command");
        row("get a b", "(error) ERR wrong number of arguments for 'get' command");
        row("SET k", "(error) ERR wrong number of arguments for 'set' command");
        row("SET k v EX", "(error) ERR syntax error");
        row("INCR k", "(error) ERR value is not an integer or out of range");
        row("EXISTS k k", "(integer) 2");
        row("EXISTS k other", "(integer) 1");
        row("EXISTS {k}1 {k}2 k", "(integer) 1");
        row("DBSIZE", "(integer) 1");
        row("DEL k", "(integer) 1");
        row("INCR n", "(integer) 1");
        row("foo bar 'b z'", "(error) ERR unknown command 'foo', with args beginning with: 'bar' 'b z' ");
        row("SELECT 0", "OK");
        row("SELECT 1", "(error) ERR SELECT is not allowed in cluster mode");
        row("SELECT x", "(error) ERR value is not an integer or out of range");
        row("READONLY", "OK");
        row("READWRITE", "OK");
        row("RESET", "RESET");
        row("CLIENT GETNAME", "(nil)");
        row("CLIENT SETNAME 'a b'", "(error) ERR Client names cannot contain spaces, newlines or special characters.");
        row("CLIENT SETINFO LIB-NAME x", "OK");
        row("CLIENT NO-EVICT on", "OK");
        row("CLIENT NONSENSE", "(error) ERR unknown subcommand 'NONSENSE'. Try CLIENT HELP.");
        row("CLIENT SETNAME", "(error) ERR wrong number of arguments for 'client|setname' command");
        row("CLIENT id 1", "(error) ERR wrong number of arguments for 'client|id' command");
        row("CLIENT LIST FOO", "(error) ERR syntax error");
        row("CLIENT LIST ID", "(error) ERR syntax error");
        row("CLIENT LIST TYPE normal x", "(error) ERR syntax error");
        row("CLIENT LIST TYPE foo", "(error) ERR Unknown client type 'foo'");
        row("CLIENT LIST TYPE replica", "\"\"");
        row("CLIENT LIST TYPE pubsub", "\"\"");
        row("CLIENT LIST type MASTER", "\"\"");
        row("CLIENT LIST ID abc", "(error) ERR Invalid client ID");
        row("CLIENT LIST ID 1 abc", "(error) ERR Invalid client ID");
        row("COMMAND LIST FOO", "(error) ERR syntax error");
        row("COMMAND LIST FILTERBY PATTERN", "(error) ERR syntax error");
        row("COMMAND LIST FILTERBY FOO x", "(error) ERR syntax error");
        row("COMMAND LIST FILTERBY PATTERN Get*", "1) \"get\"\n2) \"getset\"\n3) \"getdel\"");
        row("COMMAND LIST FILTERBY MODULE x", "(empty array)");
        row("COMMAND COUNT 1", "(error) ERR wrong number of arguments for 'command|count' command");
        row("CONFIG GET save", "1) \"save\"\n2) \"\"");
        row("CONFIG GET appendonly", "1) \"appendonly\"\n2) \"yes\"");
        row("CONFIG GET app* nothing", "1) \"appendfsync\"\n2) \"always\"\n3) \"appendonly\"\n4) \"yes\"");
        row("CONFIG GET admission-c*", "1) \"admission-commands\"\n2) \"50000\"");
        row("CONFIG SET admission-commands 0", "(error) ERR CONFIG SET failed (possibly related to argument "
                                               "'admission-commands') - argument must be between 1 and 200000");
        row("CONFIG SET admission maybe", "(error) ERR CONFIG SET failed (possibly related to argument 'admission') - "
                                          "argument must be 'yes' or 'no'");
        row("CONFIG SET admission", "(error) ERR wrong number of arguments for 'config|set' command");
        row("CONFIG SET admission yes ADMISSION-DELAY 500", "OK");
        row("CONFIG SET save x", "(error) ERR Unknown option or number of arguments for CONFIG SET - 'save'");
        row("COMMAND INFO nonsense", "1) (nil)");
        row("COMMAND GETKEYS MSET a 1 b 2", "1) \"a\"\n2) \"b\"");
        row("COMMAND GETKEYS get a", "1) \"a\"");
        row("COMMAND GETKEYS DEL a b c", "1) \"a\"\n2) \"b\"\n3) \"c\"");
        row("COMMAND GETKEYS", "(error) ERR wrong number of arguments for 'command|getkeys' command");
        row("COMMAND GETKEYS PING", "(error) ERR The command has no key arguments");
        row("COMMAND GETKEYS GET", "(error) ERR Invalid number of arguments specified for command");
        row("COMMAND GETKEYS nonsense a", "(error) ERR Invalid command specified");
        row("SESSION help", "1) SESSION <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\n2) OPEN\n"
                            "3)     Return the id of a new session.\n4) CALL <id> <sequence> <acked-below> <command>\n"
                            "5)     Do the command once, however often it is said.\n6) HELP\n7)     Print this help.");
        row("GET help", "(nil)");
        row("COMMAND DOCS incr",
            "1) \"incr\"\n2) 1) \"summary\"\n   2) \"Adds one to the integer value of a key.\"\n   3) \"group\"\n"
            "   4) \"string\"");
        row("CLUSTER KEYSLOT foo", "(integer) 12182");
        row("CLUSTER MYID", "\"0000000000000000000000000000000000000001\"");
        row("CLUSTER NONSENSE", "(error) ERR unknown subcommand 'NONSENSE'. Try CLUSTER HELP.");
        row("CLUSTER NODES all", "(error) ERR wrong number of arguments for 'cluster|nodes' command");
        row("CLUSTER SLOTS",
            "1) 1) (integer) 0\n   2) (integer) 16383\n"
            "   3) 1) \"127.0.0.1\"\n      2) (integer) 7001\n      3) \"0000000000000000000000000000000000000001\"\n"
            "      4) (empty array)\n"
            "   4) 1) \"127.0.0.1\"\n      2) (integer) 7002\n      3) \"0000000000000000000000000000000000000002\"\n"
            "      4) (empty array)");
        row("CLUSTER NODES",
            "\"0000000000000000000000000000000000000001 127.0.0.1:7001@8001 myself,master - 0 0 0 connected "
            "0-16383\\n0000000000000000000000000000000000000002 127.0.0.1:7002@8002 slave,fail? "
            "0000000000000000000000000000000000000001 0 0 0 disconnected\\n\"");
        row("INFO server", "\"# Server\\r\\nfaultline_version:1\\r\\n\"");
        row("INFO cluster REPLICATION",
            "\"# Replication\\r\\nrole:master\\r\\n\\r\\n# Cluster\\r\\ncluster_enabled:1\\r\\n\"");
        row("TIME", "1) \"1700000000\"\n2) \"123456\"");
        row("time", "1) \"1700000000\"\n2) \"123456\"");
        row("TIME x", "(error) ERR wrong number of arguments for 'time' command");
        row("SESSION", "(error) ERR wrong number of arguments for 'session' command");
        row("SESSION OPEN x", "(error) ERR wrong number of arguments for 'session|open' command");
        row("SESSION CLOSE", "(error) ERR unknown subcommand 'CLOSE'. Try SESSION HELP.");
        row("session open", "(integer) 1");
        row("SESSION CALL 1 0 0", "(error) ERR wrong number of arguments for 'session|call' command");
        row("SESSION CALL 1 0 0 GET", "(error) ERR wrong number of arguments for 'get' command");
        row("SESSION CALL 1 0 0 SET k v EX 0", "(error) ERR invalid expire time in 'set' command");
        row("SESSION CALL 1 0 0 foo", "(error) ERR unknown command 'foo', with args beginning with: ");
        row("SESSION CALL 1 0 0 EXISTS k other", "(integer) 0");
        row("SESSION CALL 1 0 0 PING", "(error) ERR SESSION CALL takes a command that names keys, not 'ping'");
        row("SESSION CALL 1 0 0 session OPEN",
            "(error) ERR SESSION CALL takes a command that names keys, not 'session'");
        row("SESSION CALL x 0 0 GET k", "(error) ERR value is not an integer or out of range");
        row("SESSION CALL 1 -1 0 GET k", "(error) ERR value is not an integer or out of range");
        row("SESSION CALL 1 0 1.0 GET k", "(error) ERR value is not an integer or out of range");
        row("SESSION CALL 1 4 5 GET k", "(error) ERR sequence number 4 lies below 5, below which this command says "
                                        "that all is acknowledged");
        row("SESSION CALL 7 0 0 GET k", "(error) NOSESSION No session 7 was ever opened, SESSION OPEN gives one");
        row("SESSION CALL 1 1 0 INCR counted", "(integer) 1");
        row("session call 1 1 0 incr counted", "(integer) 1");
        row("SESSION CALL 1 2 2 SET k v", "OK");
        row("SESSION CALL 1 3 2 GET k", "\"v\"");
        row("SESSION CALL 1 1 2 INCR counted", "(error) ERR sequence number 1 lies below 2, below which this command "
                                               "says that all is acknowledged");
        row("SESSION CALL 1 1 0 INCR counted",
            "(error) ERR sequence number 1 of session 1 was acknowledged, as all below 2 are: its reply is gone and it "
            "cannot be said again");
        row("GET counted", "\"1\"");
        row("MEMBER", "(error) ERR wrong number of arguments for 'member' command");
        row("MEMBER FROB", "(error) ERR unknown subcommand 'FROB'. Try MEMBER ADD, REMOVE, TRANSFER or LIST.");
        row("MEMBER ADD n4",
            "(error) ERR wrong number of arguments for 'member|add' command, MEMBER ADD n6 127.0.0.1 7106 "
            "7206 (name, address, peer port, client port) would be right");
        row("MEMBER remove",
            "(error) ERR wrong number of arguments for 'member|remove' command, MEMBER REMOVE n6 would be right");
        row("MEMBER LIST x", "(error) ERR wrong number of arguments for 'member|list' command");
        row("MEMBER REMOVE n10", "(error) ERR 'n10' is not a member's name, n1 to n9 would be");
        row("MEMBER ADD n4 here 7104 7204", "(error) ERR 'here' is not an IP address, 127.0.0.1 would be");
        row("MEMBER ADD n4 127.0.0.1 7104 70000", "(error) ERR '7104' and '70000' are not a peer port and a client "
                                                  "port, two numbers from 1 to 65535 would be");
        row("MEMBER ADD n4 127.0.0.1 7104 7204", "OK");
        row("MEMBER REMOVE n3", "(error) ERR n3 is no member");
        row("member transfer 2", "OK");
        row("HELLO 4", "(error) NOPROTO unsupported protocol version");
        row("HELLO x", "(error) ERR Protocol version is not an integer or out of range");
        row("HELLO 2 NONSENSE", "(error) ERR Syntax error in HELLO option 'NONSENSE'");
    }
    void commandsAreAnsweredAsRedisDoes()
    {
        QFETCH(QByteArray, command);
        QFETCH(QString, answer);
        RawClient client(m_server->port());
        QCOMPARE(client.ask(command), answer);
        QCOMPARE(client.ask("PING next"), "\"next\"");
    }

    void timeIsTheOneOfTheNode()
    {
        RawClient client(m_server->port());
        const auto before = m_backend.time;
        m_backend.time = std::chrono::microseconds(7'000'008);
        QCOMPARE(client.ask("TIME"), "1) \"7\"\n2) \"8\"");
        m_backend.time = before;
    }

    void helloChoosesTheProtocol()
    {
        RawClient client(m_server->port());
        QVERIFY(client.ask("HELLO").startsWith(" 1) \"server\"\n"));
        QVERIFY(client.ask("HELLO 3 SETNAME me").contains("# \"proto\" => (integer) 3"));
        QCOMPARE(client.ask("CLIENT GETNAME"), "\"me\"");
        client.send("GET none\r\n");
        QVERIFY(RawClient::wait([&] { return client.socket().bytesAvailable() >= 3; }));
        QCOMPARE(client.socket().peek(100), QByteArray("_\r\n"));
        QCOMPARE(client.replies(1), QStringList{"(nil)"});
        QCOMPARE(client.ask("RESET"), "RESET");
        QCOMPARE(client.ask("CLIENT GETNAME"), "(nil)");
        QVERIFY(client.ask("HELLO").startsWith(" 1) \"server\"\n"));
    }

    void helpThatAnErrorPromisesIsThere()
    {
        RawClient client(m_server->port());
        for (const CommandSpec& spec : allCommands()) {
            const QByteArray name = QByteArray(spec.name).toUpper();
            if (!client.ask(name + " NONSENSE").contains(name + " HELP"))
                continue;
            const QString help = client.ask(name + " help");
            QVERIFY2(help.startsWith("1) " + name + " <subcommand>") ||
                         help.startsWith(" 1) " + name + " <subcommand>"),
                     qPrintable(help));
        }
    }

    void clientListNamesEveryConnection()
    {
        RawClient one(m_server->port());
        RawClient other(m_server->port());
        QCOMPARE(one.ask("CLIENT SETNAME me"), "OK");
        const QString all = other.ask("CLIENT LIST");
        QVERIFY2(all.contains("name=me "), qPrintable(all));
        QVERIFY2(all.count("id=") >= 2, qPrintable(all));
        const QString id = other.ask("CLIENT ID").section(' ', 1);
        QCOMPARE(other.ask("CLIENT LIST ID " + id.toLatin1() + " 99").count(" addr="), 1);
        QVERIFY(other.ask("client list id " + id.toLatin1()).contains("id=" + id + " "));
        QCOMPARE(other.ask("CLIENT LIST ID 99"), "\"\"");
        QCOMPARE(other.ask("CLIENT LIST TYPE Normal").count(" addr="), all.count(" addr="));
    }

    void commandListsEveryCommand()
    {
        RawClient client(m_server->port());
        const QString count = QString::number(allCommands().size());
        QCOMPARE(client.ask("COMMAND COUNT"), "(integer) " + count);
        QVERIFY(client.ask("COMMAND").contains("\"dbsize\""));
        QVERIFY(client.ask("COMMAND LIST").endsWith(count + ") \"member\""));
        QVERIFY(client.ask("COMMAND DOCS").contains("\"summary\""));
        for (const CommandSpec& spec : allCommands()) {
            QCOMPARE(findCommand(spec.name), &spec);
            QCOMPARE(findCommand(QByteArray(spec.name).toUpper()), &spec);
        }
        QCOMPARE(findCommand("nonsenselong"), nullptr);
        QCOMPARE(findCommand(""), nullptr);
    }
};

QTEST_GUILESS_MAIN(TestClientAnswers)
#include "tst_client_answers.moc"
