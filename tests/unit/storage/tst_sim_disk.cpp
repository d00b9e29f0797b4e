// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/disk/sim_disk.h"

#include <QTest>

#include <bit>
#include <set>

using namespace faultline;
using namespace faultline::sim;
using namespace std::chrono_literals;
using storage::Disk;
using storage::File;
using storage::SyncOf;

namespace {

const QString kFolder = QStringLiteral("/n1");
const QString kPath = QStringLiteral("/n1/a");

std::unique_ptr<SimDisk> diskOf(quint64 seed)
{
    auto disk = std::make_unique<SimDisk>(fault::Random(seed));
    static_cast<void>(disk->makeFolder(kFolder));
    return disk;
}

std::unique_ptr<File> fileOn(SimDisk& disk, const QString& path, Disk::Open mode)
{
    auto file = disk.open(path, mode);
    return file ? *std::move(file) : nullptr;
}

/// A new one whose name is durable.
std::unique_ptr<File> createdOn(SimDisk& disk, const QString& path)
{
    auto file = fileOn(disk, path + ".new", Disk::Open::CreateNew);
    return file && disk.rename(path + ".new", path) ? std::move(file) : nullptr;
}

QByteArray contentOf(SimDisk& disk, const QString& path)
{
    const auto file = fileOn(disk, path, Disk::Open::Existing);
    return file ? *file->pread(0, static_cast<qsizetype>(file->size())) : QByteArray("none");
}

} // namespace

