// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace faultline;
using namespace faultline::storage;

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
        QVERIFY((*file)->sync());
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
};

QTEST_APPLESS_MAIN(TestRealDisk)
#include "tst_real_disk.moc"
