// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/incoming_snapshot.h"
#include "node/storage/snapshot_file.h"
#include "scarce_disk.h"
#include "wal_sample.h"

#include <QTest>

using namespace faultline;
using namespace faultline::storage;
using namespace faultline::tests;
using faultline::sim::SimDisk;

namespace {

const WalOptions kSmall{.owner = 5, .segmentSize = 300, .fillStep = 64};

void grow(Wal& wal, Model& model, quint64 to)
{
    while (model.lastIndex() < to) {
        const std::vector entries{entryOf(model.lastIndex() + 1, 1, QByteArray(60, 'x'))};
        wal.append(entries, {});
        const auto synced = wal.sync();
        QVERIFY(synced && *synced);
        model.take(entries, {});
    }
}

QByteArray fileOf(Disk& disk, quint64 lastIndex)
{
    return contentOf(disk, kFolder + u'/' + snapshotName(lastIndex));
}

} // namespace

class TestNamesWithoutSpace : public QObject
{
    Q_OBJECT
private slots:
    void logGoesOnInItsSegmentUntilTheNextHasAName()
    {
        ScarceDisk disk(kFolder);
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            QVERIFY(opened);
            disk.names = ScarceDisk::Names::None;
            grow(*opened->wal, model, 12);
            QCOMPARE(opened->wal->segments(), std::size_t(1));
            QVERIFY(opened->wal->isFull());
            QVERIFY(opened->wal->makeRoom());
            QVERIFY(opened->wal->isFull());
            disk.names = ScarceDisk::Names::Plenty;
            QVERIFY(opened->wal->makeRoom());
            QVERIFY(!opened->wal->isFull());
            QCOMPARE(opened->wal->segments(), std::size_t(2));
            grow(*opened->wal, model, 20);
        }
        QVERIFY(*recover(disk, kSmall) == model);
    }

    void compactionWaits_data()
    {
        QTest::addColumn<int>("names");
        QTest::newRow("nothing is removed") << int(ScarceDisk::Names::None);
        QTest::newRow("what is removed may be back") << int(ScarceDisk::Names::NoneButRemovalsHappen);
    }
    void compactionWaits()
    {
        QFETCH(const int, names);
        ScarceDisk disk(kFolder);
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            grow(*opened->wal, model, 60);
            QVERIFY(opened->wal->compact(20)); // so that there are enough spares
            const std::size_t before = opened->wal->segments();
            disk.names = ScarceDisk::Names(names);
            QVERIFY(opened->wal->compact(50));
            QVERIFY(opened->wal->isFull());
            // One at most: the next goes when it is certain that this one is gone.
            QVERIFY(opened->wal->segments() >= before - 1);
            disk.names = ScarceDisk::Names::Plenty;
            QVERIFY(opened->wal->makeRoom());
            QVERIFY(opened->wal->compact(50));
            QVERIFY(opened->wal->segments() < before / 2);
            grow(*opened->wal, model, 70);
        }
        QVERIFY(recover(disk, kSmall)->beyond(50) == model.beyond(50));
    }

    /// They still count as spares, so that a node that starts on a full disk again and again does not gather them.
    void sparesThatAStartCannotRemoveCount()
    {
        ScarceDisk disk(kFolder);
        Model model;
        const auto spares = [&] { return std::size_t(disk.list(kFolder)->filter(QStringLiteral("spare-")).size()); };
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            grow(*opened->wal, model, 60);
            QVERIFY(opened->wal->compact(50));
            QCOMPARE(spares(), SpareSegments::kMost);
        }
        disk.names = ScarceDisk::Names::None;
        auto opened = Wal::open(disk, kFolder, kSmall);
        QVERIFY(opened);
        QCOMPARE(spares(), SpareSegments::kMost);
        disk.names = ScarceDisk::Names::Plenty;
        QVERIFY(opened->wal->makeRoom());
        grow(*opened->wal, model, 120);
        QVERIFY(opened->wal->compact(110));
        QCOMPARE(spares(), SpareSegments::kMost);
    }

    void logIsAsItWasWhenItCannotBeginAnew()
    {
        ScarceDisk disk(kFolder);
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            grow(*opened->wal, model, 5);
            disk.names = ScarceDisk::Names::None;
            const auto begun = opened->wal->beginAnewAfter(40);
            QVERIFY(begun && !*begun);
            QCOMPARE(opened->wal->lastIndex(), quint64(5));
            grow(*opened->wal, model, 6);
            disk.names = ScarceDisk::Names::Plenty;
        }
        QVERIFY(*recover(disk, kSmall) == model);
    }

    void snapshotIsGivenUpAndTakenAnotherTime()
    {
        ScarceDisk disk(kFolder);
        SnapshotFolder folder(disk, kFolder);
        disk.names = ScarceDisk::Names::None;
        QVERIFY(!folder.begin({7, 1, "m"}));
        QVERIFY(disk.lackedSpace());
        disk.names = ScarceDisk::Names::Plenty;
        auto writer = folder.begin({7, 1, "m"});
        QVERIFY(writer && (*writer)->append("state"));
        disk.names = ScarceDisk::Names::None;
        QVERIFY(!(*writer)->finish());
        QVERIFY((*writer)->lackedSpace());
        writer->reset();
        QVERIFY(folder.removeBegun(7)); // stays, and nobody minds
        QByteArray state;
        const TakeState take = [&](const NextPiece& next) -> Result<void> {
            const auto first = next();
            state = first && *first ? **first : QByteArray();
            return {};
        };
        QVERIFY(!*folder.newest(1, take));
        disk.names = ScarceDisk::Names::Plenty;
        writer = folder.begin({7, 1, "m"});
        QVERIFY(writer && (*writer)->append("state") && (*writer)->finish());
        QVERIFY(*folder.newest(1, take));
        QCOMPARE(state, QByteArray("state"));
    }

    void snapshotFromAPeerKeepsWhatCame()
    {
        ScarceDisk sender(kFolder);
        auto writer = SnapshotFolder(sender, kFolder).begin({7, 1, "m"});
        QVERIFY(writer && (*writer)->append("state") && (*writer)->finish());
        const QByteArray bytes = fileOf(sender, 7);
        ScarceDisk disk(kFolder);
        disk.names = ScarceDisk::Names::None;
        auto incoming = IncomingSnapshot::open(disk, kFolder, 7, 1);
        QVERIFY(incoming && !*incoming);
        disk.names = ScarceDisk::Names::Plenty;
        incoming = IncomingSnapshot::open(disk, kFolder, 7, 1);
        QVERIFY(incoming && *incoming && (*incoming)->write(0, bytes));
        disk.names = ScarceDisk::Names::None;
        QVERIFY(!(*incoming)->finish());
        QVERIFY((*incoming)->lackedSpace());
        disk.names = ScarceDisk::Names::Plenty;
        incoming = IncomingSnapshot::open(disk, kFolder, 7, 1);
        QVERIFY(incoming);
        QCOMPARE((*incoming)->received(), qint64(bytes.size()));
        const auto finished = (*incoming)->finish();
        QVERIFY(finished && *finished);
        QCOMPARE(fileOf(disk, 7), bytes);
    }
};

QTEST_APPLESS_MAIN(TestNamesWithoutSpace)
#include "tst_names_without_space.moc"
