// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/fault_pipeline.h"

#include <QTest>

using namespace faultline::fault;
using namespace std::chrono_literals;
using Fate = FaultPipeline::Fate;

class TestFaultPipeline : public QObject
{
    Q_OBJECT

private slots:
    void healthyLinkDeliversAtOnce()
    {
        FaultPipeline pipeline;
        QCOMPARE(pipeline.push("a", 5us), Fate::Queued);
        QCOMPARE(pipeline.pop(5us), std::optional<QByteArray>("a"));
        QVERIFY(!pipeline.pop(5us));
    }

    void latencyIsNeverEarlyAndIsAPipeline()
    {
        FaultPipeline pipeline;
        pipeline.setFault({false, 100ms});
        for (int i = 0; i < 50; ++i)
            pipeline.push(QByteArray::number(i), i * 1ms);
        QCOMPARE(*pipeline.nextDue(), FaultPipeline::Instant(100ms));
        QVERIFY(!pipeline.pop(100ms - 1us));
        // All fifty arrive within 50 ms after the first: the delay holds each message, not the link.
        for (int i = 0; i < 50; ++i)
            QCOMPARE(pipeline.pop(100ms + i * 1ms), std::optional(QByteArray::number(i)));
    }

    void shorterLatencyDoesNotOvertake()
    {
        FaultPipeline pipeline;
        pipeline.setFault({false, 100ms});
        pipeline.push("first", 0us);
        pipeline.setFault({false, 0us});
        pipeline.push("second", 1us);
        QVERIFY(!pipeline.pop(50ms));
        QCOMPARE(pipeline.pop(100ms), std::optional<QByteArray>("first"));
        QCOMPARE(pipeline.pop(100ms), std::optional<QByteArray>("second"));
    }

    void cutLosesWhatIsOnItsWayAndWhatComes()
    {
        FaultPipeline pipeline;
        pipeline.setFault({false, 100ms});
        pipeline.push("a", 0us);
        pipeline.push("b", 0us);
        QCOMPARE(pipeline.setFault({true, 0us}), std::size_t(2));
        QCOMPARE(pipeline.push("c", 1us), Fate::LostToCut);
        QVERIFY(!pipeline.nextDue());
        pipeline.setFault({});
        QCOMPARE(pipeline.push("d", 2us), Fate::Queued);
        QCOMPARE(pipeline.pop(2us), std::optional<QByteArray>("d"));
    }

    void boundedInBytesAndMessages()
    {
        FaultPipeline pipeline;
        pipeline.setFault({false, 1min});
        const QByteArray megabyte(1 << 20, 'x');
        int queued = 0;
        while (pipeline.push(megabyte, 0us) == Fate::Queued)
            ++queued;
        QCOMPARE(qsizetype(queued), FaultPipeline::kMaxQueuedBytes >> 20);
        pipeline.clear();
        std::size_t small = 0;
        while (pipeline.push("x", 0us) == Fate::Queued)
            ++small;
        QCOMPARE(small, FaultPipeline::kMaxQueuedMessages);
        QCOMPARE(pipeline.queuedBytes(), qsizetype(small));
    }
};

QTEST_APPLESS_MAIN(TestFaultPipeline)
#include "tst_fault_pipeline.moc"
