// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/power_cut.h"
#include "node/storage/real_disk.h"
#include "node/storage/synced_marks.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::storage;

namespace {

using Deed = std::function<bool(RealDisk& disk, const QString& folder)>;

/// Does it in a process of its own that ends by SIGKILL with everything still open. False when the deed failed.
bool doAndBeKilled(const QString& folder, const Deed& deed)
{
    const pid_t child = ::fork();
    if (child == 0) {
        RealDisk disk;
        const auto lock = disk.lockFolder(folder);
        const auto killed = [] { ::kill(::getpid(), SIGKILL); };
        if (lock && deed(disk, folder))
            killed();
        ::_exit(1);
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/// Leaks the file, so that it is open when the process is killed.
File* opened(RealDisk& disk, const QString& path, Disk::Open mode = Disk::Open::CreateNew)
{
    auto file = disk.open(path, mode);
    return file ? (*file).release() : nullptr;
}

/// The same of a new file whose name is durable.
File* created(RealDisk& disk, const QString& path)
{
    File* file = opened(disk, path + ".new");
    return file && disk.rename(path + ".new", path) ? file : nullptr;
}

/// The files of a folder that are a test's own.
QStringList namesIn(const QString& folder)
{
    QStringList names = *RealDisk().list(folder);
    names.removeAll("lock");
    names.removeAll("synced-marks");
    return names;
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
}

const QByteArray kDurable(700, 'd');
const QByteArray kFresh(3'000, 'n');

} // namespace

Q_DECLARE_METATYPE(Deed)
Q_DECLARE_METATYPE(std::set<QStringList>)

class TestPowerCut : public QObject
{
    Q_OBJECT

    /// What the file `a` held after the deed, a SIGKILL, and the power cut of each seed.
    static std::vector<QByteArray> outcomes(const Deed& deed, int seeds = 40)
    {
        std::vector<QByteArray> all;
        for (int seed = 0; seed < seeds; ++seed) {
            QTemporaryDir folder;
            if (!doAndBeKilled(folder.path(), deed))
                return {};
            fault::Random random(static_cast<quint64>(seed));
            if (!tearUnsynced(folder.path(), random))
                return {};
            all.push_back(contentOf(folder.path() + "/a"));
        }
        return all;
    }

private slots:
    void killedProcessAloneLosesNothing()
    {
        QTemporaryDir folder;
        QVERIFY(doAndBeKilled(folder.path(), [](RealDisk& disk, const QString& path) {
            return bool(created(disk, path + "/a")->append(kFresh));
        }));
        QCOMPARE(contentOf(folder.path() + "/a"), kFresh);
    }

    void whatWasNotSyncedIsLostOrTornAndWhatWasIsThere()
    {
        int lost = 0, shortened = 0, garbled = 0;
        const auto all = outcomes([](RealDisk& disk, const QString& path) {
            File* file = created(disk, path + "/a");
            return bool(file->append(kDurable)) && bool(file->sync(SyncOf::Records)) && bool(file->append(kFresh));
        });
        QCOMPARE(all.size(), std::size_t(40));
        for (const QByteArray& after : all) {
            QVERIFY(after.startsWith(kDurable));
            if (after == kDurable)
                ++lost;
            else if ((kDurable + kFresh).startsWith(after))
                ++shortened;
            else
                ++garbled;
        }
        QVERIFY2(lost > 10 && shortened > 2 && garbled > 2,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(lost).arg(shortened).arg(garbled)));
    }

    void whatWasSyncedBeforeTheKillIsThereAfterRestarts()
    {
        QTemporaryDir folder;
        const QString path = folder.path() + "/a";
        QVERIFY(doAndBeKilled(folder.path(), [&](RealDisk& disk, const QString&) {
            File* file = created(disk, path);
            return file->append(kDurable) && file->sync(SyncOf::Records) && file->append("x") &&
                   file->sync(SyncOf::Records);
        }));
        fault::Random random(1);
        QCOMPARE(tearUnsynced(folder.path(), random)->bytes, 0);
        QCOMPARE(contentOf(path), kDurable + "x");
        // A mark is kept over a restart without a power cut.
        QVERIFY(doAndBeKilled(folder.path(), [&](RealDisk& disk, const QString&) {
            return bool(opened(disk, path, Disk::Open::Existing)->append("unsynced"));
        }));
        QVERIFY(doAndBeKilled(folder.path(), [&](RealDisk& disk, const QString&) {
            return opened(disk, path, Disk::Open::Existing) != nullptr;
        }));
        QCOMPARE(contentOf(path), kDurable + "xunsynced");
        fault::Random other(0);
        const auto torn = tearUnsynced(folder.path(), other);
        QVERIFY(torn && torn->files == 1 && torn->bytes > 0);
        QVERIFY(contentOf(path).startsWith(kDurable + "x"));
        QVERIFY(contentOf(path) != kDurable + "xunsynced");
        // What is left is durable.
        const QByteArray left = contentOf(path);
        for (quint64 seed = 0; seed < 10; ++seed) {
            fault::Random again(seed);
            QCOMPARE(tearUnsynced(folder.path(), again)->bytes, 0);
        }
        QCOMPARE(contentOf(path), left);
    }

    void onlyTheOverwrittenPartOfADurableFileIsAtRisk()
    {
        const auto all = outcomes([](RealDisk& disk, const QString& path) {
            File* file = created(disk, path + "/a");
            return file->append(QByteArray(4'000, '\0')) && file->sync(SyncOf::Records) &&
                   file->write(1'000, kFresh.first(2'000));
        });
        bool lost = false, partly = false;
        QCOMPARE(all.size(), std::size_t(40));
        for (const QByteArray& after : all) {
            QCOMPARE(after.size(), 4'000);
            QCOMPARE(after.first(1'000), QByteArray(1'000, '\0'));
            QCOMPARE(after.sliced(3'000), QByteArray(1'000, '\0'));
            lost = lost || after == QByteArray(4'000, '\0');
            partly = partly || (after.contains('n') && after.count('n') < 2'000);
        }
        QVERIFY(lost && partly);
    }

    void whatIsWrittenOverZerosIsLostLikeWhatIsAppended()
    {
        int lost = 0, shortened = 0, garbled = 0;
        const QByteArray zeros(kFresh.size(), '\0');
        const auto all = outcomes([](RealDisk& disk, const QString& path) {
            File* file = created(disk, path + "/a");
            return bool(file->append(kDurable)) && bool(file->fillTo(kDurable.size() + kFresh.size())) &&
                   bool(file->write(kDurable.size(), kFresh));
        });
        QCOMPARE(all.size(), std::size_t(40));
        for (const QByteArray& after : all) {
            QVERIFY(after.startsWith(kDurable));
            const QByteArray rest = after.sliced(kDurable.size());
            QCOMPARE(rest.size(), kFresh.size());
            qsizetype same = 0;
            while (same < rest.size() && rest[same] == kFresh[same])
                ++same;
            if (rest == zeros)
                ++lost;
            else if (rest.sliced(same) == zeros.sliced(same))
                ++shortened;
            else
                ++garbled;
        }
        QVERIFY2(lost > 10 && shortened > 2 && garbled > 2,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(lost).arg(shortened).arg(garbled)));
    }

    void lyingDiskLosesWhatItPromised()
    {
        const auto all = outcomes([](RealDisk& disk, const QString& path) {
            File* file = created(disk, path + "/a");
            if (!file->append(kDurable) || !file->sync(SyncOf::Records))
                return false;
            disk.setFault({.lies = true});
            return file->append(kFresh) && file->sync(SyncOf::Records);
        });
        QCOMPARE(all.size(), std::size_t(40));
        QVERIFY(std::ranges::all_of(all, [](const QByteArray& after) { return after.startsWith(kDurable); }));
        QVERIFY(std::ranges::any_of(all, [](const QByteArray& after) { return after == kDurable; }));
        // ... and the next honest sync makes it good.
        const auto good = outcomes([](RealDisk& disk, const QString& path) {
            File* file = created(disk, path + "/a");
            disk.setFault({.lies = true});
            if (!file->append(kFresh) || !file->sync(SyncOf::Records))
                return false;
            disk.setFault({});
            return bool(file->sync(SyncOf::Records));
        });
        QCOMPARE(good.size(), std::size_t(40));
        QVERIFY(std::ranges::all_of(good, [](const QByteArray& after) { return after == kFresh; }));
    }

    void namesOfALyingDiskMayGoBack()
    {
        std::set<QStringList> seen;
        for (quint64 seed = 0; seed < 60; ++seed) {
            QTemporaryDir folder;
            QVERIFY(doAndBeKilled(folder.path(), [](RealDisk& disk, const QString& path) {
                File* file = created(disk, path + "/a");
                if (!file->append(kDurable) || !file->sync(SyncOf::Records))
                    return false;
                disk.setFault({.lies = true});
                return disk.rename(path + "/a", path + "/b") && disk.rename(path + "/b", path + "/c") &&
                       opened(disk, path + "/new");
            }));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder.path(), random));
            const QStringList names = namesIn(folder.path());
            seen.insert(names);
            QCOMPARE(contentOf(folder.path() + '/' + names.first()), kDurable);
        }
        QCOMPARE(seen, (std::set<QStringList>{{"a"}, {"a", "new"}, {"c"}, {"c", "new"}}));
    }

    void namesOfAnHonestDiskStay()
    {
        for (quint64 seed = 0; seed < 20; ++seed) {
            QTemporaryDir folder;
            QVERIFY(doAndBeKilled(folder.path(), [](RealDisk& disk, const QString& path) {
                return created(disk, path + "/a") && created(disk, path + "/gone") &&
                       disk.rename(path + "/a", path + "/b") && disk.remove(path + "/gone");
            }));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder.path(), random));
            QCOMPARE(namesIn(folder.path()), QStringList{"b"});
            QVERIFY(QDir(folder.path()).entryList({"undo-*"}).isEmpty());
        }
    }

    void eachChangeOfANameThatWasNotSyncedMayBeUndone_data()
    {
        using Names = std::set<QStringList>;
        QTest::addColumn<Deed>("deed");
        QTest::addColumn<SyncOf>("leftOut");
        QTest::addColumn<Names>("seen");
        QTest::newRow("a new file") << Deed([](RealDisk& disk, const QString& path) {
            return opened(disk, path + "/c") != nullptr;
        }) << SyncOf::RenamedName << Names{{"a", "b"}, {"a", "b", "c"}};
        QTest::newRow("a rename") << Deed([](RealDisk& disk, const QString& path) {
            return bool(disk.rename(path + "/a", path + "/c"));
        }) << SyncOf::RenamedName << Names{{"a", "b"}, {"b", "c"}};
        QTest::newRow("a rename over another")
            << Deed([](RealDisk& disk, const QString& path) { return bool(disk.rename(path + "/a", path + "/b")); })
            << SyncOf::RenamedName << Names{{"a", "b"}, {"b"}};
        QTest::newRow("two removals") << Deed([](RealDisk& disk, const QString& path) {
            return disk.remove(path + "/a") && disk.remove(path + "/b");
        }) << SyncOf::RemovedName << Names{{}, {"a"}, {"b"}, {"a", "b"}};
        QTest::newRow("a removal, and a rename that was synced") << Deed([](RealDisk& disk, const QString& path) {
            return disk.remove(path + "/a") && disk.rename(path + "/b", path + "/c");
        }) << SyncOf::RemovedName << Names{{"c"}};
    }
    void eachChangeOfANameThatWasNotSyncedMayBeUndone()
    {
        QFETCH(const Deed, deed);
        QFETCH(const SyncOf, leftOut);
        QFETCH(const std::set<QStringList>, seen);
        std::set<QStringList> found;
        for (quint64 seed = 0; seed < 30; ++seed) {
            QTemporaryDir folder;
            QVERIFY(doAndBeKilled(folder.path(), [&](RealDisk& disk, const QString& path) {
                File* a = created(disk, path + "/a");
                File* b = created(disk, path + "/b");
                if (!a || !b || !a->append("a") || !a->sync(SyncOf::Records) || !b->append("b") ||
                    !b->sync(SyncOf::Records))
                    return false;
                disk.setTrial({.leftOut = leftOut});
                return deed(disk, path);
            }));
            // A process that is killed keeps all of it, and so does one that begins after it.
            QVERIFY(doAndBeKilled(folder.path(), [](RealDisk&, const QString&) { return true; }));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder.path(), random));
            found.insert(namesIn(folder.path()));
            for (const QString& name : namesIn(folder.path())) {
                const QByteArray content = contentOf(folder.path() + '/' + name);
                if (name == "a")
                    QCOMPARE(content, QByteArray("a"));
                else if (name == "b")
                    QVERIFY(content == "b" || (content == "a" && !seen.contains({"a", "b", "c"})));
            }
            QVERIFY(QDir(folder.path()).entryList({"undo-*"}).isEmpty());
            // What is left is durable.
            const QStringList left = namesIn(folder.path());
            fault::Random again(seed + 1);
            QVERIFY(tearUnsynced(folder.path(), again));
            QCOMPARE(namesIn(folder.path()), left);
        }
        QCOMPARE(found, seen);
    }

    void whatIsWrittenToARemovedFileSaysNothingOfTheNextOne()
    {
        const auto all = outcomes([](RealDisk& disk, const QString& path) {
            File* removed = created(disk, path + "/removed");
            if (!removed || !disk.remove(path + "/removed"))
                return false;
            File* file = created(disk, path + "/a");
            return file && file->append(kDurable) && file->sync(SyncOf::Records) && file->append(kFresh) &&
                   removed->append(kDurable + kFresh) && removed->sync(SyncOf::Records);
        });
        QCOMPARE(all.size(), std::size_t(40));
        QVERIFY(std::ranges::all_of(all, [](const QByteArray& after) { return after.startsWith(kDurable); }));
        QVERIFY(std::ranges::any_of(all, [](const QByteArray& after) { return after == kDurable; }));
    }

    void marksOfWhatACutTookAreFree_data()
    {
        QTest::addColumn<SyncOf>("leftOut");
        QTest::newRow("a file") << SyncOf::RenamedName;
        QTest::newRow("the folder") << SyncOf::FolderName;
    }
    void marksOfWhatACutTookAreFree()
    {
        QFETCH(const SyncOf, leftOut);
        int gone = 0;
        for (quint64 seed = 0; seed < 20; ++seed) {
            QTemporaryDir above;
            const QString folder = above.path() + "/n1";
            const pid_t child = ::fork();
            if (child == 0) {
                RealDisk disk;
                disk.setTrial({.leftOut = leftOut});
                const auto made = disk.makeFolder(folder);
                const auto lock = disk.lockFolder(folder);
                if (made && lock && created(disk, folder + "/a"))
                    ::kill(::getpid(), SIGKILL);
                ::_exit(1);
            }
            int status = 0;
            QVERIFY(::waitpid(child, &status, 0) == child && WIFSIGNALED(status));
            struct stat info
            {
            };
            QCOMPARE(::stat(QFile::encodeName(folder + "/a").constData(), &info), 0);
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder, random));
            const auto marks = SyncedMarks::open(folder);
            const bool isGone = namesIn(folder).isEmpty();
            QCOMPARE((*marks)->find(info.st_ino) == nullptr, isGone);
            gone += isGone;
        }
        QVERIFY(gone > 0 && gone < 20);
    }

    void folderThatWasNotSyncedMayVanishWithAllInIt()
    {
        int gone = 0;
        for (quint64 seed = 0; seed < 40; ++seed) {
            QTemporaryDir above;
            const QString folder = above.path() + "/n1";
            const pid_t child = ::fork();
            if (child == 0) {
                RealDisk disk;
                disk.setTrial({.leftOut = SyncOf::FolderName});
                const auto made = disk.makeFolder(folder);
                const auto lock = disk.lockFolder(folder);
                File* file = created(disk, folder + "/a");
                if (made && lock && file->append(kDurable) && file->sync(SyncOf::Records))
                    ::kill(::getpid(), SIGKILL);
                ::_exit(1);
            }
            int status = 0;
            QVERIFY(::waitpid(child, &status, 0) == child && WIFSIGNALED(status));
            fault::Random random(seed);
            QVERIFY(tearUnsynced(folder, random));
            gone += contentOf(folder + "/a") == "none";
            fault::Random again(seed);
            const bool was = QFile::exists(folder + "/a");
            QVERIFY(tearUnsynced(folder, again));
            QCOMPARE(QFile::exists(folder + "/a"), was);
        }
        QVERIFY2(gone > 20 && gone < 40, qPrintable(QString::number(gone)));
    }

    void folderThatWasMadeByAKilledProcessIsMadeDurable_data()
    {
        QTest::addColumn<bool>("isSynced");
        QTest::newRow("synced") << true;
        QTest::newRow("left out") << false;
    }
    void folderThatWasMadeByAKilledProcessIsMadeDurable()
    {
        QFETCH(const bool, isSynced);
        QTemporaryDir above;
        const QString folder = above.path() + "/n1";
        QVERIFY(QDir().mkdir(folder));
        RealDisk disk;
        disk.setTrial({.leftOut = isSynced ? std::nullopt : std::optional(SyncOf::FolderName)});
        QVERIFY(disk.makeFolder(folder));
        {
            const auto lock = disk.lockFolder(folder);
            QVERIFY(lock);
            QCOMPARE((*SyncedMarks::open(folder))->isFolderNew(), !isSynced);
        }
        // Whoever comes next makes it good.
        RealDisk other;
        QVERIFY(other.makeFolder(folder));
        const auto lock = other.lockFolder(folder);
        QVERIFY(lock && !(*SyncedMarks::open(folder))->isFolderNew());
    }

    void folderInUseIsRefused()
    {
        QTemporaryDir folder;
        RealDisk disk;
        const auto lock = disk.lockFolder(folder.path());
        fault::Random random(1);
        const auto torn = tearUnsynced(folder.path(), random);
        QVERIFY(!torn);
        QVERIFY2(torn.error().contains("already used by process"), qPrintable(torn.error()));
    }

    void folderWithoutMarksLosesNothing()
    {
        QTemporaryDir folder;
        fault::Random random(1);
        QCOMPARE(tearUnsynced(folder.path() + "/none", random)->files, 0);
        QFile file(folder.path() + "/a");
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("hello") == 5);
        file.close();
        QCOMPARE(tearUnsynced(folder.path(), random)->files, 0);
        // Marks that nobody understands are begun anew.
        QFile marks(folder.path() + "/synced-marks");
        QVERIFY(marks.open(QIODevice::WriteOnly) && marks.write(QByteArray(5'000, 'x')) == 5'000);
        marks.close();
        QCOMPARE(tearUnsynced(folder.path(), random)->files, 0);
        QCOMPARE(contentOf(folder.path() + "/a"), QByteArray("hello"));
    }
};

QTEST_APPLESS_MAIN(TestPowerCut)
#include "tst_power_cut.moc"
