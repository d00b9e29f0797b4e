// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <QDir>
#include <QProcess>

#include <csignal>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

/// However the desktop ends, no process of a cluster outlives it.
class TestLabDies : public QObject
{
    Q_OBJECT

    static QStringList foldersIn(const QString& path)
    {
        return QDir(path).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    }

private slots:
    void noNodeOutlivesIt_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGKILL") << SIGKILL;
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGSEGV") << SIGSEGV;
    }
    void noNodeOutlivesIt()
    {
        QFETCH(int, signal);
        QTemporaryDir folder;
        QProcess lab;
        lab.start(QCoreApplication::applicationDirPath() + QStringLiteral("/lab_to_kill"),
                  {nodeProgram(), folder.path()});
        QTRY_VERIFY_WITH_TIMEOUT(lab.canReadLine(), kPatienceMs);
        const QList<QByteArray> words = lab.readLine().trimmed().split(' ');
        QCOMPARE(words.size(), 5);
        for (const QByteArray& pid : words)
            QVERIFY(isProcess(pid.toLongLong()));
        ::kill(static_cast<pid_t>(lab.processId()), signal);
        QTRY_COMPARE_WITH_TIMEOUT(lab.state(), QProcess::NotRunning, kPatienceMs);
        for (const QByteArray& pid : words)
            QTRY_VERIFY_WITH_TIMEOUT(!isProcess(pid.toLongLong()), kPatienceMs);

        // What it left on disk is swept by the next one.
        QCOMPARE(foldersIn(folder.path()).size(), 1);
        const QString left = foldersIn(folder.path()).first();
        LiveCluster next(3);
        next.options.dataRoot = folder.path();
        QVERIFY(next.start());
        QTRY_VERIFY_WITH_TIMEOUT(!foldersIn(folder.path()).contains(left), kPatienceMs);
        QCOMPARE(foldersIn(folder.path()).size(), 1);
    }

    void aLivingLabIsNotSwept()
    {
        LiveCluster one(3);
        QVERIFY(one.start());
        const auto pids = one.pids();
        LiveCluster two(3);
        two.options.dataRoot = one.options.dataRoot;
        QVERIFY(two.start());
        QCOMPARE(one.pids(), pids);
        QVERIFY(one.serves());
    }
};

QTEST_GUILESS_MAIN(TestLabDies)
#include "tst_lab_dies.moc"
