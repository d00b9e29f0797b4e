// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/power_cut.h"
#include "node/storage/real_disk.h"
#include "node/storage/synced_marks.h"
#include "node/storage/wal.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::storage;

namespace {

const QByteArray kDurable(700, 'd');
const QByteArray kFresh(3'000, 'n');

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
}

bool setContent(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

/// Of the calls to come, in order; then what the system says.
std::vector<int> whatFallocateSays;

/// A folder with one file, of which the first part is durable and the rest is not, as a killed process left it.
struct KilledFolder
{
    QTemporaryDir folder;
    QString file = folder.path() + "/a";
    QString marksPath = folder.path() + "/synced-marks";
    QByteArray marks;

    KilledFolder()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            RealDisk disk;
            const auto lock = disk.lockFolder(folder.path());
            auto made = disk.open(folder.path() + "/new", Disk::Open::CreateNew);
            if (lock && made && disk.rename(folder.path() + "/new", file) && (*made)->append(kDurable) &&
                (*made)->sync(SyncOf::Records) && (*made)->append(kFresh))
                ::kill(::getpid(), SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WIFSIGNALED(status))
            marks = contentOf(marksPath);
    }
    quint64 inode() const
    {
        struct stat info
        {
        };
        return ::stat(QFile::encodeName(file).constData(), &info) == 0 ? info.st_ino : 0;
    }
    /// What the power cut leaves of the file with these marks; nothing when it is refused.
    Result<QByteArray> tornWith(const QByteArray& bytes, quint64 seed = 1)
    {
        fault::Random random(seed);
        if (!setContent(file, kDurable + kFresh) || !setContent(marksPath, bytes))
            return Error{QStringLiteral("the test cannot write")};
        const auto torn = tearUnsynced(folder.path(), random);
        return torn ? Result<QByteArray>(contentOf(file)) : Error{torn.error()};
    }
};

} // namespace

/// In place of the system's, which says of most file systems only that there is no space.
extern "C" int posix_fallocate(int fd, off_t offset, off_t length)
{
    if (whatFallocateSays.empty())
        return ::fallocate(fd, 0, offset, length) == 0 ? 0 : errno;
    const int code = whatFallocateSays.front();
    whatFallocateSays.erase(whatFallocateSays.begin());
    return code;
}

/// Files in a node's folder that are not its log and not its snapshots, in whatever state they are found: what was
/// durable is there, or the node says which file is wrong, and where.
class TestFoundAtStart : public QObject
{
    Q_OBJECT
private slots:
    void marksSayWhatIsDurable()
    {
        KilledFolder killed;
        QVERIFY(!killed.marks.isEmpty());
        bool isTorn = false;
        for (quint64 seed = 0; seed < 10; ++seed) {
            const auto left = killed.tornWith(killed.marks, seed);
            QVERIFY2(left, left ? "" : qPrintable(left.error()));
            QVERIFY(left->startsWith(kDurable));
            isTorn = isTorn || *left == kDurable;
        }
        QVERIFY(isTorn);
    }

    void flippedBitInTheMarksTakesNothingThatWasDurable()
    {
        KilledFolder killed;
        int refused = 0;
        for (qsizetype i = 0; i < 3 * 128; ++i) { // the header, the mark, and a place where there is none
            QByteArray flipped = killed.marks;
            flipped[i] = static_cast<char>(flipped[i] ^ 1 << i % 8);
            const auto left = killed.tornWith(flipped);
            if (left) {
                QVERIFY2(left->startsWith(kDurable), qPrintable(QString::number(i)));
                continue;
            }
            QVERIFY2(left.error().contains(killed.marksPath + " is damaged at offset "), qPrintable(left.error()));
            ++refused;
            // A start without a power cut has no use for them.
            RealDisk disk;
            QVERIFY(disk.lockFolder(killed.folder.path()));
            QCOMPARE(contentOf(killed.file), kDurable + kFresh);
        }
        QVERIFY2(refused > 30, qPrintable(QString::number(refused)));
    }

