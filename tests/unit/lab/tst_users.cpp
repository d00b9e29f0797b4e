// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/cluster_folder.h"
#include "gui/lab/cluster/port_block.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::lab;

// What several users of one machine share, and what they do not. Only root can be two of them.
class TestUsers : public QObject
{
    Q_OBJECT

    /// While it lives this process works in the name of another user.
    struct AnotherUser
    {
        static constexpr uid_t kNobody = 65'534;
        AnotherUser() { isAnother = ::geteuid() == 0 && ::seteuid(kNobody) == 0; }
        ~AnotherUser()
        {
            if (isAnother && ::seteuid(0) != 0)
                qFatal("cannot be root again");
        }
        bool isAnother = false;
    };

    std::unique_ptr<QTemporaryDir> m_machine; ///< its /tmp
    mode_t m_umask = 0;

    QString folder() const { return m_machine->filePath(QStringLiteral("faultline-ports")); }
    int mode() const
    {
        struct stat is = {};
        return ::stat(QFile::encodeName(folder()).constData(), &is) == 0 ? int(is.st_mode & 07777) : -1;
    }

private slots:
    void init()
    {
        m_umask = ::umask(077); // a careful user
        m_machine = std::make_unique<QTemporaryDir>();
        QVERIFY(::chmod(QFile::encodeName(m_machine->path()).constData(), 01777) == 0);
        qputenv("TMPDIR", QFile::encodeName(m_machine->path()));
    }
    void cleanup()
    {
        qunsetenv("TMPDIR");
        m_machine.reset();
        ::umask(m_umask);
    }

    void portsAreClaimedInOneFolderForAll_data()
    {
        QTest::addColumn<bool>("wasThere"); ///< as an earlier version made it
        QTest::newRow("not there yet") << false;
        QTest::newRow("there, for one user") << true;
    }
    void portsAreClaimedInOneFolderForAll()
    {
        QFETCH(bool, wasThere);
        if (wasThere)
            QVERIFY(::mkdir(QFile::encodeName(folder()).constData(), 0755) == 0);
        const auto first = PortBlock::claim();
        QVERIFY2(first, qPrintable(first ? QString() : first.error()));
        QCOMPARE(mode(), 01777);
        const AnotherUser another;
        const auto second = PortBlock::claim();
        QVERIFY2(second, qPrintable(second ? QString() : second.error()));
        QVERIFY(first->client() != second->client());
    }

    void aFolderForOneUserIsNamed_data()
    {
        QTest::addColumn<int>("mode");
        QTest::newRow("that can be looked into") << 0755;
        QTest::newRow("that cannot") << 0700;
    }
    void aFolderForOneUserIsNamed()
    {
        QFETCH(int, mode);
        const QByteArray name = QFile::encodeName(folder());
        QVERIFY(::mkdir(name.constData(), 0700) == 0 && ::chmod(name.constData(), mode_t(mode)) == 0);
        const AnotherUser another;
        if (!another.isAnother)
            QSKIP("only root can be two users");
        const auto claimed = PortBlock::claim();
        QVERIFY(!claimed);
        QVERIFY2(claimed.error().startsWith(
                     QStringLiteral("the folder %1, where ports are claimed, cannot be written").arg(folder())),
                 qPrintable(claimed.error()));
    }

    void aLinkInItsPlaceIsNotFollowed()
    {
        const QString elsewhere = m_machine->filePath(QStringLiteral("elsewhere"));
        QVERIFY(::mkdir(QFile::encodeName(elsewhere).constData(), 0700) == 0);
        QVERIFY(QFile::link(elsewhere, folder()));
        QVERIFY(!PortBlock::claim());
        QCOMPARE(mode(), 0700);
    }

    void everybodyHasDataOfTheirOwn()
    {
        const QString mine = ClusterFolder::defaultRoot();
        const auto first = ClusterFolder::create(mine);
        QVERIFY2(first, qPrintable(first ? QString() : first.error()));
        const AnotherUser another;
        if (!another.isAnother)
            QSKIP("only root can be two users");
        const auto second = ClusterFolder::create(ClusterFolder::defaultRoot());
        QVERIFY2(second, qPrintable(second ? QString() : second.error()));
        const auto third = ClusterFolder::create(mine);
        QVERIFY(!third);
        QVERIFY2(third.error().contains(mine + QStringLiteral(" for the clusters' data;")), qPrintable(third.error()));
    }
};

QTEST_GUILESS_MAIN(TestUsers)
#include "tst_users.moc"
