// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/command_blocks.h"

#include <QTest>

#include <optional>
#include <vector>

using faultline::node::CommandBlocks;

namespace {

bool isBehind(const QByteArray& before, const QByteArray& after)
{
    return before.constData() + before.size() == after.constData();
}

} // namespace

class TestCommandBlocks : public QObject
{
    Q_OBJECT

private slots:
    void commandsLieOneBehindTheOther()
    {
        CommandBlocks blocks;
        const QByteArray first = blocks.add("one");
        const QByteArray second = blocks.add("two and more");
        const QByteArray third = blocks.add("three");
        QCOMPARE(first, QByteArray("one"));
        QCOMPARE(second, QByteArray("two and more"));
        QCOMPARE(third, QByteArray("three"));
        QVERIFY(isBehind(first, second));
        QVERIFY(isBehind(second, third));
    }

    void anEmptyOneStaysEmpty() { QVERIFY(CommandBlocks().add({}).isEmpty()); }

    void aLargeOneIsItsOwnBlock()
    {
        CommandBlocks blocks;
        const QByteArray before = blocks.add("before");
        QByteArray large(CommandBlocks::kLargest + 1, 'l');
        const char* const bytes = large.constData();
        QCOMPARE(static_cast<const void*>(blocks.add(std::move(large)).constData()), static_cast<const void*>(bytes));
        QVERIFY(isBehind(before, blocks.add("after")));
    }

    void allKeepTheirBytesWhenBlocksFollow_data()
    {
        QTest::addColumn<qsizetype>("size");
        QTest::newRow("a byte") << qsizetype(1);
        QTest::newRow("usual") << qsizetype(300);
        QTest::newRow("the largest that shares a block") << qsizetype(CommandBlocks::kLargest);
    }
    void allKeepTheirBytesWhenBlocksFollow()
    {
        QFETCH(qsizetype, size);
        const auto textOf = [&](qsizetype i) { return QByteArray(size, static_cast<char>('a' + i % 26)); };
        const qsizetype fitIn = CommandBlocks::kBlock / size;
        std::vector<QByteArray> all;
        {
            CommandBlocks blocks;
            for (qsizetype i = 0; i < 2 * fitIn + 2; ++i)
                all.push_back(blocks.add(textOf(i)));
        }
        int blocks = 1;
        for (qsizetype i = 0; i < static_cast<qsizetype>(all.size()); ++i) {
            QCOMPARE(all[static_cast<std::size_t>(i)], textOf(i));
            blocks += i > 0 && !isBehind(all[static_cast<std::size_t>(i) - 1], all[static_cast<std::size_t>(i)]);
        }
        QVERIFY2(blocks <= 3, "a block ends only when the next command does not fit into it");
    }

    void whoWritesToOneLeavesTheOthersAsTheyWere_data()
    {
        QTest::addColumn<bool>("blockIsStillFilled");
        QTest::newRow("while the block is being filled") << true;
        QTest::newRow("when it is not any more") << false;
    }
    void whoWritesToOneLeavesTheOthersAsTheyWere()
    {
        QFETCH(bool, blockIsStillFilled);
        std::optional<CommandBlocks> blocks(std::in_place);
        QByteArray first = blocks->add("first");
        const QByteArray second = blocks->add("second");
        if (!blockIsStillFilled)
            blocks.reset();
        first.append("!!!");
        first[0] = 'F';
        QCOMPARE(first, QByteArray("First!!!"));
        QCOMPARE(second, QByteArray("second"));
    }

    /// Nobody else sees what lies behind it: it may be written over, but not what a block that is filled will say.
    void theLastOneOfABlockMayGrow()
    {
        CommandBlocks blocks;
        QByteArray only = blocks.add("only");
        only.append(" me");
        const QByteArray next = blocks.add("next");
        only.append(" and me");
        QCOMPARE(only, QByteArray("only me and me"));
        QCOMPARE(next, QByteArray("next"));
    }
};

QTEST_APPLESS_MAIN(TestCommandBlocks)
#include "tst_command_blocks.moc"
