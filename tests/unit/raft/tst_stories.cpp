// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "story_cluster.h"

#include <QDir>
#include <QFile>

using namespace faultline::raft;

// The rules of the paper as stories, one a file in stories/: what is told to a group, and what it then printed. To
// write them anew after a change that is meant, run with FAULTLINE_REWRITE_STORIES=1 and read what git says differs.
//
//   # what a reader should know
//   $ command
//     what it printed

namespace {

QString retold(const QString& story)
{
    StoryCluster cluster;
    QStringList lines;
    for (const QString& line : story.split(u'\n')) {
        if (line.startsWith(QStringLiteral("  ")))
            continue; // what was printed the last time
        lines += line;
        if (line.startsWith(QStringLiteral("$ "))) {
            for (const QString& printed : cluster.run(line.mid(2)))
                lines += QStringLiteral("  ") + printed;
        }
    }
    return lines.join(u'\n');
}

} // namespace

class TestStories : public QObject
{
    Q_OBJECT

private slots:
    void happensAsTold_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(QT_TESTCASE_SOURCEDIR "/stories"));
        const QStringList names = folder.entryList({QStringLiteral("*.txt")}, QDir::Files, QDir::Name);
        QVERIFY(names.size() >= 15);
        for (const QString& name : names)
            QTest::newRow(qPrintable(name.chopped(4))) << folder.filePath(name);
    }
    void happensAsTold()
    {
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString story = QString::fromUtf8(file.readAll());
        file.close();
        const QString now = retold(story);
        QVERIFY2(!now.contains(QStringLiteral("\n  ?")), qPrintable(now));
        if (qEnvironmentVariableIsSet("FAULTLINE_REWRITE_STORIES")) {
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(now.toUtf8());
            return;
        }
        const QStringList was = story.split(u'\n');
        const QStringList is = now.split(u'\n');
        for (qsizetype i = 0; i < std::max(was.size(), is.size()); ++i) {
            QVERIFY2(
                was.value(i) == is.value(i),
                qPrintable(QStringLiteral("line %1\n  was: %2\n  now: %3").arg(i + 1).arg(was.value(i), is.value(i))));
        }
    }
};

QTEST_APPLESS_MAIN(TestStories)
#include "tst_stories.moc"
