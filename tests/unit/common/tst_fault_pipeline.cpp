// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault_run.h"

#include <bit>

using namespace faultline::fault;
using namespace std::chrono_literals;

namespace {

int bitsApart(const QByteArray& one, const QByteArray& other)
{
    int bits = 0;
    for (qsizetype i = 0; i < one.size(); ++i)
        bits += std::popcount(static_cast<unsigned char>(one[i] ^ other[i]));
    return bits;
}

} // namespace

class TestFaultPipeline : public QObject
{
    Q_OBJECT

private slots:
    void healthyLinkDeliversAtOnceAndDrawsNothing()
    {
        const Run run({}, 1'000, 1ms);
        QCOMPARE(run.arrivals.size(), std::size_t(1'000));
        for (std::size_t i = 0; i < run.arrivals.size(); ++i) {
            QCOMPARE(run.arrivals[i].at, Instant(i * 1ms));
            QCOMPARE(run.arrivals[i].delivery.delay, Instant(0));
            QCOMPARE(run.arrivals[i].delivery.tag, i);
            QCOMPARE(run.arrivals[i].delivery.message, QByteArray("message"));
        }
        QVERIFY(run.drewNothing());
        // What needs no dice leaves them alone too.
        QVERIFY(Run({.latency = 5ms, .bandwidth = 1'000'000}, 10, 1ms).drewNothing());
        QVERIFY(!Run({.loss = Share::ofPercent(1)}, 10, 1ms).drewNothing());
    }

    void sameSeedSameOutcome()
    {
        const LinkFault everything{.latency = 20ms,
                                   .jitter = 5ms,
                                   .distribution = Distribution::Normal,
                                   .loss = Share::ofPercent(10),
                                   .duplicate = Share::ofPercent(10),
                                   .corrupt = Share::ofPercent(10),
                                   .reorder = Share::ofPercent(10),
                                   .bandwidth = 1'000'000,
                                   .stall = Share::ofPercent(10)};
        const Run one(everything, 2'000, 1ms, 7);
        const Run again(everything, 2'000, 1ms, 7);
        const Run other(everything, 2'000, 1ms, 8);
        const auto same = [](const Run& a, const Run& b) {
            return a.fates == b.fates && std::equal(a.arrivals.begin(), a.arrivals.end(), b.arrivals.begin(),
                                                    b.arrivals.end(), [](const Run::Arrival& x, const Run::Arrival& y) {
                                                        return x.at == y.at && x.delivery.tag == y.delivery.tag &&
                                                               x.delivery.message == y.delivery.message;
                                                    });
        };
        QVERIFY(same(one, again));
        QVERIFY(!same(one, other));
    }

    // ---- order, copies, damage ----

    void orderIsKeptUnderJitter_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::newRow("uniform") << LinkFault{.latency = 50ms, .jitter = 50ms};
        QTest::newRow("normal") << LinkFault{.latency = 50ms, .jitter = 20ms, .distribution = Distribution::Normal};
        QTest::newRow("exponential") << LinkFault{
            .latency = 50ms, .jitter = 20ms, .distribution = Distribution::Exponential};
        QTest::newRow("stall") << LinkFault{.stall = Share::ofPercent(5)};
        QTest::newRow("all, on a line") << LinkFault{.latency = 50ms,
                                                     .jitter = 20ms,
                                                     .duplicate = Share::ofPercent(10),
                                                     .bandwidth = 100'000,
                                                     .stall = Share::ofPercent(5)};
    }
    void orderIsKeptUnderJitter()
    {
        QFETCH(const LinkFault, fault);
        const Run run(fault, 20'000, 1ms);
        QVERIFY(run.arrivals.size() >= 20'000);
        for (std::size_t i = 1; i < run.arrivals.size(); ++i) {
            QVERIFY(run.arrivals[i].at >= run.arrivals[i - 1].at);
            QVERIFY(run.arrivals[i].delivery.tag ==
                    run.arrivals[i - 1].delivery.tag + (run.arrivals[i].delivery.isCopy ? 0 : 1));
        }
    }

    void latencyIsAPipeline()
    {
        const Run run({.latency = 100ms}, 1'000, 1ms);
        // The delay holds each message, not the link: as many a second arrive as were sent.
        for (std::size_t i = 0; i < run.arrivals.size(); ++i)
            QCOMPARE(run.arrivals[i].at, Instant(100ms + i * 1ms));
    }

    void reorderSwapsNeighbours()
    {
        FaultPipeline pipeline;
        Random random(1);
        const LinkFault held{.latency = 10ms, .reorder = Share::ofPercent(100)};
        const LinkFault passing{.latency = 10ms, .reorder = Share{1}};
        pipeline.setFault(passing, 0us);
        pipeline.push("a", 1, 0us, random);
        pipeline.setFault(held, 0us);
        pipeline.push("b", 2, 1ms, random);
        pipeline.setFault(passing, 1ms);
        pipeline.push("c", 3, 5ms, random);
        pipeline.push("d", 4, 6ms, random);
        QByteArray order;
        while (auto due = pipeline.nextDue()) {
            const auto delivery = pipeline.pop(*due);
            order += delivery->message;
            QCOMPARE(delivery->wasOvertaken, delivery->message == "b");
            QCOMPARE(delivery->delay, Instant(delivery->message == "b" ? 14ms : 10ms));
        }
        QCOMPARE(order, QByteArray("acbd"));
    }

    void eachReorderedMessageIsOvertakenByExactlyOne()
    {
        const Run run({.latency = 10ms, .jitter = 5ms, .reorder = Share::ofPercent(30)}, 20'000, 1ms);
        std::vector<std::size_t> placeOf(run.arrivals.size());
        const std::vector<quint64> tags = run.tags();
        QCOMPARE(tags.size(), std::size_t(20'000));
        for (std::size_t i = 0; i < tags.size(); ++i)
            placeOf[tags[i]] = i;
        for (const auto& [at, delivery] : run.arrivals) {
            qsizetype overtakers = 0;
            for (quint64 later = delivery.tag + 1; later < std::min<quint64>(tags.size(), delivery.tag + 50); ++later)
                overtakers += placeOf[later] < placeOf[delivery.tag];
            QCOMPARE(overtakers, delivery.wasOvertaken ? 1 : 0);
        }
    }

    void whoIsNotOvertakenGoesOnAlone()
    {
        const LinkFault held{.latency = 1s, .reorder = Share::ofPercent(100)};
        const LinkFault passing{.latency = 1s, .reorder = Share{1}};
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault(held, 0us);
        pipeline.push("alone", 1, 0us, random);
        QCOMPARE(*pipeline.nextDue(), Instant(1s + kLongestHeldBack));
        QVERIFY(!pipeline.pop(1s + kLongestHeldBack - 1us));
        // The next comes, but would arrive later than that.
        pipeline.setFault(passing, 500ms);
        pipeline.push("late", 2, 500ms, random);
        const auto first = pipeline.pop(1s + kLongestHeldBack);
        QVERIFY(first && first->message == "alone" && !first->wasOvertaken);
        QCOMPARE(first->delay, Instant(1s + kLongestHeldBack));
        QCOMPARE(pipeline.pop(1'500ms)->message, QByteArray("late"));
        QVERIFY(!pipeline.nextDue());
    }

    void duplicateComesRightBehind()
    {
        const Run run(
            {.latency = 10ms, .jitter = 9ms, .duplicate = Share::ofPercent(30), .reorder = Share::ofPercent(30)},
            20'000, 1ms);
        for (std::size_t i = 0; i < run.arrivals.size(); ++i) {
            if (!run.arrivals[i].delivery.isCopy)
                continue;
            QVERIFY(i > 0 && !run.arrivals[i - 1].delivery.isCopy);
            QCOMPARE(run.arrivals[i - 1].delivery.tag, run.arrivals[i].delivery.tag);
            QCOMPARE(run.arrivals[i - 1].at, run.arrivals[i].at);
        }
    }

    void corruptionFlipsOneBitOfThePayload()
    {
        const QByteArray message("HEADpayloadTAIL");
        FaultPipeline pipeline(4, 4);
        Random random(3);
        pipeline.setFault({.corrupt = Share::ofPercent(100)}, 0us);
        std::vector<int> flips(std::size_t(message.size()) * 8);
        for (int i = 0; i < kMany; ++i) {
            pipeline.push(message, 0, 0us, random);
            const auto delivery = pipeline.pop(0us);
            QVERIFY(delivery && delivery->isCorrupted);
            QCOMPARE(bitsApart(delivery->message, message), 1);
            for (qsizetype byte = 0; byte < message.size(); ++byte) {
                const auto difference = static_cast<unsigned char>(delivery->message[byte] ^ message[byte]);
                if (difference)
                    ++flips[std::size_t(byte) * 8 + std::size_t(std::countr_zero(difference))];
            }
        }
        for (std::size_t bit = 0; bit < flips.size(); ++bit) {
            const bool inPayload = bit / 8 >= 4 && bit / 8 < 11;
            QVERIFY(isShare(flips[bit], inPayload ? 1. / (7 * 8) : 0));
        }
        QCOMPARE(message, QByteArray("HEADpayloadTAIL"));
        // Nothing between head and tail: nothing to damage.
        for (const QByteArray& bare : {QByteArray("HEADTAIL"), QByteArray("x"), QByteArray()}) {
            pipeline.push(bare, 0, 0us, random);
            const auto delivery = pipeline.pop(0us);
            QVERIFY(delivery && !delivery->isCorrupted);
            QCOMPARE(delivery->message, bare);
        }
    }

    // ---- the line ----

    void fullQueueLosesTheNewest()
    {
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.bandwidth = 8'000'000}, 0us);
        quint64 queued = 0;
        while (pipeline.push(QByteArray(10'000, 'x'), queued, 0us, random) == Fate::Queued)
            ++queued;
        QCOMPARE(queued, quint64(101)); // a second's worth, and the one that starts then
        QCOMPARE(pipeline.push("small", 999, 0us, random), Fate::LostToFullQueue);
        for (quint64 i = 0; i < queued; ++i)
            QCOMPARE(pipeline.pop(Instant::max())->tag, i);
        QVERIFY(!pipeline.nextDue());
        QCOMPARE(pipeline.push("small", 999, 20s, random), Fate::Queued);
    }

    void latencyBeginsBehindTheLine()
    {
        const Run run({.latency = 100ms, .bandwidth = 8'000}, 3, 0us, 1, QByteArray(100, 'x'));
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(run.arrivals[i].delivery.delay, Instant(100ms + (i + 1) * 100ms));
    }

    // ---- faults that change ----

    void newFaultHastensWhatIsOnItsWay_data()
    {
        QTest::addColumn<LinkFault>("before");
        QTest::addColumn<LinkFault>("after");
        QTest::addColumn<int>("latest_ms"); // of ten messages of 1,000 bytes, pushed at 0 ms; the change is at 10 ms
        const LinkFault slow{.latency = 30s};
        QTest::newRow("healed latency") << slow << LinkFault{} << 10;
        QTest::newRow("shorter latency") << slow << LinkFault{.latency = 100ms} << 110;
        QTest::newRow("shorter, with jitter") << slow << LinkFault{.latency = 100ms, .jitter = 50ms} << 160;
        QTest::newRow("longer latency") << LinkFault{.latency = 100ms} << slow << 100;
        QTest::newRow("healed jitter") << LinkFault{.jitter = 30s, .distribution = Distribution::Exponential}
                                       << LinkFault{} << 10;
        QTest::newRow("healed stall") << LinkFault{.stall = Share::ofPercent(100)} << LinkFault{} << 10;
        QTest::newRow("healed reorder") << LinkFault{.reorder = Share::ofPercent(100)} << LinkFault{} << 10;
        QTest::newRow("reorder with less latency")
            << LinkFault{.latency = 30s, .reorder = Share::ofPercent(100)}
            << LinkFault{.latency = 50ms, .reorder = Share::ofPercent(100)} << 260;
        QTest::newRow("healed bandwidth") << LinkFault{.bandwidth = 1'000} << LinkFault{} << 10;
        QTest::newRow("wider line") << LinkFault{.bandwidth = 1'000} << LinkFault{.bandwidth = 800'000} << 110;
        QTest::newRow("narrower line") << LinkFault{.bandwidth = 8'000'000} << LinkFault{.bandwidth = 1'000} << 10;
        QTest::newRow("slow instead of narrow") << LinkFault{.bandwidth = 1'000} << LinkFault{.latency = 70ms} << 80;
        QTest::newRow("narrow instead of slow")
            << LinkFault{.latency = 1s} << LinkFault{.latency = 50ms, .bandwidth = 1'000} << 60;
        QTest::newRow("loss alone changes no delay")
            << LinkFault{.latency = 1s} << LinkFault{.latency = 1s, .loss = Share::ofPercent(5)} << 1'000;
    }
    void newFaultHastensWhatIsOnItsWay()
    {
        QFETCH(const LinkFault, before);
        QFETCH(const LinkFault, after);
        QFETCH(const int, latest_ms);
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault(before, 0us);
        for (quint64 i = 0; i < 10; ++i)
            QCOMPARE(pipeline.push(QByteArray(1'000, 'x'), i, 0us, random), Fate::Queued);
        QVERIFY(pipeline.setFault(after, 10ms).empty());
        std::vector<quint64> tags;
        Instant last{0};
        while (const auto due = pipeline.nextDue()) {
            QVERIFY(*due >= last);
            last = *due;
            const auto delivery = pipeline.pop(*due);
            QCOMPARE(delivery->delay, *due);
            tags.push_back(delivery->tag);
        }
        QCOMPARE(tags, (std::vector<quint64>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        QVERIFY(last <= Instant(latest_ms * 1ms) + 10us);
        if (after.jitter.count() == 0)
            QVERIFY(last + 10us >= Instant(latest_ms * 1ms));
        QCOMPARE(pipeline.queuedBytes(), 0);
        // Who is sent now is delayed by the present fault, and not by the past.
        pipeline.setFault({}, last);
        QCOMPARE(pipeline.push("now", 99, last + 1us, random), Fate::Queued);
        QVERIFY(pipeline.pop(last + 1us));
    }

    void whatIsSentAfterAChangeDoesNotOvertake()
    {
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.latency = 1s, .bandwidth = 8'000}, 0us);
        for (quint64 i = 0; i < 5; ++i)
            pipeline.push(QByteArray(100, 'x'), i, 0us, random);
        pipeline.setFault({.latency = 20ms, .bandwidth = 80'000}, 250ms);
        pipeline.push(QByteArray(100, 'x'), 5, 250ms, random);
        // Two were through the line; 10 ms of the new line each for the rest.
        std::vector<Instant> dues;
        for (quint64 i = 0; i < 6; ++i) {
            dues.push_back(*pipeline.nextDue());
            QCOMPARE(pipeline.pop(dues.back())->tag, i);
        }
        QCOMPARE(dues, (std::vector<Instant>{270ms, 270ms, 280ms, 290ms, 300ms, 310ms}));
    }

    void settingTheSameFaultChangesNothing()
    {
        const LinkFault fault{.latency = 50ms,
                              .jitter = 40ms,
                              .distribution = Distribution::Exponential,
                              .reorder = Share::ofPercent(20),
                              .bandwidth = 1'000'000,
                              .stall = Share::ofPercent(5)};
        LinkFault alike = fault;
        alike.corrupt = Share{1};
        FaultPipeline left, touched;
        Random leftRandom(5), touchedRandom(5);
        left.setFault(fault, 0us);
        touched.setFault(fault, 0us);
        for (int i = 0; i < 2'000; ++i) {
            const Instant now = i * 1ms;
            left.push("x", quint64(i), now, leftRandom);
            touched.push("x", quint64(i), now, touchedRandom);
            touched.setFault(alike, now); // says nothing about time
            touched.setFault(fault, now);
            QCOMPARE(touched.nextDue(), left.nextDue());
            while (auto one = left.pop(now)) {
                const auto other = touched.pop(now);
                QVERIFY(other && other->tag == one->tag && other->delay == one->delay);
            }
        }
    }

    void cutLosesEverythingAndReturnsTheTags()
    {
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.latency = 1s, .duplicate = Share::ofPercent(100)}, 0us);
        pipeline.push("a", 11, 0us, random);
        pipeline.push("b", 12, 0us, random);
        pipeline.setFault({.latency = 1s, .reorder = Share::ofPercent(100)}, 0us);
        pipeline.push("held back", 13, 0us, random);
        QCOMPARE(pipeline.queuedMessages(), std::size_t(5));
        QCOMPARE(pipeline.setFault({.cut = true, .latency = 1s}, 1ms), (std::vector<quint64>{11, 12, 13}));
        QCOMPARE(pipeline.queuedMessages(), std::size_t(0));
        QCOMPARE(pipeline.queuedBytes(), 0);
        QVERIFY(!pipeline.nextDue());
        QCOMPARE(pipeline.push("c", 14, 2ms, random), Fate::LostToCut);
        QVERIFY(pipeline.setFault({}, 3ms).empty());
        QVERIFY(!pipeline.pop(1h));
        QCOMPARE(pipeline.push("d", 15, 4ms, random), Fate::Queued);
        QCOMPARE(pipeline.pop(4ms)->tag, quint64(15));
    }

    void clearLosesWhatWaitsAndTheLineIsFree()
    {
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault({.latency = 10ms, .bandwidth = 1'000}, 0us);
        pipeline.push(QByteArray(1'000, 'x'), 1, 0us, random);
        QCOMPARE(pipeline.clear(), std::vector<quint64>{1});
        pipeline.push(QByteArray(1, 'x'), 2, 1s, random);
        QCOMPARE(*pipeline.nextDue(), Instant(1s + 10ms));
    }

    void boundedInBytesAndMessages_data()
    {
        QTest::addColumn<LinkFault>("fault");
        QTest::addColumn<int>("each");
        QTest::newRow("latency") << LinkFault{.latency = 1min} << 1;
        QTest::newRow("duplicate") << LinkFault{.latency = 1min, .duplicate = Share::ofPercent(100)} << 2;
        QTest::newRow("reorder") << LinkFault{.latency = 1min, .reorder = Share::ofPercent(100)} << 1;
    }
    void boundedInBytesAndMessages()
    {
        QFETCH(const LinkFault, fault);
        QFETCH(const int, each);
        FaultPipeline pipeline;
        Random random(1);
        pipeline.setFault(fault, 0us);
        const QByteArray megabyte(1 << 20, 'x');
        int queued = 0;
        while (pipeline.push(megabyte, 0, 0us, random) == Fate::Queued)
            ++queued;
        QCOMPARE(qsizetype(queued * each), FaultPipeline::kMaxQueuedBytes >> 20);
        QCOMPARE(pipeline.queuedBytes(), FaultPipeline::kMaxQueuedBytes);
        QCOMPARE(pipeline.push("x", 0, 0us, random), Fate::LostToFullQueue);
        pipeline.clear();
        int small = 0;
        while (pipeline.push({}, 0, 0us, random) == Fate::Queued)
            ++small;
        QCOMPARE(std::size_t(small * each), FaultPipeline::kMaxQueuedMessages);
        QCOMPARE(pipeline.queuedMessages(), FaultPipeline::kMaxQueuedMessages);
    }
};

QTEST_APPLESS_MAIN(TestFaultPipeline)
#include "tst_fault_pipeline.moc"
