// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "node/raft/log.h"
#include "node/raft/progress.h"
#include "node/raft/quorum.h"
#include "node/raft/raft.h"

using namespace faultline::raft;

namespace {

/// A log with one entry of each given term.
Log logOf(const QList<int>& terms)
{
    std::vector<Entry> entries;
    for (const int term : terms)
        entries.push_back({{std::uint64_t(term)}, {entries.size() + 1}, EntryKind::Command, "x"});
    return Log(entries);
}

LogIndex at(int index)
{
    return {std::uint64_t(index)};
}

} // namespace

class TestRaftParts : public QObject
{
    Q_OBJECT

private slots:
    void majorityHasIt_data()
    {
        QTest::addColumn<QList<int>>("matches");
        QTest::addColumn<int>("majority");
        QTest::newRow("nobody") << QList<int>{} << 0;
        QTest::newRow("one") << QList<int>{7} << 7;
        QTest::newRow("two need both") << QList<int>{7, 3} << 3;
        QTest::newRow("three") << QList<int>{9, 1, 4} << 4;
        QTest::newRow("four need three") << QList<int>{9, 8, 2, 1} << 2;
        QTest::newRow("five") << QList<int>{5, 0, 3, 3, 9} << 3;
        QTest::newRow("nine") << QList<int>{1, 2, 3, 4, 5, 6, 7, 8, 9} << 5;
    }
    void majorityHasIt()
    {
        QFETCH(QList<int>, matches);
        QFETCH(int, majority);
        Standing standing;
        for (const int match : matches)
            standing.add(std::uint64_t(match));
        QCOMPARE(int(standing.reachedBy(majorityOf(std::size_t(matches.size())))), majority);
    }

    void ballotCountsEachVoterOnce()
    {
        Ballot ballot({{{1}, {2}, {3}, {4}, {5}}, {}, {}, {}, {}, {}}, {});
        ballot.count({1});
        ballot.count({2});
        ballot.count({2});
        QVERIFY(!ballot.isWon());
        ballot.count({4});
        QVERIFY(ballot.isWon());
    }

    void upToDate_data()
    {
        QTest::addColumn<int>("term");
        QTest::addColumn<int>("index");
        QTest::addColumn<bool>("isUpToDate");
        // Ours ends at (3, 4).
        QTest::newRow("same") << 3 << 4 << true;
        QTest::newRow("longer") << 3 << 5 << true;
        QTest::newRow("shorter") << 3 << 3 << false;
        QTest::newRow("newer term, shorter") << 4 << 1 << true;
        QTest::newRow("older term, longer") << 2 << 99 << false;
        QTest::newRow("empty") << 0 << 0 << false;
    }
    void upToDate()
    {
        QFETCH(int, term);
        QFETCH(int, index);
        QFETCH(bool, isUpToDate);
        QCOMPARE(logOf({1, 1, 2, 3}).isUpToDate({std::uint64_t(term)}, at(index)), isUpToDate);
        QVERIFY(logOf({}).isUpToDate({std::uint64_t(term)}, at(index)));
    }

    void termsAreFoundInTheLog()
    {
        const Log log = logOf({1, 1, 2, 2, 2, 4});
        QCOMPARE(log.firstOfTermAt(at(5)).value, quint64(3));
        QCOMPARE(log.firstOfTermAt(at(6)).value, quint64(6));
        QCOMPARE(log.firstOfTermAt(at(1)).value, quint64(1));
        QCOMPARE(log.lastWithTermAtMost({2}, at(6)).value, quint64(5));
        QCOMPARE(log.lastWithTermAtMost({3}, at(6)).value, quint64(5));
        QCOMPARE(log.lastWithTermAtMost({2}, at(4)).value, quint64(4));
        QCOMPARE(log.lastWithTermAtMost({0}, at(6)).value, quint64(0));
        QCOMPARE(log.termAt(at(0)).value, quint64(0));
    }