    void marksThatAreNoneAreBegunAnew_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray whole = KilledFolder().marks;
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n");
        QTest::newRow("zeros") << QByteArray(whole.size(), '\0');
        QTest::newRow("of a later format") << QByteArray(whole).replace("faultmarks 3", "faultmarks 4");
        for (const int length : {1, 16, 24, 127, 128, 129, 255, 256, 300, 4'096, int(whole.size()) - 1})
            QTest::addRow("cut at %d", length) << whole.first(length);
        QTest::newRow("longer") << whole + "x";
    }
    void marksThatAreNoneAreBegunAnew()
    {
        QFETCH(const QByteArray, bytes);
        KilledFolder killed;
        const auto left = killed.tornWith(bytes);
        QVERIFY2(left, left ? "" : qPrintable(left.error()));
        QCOMPARE(*left, kDurable + kFresh); // a file without a mark counts as durable
        QCOMPARE(contentOf(killed.marksPath).size(), killed.marks.size());
    }

    void marksOfAnotherBootOrFolderAreBegunAnew_data()
    {
        QTest::addColumn<int>("at");
        QTest::newRow("folder") << 24;
        QTest::newRow("boot") << 32;
    }
    /// After a crash of the machine the marks may be older than the files.
    void marksOfAnotherBootOrFolderAreBegunAnew()
    {
        QFETCH(const int, at);
        KilledFolder killed;
        QByteArray other = killed.marks;
        other[at] = static_cast<char>(other[at] ^ 1);
        for (quint64 seed = 0; seed < 10; ++seed) {
            const auto left = killed.tornWith(other, seed);
            QVERIFY2(left, left ? "" : qPrintable(left.error()));
            QCOMPARE(*left, kDurable + kFresh);
        }
    }

    void marksOfFormat2AreRead()
    {
        KilledFolder killed;
        QByteArray old = killed.marks;
        old.replace(0, 13, "faultmarks 2\n").replace(24, 104, QByteArray(104, '\0'));
        bool isTorn = false;
        for (quint64 seed = 0; seed < 10; ++seed)
            isTorn = isTorn || *killed.tornWith(old, seed) == kDurable;
        QVERIFY(isTorn);
    }

    void marksForWhichThereIsNoSpaceAreNotKept_data()
    {
        QTest::addColumn<std::vector<int>>("says");
        QTest::addColumn<bool>("areKept");
        QTest::newRow("full") << std::vector{ENOSPC} << false;
        QTest::newRow("quota") << std::vector{EDQUOT} << false;
        QTest::newRow("interrupted") << std::vector{EINTR, EINTR} << true;
    }
    void marksForWhichThereIsNoSpaceAreNotKept()
    {
        QFETCH(const std::vector<int>, says);
        QFETCH(const bool, areKept);
        QTemporaryDir folder;
        whatFallocateSays = says;
        const auto marks = SyncedMarks::open(folder.path());
        whatFallocateSays.clear();
        QVERIFY2(marks, marks ? "" : qPrintable(marks.error()));
        QCOMPARE(*marks != nullptr, areKept);
    }

    void marksOfFormat1AreRead()
    {
        KilledFolder killed;
        QByteArray old(killed.marks.size(), '\0');
        old.replace(0, 13, "faultmarks 1\n");
        const auto set = [&](qsizetype at, quint64 value) { std::memcpy(old.data() + 128 + at, &value, sizeof value); };
        set(0, killed.inode());
        set(8, 700);
        bool isTorn = false;
        for (quint64 seed = 0; seed < 10; ++seed) {
            const auto left = killed.tornWith(old, seed);
            QVERIFY2(left, left ? "" : qPrintable(left.error()));
            QVERIFY(left->startsWith(kDurable));
            isTorn = isTorn || *left == kDurable;
        }
        QVERIFY(isTorn);
        // A name that was not durable then, and one that was another.
        set(32, 1);
        bool isGone = false;
        for (quint64 seed = 0; seed < 10 && !isGone; ++seed) {
            set(0, killed.inode());
            isGone = *killed.tornWith(old, seed) == "none";
        }
        QVERIFY(isGone);
        set(32, 0);
        old.replace(128 + 40, 6, "former");
        bool isBack = false;
        for (quint64 seed = 0; seed < 10 && !isBack; ++seed) {
            QFile::remove(killed.folder.path() + "/former");
            QVERIFY(setContent(killed.file, kDurable));
            set(0, killed.inode());
            QVERIFY(killed.tornWith(old, seed));
            isBack = contentOf(killed.folder.path() + "/former").startsWith(kDurable);
        }
        QVERIFY(isBack);
    }

    void lockIsHeldByTheProcessAndNotByWhatIsInIt_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("of a process that is gone") << QByteArray("12345\n");
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\n\x01\xff");
        QTest::newRow("long") << QByteArray(100'000, '7');
        QTest::newRow("zeros") << QByteArray(10, '\0');
    }
    void lockIsHeldByTheProcessAndNotByWhatIsInIt()
    {
        QFETCH(const QByteArray, bytes);
        QTemporaryDir folder;
        QVERIFY(setContent(folder.path() + "/lock", bytes));
        RealDisk disk;
        const auto lock = disk.lockFolder(folder.path());
        QVERIFY2(lock, lock ? "" : qPrintable(lock.error()));
        QVERIFY(disk.lockFolder(folder.path()).error().contains("used by process " + QString::number(::getpid())));
        // Whoever holds it, the sentence is one.
        QVERIFY(setContent(folder.path() + "/lock", bytes));
        const auto second = disk.lockFolder(folder.path());
        QVERIFY(!second);
        QVERIFY2(second.error().startsWith("The folder " + folder.path() + " is already used by "),
                 qPrintable(second.error()));
        QVERIFY2(second.error().size() < folder.path().size() + 80, qPrintable(second.error()));
    }

    void lockThatIsNoFileIsNamed()
    {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("lock"));
        const auto lock = RealDisk().lockFolder(folder.path());
        QVERIFY(!lock);
        QVERIFY2(lock.error().contains(folder.path() + "/lock"), qPrintable(lock.error()));
    }

