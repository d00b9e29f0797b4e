// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"
#include "wal_sample.h"

#include <QCoreApplication>
#include <QTemporaryDir>
#include <QTest>

using namespace faultline;
using namespace faultline::storage;
using namespace faultline::tests;
using faultline::sim::SimDisk;

namespace {

const QString kPath = kFolder + QStringLiteral("/wal-0000000001");

} // namespace

/// One segment: what is synced, torn, damaged or strange.
class TestWal : public QObject
{
    Q_OBJECT

    /// A log of several synced turns, the last one not yet noted, as a kill leaves it.
    struct Sample
    {
        QByteArray bytes;
        std::vector<Model> states; ///< after each sync; the first is empty
        std::vector<qint64> ends;  ///< size of the file at that moment
    };

    static Sample makeSample()
    {
        SimDisk disk{fault::Random(1)};
        Sample sample;
        Model model;
        auto opened = Wal::open(disk, kFolder, kPlain);
        if (!opened)
            return sample;
        sample.states.push_back(model);
        sample.ends.push_back(opened->wal->bytes());
        const auto turn = [&](const std::vector<Entry>& entries, std::optional<HardState> hardState) {
            opened->wal->append(entries, hardState);
            if (!opened->wal->sync())
                return;
            model.take(entries, hardState);
            sample.states.push_back(model);
            sample.ends.push_back(opened->wal->bytes());
        };
        turn({}, HardState{1, 2});
        turn({entryOf(1, 1, ""), entryOf(2, 1, "two"), entryOf(3, 1, "three")}, {});
        turn({entryOf(2, 3, "again")}, HardState{3, 0});
        turn({entryOf(3, 3, QByteArray("\0\xff", 2))}, {});
        sample.bytes = contentOf(disk, kPath);
        return sample;
    }

    static Result<Model> recoverBytes(SimDisk& disk, const QByteArray& bytes)
    {
        static_cast<void>(disk.makeFolder(kFolder));
        if (!setContent(disk, kPath, bytes))
            return Error{QStringLiteral("could not be written")};
        return recover(disk);
    }

    /// What a log may say after a flaw: what some sync, or part of a turn after it, had made of it.
    static bool isPrefix(const Sample& sample, const Model& model)
    {
        for (const Model& state : sample.states) {
            if (model == state)
                return true;
        }
        // Inside a turn, between its records.
        const Model partOfSecond1{{1, 2}, 1, {entryOf(1, 1, "")}};
        const Model partOfSecond2{{1, 2}, 1, {entryOf(1, 1, ""), entryOf(2, 1, "two")}};
        const Model partOfThird{{3, 0}, 1, sample.states[2].entries};
        return model == partOfSecond1 || model == partOfSecond2 || model == partOfThird;
    }

private slots:
    void whatWasSyncedIsThereAgain()
    {
        const Sample sample = makeSample();
        QCOMPARE(sample.states.size(), std::size_t(5));
        SimDisk disk{fault::Random(1)};
        const auto model = recoverBytes(disk, sample.bytes);
        QVERIFY2(model, model ? "" : qPrintable(model.error()));
        QVERIFY(*model == sample.states.back());
        QCOMPARE(model->entries.size(), std::size_t(3));
        QCOMPARE(model->entries[1], entryOf(2, 3, "again"));
    }

    void logGoesOnAfterItWasReopened()
    {
        QTemporaryDir folder;
        RealDisk disk;
        for (quint64 i = 1; i <= 5; ++i) {
            auto opened = Wal::open(disk, folder.path());
            QVERIFY(opened);
            QCOMPARE(opened->recovered.entries.size(), std::size_t(i - 1));
            QCOMPARE(opened->recovered.lastIndex(), i - 1);
            QCOMPARE(opened->recovered.cutBytes, 0);
            opened->wal->append(std::vector{entryOf(i, i, "x")}, HardState{i, 1});
            QVERIFY(opened->wal->dirty());
            QVERIFY(opened->wal->sync());
            QCOMPARE(opened->wal->syncs(), quint64(1));
            QCOMPARE(opened->wal->lastIndex(), i);
        }
    }

