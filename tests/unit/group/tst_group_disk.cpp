// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group_disk.h"
#include "node/sim/disk/sim_disk.h"

#include <QTest>

using namespace faultline;
using namespace faultline::node;

namespace {

const QString kFolder = QStringLiteral("/data/n1");

/// What a disk may do to a group between two calls, and what the group makes of it.
struct Fixture
{
    sim::SimDisk disk{fault::Random(1)};
    std::shared_ptr<GroupDisk> group;

    Result<void> open()
    {
        group.reset();
        auto opened = GroupDisk::open(disk, kFolder, {.owner = 1}, {});
        if (!opened)
            return Error{opened.error()};
        group = std::move(opened->disk);
        return {};
    }
    /// A term that is known of, and one entry of it.
    bool write()
    {
        const auto done = group->write({{.entries = {{{2}, {1}, raft::EntryKind::Command, "entry"}},
                                         .hardState = raft::HardState{{2}, {1}},
                                         .snapshotPieces = {}}});
        return done && *done;
    }
    static QByteArray state() { return kv::Store().snapshot().next(1'000); }
    bool takeSnapshot() { return group->addToSnapshot(mark(1), state()) && group->finishSnapshot(mark(1), {1}); }
    /// An operation that finds no space for a name, and leaves nothing else behind.
    void lackSpaceOnce()
    {
        disk.setFault({.full = true});
        static_cast<void>(disk.open(kFolder + QStringLiteral("/x"), storage::Disk::Open::CreateNew));
        disk.setFault({});
    }
    QStringList names() { return *disk.list(kFolder); }

    static raft::SnapshotMark mark(quint64 lastIndex)
    {
        raft::Membership alone;
        alone.voters = {{1}};
        return {{lastIndex}, {2}, alone};
    }
    /// The file of a snapshot up to entry 5, as a leader sends it.
    static QByteArray sent()
    {
        sim::SimDisk other{fault::Random(2)};
        static_cast<void>(other.makeFolder(kFolder));
        storage::SnapshotFolder folder(other, kFolder);
        auto writer = folder.begin({5, 2, raft::encodeMembership(mark(5).membership)});
        if (!writer || !(*writer)->append(state()))
            return {};
        const auto snapshot = (*writer)->finish();
        return snapshot ? *folder.chunk(*snapshot, 0, static_cast<qsizetype>(snapshot->size)) : QByteArray();
    }
    static GroupDisk::Write piece(const QByteArray& bytes, quint64 offset = 0, bool isLast = true,
                                  quint64 lastIndex = 5)
    {
        return {.entries = {}, .hardState = {}, .snapshotPieces = {{mark(lastIndex), offset, bytes, isLast}}};
    }
};

} // namespace

class TestGroupDisk : public QObject
{
    Q_OBJECT

private slots:
    void aSnapshotWithoutItsLogIsRefusedAndNothingIsChanged()
    {
        Fixture fixture;
        QVERIFY(fixture.open() && fixture.write() && fixture.takeSnapshot());
        fixture.disk.killProcess();
        for (const QString& name : fixture.names()) {
            if (name.startsWith(QStringLiteral("wal-")))
                QVERIFY(fixture.disk.remove(kFolder + u'/' + name));
        }
        const QStringList left = fixture.names();
        const auto opened = fixture.open();
        QVERIFY(!opened);
        QVERIFY2(opened.error().startsWith(kFolder + QStringLiteral(" has snapshot-")), qPrintable(opened.error()));
        QCOMPARE(fixture.names(), left);
    }

    void aSnapshotBesideALogThatForgotItsTermIsRefusedAndNothingIsChanged()
    {
        Fixture fixture;
        QVERIFY(fixture.open() && fixture.write() && fixture.takeSnapshot());
        const QString snapshot = kFolder + u'/' + storage::snapshotName(1);
        const auto file = fixture.disk.open(snapshot, storage::Disk::Open::Existing);
        const QByteArray bytes = *(*file)->pread(0, 1 << 20);
        Fixture other;
        QVERIFY(other.open());
        other.group.reset();
        const auto copy = other.disk.open(snapshot, storage::Disk::Open::CreateNew);
        QVERIFY((*copy)->append(bytes));
        const QStringList left = other.names();
        const auto opened = other.open();
        QVERIFY(!opened);
        QVERIFY2(opened.error().contains(QStringLiteral("ends in term 2")), qPrintable(opened.error()));
        QCOMPARE(other.names(), left);
    }