    void sparesThatAreFoundAreRemovedWhateverIsInThem_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n");
        QTest::newRow("zeros") << QByteArray(100'000, '\0');
        QTest::newRow("a segment") << format::encode({.owner = 7, .number = 3}) + QByteArray(5'000, 'x');
        QTest::newRow("half a header") << format::encode({.owner = 7, .number = 3}).first(30);
        QTest::newRow("of a later format") << format::encode({.owner = 7, .number = 3, .version = 9});
    }
    void sparesThatAreFoundAreRemovedWhateverIsInThem()
    {
        QFETCH(const QByteArray, bytes);
        QTemporaryDir folder;
        RealDisk disk;
        const std::vector entries{Entry{1, 1, 1, "one"}, Entry{2, 1, 1, "two"}};
        {
            auto opened = Wal::open(disk, folder.path(), {.owner = 7});
            QVERIFY(opened);
            opened->wal->append(entries, {});
            QVERIFY(*opened->wal->sync());
        }
        QVERIFY(setContent(folder.path() + "/spare-0000000003", bytes));
        QVERIFY(setContent(folder.path() + "/spare-x", bytes)); // somebody else's
        const auto opened = Wal::open(disk, folder.path(), {.owner = 7});
        QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
        QVERIFY(opened->recovered.entries == entries);
        QVERIFY(!QFile::exists(folder.path() + "/spare-0000000003"));
        QCOMPARE(contentOf(folder.path() + "/spare-x"), bytes);
    }

    void whatAKilledProcessHandsBackIsDurableOnlyByItsSync_data()
    {
        QTest::addColumn<bool>("isSynced");
        QTest::newRow("synced") << true;
        QTest::newRow("left out") << false;
    }
    /// The sync of a log's end, when it is opened. A node that stands alone writes before it promises anything; a
    /// follower answers a leader for what it has read back, and may have written nothing since.
    void whatAKilledProcessHandsBackIsDurableOnlyByItsSync()
    {
        QFETCH(const bool, isSynced);
        bool isLost = false;
        for (quint64 seed = 0; seed < 12 && !isLost; ++seed) {
            QTemporaryDir folder;
            const auto killedAfter = [&](const SyncTrial& trial, const std::function<bool(Wal&)>& deed) {
                const pid_t child = ::fork();
                if (child == 0) {
                    RealDisk disk;
                    disk.setTrial(trial);
                    auto opened = Wal::open(disk, folder.path());
                    if (opened && deed(*opened->wal))
                        ::kill(::getpid(), SIGKILL);
                    ::_exit(1);
                }
                int status = 0;
                return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status);
            };
            QVERIFY(killedAfter({.leftOut = SyncOf::Records}, [](Wal& wal) {
                wal.append(std::vector{Entry{1, 1, 1, "one"}}, {});
                return bool(wal.sync()); // as if it were killed before it came back
            }));
            QVERIFY(killedAfter({.leftOut = isSynced ? std::nullopt : std::optional(SyncOf::Tail)},
                                [](Wal& wal) { return wal.lastIndex() == 1; }));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder.path(), random));
            RealDisk disk;
            const auto opened = Wal::open(disk, folder.path());
            QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
            isLost = isLost || opened->wal->lastIndex() == 0;
        }
        QCOMPARE(isLost, !isSynced);
    }

    void roomThatANoteSpeaksOfIsThereOnlyByItsSync_data()
    {
        QTest::addColumn<bool>("isSynced");
        QTest::newRow("synced") << true;
        QTest::newRow("left out") << false;
    }
    void roomThatANoteSpeaksOfIsThereOnlyByItsSync()
    {
        QFETCH(const bool, isSynced);
        bool isRefused = false;
        for (quint64 seed = 0; seed < (isSynced ? 20 : 400) && !isRefused; ++seed) {
            QTemporaryDir folder;
            const pid_t child = ::fork();
            if (child == 0) {
                RealDisk disk;
                disk.setTrial({.leftOut = isSynced ? std::nullopt : std::optional(SyncOf::Room),
                               .powerFailsAfter = SyncOf::Room});
                auto opened = Wal::open(disk, folder.path(), {.fillStep = 1'024});
                for (quint64 i = 1; opened; ++i) {
                    opened->wal->append(std::vector{Entry{i, 1, 1, QByteArray(600, 'x')}}, {});
                    if (!opened->wal->sync())
                        break;
                }
                ::_exit(1);
            }
            int status = 0;
            QVERIFY(::waitpid(child, &status, 0) == child && WIFSIGNALED(status));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder.path(), random));
            RealDisk disk;
            const auto opened = Wal::open(disk, folder.path(), {.fillStep = 1'024});
            if (!opened)
                QVERIFY2(opened.error().contains(" ends at offset "), qPrintable(opened.error()));
            isRefused = isRefused || !opened;
        }
        QCOMPARE(isRefused, !isSynced);
    }
};

QTEST_APPLESS_MAIN(TestFoundAtStart)
#include "tst_found_at_start.moc"