    void reopeningAddsNothing()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(recoverBytes(disk, makeSample().bytes));
        const QByteArray once = contentOf(disk, kPath);
        QVERIFY(recover(disk));
        QCOMPARE(contentOf(disk, kPath), once);
    }

    void whatWasNotSyncedIsNotThere()
    {
        SimDisk disk{fault::Random(1)};
        {
            auto opened = Wal::open(disk, kFolder, kPlain);
            QVERIFY(opened);
            opened->wal->append(std::vector{entryOf(1, 1, "x")}, {});
        }
        QVERIFY(recover(disk)->entries.empty());
    }

    void whatIsHandedBackIsDurable()
    {
        for (quint64 seed = 0; seed < 20; ++seed) {
            SimDisk disk{fault::Random(seed)};
            QVERIFY(recover(disk));
            // A killed process wrote a whole record and had no time to sync it.
            QByteArray record;
            const qint64 end = format::kSegmentHeaderSize;
            format::appendRecord(record, entryOf(1, 1, "x"), end, format::seedOf(0, 1));
            QVERIFY((*disk.open(kPath, Disk::Open::Existing))->write(end, record));
            disk.killProcess();
            auto opened = Wal::open(disk, kFolder, kPlain);
            QVERIFY(opened && opened->recovered.entries.size() == 1);
            disk.cutPower();
            disk.powerOn();
            QCOMPARE(recover(disk)->entries.size(), std::size_t(1));
        }
    }

    void tornTailIsGoneBeforeTheLogGoesOn()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(recover(disk));
        const quint64 seed = format::seedOf(0, 1);
        QByteArray tail = contentOf(disk, kPath).first(format::kSegmentHeaderSize);
        const qsizetype end = tail.size();
        format::appendRecord(tail, entryOf(1, 1, "lost"), end, seed);
        format::appendRecord(tail, entryOf(2, 1, "stale"), tail.size(), seed);
        const qsizetype written = tail.size();
        tail.append(200, '\0');
        tail[end + 30] = static_cast<char>(tail[end + 30] ^ 1);
        QVERIFY(setContent(disk, kPath, tail));
        {
            auto opened = Wal::open(disk, kFolder, kPlain);
            QVERIFY(opened && opened->recovered.entries.empty());
            QCOMPARE(opened->recovered.cutBytes, written - end);
            // As long as the one that was torn, so that what stood behind it would go on from it.
            opened->wal->append(std::vector{entryOf(1, 2, "next")}, {});
            QVERIFY(opened->wal->sync());
            disk.killProcess();
        }
        QVERIFY(recover(disk)->entries == std::vector{entryOf(1, 2, "next")});
    }

    void fileThatLostItsEndIsRefused()
    {
        const Sample sample = makeSample();
        for (qsizetype length = 0; length < sample.bytes.size(); ++length) {
            SimDisk disk{fault::Random(1)};
            const auto model = recoverBytes(disk, sample.bytes.first(length));
            if (length < format::kSegmentHeaderSize) {
                QVERIFY(!model);
                QVERIFY(model.error().contains(kPath));
                QCOMPARE(contentOf(disk, kPath), sample.bytes.first(length));
                continue;
            }
            // Also where all that is left is whole records, and the note that would speak of more is gone too.
            QVERIFY2(!model, qPrintable(QString::number(length)));
            QVERIFY2(model.error().contains(kPath + QStringLiteral(" ends at offset %1").arg(length)),
                     qPrintable(model.error()));
            QCOMPARE(contentOf(disk, kPath), sample.bytes.first(length));
        }
    }

    void flippedBitIsNeverAWrongValue()
    {
        const Sample sample = makeSample();
        // The last note in the file speaks of what the last sync but one made durable.
        const qint64 noted = sample.ends[sample.ends.size() - 2];
        for (qsizetype i = 0; i < sample.bytes.size(); ++i) {
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray flipped = sample.bytes;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
                SimDisk disk{fault::Random(1)};
                const auto model = recoverBytes(disk, flipped);
                const QByteArray where = QByteArray::number(qlonglong(i));
                if (i < noted) {
                    QVERIFY2(!model, where.constData());
                    QVERIFY2(model.error().contains(kPath), where.constData());
                    QVERIFY2(i < 12 || model.error().contains("offset"), qPrintable(model.error()));
                    QCOMPARE(contentOf(disk, kPath), flipped);
                } else {
                    QVERIFY2(model && isPrefix(sample, *model), where.constData());
                }
            }
        }
    }

    void orderlyEndProtectsTheLastTurnToo()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(recoverBytes(disk, makeSample().bytes));
        QByteArray flipped = contentOf(disk, kPath);
        // Behind the last entry (40 bytes) stands the note of the orderly end (32).
        const qsizetype end = static_cast<qsizetype>(Wal::open(disk, kFolder, kPlain)->wal->bytes());
        flipped[end - 40] = static_cast<char>(flipped[end - 40] ^ 1);
        const auto model = recoverBytes(disk, flipped);
        QVERIFY(!model);
        QVERIFY2(model.error().contains("already durable"), qPrintable(model.error()));
    }

    void strangeFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        const format::SegmentHeader header;
        QTest::newRow("empty") << QByteArray("") << "is empty";
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n") << "is not a log of this program";
        QTest::newRow("zeros") << QByteArray(4096, '\0') << "is not a log of this program";
        QTest::newRow("future") << format::encode({.version = 4}) << "has log format 4";
        QTest::newRow("short") << format::encode(header).first(40) << "damaged at offset 0";
        QTest::newRow("format 1 by this name") << format::fileHeader1() << "damaged at offset 0";
        QTest::newRow("of another node") << format::encode({.owner = 7}) << "belongs to another node";
        QTest::newRow("another number") << format::encode({.number = 2}) << "is segment 2";
        QByteArray damaged = format::encode(header);
        damaged[13] = static_cast<char>(damaged[13] ^ 1);
        QTest::newRow("header") << damaged << "damaged at offset 0";
    }
    void strangeFilesAreRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        SimDisk disk{fault::Random(1)};
        const auto model = recoverBytes(disk, bytes);
        QVERIFY(!model);
        QVERIFY2(model.error().contains(sentence), qPrintable(model.error()));
        QVERIFY(model.error().contains(kPath));
        QCOMPARE(contentOf(disk, kPath), bytes);
    }

    void gapBetweenEntriesIsRefused()
    {
        const format::SegmentHeader header;
        QByteArray bytes = format::encode(header);
        format::appendRecord(bytes, entryOf(2, 1, ""), bytes.size(), format::seedOf(header.owner, header.number));
        SimDisk disk{fault::Random(1)};
        const auto model = recoverBytes(disk, bytes);
        QVERIFY(!model);
        QVERIFY2(model.error().contains("entry 2 follows entry 0"), qPrintable(model.error()));
    }

    void secondUserOfAFolderIsRefused()
    {
        QTemporaryDir folder;
        RealDisk disk;
        auto first = Wal::open(disk, folder.path());
        QVERIFY(first);
        auto second = Wal::open(disk, folder.path());
        QVERIFY(!second);
        QVERIFY2(
            second.error().contains("already used by process " + QString::number(QCoreApplication::applicationPid())),
            qPrintable(second.error()));
        first->wal.reset();
        QVERIFY(Wal::open(disk, folder.path()));
    }

    void unfinishedCreationIsBegunAnew()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(disk.makeFolder(kFolder));
        QVERIFY(setContent(disk, kPath + ".new", "faul"));
        QVERIFY(recover(disk));
        QVERIFY(!disk.exists(kPath + ".new"));
    }

    void largeLogIsRecovered()
    {
        QTemporaryDir folder;
        RealDisk disk;
        std::vector<Entry> entries;
        for (quint64 i = 1; i <= 300; ++i)
            entries.push_back(entryOf(i, 1, QByteArray(static_cast<qsizetype>(i * 97), static_cast<char>(i))));
        entries.push_back(entryOf(301, 1, QByteArray(9 << 20, 'x')));
        {
            auto opened = Wal::open(disk, folder.path());
            QVERIFY(opened);
            opened->wal->append(entries, {});
            QVERIFY(opened->wal->sync());
        }
        const auto opened = Wal::open(disk, folder.path());
        QVERIFY(opened);
        QVERIFY(opened->recovered.entries == entries);
    }

    void failedWriteBreaksTheLog()
    {
        SimDisk disk{fault::Random(1)};
        auto opened = Wal::open(disk, kFolder, kPlain);
        opened->wal->append(std::vector{entryOf(1, 1, "x")}, {});
        disk.killProcess(); // its files are of no more use
        const auto failed = opened->wal->sync();
        QVERIFY(!failed);
        QVERIFY2(failed.error().contains("is gone"), qPrintable(failed.error()));
        QCOMPARE(opened->wal->sync().error(), failed.error());
        QCOMPARE(opened->wal->makeRoom().error(), failed.error());
        QCOMPARE(opened->wal->compact(0).error(), failed.error());
        opened->wal.reset();
        QVERIFY(recover(disk)->entries.empty());
    }

    void onAFullDiskTheLogTakesWhatHasRoomAndTheRestWaits()
    {
        SimDisk disk{fault::Random(1)};
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, {.segmentSize = 600, .fillStep = 256});
            QVERIFY(!opened->wal->isFull());
            disk.setFault({.full = true});
            quint64 index = 0;
            const auto next = [&] { return std::vector{entryOf(index + 1, 1, QByteArray(20, 'x'))}; };
            for (;; ++index) {
                opened->wal->append(next(), {});
                const auto synced = opened->wal->sync();
                QVERIFY(synced);
                if (!*synced)
                    break;
                model.take(next(), {});
            }
            QVERIFY2(index >= 1 && index <= 3, qPrintable(QString::number(index)));
            QVERIFY(opened->wal->isFull());
            QVERIFY(opened->wal->dirty());
            QVERIFY(opened->wal->makeRoom());
            QVERIFY(opened->wal->isFull());
            QVERIFY(!*opened->wal->sync());
            model.take(next(), {});
            disk.setFault({});
            QVERIFY(opened->wal->makeRoom());
            QVERIFY(!opened->wal->isFull());
            QVERIFY(*opened->wal->sync());
            QVERIFY(!opened->wal->dirty());
            // Nor does it need space for the next segment before it has it.
            disk.setFault({.full = true});
            while (*opened->wal->sync()) {
                ++index;
                opened->wal->append(next(), {});
                model.take(next(), {});
            }
            QVERIFY(index < 20);
            QCOMPARE(opened->wal->segments(), std::size_t(1));
            disk.setFault({});
            QVERIFY(*opened->wal->sync());
        }
        QVERIFY(*recover(disk) == model);
    }

    void aFullDiskAtTheStartIsNoErrorWhereThereIsALog()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(recoverBytes(disk, makeSample().bytes));
        const QByteArray tail = contentOf(disk, kPath) + QByteArray("torn");
        QVERIFY(setContent(disk, kPath, tail));
        disk.setFault({.full = true});
        const auto opened = Wal::open(disk, kFolder, kPlain);
        QVERIFY(opened);
        QCOMPARE(opened->recovered.lastIndex(), quint64(3));
        bool isTaken = true;
        for (quint64 index = 4; isTaken && index < 20; ++index) { // what was torn left some room
            opened->wal->append(std::vector{entryOf(index, 3, "x")}, {});
            const auto synced = opened->wal->sync();
            QVERIFY(synced);
            isTaken = *synced;
        }
        QVERIFY(!isTaken && opened->wal->isFull());
    }

    void roomIsMadeAheadOfWhatIsWritten()
    {
        SimDisk disk{fault::Random(1)};
        auto opened = Wal::open(disk, kFolder, {.fillStep = 1024});
        QCOMPARE(contentOf(disk, kPath).size(), qsizetype(1024));
        QVERIFY(!opened->wal->wantsRoom());
        const qint64 before = opened->wal->bytes();
        opened->wal->append(std::vector{entryOf(1, 1, QByteArray(500, 'x'))}, {});
        QVERIFY(*opened->wal->sync());
        QCOMPARE(contentOf(disk, kPath).size(), qsizetype(1024)); // a sync within it changes no size
        QVERIFY(opened->wal->bytes() > before + 500 && opened->wal->bytes() < 1024);
        QVERIFY(opened->wal->wantsRoom());
        QVERIFY(opened->wal->makeRoom());
        QVERIFY(!opened->wal->wantsRoom());
        QCOMPARE(contentOf(disk, kPath).size(), qsizetype(2048));
    }

    void logOfFormat2IsReadAndGoneOnWith_data()
    {
        QTest::addColumn<qsizetype>("room");
        QTest::newRow("with room behind it") << qsizetype(4'096);
        QTest::newRow("without") << qsizetype(0);
    }
    void logOfFormat2IsReadAndGoneOnWith()
    {
        QFETCH(const qsizetype, room);
        // What the program before this one wrote: a hard state (1, 1), a note, and the entry (1, 1) with a membership.
        const QByteArray old = QByteArray::fromHex(
            "6661756c7477616c0200000000000000575626d49d522e3401000000000000000000000000000000000000000000000000000000"
            "00000000000000000000000065aa5db038f83421357de55de75e7e910c0000000200000001000000000000000100000000000000"
            "9b1fa9fa82d84621080000000300000068000000000000002f4839a9e6e84b283600000001000000010000000000000001000000"
            "0000000002010101000000000000001700000081a4010102693132372e302e302e310319460b0419460c00000000000000000000");
        WalOptions options = kPlain;
        options.owner = 0x342e529dd4265657;
        SimDisk disk{fault::Random(1)};
        QVERIFY(disk.makeFolder(kFolder));
        QVERIFY(setContent(disk, kPath, old + QByteArray(room, '\0')));
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, options);
            QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
            QCOMPARE(opened->recovered.hardState, (HardState{1, 1}));
            QCOMPARE(opened->recovered.entries.size(), std::size_t(1));
            QCOMPARE(opened->recovered.entries[0].payload.size(), 0x36 - 17);
            model = {opened->recovered.hardState, 1, opened->recovered.entries};
            const std::vector more{entryOf(2, 1, "new")};
            opened->wal->append(more, HardState{2, 1});
            QVERIFY(*opened->wal->sync());
            model.take(more, HardState{2, 1});
        }
        QVERIFY(*recover(disk, options) == model);
        // From then on it is known how long it is.
        const QByteArray whole = contentOf(disk, kPath);
        QVERIFY(setContent(disk, kPath, whole.first(whole.size() - 1)));
        QVERIFY(!recover(disk, options));
    }
};

QTEST_GUILESS_MAIN(TestWal)
#include "tst_wal.moc"
