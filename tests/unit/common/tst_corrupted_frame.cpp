// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "common/fault/fault_pipeline.h"
#include "common/wire/frame.h"

using namespace faultline;
using namespace std::chrono_literals;
using Outcome = wire::FrameReader::Outcome;

class TestCorruptedFrame : public QObject
{
    Q_OBJECT

private slots:
    void isRejectedAndTheConnectionLives_data()
    {
        QTest::addColumn<qsizetype>("bytes");
        QTest::newRow("one byte") << qsizetype(1);
        QTest::newRow("a heartbeat") << qsizetype(40);
        QTest::newRow("a large entry") << qsizetype(70'000);
    }
    void isRejectedAndTheConnectionLives()
    {
        QFETCH(const qsizetype, bytes);
        fault::FaultPipeline pipeline(wire::kHeaderSize, wire::kTrailerSize);
        fault::Random random(1);
        pipeline.setFault({.corrupt = fault::Share::ofPercent(50)}, 0us);
        wire::FrameReader reader;
        int corrupted = 0;
        for (int i = 0; i < 500; ++i) {
            const QByteArray payload(bytes, static_cast<char>(i));
            pipeline.push(wire::encodeFrame(wire::FrameKind::Raft, payload), 0, 0us, random);
            const auto delivery = pipeline.pop(0us);
            QVERIFY(delivery);
            reader.append(delivery->message);
            wire::Frame frame;
            const Outcome outcome = reader.next(frame);
            QVERIFY2(outcome != Outcome::BadHeader, qPrintable(reader.error()));
            QCOMPARE(outcome == Outcome::BadPayload, delivery->isCorrupted);
            if (outcome == Outcome::Frame)
                QCOMPARE(frame.payload, payload);
            corrupted += delivery->isCorrupted;
            QCOMPARE(reader.next(frame), Outcome::NeedMore);
        }
        QVERIFY(corrupted > 150 && corrupted < 350);
    }

    void frameWithoutPayloadIsSpared()
    {
        fault::FaultPipeline pipeline(wire::kHeaderSize, wire::kTrailerSize);
        fault::Random random(1);
        pipeline.setFault({.corrupt = fault::Share::ofPercent(100)}, 0us);
        const QByteArray empty = wire::encodeFrame(wire::FrameKind::Hello, {});
        pipeline.push(empty, 0, 0us, random);
        QCOMPARE(pipeline.pop(0us)->message, empty);
    }
};

QTEST_APPLESS_MAIN(TestCorruptedFrame)
#include "tst_corrupted_frame.moc"
