// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/incoming_snapshot.h"
#include "node/storage/snapshot_file.h"
#include "wal_sample.h"

#include <QTest>

using namespace faultline;
using namespace faultline::storage;
using namespace faultline::tests;
using faultline::sim::SimDisk;

namespace {

QString pathOf(quint64 lastIndex)
{
    return kFolder + QLatin1Char('/') + snapshotName(lastIndex);
}

SnapshotMeta metaOf(quint64 lastIndex)
{
    return {lastIndex, 3, "n1 n2 n3"};
}

/// Three blocks, the last one not full.
QByteArray stateOf(quint64 lastIndex)
{
    QByteArray state;
    for (int i = 0; state.size() < 150'000; ++i)
        state += QByteArray::number(lastIndex) + ':' + QByteArray::number(i) + ' ';
    return state;
}

Result<Snapshot> writeSnapshot(Disk& disk, quint64 lastIndex, const QByteArray& state)
{
    auto writer = SnapshotFolder(disk, kFolder).begin(metaOf(lastIndex));
    if (!writer)
        return Error{writer.error()};
    for (qsizetype at = 0; at < state.size(); at += 7'001) {
        if (auto appended = (*writer)->append(state.mid(at, 7'001)); !appended)
            return Error{appended.error()};
    }
    return (*writer)->finish();
}

TakeState into(QByteArray& state)
{
    return [&state](const NextPiece& next) -> Result<void> {
        state.clear();
        for (auto piece = next();; piece = next()) {
            if (!piece)
                return Error{piece.error()};
            if (!*piece)
                return {};
            state.append(**piece);
        }
    };
}

QByteArray stateIn(Disk& disk, const Snapshot& snapshot)
{
    QByteArray state;
    const auto read = SnapshotFolder(disk, kFolder).read(snapshot, into(state));
    return read ? state : QByteArray("unreadable");
}

Result<std::optional<Snapshot>> newestIn(Disk& disk, quint64 logFirstIndex)
{
    QByteArray state;
    return SnapshotFolder(disk, kFolder).newest(logFirstIndex, into(state));
}

std::unique_ptr<SimDisk> diskOf(quint64 seed)
{
    auto disk = std::make_unique<SimDisk>(fault::Random(seed));
    static_cast<void>(disk->makeFolder(kFolder));
    return disk;
}

} // namespace

class TestSnapshot : public QObject
{
    Q_OBJECT
private slots:
    void whatIsWrittenIsRead_data()
    {
        QTest::addColumn<qsizetype>("size");
        for (const qsizetype size : {0, 1, 65'535, 65'536, 65'537, 131'072, 1'000'000})
            QTest::addRow("%lld bytes", qlonglong(size)) << size;
    }
    void whatIsWrittenIsRead()
    {
        QFETCH(const qsizetype, size);
        const auto disk = diskOf(1);
        const QByteArray state(size, 's');
        const auto written = writeSnapshot(*disk, 12, state);
        QVERIFY2(written, written ? "" : qPrintable(written.error()));
        QCOMPARE(written->meta, metaOf(12));
        const auto newest = newestIn(*disk, 13);
        QVERIFY(newest && *newest);
        QVERIFY(**newest == *written);
        QCOMPARE(stateIn(*disk, *written), state);
        QCOMPARE(*disk->list(kFolder), QStringList{snapshotName(12)});
    }

    void newestOneIsTakenAndOlderOnesGoWhenItIsDurable()
    {
        const auto disk = diskOf(1);
        SnapshotFolder folder(*disk, kFolder);
        QVERIFY(!*newestIn(*disk, 1));
        for (const quint64 index : {9, 100, 20})
            QVERIFY(writeSnapshot(*disk, index, stateOf(index)));
        QVERIFY(setContent(*disk, pathOf(15) + ".part", "begun"));
        QVERIFY(setContent(*disk, pathOf(150) + ".part", "begun later"));
        QVERIFY(setContent(*disk, kFolder + "/wal-0000000001", "not its business"));
        const auto newest = newestIn(*disk, 1);
        QCOMPARE((*newest)->meta.lastIndex, quint64(100));
        QVERIFY(folder.removeOlderThan(**newest));
        QCOMPARE(*disk->list(kFolder), (QStringList{snapshotName(100), snapshotName(150) + ".part", "wal-0000000001"}));
    }

    void flippedBitIsARefusal()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 12, stateOf(12)));
        const QByteArray whole = contentOf(*disk, pathOf(12));
        // All of the header, the heads of the blocks and the end, and some of the state.
        for (qsizetype i = 0; i < whole.size(); i += i < 200 || i > whole.size() - 100 || i % 65'560 < 80 ? 1 : 997) {
            QByteArray flipped = whole;
            flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
            QVERIFY(setContent(*disk, pathOf(12), flipped));
            const auto newest = newestIn(*disk, 13);
            QVERIFY2(!newest, qPrintable(QString::number(i)));
            QVERIFY2(newest.error().contains(pathOf(12)) && newest.error().contains("offset"),
                     qPrintable(newest.error()));
        }
    }

    void cutOrLengthenedOneIsARefusal()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 12, stateOf(12)));
        const QByteArray whole = contentOf(*disk, pathOf(12));
        for (qsizetype length = 0; length < whole.size();
             length += length < 200 || length > whole.size() - 100 || length % 65'560 < 80 ? 1 : 997) {
            QVERIFY(setContent(*disk, pathOf(12), whole.first(length)));
            const auto newest = newestIn(*disk, 13);
            QVERIFY2(!newest && newest.error().contains("offset"), qPrintable(QString::number(length)));
        }
        QVERIFY(setContent(*disk, pathOf(12), whole + "x"));
        QVERIFY(newestIn(*disk, 13).error().contains("something follows its end"));
    }

    void blockOfAnotherSnapshotIsARefusal()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 12, QByteArray(150'000, 'a')));
        const QByteArray one = contentOf(*disk, pathOf(12));
        QVERIFY(writeSnapshot(*disk, 12, QByteArray(150'000, 'b')));
        const QByteArray other = contentOf(*disk, pathOf(12));
        const qsizetype second = 48 + 16 + 65'536;
        const QByteArray mixed = one.first(second) + other.mid(second, 16 + 65'536) + one.mid(second + 16 + 65'536);
        QVERIFY(setContent(*disk, pathOf(12), mixed));
        const auto newest = newestIn(*disk, 13);
        QVERIFY(!newest);
        QVERIFY2(newest.error().contains("what ends it does not match the rest"), qPrintable(newest.error()));
    }

    void damagedNewestIsPassedOverOnlyWhereTheLogReachesBack_data()
    {
        QTest::addColumn<quint64>("logFirstIndex");
        QTest::addColumn<qulonglong>("taken"); // 0: none is needed
        QTest::addColumn<QString>("says");
        QTest::newRow("log is whole, an older one shortens it") << quint64(1) << qulonglong(50) << "";
        QTest::newRow("log goes on from the older one") << quint64(51) << qulonglong(50) << "";
        QTest::newRow("log begins beyond the older one")
            << quint64(52) << qulonglong(0) << pathOf(100) + " is damaged at offset";
        QTest::newRow("log begins beyond all") << quint64(102) << qulonglong(0) << "no snapshot up to entry 101";
    }
    void damagedNewestIsPassedOverOnlyWhereTheLogReachesBack()
    {
        QFETCH(const quint64, logFirstIndex);
        QFETCH(const qulonglong, taken);
        QFETCH(const QString, says);
        const auto disk = diskOf(1);
        for (const quint64 index : {50, 100})
            QVERIFY(writeSnapshot(*disk, index, stateOf(index)));
        QByteArray damaged = contentOf(*disk, pathOf(100));
        damaged[70'000] = static_cast<char>(damaged[70'000] ^ 1);
        QVERIFY(setContent(*disk, pathOf(100), damaged));
        const auto newest = newestIn(*disk, logFirstIndex);
        if (says.isEmpty()) {
            QVERIFY2(newest && *newest, newest ? "" : qPrintable(newest.error()));
            QCOMPARE((*newest)->meta.lastIndex, taken);
        } else {
            QVERIFY(!newest);
            QVERIFY2(newest.error().contains(says), qPrintable(newest.error()));
            QVERIFY2(newest.error().contains("MEMBER REMOVE"), qPrintable(newest.error()));
        }
    }

    void stateThatIsNoneIsDamagedToo()
    {
        const auto disk = diskOf(1);
        for (const quint64 index : {50, 100})
            QVERIFY(writeSnapshot(*disk, index, stateOf(index)));
        const auto takeUnlessOf100 = [](const NextPiece& next) -> Result<void> {
            const auto first = next();
            return first && *first && (*first)->startsWith("100:") ? Result<void>(Error{"It says 100."})
                                                                   : Result<void>();
        };
        const SnapshotFolder folder(*disk, kFolder);
        const auto older = folder.newest(51, takeUnlessOf100);
        QVERIFY(older && *older);
        QCOMPARE((*older)->meta.lastIndex, quint64(50));
        const auto none = folder.newest(101, takeUnlessOf100);
        QVERIFY(!none);
        QVERIFY2(none.error().contains(pathOf(100) + " is whole, and yet its state is none: It says 100."),
                 qPrintable(none.error()));
    }

    void damageIsFoundBehindWhatWasTaken()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 12, stateOf(12)));
        QByteArray damaged = contentOf(*disk, pathOf(12));
        damaged[140'000] = static_cast<char>(damaged[140'000] ^ 1);
        QVERIFY(setContent(*disk, pathOf(12), damaged));
        const auto newest = SnapshotFolder(*disk, kFolder).newest(13, [](const NextPiece& next) -> Result<void> {
            const auto first = next();
            return first ? Result<void>() : Error{first.error()};
        });
        QVERIFY(!newest);
        QVERIFY2(newest.error().contains("is damaged at offset"), qPrintable(newest.error()));
    }

    void strangeFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << QByteArray() << "damaged at offset 0";
        QTest::newRow("foreign") << QByteArray(100, 'x') << "begins with \"faultsnp\"";
        QTest::newRow("future") << format::encode(metaOf(12), 2) << "has snapshot format 2";
        QTest::newRow("huge membership") << QByteArray("faultsnp\1\0\0\0\377\377\377\377", 16) + QByteArray(100, 'x')
                                         << "damaged at offset 0";
    }
    void strangeFilesAreRefused()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, says);
        const auto disk = diskOf(1);
        QVERIFY(setContent(*disk, pathOf(12), bytes));
        const auto newest = newestIn(*disk, 13);
        QVERIFY(!newest);
        QVERIFY2(newest.error().contains(says) && newest.error().contains(pathOf(12)), qPrintable(newest.error()));
        QVERIFY(!*newestIn(*disk, 1));
    }

    void snapshotUnderAnotherNameIsRefused()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 12, stateOf(12)));
        QVERIFY(disk->rename(pathOf(12), pathOf(20)));
        const auto newest = newestIn(*disk, 21);
        QVERIFY(!newest);
        QVERIFY2(newest.error().contains("under the name of another"), qPrintable(newest.error()));
    }

    void powerCutAtEveryStepLeavesTheOldOrTheNew()
    {
        const QByteArray oldState = stateOf(50), newState = stateOf(100);
        quint64 steps = 0;
        bool sawOld = false, sawNew = false;
        for (quint64 step = 1;; ++step) {
            bool cut = false;
            for (quint64 seed = 0; seed < 12; ++seed) {
                const auto disk = diskOf(seed);
                SnapshotFolder folder(*disk, kFolder);
                QVERIFY(writeSnapshot(*disk, 50, oldState));
                disk->cutPowerDuring(step);
                const auto written = writeSnapshot(*disk, 100, newState);
                if (written)
                    static_cast<void>(folder.removeOlderThan(*written));
                cut = !disk->isPowered();
                if (!cut)
                    break;
                disk->powerOn();
                const auto newest = newestIn(*disk, 51);
                QVERIFY2(newest && *newest, newest ? "" : qPrintable(newest.error()));
                const bool isNew = (*newest)->meta.lastIndex == 100;
                QVERIFY(isNew || !written);
                QCOMPARE(stateIn(*disk, **newest), isNew ? newState : oldState);
                (isNew ? sawNew : sawOld) = true;
                const auto again = writeSnapshot(*disk, 100, newState);
                QVERIFY(again && folder.removeOlderThan(*again));
                QCOMPARE(*disk->list(kFolder), QStringList{snapshotName(100)});
            }
            if (!cut)
                break;
            steps = step;
        }
        QVERIFY(steps >= 6 && sawOld && sawNew);
    }

    void fullDiskIsAnErrorAndLeavesTheOldOne()
    {
        const auto disk = diskOf(1);
        QVERIFY(writeSnapshot(*disk, 50, stateOf(50)));
        disk->setFault({.full = true});
        const auto written = writeSnapshot(*disk, 100, stateOf(100));
        QVERIFY(!written);
        QVERIFY2(written.error().contains("No space left"), qPrintable(written.error()));
        QCOMPARE((*newestIn(*disk, 51))->meta.lastIndex, quint64(50));
    }

    void sentInChunksItIsTheSameThere()
    {
        const auto sender = diskOf(1), receiver = diskOf(2);
        const SnapshotFolder from(*sender, kFolder);
        const Snapshot snapshot = *writeSnapshot(*sender, 12, stateOf(12));
        auto incoming = IncomingSnapshot::open(*receiver, kFolder, 12, 3);
        QVERIFY(incoming);
        QCOMPARE((*incoming)->received(), 0);
        while ((*incoming)->received() < snapshot.size) {
            const qint64 at = (*incoming)->received();
            const QByteArray chunk = *from.chunk(snapshot, at, 10'000);
            QVERIFY((*incoming)->write(at + 1, chunk)); // leaves a gap
            QVERIFY((*incoming)->write(-1, chunk));
            QCOMPARE((*incoming)->received(), at);
            QVERIFY((*incoming)->write(at, chunk));
            QVERIFY((*incoming)->write(at, chunk)); // a second time
            QCOMPARE((*incoming)->received(), at + chunk.size());
            QVERIFY((*incoming)->write(std::max<qint64>(0, at - 5), chunk)); // older, overlapping
            QCOMPARE((*incoming)->received(), at + chunk.size());
        }
        QVERIFY((*incoming)->write(snapshot.size, ""));
        const auto finished = (*incoming)->finish();
        QVERIFY(finished && *finished && **finished == snapshot);
        QCOMPARE(*receiver->list(kFolder), QStringList{snapshotName(12)});
        QCOMPARE(stateIn(*receiver, snapshot), stateOf(12));
    }

    void transferGoesOnAfterARestartAndAPowerCut()
    {
        const auto sender = diskOf(1);
        const SnapshotFolder from(*sender, kFolder);
        const Snapshot snapshot = *writeSnapshot(*sender, 12, stateOf(12));
        bool wentOn = false;
        for (quint64 seed = 0; seed < 30; ++seed) {
            const auto receiver = diskOf(seed);
            {
                auto incoming = IncomingSnapshot::open(*receiver, kFolder, 12, 3);
                QVERIFY((*incoming)->write(0, *from.chunk(snapshot, 0, 100'000)));
            }
            if (seed % 2 == 0) {
                receiver->killProcess();
            } else {
                receiver->cutPower();
                receiver->powerOn();
            }
            auto incoming = IncomingSnapshot::open(*receiver, kFolder, 12, 3);
            QVERIFY2(incoming, incoming ? "" : qPrintable(incoming.error()));
            const qint64 there = (*incoming)->received();
            QVERIFY(there <= 100'000);
            if (seed % 2 == 0)
                QCOMPARE(there, qint64(48 + 65'536 + 16)); // header and one whole block
            wentOn = wentOn || (seed % 2 == 1 && there > 0);
            QVERIFY((*incoming)->write(there, *from.chunk(snapshot, there, 1'000'000)));
            const auto finished = (*incoming)->finish();
            QVERIFY(finished && *finished);
            QCOMPARE(stateIn(*receiver, **finished), stateOf(12));
        }
        QVERIFY(wentOn);
    }

    void whateverIsFoundOfATransferItEndsWithTheSnapshotThatWasSent_data()
    {
        QTest::addColumn<QByteArray>("found");
        const auto sender = diskOf(1);
        QVERIFY(writeSnapshot(*sender, 12, stateOf(12)));
        const QByteArray whole = contentOf(*sender, pathOf(12));
        const QByteArray half = whole.first(100'000);
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n");
        QTest::newRow("zeros") << QByteArray(100'000, '\0');
        QByteArray future = half;
        future[8] = 9;
        QTest::newRow("of a later format") << future;
        QTest::newRow("whole, and more") << whole + "more";
        const qsizetype blocks = 48 + 65'536 + 16; // header and one whole block
        for (const qsizetype length :
             {1, 8, 12, 47, 48, 49, 63, 64, 65, int(blocks) - 1, int(blocks), int(blocks) + 1, int(blocks) + 16})
            QTest::addRow("cut at %lld", qlonglong(length)) << half.first(length);
        for (const int place : {0, 8, 12, 16, 24, 32, 40, 47, 48, 52, 56, 63, 64, 1'000, 65'535, int(blocks),
                                int(blocks) + 8, int(blocks) + 16, 99'999}) {
            QByteArray flipped = half;
            flipped[place] = static_cast<char>(flipped[place] ^ 1 << place % 8);
            QTest::addRow("flipped at %d", place) << flipped;
        }
    }
    void whateverIsFoundOfATransferItEndsWithTheSnapshotThatWasSent()
    {
        QFETCH(const QByteArray, found);
        const auto sender = diskOf(1), receiver = diskOf(2);
        const SnapshotFolder from(*sender, kFolder);
        const Snapshot snapshot = *writeSnapshot(*sender, 12, stateOf(12));
        QVERIFY(setContent(*receiver, pathOf(12) + ".3.incoming", found));
        auto incoming = IncomingSnapshot::open(*receiver, kFolder, 12, 3);
        QVERIFY2(incoming, incoming ? "" : qPrintable(incoming.error()));
        const qint64 there = (*incoming)->received();
        QVERIFY(there <= found.size());
        QVERIFY((*incoming)->write(there, *from.chunk(snapshot, there, 1'000'000)));
        const auto finished = (*incoming)->finish();
        QVERIFY(finished && *finished && **finished == snapshot);
        QCOMPARE(stateIn(*receiver, snapshot), stateOf(12));
    }

    void whatIsNoSuchSnapshotIsThrownAway_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : {"damaged", "too short", "too long", "another index", "another term"})
            QTest::newRow(what) << what;
    }
    void whatIsNoSuchSnapshotIsThrownAway()
    {
        QFETCH(const QString, what);
        const auto sender = diskOf(1), receiver = diskOf(2);
        QVERIFY(writeSnapshot(*sender, 12, stateOf(12)));
        QByteArray bytes = contentOf(*sender, pathOf(12));
        if (what == "damaged")
            bytes[80'000] = static_cast<char>(bytes[80'000] ^ 4);
        else if (what == "too short")
            bytes.chop(1);
        else if (what == "too long")
            bytes.append('x');
        auto incoming = IncomingSnapshot::open(*receiver, kFolder, what == "another index" ? 13 : 12,
                                               what == "another term" ? 4 : 3);
        QVERIFY((*incoming)->write(0, bytes));
        const auto finished = (*incoming)->finish();
        QVERIFY(finished && !*finished);
        QVERIFY(receiver->list(kFolder)->isEmpty());
    }

    void anotherTransferTakesThePlaceOfTheOneBefore()
    {
        const auto disk = diskOf(1);
        QVERIFY(IncomingSnapshot::open(*disk, kFolder, 12, 5));
        QVERIFY(IncomingSnapshot::open(*disk, kFolder, 12, 6));
        QCOMPARE(disk->list(kFolder)->size(), 1);
        QVERIFY(disk->list(kFolder)->first().endsWith(".6.incoming"));
        QVERIFY(SnapshotFolder(*disk, kFolder).removeOlderThan({metaOf(12), 1, 1}));
        QVERIFY(disk->list(kFolder)->isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
