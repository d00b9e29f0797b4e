// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include "common/wire/frame.h"
#include "common/wire/hello.h"

#include <QTcpSocket>

#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

namespace {

enum class Door { Client, Peer, Control };

QByteArray hello(quint32 from, quint32 to, const QByteArray& token = "guess")
{
    wire::Hello h;
    h.clusterId = wire::clusterIdOf("some other cluster");
    h.from = NodeId{from};
    h.to = NodeId{to};
    h.incarnation = 1;
    h.token = token;
    return wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(h));
}

QByteArray noise(std::uint32_t seed, int size)
{
    std::mt19937 random(seed);
    QByteArray bytes(size, Qt::Uninitialized);
    for (char& byte : bytes)
        byte = char(random());
    return bytes;
}

} // namespace

/// Whatever anybody sends to any port of a node: a closed connection or one error, and nobody else is disturbed.
class TestBadInput : public QObject
{
    Q_OBJECT

    std::unique_ptr<LiveCluster> m_cluster;
    std::vector<qint64> m_pids;
    quint64 m_term = 0;

    quint16 port(NodeId id, Door door) const
    {
        const auto& member = m_cluster->node(id).member;
        return door == Door::Client ? member.clientPort : door == Door::Peer ? member.peerPort : member.controlPort;
    }

private slots:
    void initTestCase()
    {
        m_cluster = std::make_unique<LiveCluster>(3);
        QVERIFY(m_cluster->start());
        m_pids = m_cluster->pids();
        m_term = m_cluster->lab.timeline().highestTerm();
    }
    void cleanupTestCase() { m_cluster.reset(); }

    void framedPortsCloseTheConnection_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QByteArray huge = wire::encodeFrame(wire::FrameKind::Hello, "x");
        huge.replace(8, 4, QByteArray("\0\0\0\x80", 4));
        QByteArray badChecksum = hello(2, 1);
        badChecksum[wire::kHeaderSize] = char(badChecksum[wire::kHeaderSize] ^ 1);
        QTest::newRow("noise") << noise(1, 4096);
        QTest::newRow("HTTP") << QByteArray("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QTest::newRow("2 GB length") << huge;
        QTest::newRow("half a header") << hello(2, 1).first(7);
        QTest::newRow("half a frame") << hello(2, 1).first(30);
        QTest::newRow("bad checksum, then silence") << badChecksum;
        QTest::newRow("another cluster, wrong token") << hello(2, 1);
        QTest::newRow("no token") << hello(0, 1, {});
        QTest::newRow("no HELLO first") << wire::encodeFrame(wire::FrameKind::Control, noise(2, 100));
        QTest::newRow("HELLO of noise") << wire::encodeFrame(wire::FrameKind::Hello, noise(3, 200));
        QTest::newRow("nothing at all") << QByteArray();
    }
    void framedPortsCloseTheConnection()
    {
        QFETCH(QByteArray, bytes);
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        for (const Door door : {Door::Peer, Door::Control}) {
            for (const auto& [id, node] : m_cluster->lab.timeline().nodes()) {
                auto socket = std::make_unique<QTcpSocket>();
                socket->connectToHost(QStringLiteral("127.0.0.1"), port(id, door));
                socket->write(bytes);
                sockets.push_back(std::move(socket));
            }
        }
        for (const auto& socket : sockets)
            QTRY_COMPARE_WITH_TIMEOUT(socket->state(), QAbstractSocket::UnconnectedState, kPatienceMs);
    }

    void clientPortAnswersOneErrorAndCloses_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("huge bulk") << QByteArray("*2\r\n$3\r\nGET\r\n$2147483647\r\n");
        QTest::newRow("huge array") << QByteArray("*2147483647\r\n");
        QTest::newRow("negative bulk") << QByteArray("*1\r\n$-7\r\n");
        QTest::newRow("no number") << QByteArray("*x\r\n");
        QTest::newRow("not a bulk") << QByteArray("*1\r\n:5\r\n");
        QTest::newRow("endless line") << QByteArray(200'000, 'a');
    }
    void clientPortAnswersOneErrorAndCloses()
    {
        QFETCH(QByteArray, bytes);
        for (const auto& [id, node] : m_cluster->lab.timeline().nodes()) {
            QTcpSocket socket;
            socket.connectToHost(QStringLiteral("127.0.0.1"), port(id, Door::Client));
            socket.write(bytes);
            QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, kPatienceMs);
            const QByteArray answer = socket.readAll();
            QVERIFY2(answer.startsWith("-ERR Protocol error"), answer.left(200).constData());
            QCOMPARE(answer.count('\n'), 1);
        }
    }

    void noiseOnEveryPortHarmsNobody()
    {
        for (std::uint32_t seed = 1; seed <= 30; ++seed) {
            std::vector<std::unique_ptr<QTcpSocket>> sockets;
            for (const Door door : {Door::Client, Door::Peer, Door::Control}) {
                auto socket = std::make_unique<QTcpSocket>();
                socket->connectToHost(QStringLiteral("127.0.0.1"), port({seed % 3 + 1}, door));
                socket->write(noise(seed, int(seed) * 97));
                QTRY_VERIFY_WITH_TIMEOUT(
                    socket->bytesToWrite() == 0 || socket->state() == QAbstractSocket::UnconnectedState, kPatienceMs);
                sockets.push_back(std::move(socket));
            }
        }
    }

    void cleanup()
    {
        // Nobody died, nobody was elected, and the cluster goes on serving.
        QCOMPARE(m_cluster->pids(), m_pids);
        for (const auto& [id, node] : m_cluster->lab.timeline().nodes())
            QVERIFY(m_cluster->isLife(id, NodeLife::Running));
        QVERIFY(m_cluster->serves());
        QCOMPARE(m_cluster->lab.timeline().highestTerm(), m_term);
        QCOMPARE(m_cluster->lost(), quint64(0));
    }
};

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
