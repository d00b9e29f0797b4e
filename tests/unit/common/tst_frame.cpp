// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/frame.h"
#include "common/wire/shared_slice.h"

#include <QTest>

using namespace faultline::wire;
using Outcome = FrameReader::Outcome;

class TestFrame : public QObject
{
    Q_OBJECT

private slots:
    void headerIsSixteenBytesInDocumentedOrder()
    {
        const QByteArray frame = encodeFrame(FrameKind::Raft, "abc");
        QCOMPARE(frame.size(), kHeaderSize + 3 + kTrailerSize);
        QCOMPARE(frame.first(4), QByteArray("FLT1"));
        QCOMPARE(quint8(frame[4]), kHighestVersion);
        QCOMPARE(quint8(frame[5]), quint8(FrameKind::Raft));
        QCOMPARE(frame.sliced(8, 4), QByteArray("\3\0\0\0", 4));
        QCOMPARE(frame.sliced(16, 3), QByteArray("abc"));
    }

    void comesOutAsItWentInByteByByte()
    {
        const QByteArray stream = encodeFrame(FrameKind::Hello, "") +
                                  encodeFrame(FrameKind::Raft, QByteArray(5000, 'x')) +
                                  encodeFrame(FrameKind::Control, "end");
        FrameReader reader;
        std::vector<Frame> frames;
        for (const char byte : stream) {
            reader.append(QByteArray(1, byte));
            Frame frame;
            while (reader.next(frame) == Outcome::Frame)
                frames.push_back(frame);
        }
        QCOMPARE(frames.size(), std::size_t(3));
        QCOMPARE(frames[0].payload, QByteArray());
        QCOMPARE(frames[1].payload, QByteArray(5000, 'x'));
        QCOMPARE(frames[2].kind, FrameKind::Control);
        QCOMPARE(reader.bufferedBytes(), 0);
    }

    void anyDamagedBitIsNoticed()
    {
        const QByteArray good = encodeFrame(FrameKind::Raft, "payload");
        for (qsizetype byte = 0; byte < good.size(); ++byte) {
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray bad = good;
                bad[byte] = char(bad[byte] ^ (1 << bit));
                FrameReader reader;
                reader.append(bad + good);
                Frame frame;
                const Outcome outcome = reader.next(frame);
                if (byte < kHeaderSize) {
                    QCOMPARE(outcome, Outcome::BadHeader);
                    QVERIFY(!reader.error().isEmpty());
                } else {
                    QCOMPARE(outcome, Outcome::BadPayload);
                    QCOMPARE(reader.next(frame), Outcome::Frame);
                    QCOMPARE(frame.payload, QByteArray("payload"));
                }
            }
        }
    }

    void hugeLengthReservesNothing()
    {
        // A header that is right in itself and claims 2 GB.
        QByteArray frame = encodeFrame(FrameKind::Raft, "x");
        frame.replace(8, 4, QByteArray("\0\0\0\x7f", 4));
        FrameReader reader;
        reader.append(frame);
        Frame out;
        QCOMPARE(reader.next(out), Outcome::BadHeader);
        QVERIFY(reader.bufferedBytes() < 1024);
    }

    void staysClosedAfterABadHeader()
    {
        FrameReader reader;
        reader.append("GET / HTTP/1.1\r\n\r\n");
        Frame frame;
        QCOMPARE(reader.next(frame), Outcome::BadHeader);
        reader.append(encodeFrame(FrameKind::Raft, "x"));
        QCOMPARE(reader.next(frame), Outcome::BadHeader);
    }

    void aFrameSharesTheBytesItCameIn()
    {
        const QByteArray block = encodeFrame(FrameKind::Raft, QByteArray(100, 'x'));
        FrameReader reader;
        reader.append(block);
        Frame frame;
        QCOMPARE(reader.next(frame), Outcome::Frame);
        QCOMPARE(static_cast<const void*>(frame.payload.constData()),
                 static_cast<const void*>(block.constData() + kHeaderSize));
    }

    void aSmallFrameDoesNotKeepALargeBlock()
    {
        const QByteArray block =
            encodeFrame(FrameKind::Raft, "small") + encodeFrame(FrameKind::Raft, QByteArray(5000, 'x'));
        FrameReader reader;
        reader.append(block);
        Frame frame;
        QCOMPARE(reader.next(frame), Outcome::Frame);
        QCOMPARE(frame.payload, QByteArray("small"));
        QVERIFY(frame.payload.constData() < block.constData() ||
                frame.payload.constData() >= block.constData() + block.size());
    }

    void aFrameThatIsKeptStaysAsItWas()
    {
        const QByteArray first = encodeFrame(FrameKind::Raft, QByteArray(1000, 'a'));
        const QByteArray second = encodeFrame(FrameKind::Raft, QByteArray(1000, 'b'));
        FrameReader reader;
        reader.append(first + second.first(500));
        Frame kept;
        Frame next;
        QCOMPARE(reader.next(kept), Outcome::Frame);
        QCOMPARE(reader.next(next), Outcome::NeedMore);
        reader.append(second.sliced(500));
        QCOMPARE(reader.next(next), Outcome::Frame);
        QCOMPARE(reader.next(next), Outcome::NeedMore);
        reader.append(second);
        QCOMPARE(reader.next(next), Outcome::Frame);
        QCOMPARE(kept.payload, QByteArray(1000, 'a'));
        QCOMPARE(next.payload, QByteArray(1000, 'b'));
    }

    void aSliceIsAByteArrayLikeAnyOther()
    {
        QByteArray slice;
        {
            const QByteArray block("0123456789");
            slice = sharedSlice(block, 3, 4);
            QCOMPARE(static_cast<const void*>(slice.constData()), static_cast<const void*>(block.constData() + 3));
            QCOMPARE(slice, QByteArray("3456"));
            QByteArray own = slice;
            own[0] = 'x';
            own.append("y");
            QCOMPARE(own, QByteArray("x456y"));
            QCOMPARE(block, QByteArray("0123456789"));
        }
        QCOMPARE(slice, QByteArray("3456")); // the block is kept
        slice.append("now its own");
        QCOMPARE(slice, QByteArray("3456now its own"));
        QCOMPARE(sharedSlice(slice, 0, 0), QByteArray(""));
    }

    void borrowedBytesAreCopied()
    {
        char bytes[] = "abc";
        const QByteArray slice = sharedSlice(QByteArray::fromRawData(bytes, 3), 1, 2);
        bytes[1] = 'x';
        QCOMPARE(slice, QByteArray("bc"));
    }
};

QTEST_APPLESS_MAIN(TestFrame)
#include "tst_frame.moc"
