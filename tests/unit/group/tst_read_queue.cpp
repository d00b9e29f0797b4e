// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "node/group/read_queue.h"

using namespace faultline;
using namespace faultline::node;

namespace {

std::vector<quint64> idsOf(const std::vector<ReadQueue::Read>& reads)
{
    std::vector<quint64> ids;
    for (const ReadQueue::Read& read : reads)
        ids.push_back(read.requestId);
    return ids;
}

std::vector<quint64> idsOfDue(ReadQueue& queue, raft::LogIndex applied)
{
    std::vector<quint64> ids;
    while (const auto read = queue.takeDue(applied))
        ids.push_back(read->requestId);
    return ids;
}

} // namespace

class TestReadQueue : public QObject
{
    Q_OBJECT

private slots:
    void whatIsGatheredTogetherIsAnsweredTogether()
    {
        ReadQueue queue;
        queue.add({1, "a"});
        queue.add({2, "b"});
        QVERIFY(queue.isRoundDue());
        const quint64 first = queue.beginRound();
        QVERIFY(!queue.isRoundDue());
        queue.add({3, "c"});
        const quint64 second = queue.beginRound();
        QVERIFY(second != first);
        QCOMPARE(queue.size(), std::size_t(3));
        queue.confirmed(first, {5});
        QVERIFY(idsOfDue(queue, {4}).empty());
        QCOMPARE(idsOfDue(queue, {5}), (std::vector<quint64>{1, 2}));
        QVERIFY(idsOfDue(queue, {9}).empty()); // the second is not confirmed
        queue.confirmed(second, {6});
        QCOMPARE(idsOfDue(queue, {9}), std::vector<quint64>{3});
        QCOMPARE(queue.size(), std::size_t(0));
    }

    void whatComesDuringARoundWaitsUnlessItIsAsMuch()
    {
        ReadQueue queue;
        QVERIFY(!queue.isRoundDue());
        queue.add({1, {}});
        queue.add({2, {}});
        const quint64 first = queue.beginRound();
        queue.add({3, {}});
        QVERIFY(!queue.isRoundDue());
        queue.add({4, {}});
        QVERIFY(queue.isRoundDue());
        const quint64 second = queue.beginRound();
        queue.add({5, {}});
        queue.confirmed(first, {1});
        QVERIFY(!queue.isRoundDue());
        queue.refused(second);
        QVERIFY(queue.isRoundDue());
    }

    void severalRoundsComeDueAtOnceInTheirOrder()
    {
        ReadQueue queue;
        std::vector<quint64> rounds;
        for (quint64 id = 1; id <= 4; ++id) {
            queue.add({id, {}});
            rounds.push_back(queue.beginRound());
        }
        for (const quint64 round : rounds)
            queue.confirmed(round, {round});
        QCOMPARE(idsOfDue(queue, {rounds[2]}), (std::vector<quint64>{1, 2, 3}));
        QCOMPARE(queue.size(), std::size_t(1));
    }

    void refusedReadsAreHandedBack()
    {
        ReadQueue queue;
        queue.add({1, {}});
        queue.add({2, {}});
        const quint64 round = queue.beginRound();
        QCOMPARE(idsOf(queue.refused(round)), (std::vector<quint64>{1, 2}));
        QVERIFY(queue.refused(round).empty());
        queue.confirmed(round, {1});
        QVERIFY(idsOfDue(queue, {1}).empty());
        QCOMPARE(queue.size(), std::size_t(0));
    }
};

QTEST_APPLESS_MAIN(TestReadQueue)
#include "tst_read_queue.moc"
