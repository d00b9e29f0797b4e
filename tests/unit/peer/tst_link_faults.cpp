// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer_pair.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;
using namespace std::chrono_literals;
using fault::LinkFault;
using fault::Share;

namespace {

constexpr int kPatienceMs = 20'000;

LinkFault slow(std::chrono::microseconds latency, std::chrono::microseconds jitter = 0us,
               fault::Distribution distribution = fault::Distribution::Uniform)
{
    LinkFault fault;
    fault.latency = latency;
    fault.jitter = jitter;
    fault.distribution = distribution;
    return fault;
}

LinkFault with(Share LinkFault::*field, quint32 percent)
{
    LinkFault fault;
    fault.*field = Share::ofPercent(percent);
    return fault;
}

LinkFault narrow(quint64 bitsPerSecond)
{
    LinkFault fault;
    fault.bandwidth = bitsPerSecond;
    return fault;
}

std::vector<quint64> numbersTo(quint64 last)
{
    std::vector<quint64> numbers(last);
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}

bool nothingWaits(const wire::LinkCounters& c)
{
    return c.offeredFrames + c.duplicatedFrames == c.sentFrames + c.lostFrames;
}

} // namespace

/// Each kind of fault of messages as the receiver meets it, over real sockets.
class TestLinkFaults : public QObject
{
    Q_OBJECT

private slots:
    void delayIsNeverEarlyAndKeepsTheOrder_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::addColumn<qint64>("leastMs");
        using D = fault::Distribution;
        QTest::newRow("latency") << slow(80ms) << qint64(80);
        QTest::newRow("constant") << slow(60ms, 0us, D::Constant) << qint64(60);
        QTest::newRow("uniform") << slow(100ms, 40ms, D::Uniform) << qint64(60);
        QTest::newRow("normal") << slow(120ms, 10ms, D::Normal) << qint64(60);
        QTest::newRow("exponential") << slow(50ms, 30ms, D::Exponential) << qint64(50);
    }
    void delayIsNeverEarlyAndKeepsTheOrder()
    {
        QFETCH(LinkFault, fault);
        QFETCH(qint64, leastMs);
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(fault);
        constexpr quint64 kCount = 200;
        std::vector<wire::Monotonic> sentAt;
        for (quint64 term = 1; term <= kCount; ++term) {
            sentAt.push_back(wire::monotonicNow());
            pair.send(term);
            if (term % 10 == 0)
                QCoreApplication::processEvents();
        }
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.received.size(), std::size_t(kCount), kPatienceMs);
        QCOMPARE(pair.two.terms(), numbersTo(kCount));
        for (std::size_t i = 0; i < kCount; ++i)
            QVERIFY(pair.two.receivedAt[i] - sentAt[i] >= std::chrono::milliseconds(leastMs));
        const wire::LinkCounters counters = pair.one.counters();
        QVERIFY(nothingWaits(counters));
        QVERIFY(counters.delayed >= kCount * std::chrono::milliseconds(leastMs));
    }

    void windowedSenderKeepsItsThroughputOverALongCable()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(slow(100ms));
        constexpr quint64 kWindow = 32;
        constexpr quint64 kCount = 20 * kWindow;
        quint64 sent = 0;
        quint64 answered = 0;
        const auto sendMore = [&] {
            while (sent < kCount && sent < answered + kWindow)
                pair.send(++sent);
        };
        pair.two.transport->onMessage = [&](raft::Message message) { pair.reply(message.term.value); };
        pair.one.transport->onMessage = [&](raft::Message) {
            ++answered;
            sendMore();
        };
        const auto start = wire::monotonicNow();
        sendMore();
        QTRY_COMPARE_WITH_TIMEOUT(answered, kCount, kPatienceMs);
        const auto took = wire::monotonicNow() - start;
        QVERIFY(took >= 20 * 100ms);
        QVERIFY2(took <= 20 * 100ms * 100 / 80, qPrintable(QStringLiteral("%1 us").arg(took.count())));
    }

    void everyMessageIsAccountedFor_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("healthy") << LinkFault();
        QTest::newRow("loss") << with(&LinkFault::loss, 40);
        QTest::newRow("all lost") << with(&LinkFault::loss, 100);
        QTest::newRow("duplicate") << with(&LinkFault::duplicate, 40);
        QTest::newRow("corrupt") << with(&LinkFault::corrupt, 40);
        QTest::newRow("reorder") << with(&LinkFault::reorder, 40);
        LinkFault flaky = slow(20ms, 10ms);
        flaky.loss = flaky.duplicate = flaky.corrupt = flaky.reorder = Share::ofPercent(20);
        QTest::newRow("all together") << flaky;
        flaky.bandwidth = 200'000;
        QTest::newRow("all together on a narrow line") << flaky;
    }
    void everyMessageIsAccountedFor()
    {
        QFETCH(LinkFault, fault);
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(fault);
        constexpr quint64 kCount = 400;
        for (quint64 term = 1; term <= kCount; ++term) {
            pair.send(term);
            pair.reply(term);
        }
        QTRY_VERIFY_WITH_TIMEOUT(nothingWaits(pair.one.counters()), kPatienceMs);
        const wire::LinkCounters sender = pair.one.counters();
        QCOMPARE(sender.offeredFrames, kCount);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.counters().receivedFrames, sender.sentFrames, kPatienceMs);
        const wire::LinkCounters receiver = pair.two.counters();
        QCOMPARE(receiver.rejectedFrames, sender.corruptedFrames);
        QCOMPARE(receiver.receivedLostFrames, quint64(0));
        QCOMPARE(quint64(pair.two.received.size()) + receiver.rejectedFrames + sender.lostFrames,
                 kCount + sender.duplicatedFrames);
        const auto isFew = [&](Share share, quint64 count) {
            return share.millionths % Share::kAll == 0 ? count == (share ? kCount : 0)
                                                       : count > kCount / 20 && count < kCount * 3 / 4;
        };
        QVERIFY(isFew(fault.loss, sender.lostFrames));
        QVERIFY(isFew(fault.duplicate, sender.duplicatedFrames));
        QVERIFY(isFew(fault.corrupt, sender.corruptedFrames));
        QVERIFY(isFew(fault.reorder, sender.reorderedFrames));
        // The other direction is another link, and healthy.
        QTRY_COMPARE_WITH_TIMEOUT(pair.one.terms(), numbersTo(kCount), kPatienceMs);
        QCOMPARE(pair.two.counters().sentFrames, kCount);
        QCOMPARE(pair.two.counters().lostFrames, quint64(0));
        QCOMPARE(pair.one.disconnects + pair.two.disconnects, 0);
    }

    void copyComesRightBehindItsMessage()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(with(&LinkFault::duplicate, 100));
        for (quint64 term = 1; term <= 3; ++term)
            pair.send(term);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), (std::vector<quint64>{1, 1, 2, 2, 3, 3}), kPatienceMs);
        QCOMPARE(pair.one.counters().duplicatedFrames, quint64(3));
        QCOMPARE(pair.one.counters().sentFrames, quint64(6));
    }

    void corruptedIsRejectedAndTheLinkLives()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(with(&LinkFault::corrupt, 100));
        for (quint64 term = 1; term <= 3; ++term)
            pair.send(term, 100);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.counters().rejectedFrames, quint64(3), kPatienceMs);
        QCOMPARE(pair.two.counters().receivedFrames, quint64(3));
        QVERIFY(pair.two.received.empty());
        // Whoever reads the damage cannot say which message it was.
        QCOMPARE(pair.one.samplesWith(wire::MessageFate::Lost), 3);
        QCOMPARE(pair.two.samplesWith(wire::MessageFate::Received), 0);
        QCOMPARE(pair.one.counters().lostFrames, quint64(0));
        pair.setFault({});
        pair.send(4);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), std::vector<quint64>{4}, kPatienceMs);
        QCOMPARE(pair.one.disconnects + pair.two.disconnects, 0);
        QCOMPARE(pair.one.connects, 1);
    }

    void overtakenByTheNext()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(with(&LinkFault::reorder, 50));
        std::vector<quint64> sent;
        for (quint64 i = 1; i <= 100; ++i) {
            pair.send(i);
            sent.push_back(i);
        }
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms().size(), sent.size(), kPatienceMs);
        std::vector<quint64> received = pair.two.terms();
        QVERIFY(received != sent);
        QVERIFY(pair.one.counters().reorderedFrames > 10);
        std::sort(received.begin(), received.end());
        QCOMPARE(received, sent);
    }

    void nobodyComesToOvertakeSoItGoesOnAlone()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(with(&LinkFault::reorder, 100));
        const auto sent = wire::monotonicNow();
        pair.send(1);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.received.size(), std::size_t(1), kPatienceMs);
        QVERIFY(pair.two.receivedAt[0] - sent >= fault::kLongestHeldBack);
    }

    void narrowLineCarriesNoMoreThanItsWidth()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        constexpr quint64 kBytesPerSecond = 25'000;
        pair.setFault(narrow(8 * kBytesPerSecond));
        constexpr quint64 kCount = 400; // more than the queue before the line takes
        const quint64 before = pair.one.counters().sentBytes;
        const auto start = wire::monotonicNow();
        for (quint64 term = 1; term <= kCount; ++term)
            pair.send(term, 250);
        const auto second = [&] { return pair.two.receivedAt.back() - start >= 1s; };
        QTRY_VERIFY_WITH_TIMEOUT(!pair.two.received.empty() && second(), kPatienceMs);
        const wire::LinkCounters counters = pair.one.counters();
        const double frame = double(counters.sentBytes - before) / double(counters.sentFrames);
        QVERIFY(frame > 250 && frame < 350);
        // At each arrival: what a full bucket holds (10 ms of it), what ran in since, and rounding.
        double arrived = 0;
        for (const auto at : pair.two.receivedAt) {
            arrived += frame;
            QVERIFY(arrived <= double(kBytesPerSecond) * (double((at - start).count()) / 1e6 + 0.010) + 2);
        }
        const auto inASecond = std::count_if(pair.two.receivedAt.begin(), pair.two.receivedAt.end(),
                                             [&](auto at) { return at - start <= 1s; });
        QVERIFY2(double(inASecond) * frame >= 0.5 * kBytesPerSecond, qPrintable(QString::number(inASecond)));
        QVERIFY(counters.lostFrames > 0); // the queue is bounded
        QCOMPARE(counters.offeredFrames, kCount);
    }

    void stallHoldsUpEverythingBehindIt()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(with(&LinkFault::stall, 30));
        const auto sent = wire::monotonicNow();
        constexpr quint64 kCount = 12;
        for (quint64 term = 1; term <= kCount; ++term)
            pair.send(term);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.received.size(), std::size_t(kCount), 60'000);
        QCOMPARE(pair.two.terms(), numbersTo(kCount));
        QVERIFY(pair.two.receivedAt.back() - sent >= fault::kRetransmissionPause);
        QVERIFY(nothingWaits(pair.one.counters()));
        QCOMPARE(pair.one.counters().lostFrames, quint64(0));
    }

    void healedLinkIsHealedAtOnce()
    {
        Pair pair;
        QVERIFY(pair.open());
        QTRY_VERIFY(pair.connected());
        pair.setFault(slow(1min));
        pair.send(1);
        QCoreApplication::processEvents();
        QVERIFY(pair.two.received.empty());
        pair.setFault({});
        pair.send(2);
        QTRY_COMPARE_WITH_TIMEOUT(pair.two.terms(), (std::vector<quint64>{1, 2}), kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestLinkFaults)
#include "tst_link_faults.moc"