    /// The log may have no space for the very term in which the snapshot ends.
    void aSnapshotIsGivenUpWhileTheLogWaitsForSpace()
    {
        Fixture fixture;
        QVERIFY(fixture.open() && fixture.write());
        QVERIFY(fixture.group->addToSnapshot(Fixture::mark(1), Fixture::state()));
        fixture.disk.setFault({.full = true});
        QByteArray much(1 << 20, 'x');
        bool isDone = true;
        for (quint64 index = 2; index < 100 && isDone; ++index) {
            const auto done = fixture.group->write({{.entries = {{{3}, {index}, raft::EntryKind::Command, much}},
                                                     .hardState = raft::HardState{{3}, {1}},
                                                     .snapshotPieces = {}}});
            QVERIFY2(done, done ? "" : qPrintable(done.error()));
            isDone = done->has_value();
        }
        QVERIFY(!isDone);
        fixture.disk.setFault({});
        const auto finished = fixture.group->finishSnapshot(Fixture::mark(1), {1});
        QVERIFY2(finished, finished ? "" : qPrintable(finished.error()));
        QVERIFY(!*finished);
        QVERIFY(!fixture.names().contains(storage::snapshotName(1)));
        fixture.disk.killProcess();
        const auto opened = fixture.open();
        QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
    }

    /// A piece may come late, and the node have gone on without it.
    void aLeadersSnapshotThatIsOlderThanOnesOwnIsLetGo()
    {
        Fixture fixture;
        const QByteArray sent = Fixture::sent();
        QVERIFY(fixture.open() && fixture.write());
        QVERIFY(fixture.group->write({Fixture::piece(sent.first(10), 0, false)}));
        std::vector<raft::Entry> entries;
        for (quint64 index = 2; index <= 6; ++index)
            entries.push_back({{2}, {index}, raft::EntryKind::Command, "entry"});
        QVERIFY(fixture.group->write(
            {{.entries = raft::Entries(std::move(entries)), .hardState = {}, .snapshotPieces = {}}}));
        QVERIFY(fixture.group->addToSnapshot(Fixture::mark(6), Fixture::state()));
        QVERIFY(fixture.group->finishSnapshot(Fixture::mark(6), {6}));
        const auto done = fixture.group->write({Fixture::piece(sent.sliced(10), 10)});
        QVERIFY2(done, done ? "" : qPrintable(done.error()));
        QVERIFY(!fixture.names().contains(storage::snapshotName(5)));
    }

    /// What came of the first goes for the second, which then finds no space: a late piece of the first begins it anew.
    void aLeadersSnapshotIsLetGoForTheNextWhereThereIsNoSpaceForIt()
    {
        Fixture fixture;
        const QByteArray sent = Fixture::sent();
        QVERIFY(fixture.open() && fixture.write());
        QVERIFY(fixture.group->write({Fixture::piece(sent.first(10), 0, false)}));
        fixture.disk.setFault({.full = true});
        QVERIFY(fixture.group->write({Fixture::piece("next", 0, false, 7)}));
        fixture.disk.setFault({});
        const auto late = fixture.group->write({Fixture::piece(sent.sliced(10), 10)});
        QVERIFY2(late, late ? "" : qPrintable(late.error()));
        QVERIFY(!fixture.names().contains(storage::snapshotName(5)));
        QVERIFY(fixture.group->write({Fixture::piece(sent)}));
        QVERIFY(fixture.names().contains(storage::snapshotName(5)));
    }

    void aFailedSyncOfALeadersSnapshotIsNoLackOfSpace()
    {
        Fixture fixture;
        QVERIFY(fixture.open() && fixture.write());
        const QByteArray bytes = Fixture::sent();
        QVERIFY(!bytes.isEmpty());
        QVERIFY(fixture.group->write({Fixture::piece(bytes.first(10), 0, false)}));
        fixture.lackSpaceOnce();
        fixture.disk.cutPowerDuring(2); // the write is the first change
        const auto written = fixture.group->write({Fixture::piece(bytes.sliced(10), 10)});
        QVERIFY(!fixture.disk.isPowered());
        QVERIFY(!written);
    }

    void aDiskThatFailsAtTheFirstPieceOfALeadersSnapshotIsNotFull()
    {
        Fixture fixture;
        QVERIFY(fixture.open() && fixture.write());
        fixture.lackSpaceOnce();
        fixture.disk.cutPower();
        QVERIFY(!fixture.group->write({Fixture::piece(Fixture::sent())}));
    }
};

QTEST_APPLESS_MAIN(TestGroupDisk)
#include "tst_group_disk.moc"
