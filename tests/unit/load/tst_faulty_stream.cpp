// SPDX-License-Identifier: GPL-3.0-or-later
#include "stream_ends.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;
using fault::LinkFault;

Q_DECLARE_METATYPE(LinkFault)

namespace {

LinkFault slow(std::chrono::microseconds latency, std::chrono::microseconds jitter = 0us)
{
    LinkFault fault;
    fault.latency = latency;
    fault.jitter = jitter;
    return fault;
}
LinkFault narrow(quint64 bandwidth)
{
    LinkFault fault;
    fault.bandwidth = bandwidth;
    return fault;
}
LinkFault cutLink()
{
    LinkFault fault;
    fault.cut = true;
    return fault;
}
LinkFault stalling(quint32 percent)
{
    LinkFault fault;
    fault.stall = fault::Share::ofPercent(percent);
    return fault;
}

QByteArray numbers(int count)
{
    QByteArray text;
    for (int i = 0; i < count; ++i)
        text += QByteArray::number(i) + ' ';
    return text;
}

} // namespace

class TestFaultyStream : public QObject
{
    Q_OBJECT

    std::unique_ptr<StreamClock> m_clock;
    std::unique_ptr<FaultyLink> m_out;
    std::unique_ptr<FaultyLink> m_in;
    std::unique_ptr<Peer> m_peer;
    std::unique_ptr<Client> m_client;

    void setFaults(const LinkFault& out, const LinkFault& in)
    {
        m_out->setFault(out);
        m_in->setFault(in);
        m_client->stream.faultsChanged();
    }
    void open() { m_client->stream.open(QStringLiteral("127.0.0.1"), m_peer->server.serverPort()); }
    void connectBoth()
    {
        open();
        QTRY_VERIFY(m_client->opened == 1 && m_peer->accepted == 1);
    }
    /// Time enough for anything that is not held back to come through.
    static void letPass(std::chrono::milliseconds time)
    {
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(timer.hasExpired(time.count()));
    }

private slots:
    void init()
    {
        m_client.reset();
        m_clock = std::make_unique<StreamClock>();
        m_out = std::make_unique<FaultyLink>(*m_clock);
        m_in = std::make_unique<FaultyLink>(*m_clock);
        m_peer = std::make_unique<Peer>();
        m_client = std::make_unique<Client>(*m_out, *m_in);
    }
    void cleanup() { m_client.reset(); }

    void aHealthyStreamIsTheSocketItself()
    {
        connectBoth();
        m_client->stream.write("hello");
        QTRY_COMPARE(m_peer->received, QByteArray("hello"));
        m_peer->socket->write("hi");
        QTRY_COMPARE(m_client->received, QByteArray("hi"));
        m_peer->socket->disconnectFromHost();
        QTRY_COMPARE(m_client->broken, 1);
    }

    void neverEarly_data()
    {
        QTest::addColumn<int>("outMs");
        QTest::addColumn<int>("inMs");
        QTest::addColumn<quint32>("factor");
        QTest::newRow("out") << 60 << 0 << 1u;
        QTest::newRow("in") << 0 << 60 << 1u;
        QTest::newRow("both") << 60 << 90 << 1u;
        QTest::newRow("out, slowed") << 30 << 0 << 6u;
        QTest::newRow("in, slowed") << 0 << 30 << 6u;
    }
    void neverEarly()
    {
        QFETCH(int, outMs);
        QFETCH(int, inMs);
        QFETCH(quint32, factor);
        connectBoth();
        m_clock->setPace({factor});
        setFaults(slow(outMs * 1ms), slow(inMs * 1ms));
        for (int round = 0; round < 3; ++round) {
            m_peer->received.clear();
            m_client->received.clear();
            QElapsedTimer timer;
            timer.start();
            m_client->stream.write("ping");
            QTRY_COMPARE(m_peer->received, QByteArray("ping"));
            QVERIFY2(timer.elapsed() >= outMs * factor, qPrintable(QString::number(timer.elapsed())));
            timer.start();
            m_peer->socket->write("pong");
            QTRY_COMPARE(m_client->received, QByteArray("pong"));
            QVERIFY2(timer.elapsed() >= inMs * factor, qPrintable(QString::number(timer.elapsed())));
        }
    }