    void slicesAreBounded()
    {
        Log log;
        for (std::uint64_t i = 1; i <= 10; ++i)
            log.append({{1}, {i}, EntryKind::Command, QByteArray(100, 'x')});
        QCOMPARE(log.slice(at(3), 4, 10'000).size(), std::size_t(4));
        QCOMPARE(log.slice(at(3), 4, 10'000).front().index, at(3));
        QCOMPARE(log.slice(at(1), 100, 250).size(), std::size_t(2));
        QCOMPARE(log.slice(at(1), 100, 10).size(), std::size_t(1)); // one always goes, or nothing ever would
        QCOMPARE(log.slice(at(11), 100, 10).size(), std::size_t(0));
        log.truncateFrom(at(4));
        QCOMPARE(log.lastIndex(), at(3));
    }

    void probeAsksOnceUntilItIsAnswered()
    {
        Progress progress(at(10));
        QCOMPARE(progress.next(), at(11));
        QVERIFY(!progress.probeIsOut());
        progress.sentProbe();
        QVERIFY(progress.probeIsOut());
        progress.refused(at(10), at(4));
        QVERIFY(!progress.probeIsOut());
    }

    void refusalMovesTheGuessBackAndNeverBelowTheMatch()
    {
        Progress progress(at(10));
        progress.refused(at(10), at(4));
        QCOMPARE(progress.next(), at(4));
        progress.refused(at(10), at(1)); // of a probe before the last: old news
        QCOMPARE(progress.next(), at(4));
        progress.refused(at(3), at(9)); // a hint that leads forward would never end
        QCOMPARE(progress.next(), at(3));
        QVERIFY(progress.accepted(at(2)));
        QCOMPARE(progress.state(), Progress::State::Replicate);
        progress.refused(at(2), at(1));
        QCOMPARE(progress.next(), at(3));
    }

    void replicatingSendsAheadAndFallsBackToProbing()
    {
        Progress progress(at(0));
        progress.accepted(at(0));
        progress.sentEntries(at(5), 100);
        progress.sentEntries(at(9), 100);
        QCOMPARE(progress.next(), at(10));
        QVERIFY(progress.hasRoom(3, 1000) && !progress.hasRoom(2, 1000) && !progress.hasRoom(3, 200));
        QVERIFY(progress.accepted(at(5)));
        QVERIFY(!progress.accepted(at(5)));
        QVERIFY(progress.hasRoom(2, 200) && !progress.isIdle());
        QCOMPARE(progress.match(), at(5));
        progress.refused(at(9), at(6));
        QCOMPARE(progress.state(), Progress::State::Probe);
        QCOMPARE(progress.next(), at(6));
        QVERIFY(progress.isIdle());
    }

    void jointBallotNeedsBothSides()
    {
        const Membership joint{{{1}, {4}, {5}}, {{1}, {2}, {3}}, {}, {{1}, {4}, {5}}, {}, {}};
        Ballot ballot(joint, {});
        ballot.count({1});
        ballot.count({4});
        ballot.count({5});
        ballot.count({9}); // nobody's voter
        QVERIFY(!ballot.isWon());
        ballot.count({2});
        QVERIFY(ballot.isWon());
    }

    void membershipComesBackAsItWas()
    {
        const Membership memberships[] = {
            {{{1}}, {}, {}, {}, {}, {}},
            {{{1}, {2}, {3}}, {}, {{4}, {300}}, {{1}, {2}, {4}}, {{300}}, QByteArray("where\0they are", 14)},
            {{{1}, {2}, {4}}, {{1}, {2}, {3}}, {{5}}, {{1}, {2}, {4}}, {{3}, {5}}, "x"},
            {{{1}, {2}, {3}, {4}}, {{1}, {2}, {3}}, {{5}}, {{1}, {2}, {4}, {5}}, {}, "some go on learning"},
        };
        for (const Membership& membership : memberships) {
            const QByteArray payload = encodeMembership(membership);
            QCOMPARE(decodeMembership(payload), std::optional(membership));
            for (qsizetype length = 0; length < payload.size(); ++length)
                QVERIFY(!decodeMembership(payload.first(length)));
            QVERIFY(!decodeMembership(payload + 'x'));
        }
    }

    void membershipThatContradictsItselfIsRefused_data()
    {
        QTest::addColumn<QByteArray>("payload");
        const auto add = [](const char* name, const Membership& membership) {
            QTest::newRow(name) << encodeMembership(membership);
        };
        add("no voter", {{}, {}, {{1}}, {}, {}, {}});
        add("voter and learner", {{{1}, {2}}, {}, {{2}}, {}, {}, {}});
        add("leaving and learner", {{{1}}, {{1}, {2}}, {{2}}, {{1}}, {}, {}});
        add("joint without a goal", {{{1}}, {{1}, {2}}, {}, {}, {}, {}});
        add("joint for some, and one has gone", {{{1}, {3}}, {{1}, {2}}, {{4}}, {{1}, {3}, {4}}, {}, {}});
        add("joint for some, and none joins", {{{1}, {2}, {3}}, {{1}, {2}}, {}, {{1}, {3}}, {}, {}});
        add("joint for some, and one is nowhere", {{{1}, {2}, {3}}, {{1}, {2}}, {{4}}, {{1}, {4}, {5}}, {}, {}});
        add("goal for learners alone", {{{1}}, {}, {}, {}, {{2}}, {}});
        add("member 0", {{{0}}, {}, {}, {}, {}, {}});
        QTest::newRow("another version") << QByteArray("\x02", 1) +
                                                encodeMembership({{{1}}, {}, {}, {}, {}, {}}).mid(1);
        QTest::newRow("a set far too large") << QByteArray("\x01\xff", 2) + QByteArray(2000, 'x');
    }
    void membershipThatContradictsItselfIsRefused()
    {
        QFETCH(QByteArray, payload);
        QVERIFY(!decodeMembership(payload));
    }

    void membershipIsSpoken()
    {
        QCOMPARE(spoken(Membership{{{1}, {2}}, {}, {{4}, {5}}, {{1}, {2}, {5}}, {{4}}, {}}),
                 std::string("n1 n2, learning n4, joining n5"));
        QCOMPARE(spoken(Membership{{{1}, {4}}, {{1}, {2}}, {}, {{1}, {4}}, {}, {}}), std::string("n1 n2 → n1 n4"));
    }

    void whoComesAndWhoGoes()
    {
        const Membership waits{{{1}, {2}}, {}, {{4}, {5}}, {{1}, {5}}, {{4}}, {}};
        QCOMPARE(waits.joining(), std::set<NodeId>{{5}});
        QCOMPARE(waits.leaving(), std::set<NodeId>{{2}});
        const Membership joint{{{1}, {4}}, {{1}, {2}}, {}, {{1}, {4}}, {}, {}};
        QVERIFY(joint.joining().empty());
        QCOMPARE(joint.leaving(), std::set<NodeId>{{2}});
        QVERIFY(Membership({{{1}, {2}}, {}, {{4}}, {}, {}, {}}).leaving().empty());
    }

    void logGoesOnBehindASnapshot()
    {
        const SnapshotMark mark{at(10), {3}, {}};
        Log empty(mark, {});
        QCOMPARE(empty.firstIndex(), at(11));
        QCOMPARE(empty.lastIndex(), at(10));
        QCOMPARE(empty.lastTerm().value, quint64(3));
        QVERIFY(empty.knows(at(10)) && !empty.knows(at(9)) && !empty.knows(at(11)));
        empty.append({{4}, at(11), EntryKind::Command, "x"});
        QCOMPARE(empty.firstOfTermAt(at(11)), at(11));
        QCOMPARE(empty.lastWithTermAtMost({3}, at(11)), at(10));
        QCOMPARE(empty.lastWithTermAtMost({2}, at(11)), at(0));

        // What was kept before its end; the first of it tells what stands there.
        Log kept(mark, {{{2}, at(8), {}, {}}, {{2}, at(9), {}, {}}, {{3}, at(10), {}, {}}, {{4}, at(11), {}, {}}});
        QCOMPARE(kept.firstIndex(), at(9));
        QCOMPARE(kept.termAt(at(8)).value, quint64(2));
        QCOMPARE(kept.lastIndex(), at(11));
        kept.forgetBefore(at(11));
        QCOMPARE(kept.firstIndex(), at(11));
        QCOMPARE(kept.termAt(at(10)).value, quint64(3));
        kept.forgetBefore(at(5)); // long gone
        kept.forgetBefore(at(12));
        QCOMPARE(kept.lastIndex(), at(11));
        QCOMPARE(kept.lastTerm().value, quint64(4));
    }

    void storedLogMustMeetItsSnapshot_data()
    {
        QTest::addColumn<int>("first");
        QTest::addColumn<QList<int>>("terms");
        QTest::addColumn<bool>("meets");
        // The snapshot ends at (3, 10).
        QTest::newRow("nothing") << 0 << QList<int>{} << true;
        QTest::newRow("right behind") << 11 << QList<int>{3, 4} << true;
        QTest::newRow("holds its last") << 9 << QList<int>{2, 3, 4} << true;
        QTest::newRow("another in its place") << 9 << QList<int>{2, 2, 2} << false;
        QTest::newRow("ends before it") << 8 << QList<int>{3, 3} << false;
        QTest::newRow("a gap") << 12 << QList<int>{4} << false;
    }
    void storedLogMustMeetItsSnapshot()
    {
        QFETCH(int, first);
        QFETCH(QList<int>, terms);
        QFETCH(bool, meets);
        std::vector<Entry> entries;
        for (const int term : terms)
            entries.push_back({{std::uint64_t(term)}, at(first++), EntryKind::Command, {}});
        QCOMPARE(logMeets({at(10), {3}, {}}, entries), meets);
    }

    void aPieceIsSentAgainFromWhereTheFollowerIs()
    {
        Progress progress(at(50));
        progress.beginSnapshot(at(40));
        QVERIFY(progress.pieceIsDue());
        progress.sentPiece();
        QVERIFY(!progress.pieceIsDue());
        QVERIFY(progress.receivedPiece(at(40), 100));
        QVERIFY(!progress.receivedPiece(at(39), 500)); // of another snapshot
        QCOMPARE(progress.snapshotOffset(), quint64(100));
        progress.sentPiece();
        QVERIFY(!progress.receivedPiece(at(40), 0)); // late, or it has lost what it had
        QCOMPARE(progress.snapshotOffset(), quint64(100));
        int heartbeats = 0;
        for (; !progress.pieceIsDue(); ++heartbeats)
            progress.heartbeatPassed();
        QCOMPARE(heartbeats, 4);
        QCOMPARE(progress.snapshotOffset(), quint64(0));
        progress.sentPiece(); // waits longer each time
        for (heartbeats = 0; !progress.pieceIsDue(); ++heartbeats)
            progress.heartbeatPassed();
        QCOMPARE(heartbeats, 8);
        progress.refused(at(45), at(1)); // of a probe from before
        QCOMPARE(progress.state(), Progress::State::Snapshot);
        progress.accepted(at(40));
        QCOMPARE(progress.state(), Progress::State::Replicate);
        QCOMPARE(progress.next(), at(41));
    }
};

QTEST_APPLESS_MAIN(TestRaftParts)
#include "tst_raft_parts.moc"
