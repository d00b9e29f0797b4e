// SPDX-License-Identifier: GPL-3.0-or-later
#include "group_world.h"
#include "scarce_disk.h"

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;

/// Snapshots of a group: taken, sent in pieces, installed, and found again after a restart.
class TestGroupSnapshots : public QObject
{
    Q_OBJECT

    static constexpr int kPiece = 4000;
    static constexpr int kBlock = 64 << 10; // of the file: what is resumed

    static void small(GroupOptions& options)
    {
        options.snapshotAfterEntries = 100;
        options.snapshotWorthBytes = 0;
        options.keepEntries = 10;
        options.raft.maxSnapshotPiece = kPiece;
    }
    static void writes(World& world, int count)
    {
        static quint64 next = 1000;
        for (int i = 0; i < count; ++i, ++next) {
            world[1].submit(next, set("k" + QByteArray::number(next), QByteArray(1000, 'v')));
            world.settle();
        }
    }
    /// A world in which n3 was away while the log it needs was dropped, and is back.
    static std::unique_ptr<World> withOneFarBehind()
    {
        auto world = std::make_unique<World>(3, small);
        world->ticks(20);
        writes(*world, 5);
        world->silent = 3;
        writes(*world, 250);
        return world;
    }
    static int piecesTo(World& world, std::uint32_t id)
    {
        return int(std::count_if(world.network.begin(), world.network.end(), [&](const raft::Message& message) {
            return message.to.value == id && std::holds_alternative<raft::InstallSnapshot>(message.body);
        }));
    }

private slots:
    void theLogIsDroppedBehindASnapshot()
    {
        World world(3, small);
        world.ticks(20);
        writes(world, 250);
        const raft::Status now = world[1].status();
        QCOMPARE(world[1].snapshotsTaken(), quint64(2));
        QVERIFY(now.snapshot.value >= 200 && now.snapshot < now.lastIndex);
        QCOMPARE(now.firstIndex.value, now.snapshot.value - 9);
        QCOMPARE(world[2].status().snapshot, now.snapshot);
    }

    void ofLargeEntriesFewerStayBehindASnapshot()
    {
        World world(3, [](GroupOptions& options) {
            options.snapshotAfterEntries = 100;
            options.snapshotWorthBytes = 0;
            options.keepEntries = 80;
            options.keepBytes = 16'000;
        });
        world.ticks(20);
        writes(world, 150); // of a good 1,000 bytes each
        const raft::Status now = world[1].status();
        QCOMPARE(world[1].snapshotsTaken(), quint64(1));
        const quint64 kept = now.snapshot.value + 1 - now.firstIndex.value;
        QVERIFY2(kept >= 13 && kept <= 17, qPrintable(QString::number(kept)));
    }

    void restartGoesOnFromSnapshotAndLog()
    {
        World world(3, small);
        world.ticks(20);
        writes(world, 250);
        const quint64 hash = world[1].store().stateHash();
        const raft::Status before = world[1].status();
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.member(id).stop();
        for (std::uint32_t id = 1; id <= 3; ++id) {
            world.member(id).applied.clear();
            world.member(id).start();
        }
        QCOMPARE(world[1].status().snapshot, before.snapshot);
        QCOMPARE(world[1].status().lastIndex, before.lastIndex);
        QCOMPARE(world[1].status().firstIndex, before.firstIndex); // though the file reaches back to the first entry
        world.ticks(30);
        QCOMPARE(world[1].store().stateHash(), hash);
        QCOMPARE(world[3].store().stateHash(), hash);
        QVERIFY(world.member(2).applied.front() > before.snapshot);
        writes(world, 10);
        QCOMPARE(world[2].store().stateHash(), world[1].store().stateHash());
    }

