// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer_pair.h"

#include <QAbstractEventDispatcher>
#include <QEventLoop>
#include <QTest>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;
using namespace std::chrono_literals;
using fault::LinkFault;
using fault::Share;

namespace {

constexpr int kPatienceMs = 20'000;
constexpr int kLongerThanAnyBackoffMs = 900; ///< a link tries again after half a second at most

const LinkFault kCut{.cut = true};
const LinkFault kReset{.reset = true};
const LinkFault kRefuse{.refuse = true};

/// A member's end of a link as the kernel sees it: bytes and the way the connection ends.
class RawEnd : public QTcpServer
{
public:
    int dialled = 0;
    QByteArray heard;
    int error = 0; ///< errno of the read that failed
    bool ended = false;

    ~RawEnd() override { hangUp(); }
    void hangUp()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }
    /// Takes what is there.
    void read()
    {
        char bytes[4096];
        while (m_socket >= 0 && error == 0 && !ended) {
            const auto count = ::recv(m_socket, bytes, sizeof bytes, MSG_DONTWAIT);
            if (count < 0 && errno == EAGAIN)
                return;
            if (count < 0)
                error = errno;
            else if (count == 0)
                ended = true;
            else
                heard.append(bytes, count);
        }
    }
    void sayHello(quint32 self, quint32 peer)
    {
        wire::Hello hello;
        hello.clusterId = wire::clusterIdOf("c");
        hello.from = NodeId{self};
        hello.to = NodeId{peer};
        const QByteArray frame = wire::encodeFrame(wire::FrameKind::Hello, wire::encodeHello(hello));
        QCOMPARE(::send(m_socket, frame.constData(), std::size_t(frame.size()), 0), frame.size());
    }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        ++dialled;
        hangUp();
        heard.clear();
        m_socket = int(descriptor);
    }

private:
    int m_socket = -1;
};

} // namespace

/// Faults of connections: torn, refused, and the silence in which nobody learns that the other end is gone.
class TestConnectionFaults : public QObject
{
    Q_OBJECT

    RawEnd m_raw;
    quint16 m_ownPort = 0;

    /// n1 with an open link to m_raw, which plays n2.
    std::unique_ptr<End> linkToRaw()
    {
        auto one = std::make_unique<End>(1, 2, m_raw.serverPort());
        m_ownPort = freePort();
        if (!one->transport->open(kLoopback, m_ownPort))
            return nullptr;
        const bool said = QTest::qWaitFor(
            [&] {
                m_raw.read();
                return !m_raw.heard.isEmpty();
            },
            kPatienceMs);
        if (said)
            m_raw.sayHello(2, 1);
        return said && QTest::qWaitFor([&] { return one->counters().connected; }, kPatienceMs) ? std::move(one)
                                                                                               : nullptr;
    }
    static void say(End& one, quint64 term) { one.transport->send({{1}, {2}, {term}, raft::AppendEntries{}}); }
    /// Everything that was under way in this process has arrived: a fresh connection was made and ended.
    static void letTheLoopTurn()
    {
        QTcpServer server;
        server.listen(QHostAddress(kLoopback));
        QTcpSocket socket;
        socket.connectToHost(kLoopback, server.serverPort());
        QTRY_VERIFY(server.hasPendingConnections());
        std::unique_ptr<QTcpSocket> other(server.nextPendingConnection());
        other->disconnectFromHost();
        QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
    }

private slots:
    void init()
    {
        m_raw.close();
        m_raw.hangUp();
        m_raw.dialled = m_raw.error = 0;
        m_raw.heard.clear();
        m_raw.ended = false;
        QVERIFY(m_raw.listen(QHostAddress(kLoopback)));
    }

