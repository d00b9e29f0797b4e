// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/control/agent.h"

#include "common/wire/frame.h"
#include "common/wire/hello.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace faultline;
using namespace faultline::node;

namespace {

constexpr int kPatienceMs = 60'000;

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : quint16(0);
}

QByteArray asked(quint64 version)
{
    wire::DesiredState desired;
    desired.version = version;
    return wire::encodeFrame(wire::FrameKind::Control, wire::encodeControl(desired, version));
}

} // namespace

class TestAgent : public QObject
{
    Q_OBJECT

private slots:
    void aLabThatAsksAndDoesNotListenIsClosed()
    {
        const QByteArray cluster = wire::clusterIdOf("test");
        Agent agent({.self = NodeId{1}, .clusterId = cluster, .incarnation = 1, .token = "secret"});
        agent.status = [] { return wire::Status(); };
        agent.histograms = [] { return wire::Histograms(); };
        quint64 obeyed = 0;
        agent.onDesiredState = [&](const wire::DesiredState& desired) { obeyed = desired.version; };
        const quint16 port = freePort();
        QVERIFY(agent.listen(QStringLiteral("127.0.0.1"), port));

        QTcpSocket lab;
        lab.setReadBufferSize(1); // the rest stays with the system, and then with the agent
        lab.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        QTRY_COMPARE(lab.state(), QAbstractSocket::ConnectedState);
        lab.write(wire::encodeFrame(
            wire::FrameKind::Hello,
            wire::encodeHello({.clusterId = cluster, .from = {}, .to = NodeId{1}, .token = "secret"})));
        quint64 version = 0;
        const auto askMuch = [&] {
            while (lab.state() == QAbstractSocket::ConnectedState && lab.bytesToWrite() < 1'000'000)
                lab.write(asked(++version));
            return lab.state() == QAbstractSocket::UnconnectedState;
        };
        QTRY_VERIFY_WITH_TIMEOUT(askMuch(), kPatienceMs);
        QVERIFY(obeyed > 0);

        // Others are served as before.
        const auto other = net::Channel::dial(QStringLiteral("127.0.0.1"), port,
                                              {.clusterId = cluster, .from = {}, .to = NodeId{1}, .token = "secret"});
        bool isAnswered = false;
        other->onFrame = [&](const wire::Frame&) { isAnswered = true; };
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered, kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestAgent)
#include "tst_agent.moc"