    void whatAProcessBeganAndNeverFinishedIsGoneAfterTheNextStart()
    {
        World world(1, small);
        world.ticks(20);
        writes(world, 150);
        world.member(1).stop();
        const QDir folder(world.member(1).options.folder);
        const QStringList before = folder.entryList({"snapshot-*"}, QDir::Files);
        QCOMPARE(before.size(), 1);
        for (const char* name : {"snapshot-00000000000000000050", "snapshot-00000000000000000060.part",
                                 "snapshot-00000000000000009999.part"}) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("begun") == 5);
        }
        world.member(1).start();
        QCOMPARE(folder.entryList({"snapshot-*"}, QDir::Files), before);
    }

    void whoIsFarBehindGetsTheSnapshotInPieces()
    {
        const auto world = withOneFarBehind();
        int pieces = 0;
        qsizetype largest = 0;
        world->member(1).whenSent = [&](const raft::Message& message) {
            if (const auto* install = std::get_if<raft::InstallSnapshot>(&message.body)) {
                ++pieces;
                largest = std::max(largest, install->piece.bytes.size());
            }
        };
        world->silent = 0;
        world->ticks(100);
        QCOMPARE((*world)[3].snapshotsInstalled(), quint64(1));
        QVERIFY2(pieces > 10, qPrintable(QString::number(pieces)));
        QVERIFY(largest <= kPiece);
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
        QCOMPARE(world->member(3).count<raft::SnapshotInstalled>(), 1);
        QCOMPARE(world->member(1).count<raft::SnapshotSent>(), 1);
        writes(*world, 5);
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
        // It is there after a restart, log and all.
        world->member(3).stop();
        world->member(3).start();
        world->ticks(10);
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
    }

    void onADiskThatStandsStillOnePieceOfASnapshotWaitsForEachFollower()
    {
        const auto world = withOneFarBehind();
        world->silent = 0;
        world->ticks(1);
        world->member(1).storage.isHeld = true;
        world->ticks(600);
        // Beside the piece: the log's next write, those that gathered behind it, and a look whether there is space.
        QVERIFY2(world->member(1).storage.waiting() <= 4,
                 qPrintable(QString::number(world->member(1).storage.waiting())));
        world->member(1).storage.isHeld = false;
        world->member(1).storage.doAll();
        world->ticks(600);
        QCOMPARE(world->member(3).count<raft::SnapshotInstalled>(), 1);
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
    }

    void aTransferSurvivesLossAndRestart()
    {
        const auto world = withOneFarBehind();
        std::set<quint64> offsets;
        int sent = 0;
        const auto loseEveryThird = [&](raft::Message& message) {
            if (const auto* install = std::get_if<raft::InstallSnapshot>(&message.body)) {
                offsets.insert(install->piece.offset);
                if (++sent % 3 == 0)
                    message.to = {9};
            }
        };
        world->member(1).whenSent = loseEveryThird;
        world->silent = 0;
        for (int tick = 0; tick < 300 && offsets.size() < 24; ++tick)
            world->ticks(1);
        QVERIFY(offsets.size() >= 24 && (*world)[3].snapshotsInstalled() == 0);
        world->member(3).stop();
        world->network.clear();
        offsets.clear();
        world->member(3).start();
        world->ticks(300);
        QCOMPARE((*world)[3].snapshotsInstalled(), quint64(1));
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
        QVERIFY(*std::next(offsets.begin()) >= kBlock); // the first asks where to go on
    }

    void aSnapshotThatIsNotRightIsAskedForAgain()
    {
        const auto world = withOneFarBehind();
        bool spoilt = false;
        int lasts = 0;
        world->member(1).whenSent = [&](raft::Message& message) {
            if (auto* install = std::get_if<raft::InstallSnapshot>(&message.body)) {
                lasts += install->piece.isLast;
                if (install->piece.offset > kPiece && !std::exchange(spoilt, true))
                    install->piece.bytes[7] = char(install->piece.bytes[7] ^ 1);
            }
        };
        world->silent = 0;
        world->ticks(300);
        QVERIFY(spoilt);
        QCOMPARE(lasts, 2);
        QCOMPARE((*world)[3].snapshotsInstalled(), quint64(1));
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
    }

    void theNextSnapshotWaitsWhileOneIsSent()
    {
        const auto world = withOneFarBehind();
        world->member(1).whenSent = [](raft::Message& message) {
            if (std::holds_alternative<raft::InstallSnapshot>(message.body))
                message.to = {9}; // it never gets there
        };
        world->silent = 0;
        world->ticks(20);
        const quint64 taken = (*world)[1].snapshotsTaken();
        writes(*world, 120);
        QCOMPARE((*world)[1].snapshotsTaken(), taken);
        writes(*world, 200); // but not for ever
        QCOMPARE((*world)[1].snapshotsTaken(), taken + 1);
    }

    void aFollowerThatIsSilentKeepsNoSnapshotWaiting()
    {
        const auto world = withOneFarBehind();
        QCOMPARE((*world)[1].status().progress.back().state, raft::FollowerProgress::State::Snapshot);
        world->ticks(30); // a few election timeouts
        const quint64 taken = (*world)[1].snapshotsTaken();
        writes(*world, 120);
        QCOMPARE((*world)[1].snapshotsTaken(), taken + 1);
        world->silent = 0;
        world->ticks(150);
        QCOMPARE((*world)[3].snapshotsInstalled(), quint64(1));
        QCOMPARE((*world)[3].store().stateHash(), (*world)[1].store().stateHash());
    }

    /// What made it due counts again, so that the log does not grow by as much once more.
    void oneThatFoundNoSpaceIsSoonTriedAgain()
    {
        tests::ScarceDisk disk(QStringLiteral("/n1"));
        World world(1, [](GroupOptions& options) {
            small(options);
            options.snapshotWorthBytes = 80'000;
        });
        Member& member = world.member(1);
        member.stop();
        member.options.folder = QStringLiteral("/n1");
        member.other = &disk;
        member.start();
        world.ticks(20);
        disk.names = tests::ScarceDisk::Names::None;
        writes(world, 100);
        disk.names = tests::ScarceDisk::Names::Plenty;
        QCOMPARE(world[1].snapshotsTaken(), quint64(0));
        writes(world, 20);
        QCOMPARE(world[1].snapshotsTaken(), quint64(1));
    }

    void writesGoOnWhileASnapshotIsOnItsWayToTheDisk()
    {
        World world(3, small);
        world.ticks(20);
        writes(world, 98);
        world.member(1).storage.isHeld = true;
        writes(world, 5);
        world.member(2).stop(); // so that n1's own disk is needed
        world[1].submit(1, set("late", "1"));
        world.settle();
        QVERIFY(world.member(1).completed.find(1) == world.member(1).completed.end());
        QCOMPARE(world[1].snapshotsTaken(), quint64(0));
        for (int i = 0; i < 50 && world.member(1).storage.doOne(); ++i)
            world.settle();
        QVERIFY(world.member(1).completed.contains(1));
        QCOMPARE(world[1].snapshotsTaken(), quint64(1));
        // What came behind the snapshot's begin is in the log, not in it.
        world.member(1).storage.isHeld = false;
        world.member(1).storage.doAll();
        const quint64 hash = world[1].store().stateHash();
        world.member(1).stop();
        world.member(1).start();
        world.ticks(60);
        QCOMPARE(world[1].store().stateHash(), hash);
    }

    void aDamagedSnapshotWithoutItsLogIsRefusedWithTheFile()
    {
        World world(1, [](GroupOptions& options) {
            small(options);
            options.keepEntries = 0;
        });
        world.ticks(20);
        writes(world, 250);
        QVERIFY(world[1].snapshotsTaken() > 0);
        Member& member = world.member(1);
        member.stop();
        const QDir folder(member.options.folder);
        const QStringList files = folder.entryList({QStringLiteral("snapshot-*")}, QDir::Files);
        QCOMPARE(files.size(), 1);
        QFile file(folder.filePath(files[0]));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2));
        QVERIFY(file.write("damage") == 6);
        file.close();
        const auto opened =
            Group::open(member.options, {member.disk, member.storage, member, [] { return raft::Instant(0); }, {}});
        QVERIFY(!opened);
        QVERIFY2(opened.error().contains(files[0]), qPrintable(opened.error()));
    }
};

QTEST_APPLESS_MAIN(TestGroupSnapshots)
#include "tst_group_snapshots.moc"