    void aCallTakesItsTimeBothWays()
    {
        setFaults(slow(80ms), slow(70ms));
        QElapsedTimer timer;
        timer.start();
        open();
        QTRY_COMPARE(m_client->opened, 1);
        QVERIFY2(timer.elapsed() >= 150, qPrintable(QString::number(timer.elapsed())));
    }

    void heldNothingMoves()
    {
        connectBoth();
        setFaults(slow(30ms), slow(30ms));
        m_client->stream.write("there");
        m_peer->socket->write("back");
        m_clock->setPace({1, true});
        m_client->stream.goOn();
        letPass(150ms);
        QVERIFY(m_peer->received.isEmpty() && m_client->received.isEmpty());
        m_clock->setPace({1});
        m_client->stream.goOn();
        QTRY_COMPARE(m_peer->received, QByteArray("there"));
        QTRY_COMPARE(m_client->received, QByteArray("back"));
    }

    void latencyDoesNotLowerThroughput()
    {
        connectBoth();
        setFaults(slow(150ms), slow(150ms));
        QElapsedTimer timer;
        timer.start();
        const QByteArray block(10'000, 'x');
        for (int i = 0; i < 200; ++i) {
            m_client->stream.write(block);
            m_peer->socket->write(block);
        }
        QTRY_COMPARE(m_peer->received.size(), qsizetype(2'000'000));
        QTRY_COMPARE(m_client->received.size(), qsizetype(2'000'000));
        // One block after the other would take 30 s.
        QVERIFY2(timer.elapsed() >= 150 && timer.elapsed() < 3'000, qPrintable(QString::number(timer.elapsed())));
    }

    void orderAndBytesAreKept_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("jitter") << slow(20ms, 20ms);
        LinkFault exponential = slow(5ms, 20ms);
        exponential.distribution = fault::Distribution::Exponential;
        QTest::newRow("exponential jitter") << exponential;
        QTest::newRow("narrow") << narrow(200'000);
        QTest::newRow("stall") << stalling(2);
        LinkFault all = slow(10ms, 10ms);
        all.bandwidth = 400'000;
        all.stall = fault::Share::ofPercent(1);
        QTest::newRow("all of them") << all;
        LinkFault messages = slow(2ms); // those of whole messages mean nothing to a stream
        messages.loss = messages.duplicate = messages.corrupt = messages.reorder = fault::Share::ofPercent(100);
        QTest::newRow("faults of messages") << messages;
    }
    void orderAndBytesAreKept()
    {
        QFETCH(LinkFault, fault);
        connectBoth();
        setFaults(fault, fault);
        const QByteArray text = numbers(2'000);
        for (qsizetype i = 0; i < text.size(); i += 100) {
            m_client->stream.write(text.sliced(i, std::min<qsizetype>(100, text.size() - i)));
            m_peer->socket->write(text.sliced(i, std::min<qsizetype>(100, text.size() - i)));
        }
        QTRY_COMPARE_WITH_TIMEOUT(m_peer->received.size(), text.size(), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_client->received.size(), text.size(), 30'000);
        QCOMPARE(m_peer->received, text);
        QCOMPARE(m_client->received, text);
        QCOMPARE(m_client->broken, 0);
    }

    void aNarrowLinkCarriesWhatItCarries_data()
    {
        QTest::addColumn<bool>("out");
        QTest::addColumn<int>("connections");
        QTest::newRow("out") << true << 1;
        QTest::newRow("in") << false << 1;
        QTest::newRow("out, shared") << true << 4;
        QTest::newRow("in, shared") << false << 4;
    }
    void aNarrowLinkCarriesWhatItCarries()
    {
        QFETCH(bool, out);
        QFETCH(int, connections);
        constexpr qsizetype kBytes = 400'000; // 0.8 s at 4 Mbit/s, and more than waits in front of a line
        Peer peer;
        std::vector<std::unique_ptr<Client>> clients;
        std::vector<QTcpSocket*> sockets;
        for (int i = 0; i < connections; ++i) {
            clients.push_back(std::make_unique<Client>(*m_out, *m_in));
            clients.back()->stream.open(QStringLiteral("127.0.0.1"), peer.server.serverPort());
            QTRY_VERIFY(clients.back()->opened == 1 && peer.accepted == i + 1);
            sockets.push_back(peer.socket);
        }
        (out ? *m_out : *m_in).setFault(narrow(4'000'000));
        for (auto& client : clients)
            client->stream.faultsChanged();
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < connections; ++i) {
            const QByteArray share(kBytes / connections, 'x');
            if (out)
                clients[std::size_t(i)]->stream.write(share);
            else
                sockets[std::size_t(i)]->write(share);
        }
        const auto arrived = [&] {
            qsizetype bytes = peer.received.size();
            for (const auto& client : clients)
                bytes += client->received.size();
            return bytes;
        };
        QTRY_COMPARE_WITH_TIMEOUT(arrived(), kBytes, 30'000);
        QVERIFY2(timer.elapsed() >= 780, qPrintable(QString::number(timer.elapsed())));
        QVERIFY2(timer.elapsed() < 2'500, qPrintable(QString::number(timer.elapsed())));
        for (const auto& client : clients)
            QCOMPARE(client->broken, 0);
    }

    void aNarrowLinkHoldsNoMoreThanItsBound()
    {
        connectBoth();
        setFaults({}, narrow(1'000'000));
        const QByteArray flood(40'000'000, 'x');
        m_peer->socket->write(flood);
        QTRY_VERIFY(m_client->received.size() > 20'000);
        // The rest waits at the node, which feels that nobody reads.
        QVERIFY2(m_peer->socket->bytesToWrite() > 20'000'000,
                 qPrintable(QString::number(m_peer->socket->bytesToWrite())));
        setFaults({}, {});
        QTRY_COMPARE_WITH_TIMEOUT(m_client->received.size(), flood.size(), 30'000);
        QCOMPARE(m_client->broken, 0);
    }

    void aStallHoldsUpTheStream()
    {
        connectBoth();
        setFaults(stalling(100), {});
        QElapsedTimer timer;
        timer.start();
        m_client->stream.write("x");
        QTRY_COMPARE_WITH_TIMEOUT(m_peer->received, QByteArray("x"), 20'000);
        QVERIFY2(timer.elapsed() >= 200 + 400 + 800 + 1600 + 3200, qPrintable(QString::number(timer.elapsed())));
    }

    void aCutIsOneWayAndLosesNothing_data()
    {
        QTest::addColumn<bool>("out");
        QTest::addColumn<bool>("in");
        QTest::newRow("out") << true << false;
        QTest::newRow("in") << false << true;
        QTest::newRow("both") << true << true;
    }
    void aCutIsOneWayAndLosesNothing()
    {
        QFETCH(bool, out);
        QFETCH(bool, in);
        connectBoth();
        setFaults(slow(20ms), slow(20ms));
        m_client->stream.write("on its way, ");
        m_peer->socket->write("on its way, ");
        LinkFault slowAndCut = slow(20ms);
        slowAndCut.cut = true;
        setFaults(out ? slowAndCut : slow(20ms), in ? slowAndCut : slow(20ms));
        m_client->stream.write("in silence, ");
        m_peer->socket->write("in silence, ");
        const QByteArray through = "on its way, in silence, ";
        QTRY_COMPARE(m_peer->received, out ? QByteArray() : through);
        QTRY_COMPARE(m_client->received, in ? QByteArray() : through);
        letPass(100ms);
        QCOMPARE(m_peer->received, out ? QByteArray() : through);
        QCOMPARE(m_client->received, in ? QByteArray() : through);
        setFaults({}, {});
        m_client->stream.write("after");
        m_peer->socket->write("after");
        QTRY_COMPARE(m_peer->received, through + "after");
        QTRY_COMPARE(m_client->received, through + "after");
        QCOMPARE(m_client->broken, 0);
    }

    void deathIsNewsThatComesFromTheNode_data()
    {
        QTest::addColumn<bool>("out");
        QTest::addColumn<bool>("in");
        QTest::addColumn<bool>("noticed");
        QTest::newRow("out") << true << false << true;
        QTest::newRow("in") << false << true << false;
        QTest::newRow("both") << true << true << false;
    }
    void deathIsNewsThatComesFromTheNode()
    {
        QFETCH(bool, out);
        QFETCH(bool, in);
        QFETCH(bool, noticed);
        connectBoth();
        setFaults(out ? cutLink() : LinkFault(), in ? cutLink() : LinkFault());
        m_peer->socket->abort();
        m_peer->server.close();
        if (noticed) {
            QTRY_COMPARE(m_client->broken, 1);
            return;
        }
        letPass(100ms);
        m_client->stream.write("is anybody there?"); // not even now
        letPass(100ms);
        QCOMPARE(m_client->broken, 0);
        QVERIFY(m_client->stream.isOpen());
        setFaults({}, {});
        QTRY_COMPARE(m_client->broken, 1);
        QVERIFY(!m_client->stream.isOpen());
    }

    void lastWordsComeBeforeTheEnd_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("slow") << slow(80ms);
        QTest::newRow("narrow") << narrow(200'000);
        QTest::newRow("cut, then healed") << cutLink();
    }
    void lastWordsComeBeforeTheEnd()
    {
        QFETCH(LinkFault, fault);
        connectBoth();
        setFaults({}, fault);
        const QByteArray words = numbers(1'000);
        bool atEnd = false;
        m_client->stream.onBroken = [&] {
            ++m_client->broken;
            atEnd = m_client->received == words;
        };
        m_peer->socket->write(words);
        m_peer->socket->disconnectFromHost();
        QTRY_COMPARE(m_peer->ended, 1);
        if (fault.cut) {
            letPass(50ms);
            setFaults({}, {});
        }
        QTRY_COMPARE(m_client->broken, 1);
        QVERIFY(atEnd);
    }

    void nobodyAnswersACallIntoSilence_data() { aCutIsOneWayAndLosesNothing_data(); }
    void nobodyAnswersACallIntoSilence()
    {
        QFETCH(bool, out);
        QFETCH(bool, in);
        setFaults(out ? cutLink() : LinkFault(), in ? cutLink() : LinkFault());
        open();
        letPass(100ms);
        QVERIFY(m_client->opened == 0 && m_client->broken == 0);
        setFaults({}, {});
        QTRY_COMPARE(m_client->opened, 1);
        m_client->stream.write("hello");
        QTRY_COMPARE(m_peer->received, QByteArray("hello"));
    }

    void nobodyRefusesACallIntoSilence()
    {
        m_peer->server.close();
        setFaults(cutLink(), cutLink());
        m_client->stream.open(QStringLiteral("127.0.0.1"), 1);
        letPass(100ms);
        QCOMPARE(m_client->broken, 0);
        setFaults({}, {});
        QTRY_COMPARE(m_client->broken, 1);
    }

    void refusedIsSaidAtOnceAndNeverAsksTheNode_data()
    {
        QTest::addColumn<bool>("out");
        QTest::newRow("out") << true;
        QTest::newRow("in") << false;
    }
    void refusedIsSaidAtOnceAndNeverAsksTheNode()
    {
        QFETCH(bool, out);
        connectBoth();
        LinkFault refused;
        refused.refuse = true;
        setFaults(out ? refused : LinkFault(), out ? LinkFault() : refused);
        QTRY_COMPARE(m_client->broken, 1);
        QTRY_COMPARE(m_peer->ended, 1);
        open();
        QCOMPARE(m_client->broken, 1); // not from within the call
        QTRY_COMPARE(m_client->broken, 2);
        letPass(50ms);
        QCOMPARE(m_peer->accepted, 1);
        setFaults({}, {});
        open();
        QTRY_COMPARE(m_client->opened, 2);
    }

    void resetTearsWhenSomethingIsSentThatWay_data()
    {
        QTest::addColumn<bool>("out");
        QTest::newRow("out") << true;
        QTest::newRow("in") << false;
    }
    void resetTearsWhenSomethingIsSentThatWay()
    {
        QFETCH(bool, out);
        connectBoth();
        LinkFault torn;
        torn.reset = true;
        setFaults(out ? torn : LinkFault(), out ? LinkFault() : torn);
        letPass(50ms);
        QCOMPARE(m_client->broken, 0);
        QSignalSpy errors(m_peer->socket, &QTcpSocket::errorOccurred);
        m_client->stream.write("command");
        if (!out) {
            QTRY_COMPARE(m_peer->received, QByteArray("command"));
            QCOMPARE(m_client->broken, 0);
            m_peer->socket->write("reply");
        }
        QTRY_COMPARE(m_client->broken, 1);
        QTRY_COMPARE(m_peer->ended, 1);
        QVERIFY(m_client->received.isEmpty());
        QCOMPARE(m_peer->received, out ? QByteArray() : QByteArray("command"));
        open();
        QTRY_COMPARE(m_client->opened, 2);
    }

    void silenceComesBeforeResetAndRefuse()
    {
        connectBoth();
        LinkFault both = cutLink();
        both.reset = both.refuse = true;
        setFaults(both, both);
        m_client->stream.write("command");
        letPass(100ms);
        QVERIFY(m_client->broken == 0 && m_peer->ended == 0);
    }

    void healingIsAtOnce_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("slow") << slow(60s);
        QTest::newRow("narrow") << narrow(8'000);
    }
    void healingIsAtOnce()
    {
        QFETCH(LinkFault, fault);
        connectBoth();
        setFaults(fault, fault);
        for (int i = 0; i < 300; ++i) {
            m_client->stream.write(QByteArray(100, 'x'));
            m_peer->socket->write(QByteArray(100, 'x'));
        }
        letPass(50ms);
        setFaults({}, {});
        QElapsedTimer timer;
        timer.start();
        QTRY_COMPARE(m_peer->received.size(), 30'000);
        QTRY_COMPARE(m_client->received.size(), 30'000);
        QVERIFY2(timer.elapsed() < 1'000, qPrintable(QString::number(timer.elapsed())));
    }

    void noChangeOfFaultsLosesABit()
    {
        connectBoth();
        const std::vector<LinkFault> faults = {slow(5ms),      narrow(2'000'000), cutLink(),      {},
                                               slow(1ms, 1ms), stalling(1),       narrow(80'000), cutLink()};
        const QByteArray text = numbers(20'000);
        std::size_t next = 0;
        for (qsizetype i = 0; i < text.size(); i += 500) {
            m_client->stream.write(text.sliced(i, std::min<qsizetype>(500, text.size() - i)));
            m_peer->socket->write(text.sliced(i, std::min<qsizetype>(500, text.size() - i)));
            setFaults(faults[next % faults.size()], faults[(next / 3) % faults.size()]);
            ++next;
            QCoreApplication::processEvents();
        }
        setFaults({}, {});
        QTRY_COMPARE_WITH_TIMEOUT(m_peer->received.size(), text.size(), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_client->received.size(), text.size(), 30'000);
        QVERIFY(m_peer->received == text && m_client->received == text);
        QCOMPARE(m_client->broken, 0);
    }

    void theOwnerMayEndItFromWithin()
    {
        connectBoth();
        setFaults({}, slow(20ms));
        m_client->stream.onBytes = [&](const QByteArray& bytes) {
            m_client->received += bytes;
            m_client->stream.abort();
        };
        m_peer->socket->write("one");
        m_peer->socket->flush();
        letPass(5ms);
        m_peer->socket->write("two");
        QTRY_COMPARE(m_client->received.left(3), QByteArray("one"));
        QTRY_COMPARE(m_peer->ended, 1);
        letPass(50ms);
        QCOMPARE(m_client->broken, 0);
        QVERIFY(!m_client->stream.isOpen());
    }

    void whatTheOwnerEndsUnderACutTheNodeHearsAfterIt()
    {
        connectBoth();
        setFaults(cutLink(), {});
        m_client->stream.write("never");
        m_client->stream.abort();
        letPass(100ms);
        QCOMPARE(m_peer->ended, 0);
        setFaults({}, {});
        QTRY_COMPARE(m_peer->ended, 1);
        QVERIFY(m_peer->received.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestFaultyStream)
#include "tst_faulty_stream.moc"