class TestSimDisk : public QObject
{
    Q_OBJECT
private slots:
    void fileKeepsWhatIsWritten()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        QVERIFY(file->append("hello"));
        QVERIFY(file->write(1, "ipp"));
        QVERIFY(file->append(" world"));
        QVERIFY(file->write(13, "x"));
        QCOMPARE(contentOf(*disk, kPath), QByteArray("hippo world\0\0x", 14));
        QVERIFY(file->truncate(5));
        QVERIFY(file->write(4, "s!"));
        QCOMPARE(*file->pread(1, 100), QByteArray("ipps!"));
        QCOMPARE(*file->pread(100, 100), QByteArray());
        QVERIFY(!disk->open(kPath, Disk::Open::CreateNew));
        QVERIFY(disk->rename(kPath, "/n1/b"));
        QCOMPARE(*disk->list(kFolder), QStringList{"b"});
        QVERIFY(disk->remove("/n1/b"));
        QVERIFY(disk->list(kFolder)->isEmpty());
        QVERIFY(!disk->list("/n2"));
        QVERIFY(disk->open(kPath, Disk::Open::Existing).error().contains(kPath));
        QVERIFY(!disk->open("/n2/a", Disk::Open::CreateNew));
    }

    void syncedIsThereAndUnsyncedMayBeLostKeptOrTorn()
    {
        const QByteArray durable(700, 'd');
        const QByteArray fresh(3'000, 'n');
        int lost = 0, kept = 0, torn = 0, garbled = 0;
        for (quint64 seed = 0; seed < 400; ++seed) {
            const auto disk = diskOf(seed);
            {
                const auto file = createdOn(*disk, kPath);
                QVERIFY(file->append(durable));
                QVERIFY(file->sync(SyncOf::Records));
                QVERIFY(file->append(fresh));
            }
            disk->cutPower();
            QVERIFY(!disk->open(kPath, Disk::Open::Existing));
            disk->powerOn();
            const QByteArray after = contentOf(*disk, kPath);
            QVERIFY(after.startsWith(durable));
            QVERIFY(after.size() <= durable.size() + fresh.size());
            if (after == durable)
                ++lost;
            else if (after == durable + fresh)
                ++kept;
            else if ((durable + fresh).startsWith(after))
                ++torn;
            else
                ++garbled;
        }
        QVERIFY2(lost > 50 && kept > 50 && torn > 50 && garbled > 20,
                 qPrintable(QStringLiteral("%1 %2 %3 %4").arg(lost).arg(kept).arg(torn).arg(garbled)));
    }

    void overwritingAndCuttingAreUndoneToWhatWasDurable()
    {
        QByteArray was(2'000, 'd');
        std::set<QByteArray> seen;
        for (quint64 seed = 0; seed < 200; ++seed) {
            const auto disk = diskOf(seed);
            const auto file = createdOn(*disk, kPath);
            QVERIFY(file->append(was));
            QVERIFY(file->sync(SyncOf::Records));
            QVERIFY(file->write(600, QByteArray(10, 'n')));
            QVERIFY(file->truncate(1'000));
            disk->cutPower();
            disk->powerOn();
            const QByteArray after = contentOf(*disk, kPath);
            QVERIFY(after.startsWith(was.first(600)));
            QCOMPARE(after.mid(610), was.mid(610, after.size() - 610));
            seen.insert(after);
        }
        QVERIFY(seen.contains(was));
        QVERIFY(seen.contains(was.first(600) + QByteArray(10, 'n') + was.mid(610, 390)));
        QVERIFY(seen.size() > 10);
    }

    void namesAreDurableAtOnceUnlessTheDiskLies()
    {
        std::set<QStringList> seen;
        for (quint64 seed = 0; seed < 100; ++seed) {
            const auto disk = diskOf(seed);
            fileOn(*disk, "/n1/old", Disk::Open::CreateNew);
            fileOn(*disk, "/n1/gone", Disk::Open::CreateNew);
            QVERIFY(disk->rename("/n1/old", "/n1/new"));
            disk->cutPower();
            disk->powerOn();
            QCOMPARE(*disk->list(kFolder), (QStringList{"gone", "new"}));

            disk->setFault({.lies = true});
            QVERIFY(disk->remove("/n1/gone"));
            QVERIFY(disk->rename("/n1/new", "/n1/newer"));
            fileOn(*disk, "/n1/last", Disk::Open::CreateNew);
            QCOMPARE(*disk->list(kFolder), (QStringList{"last", "newer"}));
            disk->cutPower();
            disk->powerOn();
            seen.insert(*disk->list(kFolder));
            QVERIFY(disk->counts().lostNames <= 3);
        }
        QCOMPARE(seen, (std::set<QStringList>{{"gone", "new"}, {"new"}, {"newer"}, {"last", "newer"}}));
    }

    void newNameIsDurableWithTheNextChangeOfOneThatIs()
    {
        std::set<QStringList> seen;
        for (quint64 seed = 0; seed < 50; ++seed) {
            const auto disk = diskOf(seed);
            QVERIFY(createdOn(*disk, "/n1/a"));
            QVERIFY(fileOn(*disk, "/n1/early", Disk::Open::CreateNew));
            QVERIFY(disk->remove("/n1/a"));
            QVERIFY(fileOn(*disk, "/n1/late", Disk::Open::CreateNew));
            disk->cutPower();
            disk->powerOn();
            seen.insert(*disk->list(kFolder));
        }
        QCOMPARE(seen, (std::set<QStringList>{{"early"}, {"early", "late"}}));
    }

    void whoIsKilledWithinARenameLeavesANameThatIsNotDurable_data()
    {
        QTest::addColumn<bool>("synced");
        QTest::addColumn<bool>("leftOut");
        QTest::addColumn<bool>("mayBeLost");
        QTest::newRow("nobody syncs the folder") << false << false << true;
        QTest::newRow("the next process does") << true << false << false;
        QTest::newRow("and that is left out") << true << true << true;
    }
    void whoIsKilledWithinARenameLeavesANameThatIsNotDurable()
    {
        QFETCH(bool, synced);
        QFETCH(bool, leftOut);
        QFETCH(bool, mayBeLost);
        std::set<QStringList> seen;
        for (quint64 seed = 0; seed < 50; ++seed) {
            const auto disk = diskOf(seed);
            const auto file = createdOn(*disk, "/n1/a");
            QVERIFY(file->append("unsynced"));
            if (leftOut)
                disk->leaveOut(SyncOf::FoundNames);
            disk->killDuringNameChange(1);
            QVERIFY(file->sync(SyncOf::Records));
            QVERIFY(!disk->rename("/n1/a", "/n1/b"));
            QVERIFY(disk->isKilled());
            QVERIFY(!file->append("late") && !disk->remove("/n1/b") && !disk->list(kFolder));
            disk->killProcess();
            QCOMPARE(*disk->list(kFolder), QStringList{"b"});
            QCOMPARE(contentOf(*disk, "/n1/b"), QByteArray("unsynced"));
            if (synced)
                QVERIFY(disk->syncFolder(kFolder));
            QCOMPARE(*disk->ifPowerWentNow()->list(kFolder), QStringList{mayBeLost ? "a" : "b"});
            disk->cutPower();
            disk->powerOn();
            seen.insert(*disk->list(kFolder));
        }
        QCOMPARE(seen, mayBeLost ? (std::set<QStringList>{{"a"}, {"b"}}) : (std::set<QStringList>{{"b"}}));
    }

    void ofTheWriteThatAProcessIsKilledInAFirstPartIsThere()
    {
        std::set<qsizetype> sizes;
        for (quint64 seed = 0; seed < 50; ++seed) {
            const auto disk = diskOf(seed);
            const auto file = createdOn(*disk, kPath);
            disk->killDuring(2);
            QVERIFY(file->append("durable"));
            QVERIFY(!file->append("more"));
            disk->killProcess();
            const QByteArray left = contentOf(*disk, kPath);
            QVERIFY(left.startsWith("durable") && QByteArray("durablemore").startsWith(left));
            sizes.insert(left.size());
        }
        QCOMPARE(sizes.size(), std::size_t(5));
    }

    void aFullDiskNowAndThenLacksSpaceForANameToo()
    {
        int refused = 0, kept = 0, goneAndNotDurable = 0;
        for (quint64 seed = 0; seed < 1'000; ++seed) {
            const auto disk = diskOf(seed);
            QVERIFY(createdOn(*disk, "/n1/a") && createdOn(*disk, "/n1/b"));
            disk->setFault({.full = true});
            if (!disk->rename("/n1/a", "/n1/c")) {
                QVERIFY(disk->lackedSpace());
                QCOMPARE(*disk->list(kFolder), (QStringList{"a", "b"}));
                ++refused;
            } else {
                QVERIFY(!disk->lackedSpace());
                QCOMPARE(*disk->ifPowerWentNow()->list(kFolder), (QStringList{"b", "c"}));
            }
            if (disk->remove("/n1/b"))
                continue;
            QVERIFY(disk->lackedSpace());
            ++(disk->exists("/n1/b") ? kept : goneAndNotDurable);
            QVERIFY(disk->ifPowerWentNow()->exists("/n1/b"));
        }
        QVERIFY2(refused > 20 && refused < 150 && kept > 10 && goneAndNotDurable > 10,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(refused).arg(kept).arg(goneAndNotDurable)));
    }

    void undoneRenameBringsBackWhatItReplaced()
    {
        bool undone = false;
        for (quint64 seed = 0; seed < 50; ++seed) {
            const auto disk = diskOf(seed);
            for (const char* name : {"a", "b"}) {
                const auto file = createdOn(*disk, QStringLiteral("/n1/") + name);
                QVERIFY(file->append(name));
                QVERIFY(file->sync(SyncOf::Records));
            }
            disk->cutPowerDuring(1);
            QVERIFY(!disk->rename("/n1/a", "/n1/b"));
            disk->powerOn();
            const QByteArray b = contentOf(*disk, "/n1/b");
            QVERIFY(b == "a" || b == "b");
            QCOMPARE(disk->exists("/n1/a"), b == "b");
            undone = undone || b == "b";
        }
        QVERIFY(undone);
    }

    void lyingSyncLosesWhatItPromisedAndAnHonestOneMakesGood()
    {
        int lost = 0;
        for (quint64 seed = 0; seed < 50; ++seed) {
            const auto disk = diskOf(seed);
            const auto file = createdOn(*disk, kPath);
            disk->setFault({.lies = true});
            QVERIFY(file->append("promised"));
            QVERIFY(file->sync(SyncOf::Records));
            QCOMPARE(disk->counts().lies, quint64(1));
            if (seed % 2 == 0) {
                disk->setFault({});
                QVERIFY(file->sync(SyncOf::Records));
            }
            disk->cutPower();
            disk->powerOn();
            const bool whole = contentOf(*disk, kPath) == "promised";
            QVERIFY(whole || seed % 2 == 1);
            lost += !whole;
        }
        QVERIFY(lost > 5);
    }

    void fullDiskRefusesToGrowAndStillOverwrites()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        QVERIFY(file->append("12345"));
        disk->setFault({.full = true});
        const auto refused = file->append("6");
        QVERIFY(!refused);
        QCOMPARE(refused.error(), QStringLiteral("Writing /n1/a failed: No space left on device."));
        QVERIFY(!file->write(4, "xx"));
        QVERIFY(file->write(3, "xx"));
        QCOMPARE(contentOf(*disk, kPath), QByteArray("123xx"));
        QCOMPARE(disk->counts().refused, quint64(2));
    }

    void delayIsToldNotSlept()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        disk->setFault({.latency = 1h});
        QVERIFY(file->append("x"));
        QVERIFY(file->sync(SyncOf::Records));
        QVERIFY(file->sync(SyncOf::Records));
        QCOMPARE(disk->takeDelay(), std::chrono::microseconds(2h));
        QCOMPARE(disk->takeDelay(), 0us);
    }

    void flipChangesOneBitOfWhatWasSynced()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        QVERIFY(file->append(QByteArray(100, '\0')));
        QVERIFY(file->sync(SyncOf::Records));
        disk->setFault({.flip = fault::Share::ofPercent(100)});
        QVERIFY(file->append(QByteArray(100, '\0')));
        QVERIFY(file->sync(SyncOf::Records));
        const QByteArray bytes = contentOf(*disk, kPath);
        int bits = 0;
        for (const char byte : bytes)
            bits += std::popcount(static_cast<unsigned char>(byte));
        QCOMPARE(bits, 1);
        QCOMPARE(bytes.first(100), QByteArray(100, '\0'));
        QCOMPARE(disk->counts().flips, quint64(1));
    }

    void filesAndLocksOfAKilledProcessAreDead()
    {
        const auto disk = diskOf(1);
        auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        auto lock = disk->lockFolder(kFolder);
        QVERIFY(lock);
        QVERIFY(!disk->lockFolder(kFolder));
        QVERIFY(file->append("unsynced"));
        disk->killProcess();
        QVERIFY(!file->append("late"));
        auto next = disk->lockFolder(kFolder);
        QVERIFY(next);
        *lock = nullptr; // of the dead: frees nothing
        QVERIFY(!disk->lockFolder(kFolder));
        *next = nullptr;
        QVERIFY(disk->lockFolder(kFolder));
        QCOMPARE(contentOf(*disk, kPath), QByteArray("unsynced"));
    }

    void whatIsLeftIfThePowerWentIsWhatIsThereForCertain()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, "/n1/new", Disk::Open::CreateNew);
        QVERIFY(file->append("durable"));
        QVERIFY(file->sync(SyncOf::Records));
        QVERIFY(disk->ifPowerWentNow()->list(kFolder)->isEmpty());
        QVERIFY(disk->rename("/n1/new", kPath));
        QVERIFY(file->append(" and not"));
        QVERIFY(file->write(0, "D"));
        fault::DiskFault lying;
        lying.lies = true;
        disk->setFault(lying);
        QVERIFY(disk->rename(kPath, "/n1/b"));
        const auto left = disk->ifPowerWentNow();
        QCOMPARE(contentOf(*left, kPath), QByteArray("durable"));
        QCOMPARE(*left->list(kFolder), QStringList{"a"});
        QVERIFY(fileOn(*left, kPath, Disk::Open::Existing)->append(" is not shared"));
        QCOMPARE(contentOf(*disk, "/n1/b"), QByteArray("Durable and not"));
        QVERIFY(disk->isPowered());
    }

    void everyChangeIsTold()
    {
        const auto disk = diskOf(1);
        QStringList told;
        disk->whenChanged = [&](const SimDisk::Change& change) {
            told << QStringLiteral("%1 %2 %3 %4")
                        .arg(int(change.kind))
                        .arg(change.path)
                        .arg(change.offset)
                        .arg(QString::fromLatin1(change.bytes));
        };
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        QVERIFY(file->append("abc"));
        QVERIFY(file->write(1, "x"));
        QVERIFY(file->truncate(2));
        QVERIFY(file->sync(SyncOf::Records));
        QVERIFY(disk->rename(kPath, "/n1/b"));
        QVERIFY(disk->remove("/n1/b"));
        QCOMPARE(told, (QStringList{"3 /n1/a 0 ", "0 /n1/a 0 abc", "0 /n1/a 1 x", "1 /n1/a 2 ", "2 /n1/a 0 ",
                                    "4 /n1/a to /n1/b 0 ", "5 /n1/b 0 "}));
    }

    void powerGoesDuringTheGivenChange()
    {
        const auto disk = diskOf(1);
        const auto file = fileOn(*disk, kPath, Disk::Open::CreateNew);
        disk->cutPowerDuring(2);
        QVERIFY(file->append("x"));
        QVERIFY(disk->isPowered());
        QVERIFY(!file->sync(SyncOf::Records));
        QVERIFY(!disk->isPowered());
        QCOMPARE(disk->counts().powerCuts, quint64(1));
    }

    void sameSeedSameLosses()
    {
        const auto run = [](quint64 seed) {
            const auto disk = diskOf(seed);
            QByteArray trace;
            for (int round = 0; round < 20; ++round) {
                disk->setFault({.latency = 2ms, .jitter = 2ms, .lies = round % 3 == 0, .flip = fault::Share{300'000}});
                const QString path = QStringLiteral("/n1/%1").arg(round % 4);
                const auto file =
                    fileOn(*disk, path, disk->exists(path) ? Disk::Open::Existing : Disk::Open::CreateNew);
                static_cast<void>(file->append(QByteArray(2'000, static_cast<char>(round))));
                static_cast<void>(file->sync(SyncOf::Records));
                static_cast<void>(file->write(round, "overwritten"));
                if (round % 5 == 4) {
                    disk->cutPower();
                    disk->powerOn();
                }
                const QStringList names = *disk->list(kFolder);
                for (const QString& name : names)
                    trace += contentOf(*disk, kFolder + '/' + name);
                trace += QByteArray::number(qlonglong(disk->takeDelay().count()));
            }
            return trace;
        };
        QCOMPARE(run(7), run(7));
        QVERIFY(run(7) != run(8));
    }
};

QTEST_APPLESS_MAIN(TestSimDisk)
#include "tst_sim_disk.moc"
