// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/client/command_history.h"

#include <QTest>

using faultline::views::CommandHistory;

class CommandHistoryTest : public QObject
{
    Q_OBJECT

private slots:
    void upAndDownWalkTheLines();
    void whatWasBeingTypedComesBack();
    void emptyHistoryChangesNothing();
    void sameLineTwiceIsKeptOnce();
    void oldLinesAreForgotten();
};

void CommandHistoryTest::upAndDownWalkTheLines()
{
    CommandHistory history;
    for (const char* line : {"SET x 1", "GET x", "DEL x"})
        history.add(QString::fromLatin1(line));
    QCOMPARE(history.older({}), QStringLiteral("DEL x"));
    QCOMPARE(history.older({}), QStringLiteral("GET x"));
    QCOMPARE(history.older({}), QStringLiteral("SET x 1"));
    QCOMPARE(history.older({}), QStringLiteral("SET x 1"));
    QCOMPARE(history.newer({}), QStringLiteral("GET x"));
}

void CommandHistoryTest::whatWasBeingTypedComesBack()
{
    CommandHistory history;
    history.add(QStringLiteral("GET x"));
    QCOMPARE(history.older(QStringLiteral("SET y")), QStringLiteral("GET x"));
    QCOMPARE(history.newer(QStringLiteral("GET x")), QStringLiteral("SET y"));
    QCOMPARE(history.newer(QStringLiteral("SET y")), QStringLiteral("SET y"));
}

void CommandHistoryTest::emptyHistoryChangesNothing()
{
    CommandHistory history;
    QCOMPARE(history.older(QStringLiteral("abc")), QStringLiteral("abc"));
    QCOMPARE(history.newer(QStringLiteral("abc")), QStringLiteral("abc"));
}

void CommandHistoryTest::sameLineTwiceIsKeptOnce()
{
    CommandHistory history;
    history.add(QStringLiteral("A"));
    history.add(QStringLiteral("B"));
    history.add(QStringLiteral("B"));
    history.older({});
    QCOMPARE(history.older({}), QStringLiteral("A"));
}

void CommandHistoryTest::oldLinesAreForgotten()
{
    CommandHistory history;
    for (int i = 0; i < 2 * CommandHistory::kKept; ++i)
        history.add(QString::number(i));
    QString line;
    for (int i = 0; i < 3 * CommandHistory::kKept; ++i)
        line = history.older(line);
    QCOMPARE(line, QString::number(CommandHistory::kKept));
}

QTEST_GUILESS_MAIN(CommandHistoryTest)
#include "tst_command_history.moc"
