// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/channel.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

using namespace faultline;
using namespace faultline::net;

namespace {

const QString kLoopback = QStringLiteral("127.0.0.1");

wire::Hello hello(quint32 from, quint32 to, const QByteArray& cluster = "c")
{
    wire::Hello h;
    h.clusterId = wire::clusterIdOf(cluster);
    h.from = NodeId{from};
    h.to = NodeId{to};
    return h;
}

/// Accepts one connection after the other as node 2.
struct Listener
{
    QTcpServer server;
    std::vector<std::unique_ptr<Channel>> channels;
    std::vector<QByteArray> received;
    int rejected = 0;
    QString reason;

    Listener()
    {
        server.listen(QHostAddress(kLoopback));
        QObject::connect(&server, &QTcpServer::newConnection, &server, [this] {
            auto channel =
                Channel::accept(server.nextPendingConnection(), [](const wire::Hello& theirs, QString& refusal) {
                    if (theirs.clusterId != wire::clusterIdOf("c")) {
                        refusal = QStringLiteral("another cluster");
                        return std::optional<wire::Hello>();
                    }
                    return std::optional(hello(2, theirs.from.value));
                });
            channel->onFrame = [this](const wire::Frame& frame) { received.push_back(frame.payload); };
            channel->onRejectedFrame = [this] { ++rejected; };
            QObject::connect(channel.get(), &Channel::closed, &server, [this](const QString& why) { reason = why; });
            channels.push_back(std::move(channel));
        });
    }
    quint16 port() const { return server.serverPort(); }
};

} // namespace

class TestChannel : public QObject
{
    Q_OBJECT

private slots:
    void framesFlowOnceBothHaveSaidHello()
    {
        Listener listener;
        auto channel = Channel::dial(kLoopback, listener.port(), hello(1, 2));
        QCOMPARE(channel->send(wire::FrameKind::Raft, "too early"), 0);
        QTRY_VERIFY(channel->isOpen());
        QCOMPARE(channel->theirHello().from, NodeId{2});
        for (int i = 0; i < 1000; ++i)
            channel->send(wire::FrameKind::Raft, QByteArray::number(i));
        QTRY_COMPARE(listener.received.size(), std::size_t(1000));
        QCOMPARE(listener.received.back(), QByteArray("999"));
    }

    void anotherClusterIsRefused()
    {
        Listener listener;
        auto channel = Channel::dial(kLoopback, listener.port(), hello(1, 2, "other"));
        QSignalSpy closed(channel.get(), &Channel::closed);
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(listener.reason, QStringLiteral("another cluster"));
    }

    void anotherNodeThanLookedForIsRefused()
    {
        Listener listener;
        auto channel = Channel::dial(kLoopback, listener.port(), hello(1, 3));
        QSignalSpy closed(channel.get(), &Channel::closed);
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(!channel->isOpen());
    }

    void nothingListensIsASentence()
    {
        quint16 port = 0;
        {
            QTcpServer server;
            server.listen(QHostAddress(kLoopback));
            port = server.serverPort();
        }
        auto channel = Channel::dial(kLoopback, port, hello(1, 2));
        QSignalSpy closed(channel.get(), &Channel::closed);
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(!closed[0][0].toString().isEmpty());
    }

    void improperOpeningClosesTheConnection_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QByteArray huge = wire::encodeFrame(wire::FrameKind::Hello, "x");
        huge.replace(8, 4, QByteArray("\0\0\0\x7f", 4));
        QTest::newRow("garbage") << QByteArray(4096, '\xa5');
        QTest::newRow("http") << QByteArray("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QTest::newRow("2 GB length") << huge;
        QTest::newRow("no hello first") << wire::encodeFrame(wire::FrameKind::Raft, "x");
        QTest::newRow("hello of nonsense") << wire::encodeFrame(wire::FrameKind::Hello, QByteArray(100, '\x9f'));
        QTest::newRow("no common version") << wire::encodeFrame(wire::FrameKind::Hello, [] {
            wire::Hello future = hello(1, 2);
            future.lowestVersion = 200;
            future.highestVersion = 201;
            return wire::encodeHello(future);
        }());
    }
    void improperOpeningClosesTheConnection()
    {
        QFETCH(QByteArray, bytes);
        Listener listener;
        QTcpSocket socket;
        socket.connectToHost(kLoopback, listener.port());
        QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
        socket.write(bytes);
        QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
        QVERIFY(!listener.reason.isEmpty());
        QVERIFY(listener.received.empty());
    }

    void halfAHelloIsClosedInTime()
    {
        Listener listener;
        QTcpSocket socket;
        socket.connectToHost(kLoopback, listener.port());
        QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
        socket.write(wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(hello(1, 2))).first(20));
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 20'000);
        QVERIFY(listener.reason.contains(QStringLiteral("HELLO")));
    }

    void badPayloadIsDroppedAndTheConnectionLives()
    {
        Listener listener;
        QTcpSocket socket;
        socket.connectToHost(kLoopback, listener.port());
        QTRY_COMPARE(socket.state(), QAbstractSocket::ConnectedState);
        QByteArray damaged = wire::encodeFrame(wire::FrameKind::Raft, "damaged");
        damaged[wire::kHeaderSize] = 'D';
        socket.write(wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(hello(1, 2))) + damaged +
                     wire::encodeFrame(wire::FrameKind::Raft, "whole"));
        QTRY_COMPARE(listener.received.size(), std::size_t(1));
        QCOMPARE(listener.received[0], QByteArray("whole"));
        QCOMPARE(listener.rejected, 1);
    }

    void ownerMayDeleteItFromWithinAFrame()
    {
        Listener listener;
        auto channel = Channel::dial(kLoopback, listener.port(), hello(1, 2));
        QTRY_VERIFY(channel->isOpen() && !listener.channels.empty());
        listener.channels[0]->onFrame = [&](const wire::Frame&) { listener.channels.clear(); };
        channel->send(wire::FrameKind::Raft, "a");
        channel->send(wire::FrameKind::Raft, "b");
        QSignalSpy closed(channel.get(), &Channel::closed);
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY(listener.channels.empty());
    }
};

QTEST_GUILESS_MAIN(TestChannel)
#include "tst_channel.moc"