    void tornMeansReset()
    {
        const auto one = linkToRaw();
        QVERIFY(one);
        one->setFault(1, 2, kReset);
        letTheLoopTurn();
        m_raw.read();
        QVERIFY(m_raw.error == 0 && !m_raw.ended); // not before a message is sent
        const QByteArray before = m_raw.heard;
        say(*one, 1);
        QTRY_VERIFY_WITH_TIMEOUT((m_raw.read(), m_raw.error != 0 || m_raw.ended), kPatienceMs);
        QCOMPARE(m_raw.error, ECONNRESET);
        QCOMPARE(m_raw.heard, before);
        QCOMPARE(one->counters().lostFrames, quint64(1));
        QCOMPARE(one->counters().sentFrames, quint64(0));
    }

    void tornAgainAndAgainAndWholeOnceHealed()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(kReset);
        for (quint64 term = 1; term <= 4; ++term) {
            QTRY_VERIFY_WITH_TIMEOUT(pair.one.counters().connected, kPatienceMs);
            pair.send(term);
            QTRY_COMPARE_WITH_TIMEOUT(pair.one.disconnects, int(term), kPatienceMs);
            pair.reply(term);
        }
        QCOMPARE(pair.one.connects, 4);
        QCOMPARE(pair.one.counters().lostFrames, quint64(4));
        QVERIFY(pair.two.received.empty());
        QTRY_COMPARE_WITH_TIMEOUT(pair.one.received.size(), std::size_t(4), kPatienceMs);
        QCOMPARE(pair.two.disconnects, 0); // the other direction has a connection of its own
        pair.setFault({});
        QTRY_VERIFY_WITH_TIMEOUT(pair.one.counters().connected, kPatienceMs);
        pair.send(5);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), std::vector<quint64>{5}, kPatienceMs);
        QCOMPARE(pair.one.disconnects, 4);
    }

    void refusedAtEitherEnd_data()
    {
        QTest::addColumn<bool>("senderKnows");
        QTest::addColumn<bool>("receiverKnows");
        QTest::newRow("both") << true << true;
        QTest::newRow("sender") << true << false;
        QTest::newRow("receiver") << false << true;
    }
    void refusedAtEitherEnd()
    {
        QFETCH(bool, senderKnows);
        QFETCH(bool, receiverKnows);
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        if (senderKnows)
            pair.one.setFault(1, 2, kRefuse);
        if (receiverKnows)
            pair.two.setFault(1, 2, kRefuse);
        QTRY_COMPARE_WITH_TIMEOUT(pair.one.disconnects, 1, kPatienceMs);
        QVERIFY(!pair.one.counters().connected);
        pair.send(1);
        pair.reply(7);
        QTRY_COMPARE_WITH_TIMEOUT(pair.one.counters().lostFrames, quint64(1), kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(pair.one.terms(), std::vector<quint64>{7}, kPatienceMs);
        QVERIFY(!QTest::qWaitFor([&] { return pair.one.connects > 1; }, kLongerThanAnyBackoffMs));
        QCOMPARE(pair.two.disconnects, 0);
        pair.setFault({});
        QTRY_VERIFY_WITH_TIMEOUT(pair.one.counters().connected, kPatienceMs);
        pair.send(2);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), std::vector<quint64>{2}, kPatienceMs);
    }

    void cutLosesWhatIsOnItsWay_data()
    {
        QTest::addColumn<int>("latencyMs");
        QTest::newRow("under way") << 60'000;
        QTest::newRow("sent this very moment") << 0;
    }
    void cutLosesWhatIsOnItsWay()
    {
        QFETCH(int, latencyMs);
        const auto one = linkToRaw();
        QVERIFY(one);
        const QByteArray before = m_raw.heard;
        one->setFault(1, 2, {.latency = std::chrono::milliseconds(latencyMs)});
        for (quint64 term = 1; term <= 10; ++term)
            say(*one, term);
        one->setFault(1, 2, kCut);
        say(*one, 11);
        QCOMPARE(one->counters().offeredFrames, quint64(11));
        QCOMPARE(one->counters().lostFrames, quint64(11));
        QCOMPARE(one->counters().sentFrames, quint64(0));
        QCOMPARE(one->samplesWith(wire::MessageFate::Lost), one->samplesWith(wire::MessageFate::Sent));
        letTheLoopTurn();
        m_raw.read();
        QCOMPARE(m_raw.heard, before);
        QVERIFY(m_raw.error == 0 && !m_raw.ended); // silence, not a closed socket
    }

    void cutHidesThatTheOtherEndIsGone()
    {
        const auto one = linkToRaw();
        QVERIFY(one);
        one->setFault(1, 2, kCut);
        m_raw.hangUp();
        letTheLoopTurn();
        QVERIFY(!QTest::qWaitFor([&] { return m_raw.dialled > 1 || one->disconnects > 0; }, kLongerThanAnyBackoffMs));
        QVERIFY(one->counters().connected); // for all it knows
        say(*one, 1);
        QCOMPARE(one->counters().lostFrames, quint64(1));
        one->setFault(1, 2, {});
        QCOMPARE(one->disconnects, 1);
        QVERIFY(!one->counters().connected);
        QTRY_COMPARE_WITH_TIMEOUT(m_raw.dialled, 2, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT((m_raw.read(), !m_raw.heard.isEmpty()), kPatienceMs);
        m_raw.sayHello(2, 1);
        QTRY_VERIFY_WITH_TIMEOUT(one->counters().connected, kPatienceMs);
        QCOMPARE(one->connects, 2);
    }

    void cutThatIsHealedOverALivingConnectionKeepsIt()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(kCut);
        pair.send(1);
        letTheLoopTurn();
        pair.setFault({});
        pair.send(2);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), std::vector<quint64>{2}, kPatienceMs);
        QCOMPARE(pair.one.connects, 1);
        QCOMPARE(pair.one.disconnects, 0);
    }

    void cutBeforeTheFirstConnectionDialsNobody()
    {
        End one(1, 2, m_raw.serverPort());
        one.setFault(1, 2, kCut);
        QVERIFY(one.transport->open(kLoopback, freePort()));
        QVERIFY(!QTest::qWaitFor([&] { return m_raw.dialled > 0; }, kLongerThanAnyBackoffMs));
        one.transport->setFaults({});
        QTRY_COMPARE_WITH_TIMEOUT(m_raw.dialled, 1, kPatienceMs);
        QCOMPARE(one.disconnects, 0); // what was never there is not lost
    }

    void refusedDialsNobody()
    {
        const auto one = linkToRaw();
        QVERIFY(one);
        one->setFault(1, 2, kRefuse);
        QTRY_VERIFY_WITH_TIMEOUT((m_raw.read(), m_raw.ended || m_raw.error != 0), kPatienceMs);
        QVERIFY(!QTest::qWaitFor([&] { return m_raw.dialled > 1; }, kLongerThanAnyBackoffMs));
        QCOMPARE(one->disconnects, 1);
    }

    void cutAndRefusedIsSilent()
    {
        const auto one = linkToRaw();
        QVERIFY(one);
        one->setFault(1, 2, {.cut = true, .refuse = true});
        letTheLoopTurn();
        m_raw.read();
        QVERIFY(m_raw.error == 0 && !m_raw.ended);
        QCOMPARE(one->disconnects, 0);
        one->setFault(1, 2, kRefuse);
        QTRY_VERIFY_WITH_TIMEOUT((m_raw.read(), m_raw.ended || m_raw.error != 0), kPatienceMs);
        QCOMPARE(one->disconnects, 1);
    }

    void cutAndRefusedIsSilentAtTheReceiverToo()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.setFault(1, 2, {.cut = true, .refuse = true});
        letTheLoopTurn();
        QVERIFY(pair.one.counters().connected);
        QCOMPARE(pair.one.disconnects, 0);
    }

    void heldLinkSleeps()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.clock.setPace({1, true, 0us});
        pair.send(1);
        letTheLoopTurn();
        int turns = 0;
        const auto counting =
            connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, &m_raw, [&] { ++turns; });
        QEventLoop loop;
        QTimer::singleShot(200ms, &loop, &QEventLoop::quit);
        loop.exec();
        disconnect(counting);
        QVERIFY2(turns < 100, qPrintable(QString::number(turns)));
        QVERIFY(pair.two.received.empty());
        pair.one.clock.setPace({});
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.received.size(), std::size_t(1), kPatienceMs);
    }

    void tooLongAMessageIsOfferedAndLost()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.send(1, wire::kMaxPayload);
        QCOMPARE(pair.one.counters().offeredFrames, quint64(1));
        QCOMPARE(pair.one.counters().lostFrames, quint64(1));
    }

    // ---- a node that stood still does not know yet what it may say

    void standingStillDialsNobody()
    {
        bool still = true;
        End one(1, 2, m_raw.serverPort());
        one.clock.standStillWhile([&] { return still; });
        QVERIFY(one.transport->open(kLoopback, freePort()));
        QVERIFY(!QTest::qWaitFor([&] { return m_raw.dialled > 0; }, kLongerThanAnyBackoffMs));
        still = false;
        one.clock.goOn();
        QTRY_COMPARE_WITH_TIMEOUT(m_raw.dialled, 1, kPatienceMs);
    }

    void standingStillSaysNoHello()
    {
        bool still = false;
        End one(1, 2, m_raw.serverPort());
        one.clock.standStillWhile([&] { return still; });
        const quint16 port = freePort();
        QVERIFY(one.transport->open(kLoopback, port));
        still = true; // stopped while its call was under way
        QTRY_COMPARE_WITH_TIMEOUT(m_raw.dialled, 1, kPatienceMs);
        wire::Hello hello;
        hello.clusterId = wire::clusterIdOf("c");
        hello.from = NodeId{2};
        hello.to = NodeId{1};
        const auto caller = net::Channel::dial(kLoopback, port, hello);
        letTheLoopTurn();
        letTheLoopTurn();
        m_raw.read();
        QVERIFY(m_raw.heard.isEmpty());
        QVERIFY(!caller->isOpen());
        still = false;
        one.clock.goOn();
        QTRY_VERIFY_WITH_TIMEOUT((m_raw.read(), !m_raw.heard.isEmpty()), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(caller->isOpen(), kPatienceMs);
    }

    void standingStillSaysNothingAndObeysFirst()
    {
        const auto one = linkToRaw();
        QVERIFY(one);
        const QByteArray before = m_raw.heard;
        bool still = false;
        one->clock.standStillWhile([&] { return still; });
        say(*one, 1);
        still = true;
        letTheLoopTurn();
        m_raw.read();
        QCOMPARE(m_raw.heard, before);
        one->setFault(1, 2, kCut);
        still = false;
        one->clock.goOn();
        letTheLoopTurn();
        m_raw.read();
        QCOMPARE(m_raw.heard, before);
        QCOMPARE(one->counters().lostFrames, quint64(1));
    }

    void standingStillLearnsOfNoDeath_data()
    {
        QTest::addColumn<bool>("isCut");
        QTest::newRow("cut meanwhile") << true;
        QTest::newRow("healthy") << false;
    }
    void standingStillLearnsOfNoDeath()
    {
        QFETCH(bool, isCut);
        const auto one = linkToRaw();
        QVERIFY(one);
        bool still = true;
        one->clock.standStillWhile([&] { return still; });
        m_raw.hangUp();
        letTheLoopTurn();
        letTheLoopTurn();
        QCOMPARE(one->disconnects, 0);
        if (isCut)
            one->setFault(1, 2, kCut);
        still = false;
        one->clock.goOn();
        QCOMPARE(one->disconnects, isCut ? 0 : 1);
        QCOMPARE(one->counters().connected, isCut);
    }

    void whatArrivesWhileStandingStillMeetsTheFaultsOfThen()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        bool still = true;
        pair.two.clock.standStillWhile([&] { return still; });
        pair.send(1);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.counters().receivedFrames, quint64(1), kPatienceMs);
        QVERIFY(pair.two.received.empty());
        pair.two.setFault(1, 2, kCut);
        still = false;
        pair.two.clock.goOn();
        QVERIFY(pair.two.received.empty());
        QCOMPARE(pair.two.counters().receivedLostFrames, quint64(1));
    }
};

QTEST_GUILESS_MAIN(TestConnectionFaults)
#include "tst_connection_faults.moc"
