// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare_nodes.h"

#include "common/resp/reply_parser.h"
#include "common/resp/writer.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>

#include <array>
#include <optional>

using namespace faultline;
using namespace faultline::tests;

namespace {

/// A client that says commands and waits for the replies.
class PlainClient
{
public:
    explicit PlainClient(quint16 port)
    {
        m_socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        m_socket.waitForConnected(5'000);
    }
    bool isConnected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    /// As redis-cli prints it; empty when none came.
    QString ask(const QByteArrayList& words) { return askAll({words}).value(0); }
    /// The same of several, said in one piece; fewer when not all came.
    QStringList askAll(const QList<QByteArrayList>& commands)
    {
        QByteArray bytes;
        for (const QByteArrayList& words : commands)
            resp::appendCommand(bytes, std::vector<QByteArrayView>(words.begin(), words.end()));
        m_socket.write(bytes);
        QStringList replies;
        resp::Reply reply;
        while (replies.size() < commands.size()) {
            if (m_parser.next(reply) == resp::ReplyParser::Outcome::Reply) {
                replies.append(resp::toText(reply));
                continue;
            }
            if (!m_socket.waitForReadyRead(5'000))
                break;
            m_parser.append(m_socket.readAll());
        }
        return replies;
    }

private:
    QTcpSocket m_socket;
    resp::ReplyParser m_parser;
};

/// A real redis-server that keeps nothing.
class RedisServer
{
public:
    explicit RedisServer(const QString& program)
    {
        QTcpServer free;
        free.listen(QHostAddress::LocalHost);
        m_port = free.serverPort();
        free.close();
        m_process.start(program, {"--port", QString::number(m_port), "--bind", "127.0.0.1", "--save", "",
                                  "--appendonly", "no", "--dir", m_folder.path()});
    }
    ~RedisServer()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    quint16 port() const { return m_port; }
    bool serves()
    {
        return BareNodes::until([this] { return PlainClient(m_port).ask({"PING"}) == QLatin1String("PONG"); }, 20'000);
    }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};

/// Commands at random, over few keys, so that they meet; some of them wrong.
class RandomCommands
{
public:
    explicit RandomCommands(quint32 seed)
        : m_random(seed)
    {}
    QByteArrayList next()
    {
        QByteArrayList words = mostlyRight();
        if (below(25) == 0)
            words.append(any({"1", "NX", "x", ""}));
        if (below(40) == 0 && words.size() > 1)
            words.removeLast();
        return words;
    }

private:
    quint32 below(quint32 bound) { return m_random.bounded(bound); }
    QByteArray any(const QByteArrayList& all) { return all[qsizetype(below(quint32(all.size())))]; }
    QByteArray key() { return any({"a", "b", "{a}c", "d", "", "key with spaces", "n", "m"}); }
    QByteArray value()
    {
        return any({"", "1", "-7", "x", "9223372036854775807", "-9223372036854775808", " 5", "007",
                    QByteArray("\0\r\n\xff", 4), QByteArray(300, 'v')});
    }
    QByteArray amount()
    {
        return any({"1", "-1", "5", "0", "x", "9223372036854775807", "-9223372036854775808", "1.0"});
    }
    QByteArray seconds() { return any({"1000", "100000", "5000", "0", "-5", "x", "9223372036854775807"}); }
    QByteArray moment() { return any({"4000000000", "4100000000", "1", "x", "9223372036854775807"}); }
    QByteArrayList setOptions()
    {
        QByteArrayList words;
        for (quint32 i = below(3); i > 0; --i) {
            switch (below(7)) {
            case 0:
                words += {"EX", seconds()};
                break;
            case 1:
                words += {"EXAT", moment()};
                break;
            default:
                words += any({"NX", "XX", "GET", "KEEPTTL", "nx", "EX", "ZZ"});
            }
        }
        return words;
    }
    QByteArrayList mostlyRight()
    {
        switch (below(26)) {
        case 0:
        case 1:
            return {"SET", key(), value()};
        case 2:
        case 3:
        case 4:
            return QByteArrayList{"SET", key(), value()} + setOptions();
        case 5:
        case 6:
            return {"GET", key()};
        case 7:
            return {"APPEND", key(), value()};
        case 8:
            return {"STRLEN", key()};
        case 9:
            return {any({"INCR", "DECR"}), any({"n", "m"})};
        case 10:
        case 11:
            return {any({"INCRBY", "DECRBY"}), any({"n", "m", "a"}), amount()};
        case 12:
            return {"MSET", key(), value(), key(), value()};
        case 13:
            return {"MGET", key(), key(), key()};
        case 14:
            return {"GETSET", key(), value()};
        case 15:
            return {"GETDEL", key()};
        case 16:
            return {"SETNX", key(), value()};
        case 17:
            return {"DEL", key(), key()};
        case 18:
            return {"EXISTS", key(), key(), key()};
        case 19:
            return {any({"EXPIRE", "expire"}), key(), seconds(), any({"NX", "XX", "GT", "LT"})};
        case 20:
            return {"EXPIRE", key(), seconds()};
        case 21:
            return {"EXPIREAT", key(), moment()};
        case 22:
            return {"TTL", key()};
        case 23:
            return {"PERSIST", key()};
        case 24:
            return {any({"TYPE", "DBSIZE", "SETEX", "nonsense", "GET", "PSETEX"}), key(), seconds(), value()};
        default:
            return below(20) == 0 ? QByteArrayList{"FLUSHALL"} : QByteArrayList{"TYPE", key()};
        }
    }

    QRandomGenerator m_random;
};

/// The two servers were not asked at the very same moment.
bool sameTimeToLive(const QString& one, const QString& other)
{
    const auto number = [](const QString& text) { return text.mid(QStringLiteral("(integer) ").size()).toLongLong(); };
    return one == other || (number(one) > 0 && number(other) > 0 && std::abs(number(one) - number(other)) <= 1);
}

} // namespace

/// The cluster beside the programs it is meant to be spoken to by, and beside Redis itself.
class TestRedisPeers : public QObject
{
    Q_OBJECT
private slots:
    void randomCommandsAreAnsweredAsByRedis_data();
    void randomCommandsAreAnsweredAsByRedis();
    void keysExpireWithoutWrites();
    void keysThatExpiredStayGoneWhenTheLeaderChanges();
    void aPasswordIsReadFromStandardInput();
    void waitTellsOfEveryReplica();
    void ioredisWorksInClusterMode();
};

void TestRedisPeers::randomCommandsAreAnsweredAsByRedis_data()
{
    QTest::addColumn<quint32>("seed");
    QTest::addColumn<int>("together");
    for (const quint32 seed : {1U, 2U, 3U})
        QTest::addRow("seed %u", seed) << seed << 1;
    for (const quint32 seed : {4U, 5U, 6U})
        QTest::addRow("seed %u, pipelined", seed) << seed << 16;
}

void TestRedisPeers::randomCommandsAreAnsweredAsByRedis()
{
    QFETCH(quint32, seed);
    QFETCH(int, together);
    const QString program = QStandardPaths::findExecutable(QStringLiteral("redis-server"));
    if (program.isEmpty())
        QSKIP("redis-server is not installed (package redis-server): answers were not compared with Redis itself");
    RedisServer redis(program);
    QVERIFY(redis.serves());
    BareNodes nodes(1);
    nodes.found(1);
    QVERIFY(BareNodes::until([&] { return nodes.leader() == 1; }));
    PlainClient ours(nodes.target(1).port);
    PlainClient theirs(redis.port());
    RandomCommands commands(seed);
    QByteArrayList said;
    for (int i = 0; i < 3'000; i += together) {
        QList<QByteArrayList> some;
        while (some.size() < together)
            some.append(commands.next());
        const QStringList expected = theirs.askAll(some);
        const QStringList answers = ours.askAll(some);
        QCOMPARE(answers.size(), expected.size());
        for (qsizetype k = 0; k < some.size(); ++k) {
            said.append(some[k].join(' ').left(100));
            // Whether a time to live is greater than the same one of just before is a matter of the millisecond, and
            // of a pipeline Redis does all within one.
            const bool isOfTheMoment = together > 1 && (some[k].contains("GT") || some[k].contains("LT"));
            const bool same = some[k][0] == "TTL" ? sameTimeToLive(answers[k], expected[k])
                                                  : isOfTheMoment || answers[k] == expected[k];
            QVERIFY2(same, qPrintable(QStringLiteral("%1\nRedis: %2\nhere:  %3\nafter: %4")
                                          .arg(QString::fromUtf8(said.last()), expected[k], answers[k],
                                               QString::fromUtf8(said.mid(said.size() - 12).join("; ")))));
        }
    }
}

void TestRedisPeers::keysExpireWithoutWrites()
{
    BareNodes nodes(3);
    nodes.found(3);
    QVERIFY(BareNodes::until([&] { return nodes.leader() != 0; }));
    QCOMPARE(nodes.askLeader(QStringLiteral("SET stays 1 EX 1000")), "OK");
    QCOMPARE(nodes.askLeader(QStringLiteral("SET goes 1 PX 300")), "OK");
    for (quint32 id = 1; id <= 3; ++id) {
        // Not the size first: a follower that has not seen the second key yet has one too.
        QVERIFY(BareNodes::until([&] { return nodes.info(id, QStringLiteral("expired_keys")) == QLatin1String("1"); }));
        QCOMPARE(nodes.ask(id, QStringLiteral("DBSIZE")), "(integer) 1");
    }
    QVERIFY(BareNodes::until([&] {
        const QString hash = nodes.info(1, QStringLiteral("state_hash"));
        return hash == nodes.info(2, QStringLiteral("state_hash")) &&
               hash == nodes.info(3, QStringLiteral("state_hash"));
    }));
}

void TestRedisPeers::keysThatExpiredStayGoneWhenTheLeaderChanges()
{
    BareNodes nodes(3);
    nodes.found(3);
    QVERIFY(BareNodes::until([&] { return nodes.leader() != 0; }));
    QCOMPARE(nodes.askLeader(QStringLiteral("SET stays 1 EX 1000")), "OK");
    QCOMPARE(nodes.askLeader(QStringLiteral("SET goes 1 PX 100")), "OK");
    QVERIFY(BareNodes::until([&] { return nodes.askLeader(QStringLiteral("GET goes")) == QLatin1String("(nil)"); }));
    const quint32 first = nodes.leader();
    nodes.kill(first);
    QVERIFY(BareNodes::until([&] { return nodes.leader() != 0 && nodes.leader() != first; }));
    QCOMPARE(nodes.askLeader(QStringLiteral("GET goes")), "(nil)");
    QCOMPARE(nodes.askLeader(QStringLiteral("GET stays")), "\"1\"");
    const QString left = nodes.askLeader(QStringLiteral("TTL stays")).mid(QStringLiteral("(integer) ").size());
    QVERIFY2(left.toInt() > 900 && left.toInt() <= 1000, qPrintable(left));
}

void TestRedisPeers::aPasswordIsReadFromStandardInput()
{
    const QString binary = QString::fromLocal8Bit(qgetenv("FAULTLINE_BIN")) + QStringLiteral("/faultline-node");
    QTemporaryDir folder;
    auto ports = lab::PortBlock::claim();
    QVERIFY(ports);
    QProcess node;
    node.start(binary, {"--id=1", "--auth", "--data=" + folder.path(),
                        QStringLiteral("--member=n1=127.0.0.1:%1/%2").arg(ports->peer()).arg(ports->client())});
    node.write("secret\n");
    QVERIFY(BareNodes::until([&] { return PlainClient(ports->client()).isConnected(); }));
    PlainClient client(ports->client());
    QCOMPARE(client.ask({"GET", "k"}), "(error) NOAUTH Authentication required.");
    QCOMPARE(client.ask({"AUTH", "secret"}), "OK");
    QVERIFY(BareNodes::until([&] { return client.ask({"SET", "k", "v"}) == QLatin1String("OK"); }));
    node.kill();
    node.waitForFinished();
}

void TestRedisPeers::waitTellsOfEveryReplica()
{
    BareNodes nodes(3);
    nodes.found(3);
    QVERIFY(BareNodes::until([&] { return nodes.leader() != 0; }));
    QCOMPARE(nodes.askLeader(QStringLiteral("SET k v")), "OK");
    QVERIFY(BareNodes::until(
        [&] { return nodes.askLeader(QStringLiteral("WAIT 2 500")) == QLatin1String("(integer) 2"); }));
    const quint32 leader = nodes.leader();
    nodes.kill(leader % 3 + 1);
    QCOMPARE(nodes.askLeader(QStringLiteral("SET k w")), "OK");
    QCOMPARE(nodes.askLeader(QStringLiteral("WAIT 2 300")), "(integer) 1");
}

void TestRedisPeers::ioredisWorksInClusterMode()
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("node"));
    if (program.isEmpty())
        QSKIP("node is not installed (package nodejs): ioredis was not tried");
    QProcess probe;
    probe.start(program, {"-e", "require('ioredis')"});
    QVERIFY(probe.waitForFinished());
    if (probe.exitCode() != 0)
        QSKIP("ioredis is not installed where node finds it (npm install ioredis, and NODE_PATH): it was not tried");
    BareNodes nodes(3);
    nodes.found(3);
    QVERIFY(BareNodes::until([&] { return nodes.leader() != 0; }));
    const QString script = QStringLiteral(R"(
const Redis = require('ioredis');
const say = (what, got, wanted) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
        throw new Error(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
};
(async () => {
    const ports = process.argv[1].split(',').map(Number);
    const cluster = new Redis.Cluster(ports.map(port => ({ host: '127.0.0.1', port })), { scaleReads: process.argv[2] });
    await cluster.del('{t}n');
    say('set', await cluster.set('k', 'v', 'EX', 1000), 'OK');
    say('ttl', await cluster.ttl('k') > 900, true);
    say('mset', await cluster.mset('{t}a', '1', '{t}b', '2'), 'OK');
    if (process.argv[2] === 'master')
        say('mget', await cluster.mget('{t}a', '{t}b', '{t}none'), ['1', '2', null]);
    say('append', await cluster.append('k', 'w'), 2);
    say('incrby', await cluster.incrby('n', 5), 5);
    const pipeline = cluster.pipeline();
    for (let i = 0; i < 200; ++i)
        pipeline.incr('{t}n');
    say('pipeline', (await pipeline.exec()).at(-1), [null, 200]);
    say('masters', cluster.nodes('master').length, 1);
    say('slaves', cluster.nodes('slave').length, 2);
    const leader = cluster.nodes('master')[0];
    say('scan', (await leader.scan(0, 'MATCH', 'k*', 'COUNT', 1000))[1], ['k']);
    say('wait', await leader.wait(1, 1000) >= 1, true);
    say('getdel', await cluster.getdel('n'), '5');
    await cluster.quit();
    console.log('done');
})().catch(error => { console.log(String(error)); process.exit(1); });
)");
    QStringList ports;
    for (quint32 id = 1; id <= 3; ++id)
        ports << QString::number(nodes.target(id).port);
    for (const char* reads : {"master", "slave"}) {
        QProcess client;
        client.start(program, {"-e", script, ports.join(u','), reads});
        QVERIFY(client.waitForFinished(60'000));
        const QByteArray out = client.readAllStandardOutput();
        QVERIFY2(out.trimmed() == "done", (out + client.readAllStandardError()).constData());
    }
}

QTEST_GUILESS_MAIN(TestRedisPeers)
#include "tst_redis_peers.moc"
