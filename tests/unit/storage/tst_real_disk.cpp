// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <bit>

using namespace faultline;
using namespace faultline::storage;
using namespace std::chrono_literals;

class TestRealDisk : public QObject
{
    Q_OBJECT
private slots:
    void fileKeepsWhatIsWritten()
    {
        QTemporaryDir folder;
        RealDisk disk;
        const QString path = folder.path() + "/a";
        auto file = disk.open(path, Disk::Open::CreateNew);
        QVERIFY(file);
        QVERIFY((*file)->append("hello"));
        QVERIFY((*file)->write(1, "ipp"));
        QVERIFY((*file)->append(" world"));
        QVERIFY((*file)->sync(SyncOf::Records));
        QCOMPARE((*file)->size(), 11);
        QCOMPARE(*(*file)->pread(1, 4), QByteArray("ippo"));
        QCOMPARE(*(*file)->pread(9, 100), QByteArray("ld"));
        QCOMPARE(*(*file)->pread(100, 100), QByteArray());
        QVERIFY((*file)->truncate(5));
        QCOMPARE((*file)->size(), 5);
        QVERIFY(!disk.open(path, Disk::Open::CreateNew));
        QVERIFY(disk.rename(path, folder.path() + "/b"));
        QCOMPARE(*disk.list(folder.path()), QStringList{"b"});
        QVERIFY(disk.remove(folder.path() + "/b"));
        QVERIFY(disk.list(folder.path())->isEmpty());
    }

    void errorsNameTheFileAndTheReason()
    {
        QTemporaryDir folder;
        RealDisk disk;
        auto missing = disk.open(folder.path() + "/none", Disk::Open::Existing);
        QVERIFY(!missing);
        QVERIFY(missing.error().contains(folder.path() + "/none"));
        QVERIFY(missing.error().contains("No such file"));
        auto notAFile = disk.open("/dev/null", Disk::Open::Existing);
        QVERIFY(!notAFile);
        QVERIFY(notAFile.error().contains("is not a file"));
        QVERIFY(!disk.list(folder.path() + "/none"));
        QVERIFY(!disk.rename(folder.path() + "/none", folder.path() + "/x"));
        QVERIFY(!disk.remove(folder.path() + "/none"));
    }

    void foldersAreMadeWithThoseAbove()
    {
        QTemporaryDir folder;
        RealDisk disk;
        const QString deep = folder.path() + "/a/b/c";
        QVERIFY(disk.makeFolder(deep));
        QVERIFY(QFileInfo(deep).isDir());
        QVERIFY(disk.makeFolder(deep));
        QVERIFY(disk.open(folder.path() + "/file", Disk::Open::CreateNew));
        auto blocked = disk.makeFolder(folder.path() + "/file/x");
        QVERIFY(!blocked);
        QVERIFY2(blocked.error().contains("/file"), qPrintable(blocked.error()));
    }

    void fullDiskRefusesToGrowAndStillOverwrites()
    {
        QTemporaryDir folder;
        RealDisk disk;
        const QString path = folder.path() + "/a";
        auto file = disk.open(path, Disk::Open::CreateNew);
        QVERIFY((*file)->append("12345"));
        disk.setFault({.full = true});
        const auto refused = (*file)->append("6");
        QVERIFY(!refused);
        QCOMPARE(refused.error(), QStringLiteral("Writing %1 failed: No space left on device.").arg(path));
        QVERIFY(!(*file)->write(4, "xx"));
        QVERIFY((*file)->write(3, "xx"));
        disk.setFault({});
        QVERIFY((*file)->append("6"));
        QCOMPARE(*(*file)->pread(0, 10), QByteArray("123xx6"));
    }

    void slowDiskPausesEachSync()
    {
        QTemporaryDir folder;
        std::vector<std::chrono::microseconds> pauses;
        RealDisk disk([&](std::chrono::microseconds pause) { pauses.push_back(pause); });
        auto file = disk.open(folder.path() + "/a", Disk::Open::CreateNew);
        disk.setFault({.latency = 1h});
        QVERIFY((*file)->append("x"));
        QVERIFY(pauses.empty());
        QVERIFY((*file)->sync(SyncOf::Records));
        QVERIFY((*file)->sync(SyncOf::Records));
        QCOMPARE(pauses, (std::vector<std::chrono::microseconds>{1h, 1h}));
        disk.setFault({});
        QVERIFY((*file)->sync(SyncOf::Records));
        QCOMPARE(pauses.size(), std::size_t(2));
    }

    void flipChangesOneBitOfEachPieceThatWasSynced()
    {
        QTemporaryDir folder;
        RealDisk disk;
        auto file = disk.open(folder.path() + "/a", Disk::Open::CreateNew);
        QVERIFY((*file)->append(QByteArray(100, '\0')));
        QVERIFY((*file)->sync(SyncOf::Records));
        disk.setFault({.flip = fault::Share::ofPercent(100)});
        QVERIFY((*file)->append(QByteArray(50, '\0')));
        QVERIFY((*file)->append(QByteArray(50, '\0')));
        QVERIFY((*file)->write(10, QByteArray(10, '\0')));
        QVERIFY((*file)->sync(SyncOf::Records));
        QVERIFY((*file)->sync(SyncOf::Records));
        const QByteArray bytes = *(*file)->pread(0, 1000);
        const auto bits = [](const QByteArray& part) {
            int count = 0;
            for (const char byte : part)
                count += std::popcount(static_cast<unsigned char>(byte));
            return count;
        };
        QCOMPARE(bytes.size(), 200);
        QCOMPARE(bits(bytes), 2);
        QCOMPARE(bits(bytes.mid(10, 10)), 1);
        QCOMPARE(bits(bytes.mid(100)), 1);
    }
};

QTEST_APPLESS_MAIN(TestRealDisk)
#include "tst_real_disk.moc"
