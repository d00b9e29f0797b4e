// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer_pair.h"

#include <QTest>

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;
using namespace std::chrono_literals;

class TestPeerTransport : public QObject
{
    Q_OBJECT

private slots:
    void messagesArriveInOrderAndBothEndsReportThem()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        for (quint64 term = 1; term <= 20; ++term)
            pair.send(term);
        QTRY_COMPARE(pair.two.received.size(), std::size_t(20));
        for (quint64 i = 0; i < 20; ++i)
            QCOMPARE(pair.two.received[i].term.value, i + 1);
        const int sampled = pair.one.samplesWith(wire::MessageFate::Sent);
        QVERIFY(sampled >= 3 && sampled < 20); // a few of a burst, not all
        QCOMPARE(pair.two.samplesWith(wire::MessageFate::Received), sampled);
        QCOMPARE(pair.two.samples[2].sequence, pair.one.samples[2].sequence);
        QVERIFY(pair.two.transport->lamport() > pair.one.samples.back().lamport);
        QCOMPARE(pair.one.counters().sentFrames, quint64(20));
        QCOMPARE(pair.two.counters().receivedFrames, quint64(20));
    }

    void aCommitNoticeGivesWayToTheNextAppend()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        const auto append = [](quint64 commit, bool isCommitNotice) {
            return raft::Message{{1}, {2}, {1}, raft::AppendEntries{{}, {}, {commit}, {}, 0, isCommitNotice}};
        };
        pair.one.transport->send(append(1, true));
        pair.one.transport->send(append(2, true));
        pair.one.transport->send({{1}, {2}, {1}, raft::AppendEntriesReply{}}); // says nothing of a commit
        pair.one.transport->send(append(3, false));
        pair.one.transport->send(append(4, true)); // nothing follows
        QTRY_COMPARE(pair.two.received.size(), std::size_t(3));
        QVERIFY(std::holds_alternative<raft::AppendEntriesReply>(pair.two.received[0].body));
        QCOMPARE(std::get<raft::AppendEntries>(pair.two.received[1].body).leaderCommit.value, quint64(3));
        QCOMPARE(std::get<raft::AppendEntries>(pair.two.received[2].body).leaderCommit.value, quint64(4));
        QCOMPARE(pair.one.counters().sentFrames, quint64(3));
        QCOMPARE(pair.one.counters().offeredFrames, quint64(3)); // what never left is not lost either
        QCOMPARE(pair.one.counters().lostFrames, quint64(0));
        // Each that left moved the logical clock on, in the order it left in.
        QVERIFY(pair.one.samples.back().lamport >= 3);
        for (std::size_t i = 1; i < pair.one.samples.size(); ++i)
            QVERIFY(pair.one.samples[i].lamport > pair.one.samples[i - 1].lamport);
    }

    void latencyIsNeverEarly()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.setFault(1, 2, {.latency = 80ms});
        const auto sent = wire::monotonicNow();
        for (quint64 term = 1; term <= 10; ++term)
            pair.send(term);
        QTRY_COMPARE(pair.two.received.size(), std::size_t(10));
        QVERIFY(pair.two.receivedAt.front() - sent >= 80ms);
        pair.two.transport->send({{2}, {1}, {5}, raft::AppendEntriesReply{}});
        QTRY_COMPARE(pair.one.received.size(), std::size_t(1));
    }

    void latencyStretchesWithThePace()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.clock.setPace({4, false, 40ms});
        pair.one.setFault(1, 2, {.latency = 20ms});
        const auto sent = wire::monotonicNow();
        pair.send(1);
        QTRY_COMPARE(pair.two.received.size(), std::size_t(1));
        QVERIFY(pair.two.receivedAt.front() - sent >= 4 * 20ms + 40ms);
    }

    void cutIsSilentInOneDirectionOnly()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.setFault(1, 2, {.cut = true});
        pair.two.setFault(1, 2, {.cut = true});
        pair.send(1);
        pair.two.transport->send({{2}, {1}, {2}, raft::AppendEntries{}});
        QTRY_COMPARE(pair.one.received.size(), std::size_t(1));
        QVERIFY(pair.two.received.empty());
        QCOMPARE(pair.one.counters().lostFrames, quint64(1));
        QCOMPARE(pair.one.samplesWith(wire::MessageFate::Lost), 1);
        QVERIFY(pair.one.counters().connected); // silence, not a closed socket
        pair.one.transport->setFaults({});
        pair.two.transport->setFaults({});
        pair.send(3);
        QTRY_COMPARE(pair.two.received.size(), std::size_t(1));
        QCOMPARE(pair.two.received[0].term.value, quint64(3));
    }

    void cutHoldsAtTheReceiverToo()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.setFault(1, 2, {.cut = true});
        pair.send(1);
        QTRY_COMPARE(pair.two.samplesWith(wire::MessageFate::Lost), 1);
        QVERIFY(pair.two.received.empty());
        QCOMPARE(pair.two.counters().receivedLostFrames, quint64(1));
    }

    void heldMessagesStandStillAtBothEnds()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.clock.setPace({1, true, 0us});
        pair.send(1);
        QTRY_COMPARE(pair.two.counters().receivedFrames, quint64(1));
        QVERIFY(pair.two.received.empty());
        pair.one.clock.setPace({1, true, 0us});
        pair.send(2);
        pair.two.clock.setPace({});
        QCOMPARE(pair.two.received.size(), std::size_t(1));
        QCOMPARE(pair.one.counters().sentFrames, quint64(1));
        pair.one.clock.setPace({});
        QTRY_COMPARE(pair.two.received.size(), std::size_t(2));
    }

    void whatIsSentIntoNothingIsLostAndTheLinkComesBack()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.transport.reset();
        QTRY_VERIFY(!pair.one.counters().connected);
        pair.send(1);
        QTRY_COMPARE(pair.one.counters().lostFrames, quint64(1));
        End again{2, 1, pair.port1};
        QVERIFY(again.transport->open(kLoopback, pair.port2));
        QTRY_VERIFY(pair.one.counters().connected);
        pair.send(2);
        QTRY_COMPARE(again.received.size(), std::size_t(1));
        QCOMPARE(again.received[0].term.value, quint64(2));
    }

    void aPeerThatDiesIsMissedOverEachOfItsConnections()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.transport.reset();
        QTRY_COMPARE(pair.one.broken, (std::vector<NodeId>{{2}, {2}}));
    }

    void whatAFaultBreaksIsNoDeath_data()
    {
        QTest::addColumn<bool>("refuse");
        QTest::addColumn<bool>("reset");
        QTest::newRow("refused") << true << false;
        QTest::newRow("reset") << false << true;
    }
    void whatAFaultBreaksIsNoDeath()
    {
        QFETCH(bool, refuse);
        QFETCH(bool, reset);
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault({.reset = reset, .refuse = refuse});
        pair.send(1);
        QTRY_COMPARE(pair.one.disconnects, 1);
        QTRY_COMPARE(pair.two.counters().connected, true);
        pair.reply(2);
        QTRY_COMPARE(pair.one.received.size(), std::size_t(1));
        QVERIFY(pair.one.broken.empty() && pair.two.broken.empty());
    }

    void silenceIsNoDeath()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.transport->setFaults(
            {{{NodeId{1}, NodeId{2}}, {.cut = true}}, {{NodeId{2}, NodeId{1}}, {.cut = true}}});
        pair.two.transport.reset();
        pair.one.setFault(2, 1, {.cut = true}); // the way there heals, and then it is known
        QTRY_COMPARE(pair.one.broken, std::vector<NodeId>{{2}});
    }

    void peersComeAndGo()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.one.setFault(1, 3, {.latency = 80ms});
        End three{3, 1, pair.port1};
        const quint16 port3 = freePort();
        QVERIFY(three.transport->open(kLoopback, port3));
        pair.one.transport->setPeers({{NodeId{2}, kLoopback, pair.port2}, {NodeId{3}, kLoopback, port3}});
        QTRY_VERIFY(pair.one.transport->isConnected({3}));
        QVERIFY(pair.one.transport->isConnected({2})); // as before
        QCOMPARE(pair.one.connects, 2);
        const auto sent = wire::monotonicNow();
        pair.one.transport->send({{1}, {3}, {7}, raft::AppendEntries{}});
        QTRY_COMPARE(three.received.size(), std::size_t(1));
        QVERIFY(three.receivedAt.front() - sent >= 80ms); // the fault was there before the peer

        three.transport.reset();
        pair.one.transport->setPeers({{NodeId{2}, kLoopback, pair.port2}});
        QTRY_COMPARE(pair.one.transport->counters().size(), std::size_t(1));
        pair.send(9);
        QTRY_COMPARE(pair.two.received.size(), std::size_t(1));
    }

    void whoIsNotKnownYetIsAnsweredAndForgottenWhenItHasGone()
    {
        const quint16 port1 = freePort();
        const quint16 port2 = freePort();
        End waiting{1};
        QVERIFY(waiting.transport->open(kLoopback, port1));
        auto leader = std::make_unique<End>(2, 1, port1);
        QVERIFY(leader->transport->open(kLoopback, port2));
        QTRY_VERIFY(leader->counters().connected);
        leader->transport->send({{2}, {1}, {1}, raft::AppendEntries{}});
        QTRY_COMPARE(waiting.received.size(), std::size_t(1));
        QTRY_VERIFY(waiting.transport->isConnected({2}));
        waiting.transport->send({{1}, {2}, {1}, raft::AppendEntriesReply{}});
        QTRY_COMPARE(leader->received.size(), std::size_t(1));
        // It becomes a peer: nothing is dialled anew.
        waiting.transport->setPeers({{NodeId{2}, kLoopback, port2}});
        QVERIFY(waiting.transport->isConnected({2}));
        // And is none again: it is heard as long as it is there.
        waiting.transport->setPeers({});
        leader->transport->send({{2}, {1}, {2}, raft::AppendEntries{}});
        QTRY_COMPARE(waiting.received.size(), std::size_t(2));
        leader.reset();
        QTRY_VERIFY(waiting.transport->counters().empty());
    }

    void peerAtAnotherAddressIsDialledThere()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.two.transport.reset();
        const quint16 elsewhere = freePort();
        End again{2, 1, pair.port1};
        QVERIFY(again.transport->open(kLoopback, elsewhere));
        pair.one.transport->setPeers({{NodeId{2}, kLoopback, elsewhere}});
        QTRY_VERIFY(pair.one.counters().connected);
        pair.send(4);
        QTRY_COMPARE(again.received.size(), std::size_t(1));
    }

    void anotherClusterGetsNoWordIn()
    {
        const quint16 port1 = freePort();
        const quint16 port2 = freePort();
        End one{1, 2, port2};
        End stranger{2, 1, port1, "another"};
        QVERIFY(one.transport->open(kLoopback, port1));
        QVERIFY(stranger.transport->open(kLoopback, port2));
        for (int i = 0; i < 50; ++i) {
            one.transport->send({{1}, {2}, {1}, raft::AppendEntries{}});
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 10);
        }
        QVERIFY(!one.counters().connected && !stranger.counters().connected);
        QVERIFY(stranger.received.empty());
    }

    void takenPortIsASentence()
    {
        QTcpServer squatter;
        QVERIFY(squatter.listen(QHostAddress(kLoopback)));
        End one{1, 2, freePort()};
        const auto opened = one.transport->open(kLoopback, squatter.serverPort());
        QVERIFY(!opened);
        QVERIFY(opened.error().contains(QString::number(squatter.serverPort())));
    }
};

QTEST_GUILESS_MAIN(TestPeerTransport)
#include "tst_peer_transport.moc"
