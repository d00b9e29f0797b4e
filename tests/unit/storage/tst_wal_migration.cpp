// SPDX-License-Identifier: GPL-3.0-or-later
#include "wal_sample.h"

#include <QTest>

using namespace faultline;
using namespace faultline::storage;
using namespace faultline::tests;
using faultline::sim::SimDisk;

namespace {

const QString kOld = kFolder + QStringLiteral("/wal");
const WalOptions kOptions{.owner = 5};

/// A log of format 1 as the program before this one wrote it.
QByteArray oldLog()
{
    QByteArray bytes = format::fileHeader1();
    format::appendRecord(bytes, HardState{1, 2}, bytes.size(), 0);
    format::appendRecord(bytes, entryOf(1, 1, "one"), bytes.size(), 0);
    format::appendRecord(bytes, entryOf(2, 1, "two"), bytes.size(), 0);
    format::appendRecord(bytes, format::RecordKind::Synced, static_cast<quint64>(bytes.size()), bytes.size(), 0);
    format::appendRecord(bytes, HardState{3, 0}, bytes.size(), 0);
    format::appendRecord(bytes, entryOf(2, 3, "again"), bytes.size(), 0);
    return bytes;
}

const Model kOldModel{{3, 0}, 1, {entryOf(1, 1, "one"), entryOf(2, 3, "again")}};

} // namespace

class TestWalMigration : public QObject
{
    Q_OBJECT
private slots:
    void bytesOfFormat1AreThoseOfThen()
    {
        // Printed by the program that wrote format 1: a hard state (1, 2) and the entry (1, 1, "one").
        QCOMPARE(oldLog().first(88).toHex(),
                 QByteArray("6661756c7477616c010000008fa5ed4c"
                            "81d85381e4a613a70c0000000200000001000000000000000200000000000000"
                            "2b08b00da0a396a2140000000100000001000000000000000100000000000000016f6e6500000000"));
    }

    void oldLogIsRewrittenAndGoesOn()
    {
        SimDisk disk{fault::Random(1)};
        QVERIFY(disk.makeFolder(kFolder));
        QVERIFY(setContent(disk, kOld, oldLog()));
        {
            auto opened = Wal::open(disk, kFolder, kOptions);
            QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
            QVERIFY(opened->recovered.entries == kOldModel.entries);
            QCOMPARE(opened->recovered.hardState, kOldModel.hardState);
            opened->wal->append(std::vector{entryOf(3, 3, "new")}, {});
            QVERIFY(opened->wal->sync());
        }
        QVERIFY(!disk.exists(kOld));
        Model model = kOldModel;
        model.take({entryOf(3, 3, "new")}, {});
        QVERIFY(*recover(disk, kOptions) == model);
    }

    void tornOldLogIsCutAndDamagedOneRefused()
    {
        const QByteArray whole = oldLog();
        const qsizetype noted = whole.size() - 2 * 32 - 16;
        for (qsizetype i = 0; i < whole.size(); ++i) {
            SimDisk disk{fault::Random(1)};
            QVERIFY(disk.makeFolder(kFolder));
            QByteArray flipped = whole;
            flipped[i] = static_cast<char>(flipped[i] ^ 16);
            QVERIFY(setContent(disk, kOld, flipped));
            const auto model = recover(disk, kOptions);
            if (!model) {
                QVERIFY(model.error().contains(kOld));
                QVERIFY(i < noted);
                QCOMPARE(contentOf(disk, kOld), flipped);
                QVERIFY(segmentsIn(disk, kFolder)->empty());
                continue;
            }
            QVERIFY(i >= noted - 24);
            QVERIFY(model->entries.size() == 2 && model->entries[0] == entryOf(1, 1, "one"));
            QVERIFY(model->hardState == HardState({1, 2}) || model->hardState == HardState({3, 0}));
        }
    }

    void powerCutAtEveryStepLosesNothing()
    {
        quint64 steps = 0;
        for (quint64 step = 1;; ++step) {
            bool cut = false;
            for (quint64 seed = 0; seed < 20; ++seed) {
                SimDisk disk{fault::Random(seed)};
                QVERIFY(disk.makeFolder(kFolder));
                QVERIFY(setContent(disk, kOld, oldLog()));
                disk.cutPowerDuring(step);
                static_cast<void>(recover(disk, kOptions));
                cut = !disk.isPowered();
                disk.cutPowerDuring(0);
                if (cut)
                    disk.powerOn();
                const auto model = recover(disk, kOptions);
                QVERIFY2(model, model ? "" : qPrintable(model.error()));
                QVERIFY(*model == kOldModel);
                QVERIFY(!disk.exists(kOld));
            }
            if (!cut)
                break;
            steps = step;
        }
        QVERIFY(steps >= 5);
    }

    void strangeOldFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("empty") << QByteArray("") << "is empty";
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n") << "is not a log of this program";
        QTest::newRow("short") << format::fileHeader1().first(15) << "damaged at offset 0";
    }
    void strangeOldFilesAreRefused()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, sentence);
        SimDisk disk{fault::Random(1)};
        QVERIFY(disk.makeFolder(kFolder));
        QVERIFY(setContent(disk, kOld, bytes));
        const auto model = recover(disk, kOptions);
        QVERIFY(!model);
        QVERIFY2(model.error().contains(sentence) && model.error().contains(kOld), qPrintable(model.error()));
        QCOMPARE(contentOf(disk, kOld), bytes);
    }
};

QTEST_APPLESS_MAIN(TestWalMigration)
#include "tst_wal_migration.moc"
