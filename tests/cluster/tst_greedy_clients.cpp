// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare_nodes.h"

#include <QTcpSocket>
#include <QTimer>

using namespace faultline;
using namespace faultline::tests;

namespace {

constexpr int kPatienceMs = 60'000;

std::unique_ptr<QTcpSocket> connectTo(const BareNodes& nodes, quint32 id)
{
    auto socket = std::make_unique<QTcpSocket>();
    const lab::LoadTarget target = nodes.target(id);
    socket->connectToHost(target.host, target.port);
    return socket;
}

} // namespace

/// Clients that take all they can get: others are served, and no node ends.
class TestGreedyClients : public QObject
{
    Q_OBJECT

private slots:
    void descriptorsThatRunOutEndNobody()
    {
        BareNodes nodes(3, {QStringLiteral("--snapshot-after=200")});
        nodes.descriptors = 256;
        nodes.found(3);
        QTRY_VERIFY_WITH_TIMEOUT(nodes.leader() != 0, kPatienceMs);
        const quint32 leader = nodes.leader();
        const auto client = connectTo(nodes, leader);
        QTRY_COMPARE_WITH_TIMEOUT(client->state(), QAbstractSocket::ConnectedState, kPatienceMs);

        std::vector<std::unique_ptr<QTcpSocket>> crowd;
        for (quint32 id = 1; id <= 3; ++id) {
            for (int i = 0; i < 300; ++i)
                crowd.push_back(connectTo(nodes, id));
        }
        const auto turnedAway = [&] {
            return std::any_of(crowd.begin(), crowd.end(), [](const auto& socket) {
                return socket->peek(64).startsWith("-ERR max number of clients reached");
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(turnedAway(), kPatienceMs);

        // Snapshots and segments need descriptors too.
        client->write(QByteArray("SET k v\r\n").repeated(1'000));
        QTRY_COMPARE_WITH_TIMEOUT(client->bytesAvailable(), qint64(5'000), kPatienceMs);
        for (quint32 id = 1; id <= 3; ++id)
            QVERIFY(nodes.runs(id));

        // So do peers: one comes back meanwhile, and is heard when another is gone.
        const quint32 other = leader % 3 + 1;
        nodes.restart(other);
        QTRY_VERIFY_WITH_TIMEOUT(nodes.runs(other), kPatienceMs);
        crowd.clear();
        nodes.kill(other % 3 + 1);
        QCOMPARE(nodes.askLeader(QStringLiteral("SET x 1")), QStringLiteral("OK"));
    }

    void oneClientKeepsNobodyElseFromAClusterOfOne()
    {
        BareNodes nodes(1);
        nodes.found(1);
        QTRY_VERIFY_WITH_TIMEOUT(nodes.leader() != 0, kPatienceMs);
        const auto greedy = connectTo(nodes, 1);
        quint64 taken = 0;
        const auto ask = [&] {
            while (greedy->bytesToWrite() < 1'000'000)
                greedy->write(QByteArray("GET k\r\n").repeated(1'000));
        };
        connect(greedy.get(), &QTcpSocket::connected, this, ask);
        connect(greedy.get(), &QTcpSocket::bytesWritten, this, ask);
        connect(greedy.get(), &QTcpSocket::readyRead, this, [&] { taken += quint64(greedy->readAll().size()); });
        QTRY_VERIFY_WITH_TIMEOUT(taken > 100'000, kPatienceMs);
        for (int i = 0; i < 10; ++i)
            QTRY_COMPARE_WITH_TIMEOUT(nodes.ask(1, QStringLiteral("PING")), QStringLiteral("PONG"), kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestGreedyClients)
#include "tst_greedy_clients.moc"
