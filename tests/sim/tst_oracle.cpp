// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "node/sim/committed_log.h"
#include "node/sim/durability.h"
#include "node/sim/entry_book.h"
#include "node/sim/vote_book.h"

using namespace faultline;
using namespace faultline::sim;

// Each book of the oracle is told by hand what no sound cluster does, and must say so; and what sound clusters do, and
// must not.
namespace {

constexpr Instant kNow{0};

raft::Message votesFor(quint64 term, quint32 candidate)
{
    return {{1}, {candidate}, {term}, raft::RequestVoteReply{.preVote = false, .granted = true}};
}

raft::Entry entry(quint64 index, quint64 term, const QByteArray& payload = "x")
{
    return {{term}, {index}, raft::EntryKind::Command, payload};
}

raft::AppendEntries append(quint64 previous, quint64 previousTerm, std::vector<raft::Entry> entries)
{
    raft::AppendEntries append;
    append.previousIndex = {previous};
    append.previousTerm = {previousTerm};
    append.entries = std::move(entries);
    return append;
}

raft::Membership of(std::set<raft::NodeId> voters, std::set<raft::NodeId> outgoing = {})
{
    raft::Membership membership;
    membership.voters = std::move(voters);
    membership.outgoing = std::move(outgoing);
    return membership;
}

raft::Entry membershipEntry(quint64 index, const raft::Membership& membership)
{
    return {{1}, {index}, raft::EntryKind::Membership, raft::encodeMembership(membership)};
}

QString failed(const Verdict& verdict)
{
    return verdict.violation() ? verdict.violation()->check : QString();
}

} // namespace

class TestOracle : public QObject
{
    Q_OBJECT
private slots:
    void oneVoteForOneCandidateIsFineHoweverOftenItIsSaid()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.sees(0, votesFor(4, 2), kNow);
        book.sees(0, votesFor(4, 2), kNow);
        book.sees(0, votesFor(5, 3), kNow);
        QCOMPARE(failed(verdict), QString());
        QCOMPARE(verdict.seen()[static_cast<std::size_t>(Check::OneVoteATerm)], 3u);
    }

    void aSecondCandidateInTheSameTermIsSeenAlsoAfterARestart()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.sees(0, votesFor(4, 2), kNow);
        book.started(0, {4}, {}, kNow);
        book.sees(0, votesFor(4, 3), kNow);
        QCOMPARE(failed(verdict), QStringLiteral("one vote a term"));
    }

    void aCandidateVotesForItself()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.sees(0, {{1}, {2}, {4}, raft::RequestVote{}}, kNow);
        book.sees(0, votesFor(4, 3), kNow);
        QCOMPARE(failed(verdict), QStringLiteral("one vote a term"));
    }

    void aPreVoteIsNoVote()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        raft::RequestVote request;
        request.preVote = true;
        book.sees(0, {{1}, {2}, {4}, request}, kNow);
        book.sees(0, votesFor(4, 3), kNow);
        QCOMPARE(failed(verdict), QString());
    }

    void twoLeadersOfOneTermAreSeen()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.leads(0, {4}, kNow);
        book.sees(0, {{1}, {2}, {4}, raft::AppendEntries{}}, kNow);
        QCOMPARE(failed(verdict), QString());
        book.leads(1, {4}, kNow);
        QCOMPARE(failed(verdict), QStringLiteral("election safety"));
    }

    void aPromiseThatWasForgottenIsSeen()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.started(0, {0}, {}, kNow);
        book.sees(0, votesFor(4, 2), kNow);
        book.started(0, {3}, {}, kNow);
        QCOMPARE(failed(verdict), QStringLiteral("term never goes back"));
    }

    void aTermMayBeForgottenInWhichNothingWasPromised()
    {
        Verdict verdict;
        VoteBook book(verdict, 3);
        book.started(0, {0}, {}, kNow);
        book.sees(0, {7}, {}, kNow);
        book.started(0, {0}, {}, kNow);
        QCOMPARE(failed(verdict), QString());
    }

    void termAndCommitThatGoBackInOneLifeAreSeen()
    {
        for (const bool isTerm : {true, false}) {
            Verdict verdict;
            VoteBook book(verdict, 1);
            book.started(0, {1}, {}, kNow);
            book.sees(0, {5}, {9}, kNow);
            book.sees(0, {isTerm ? 4u : 5u}, {isTerm ? 9u : 8u}, kNow);
            QCOMPARE(failed(verdict),
                     isTerm ? QStringLiteral("term never goes back") : QStringLiteral("commit never goes back"));
        }
    }

    void sameIndexAndTermIsTheSameEntryBehindTheSameTerm_data()
    {
        QTest::addColumn<quint64>("previousTerm");
        QTest::addColumn<quint64>("term");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<bool>("isFine");
        QTest::newRow("again") << quint64(1) << quint64(2) << QByteArray("a") << true;
        QTest::newRow("another term") << quint64(3) << quint64(3) << QByteArray("b") << true;
        QTest::newRow("another content") << quint64(1) << quint64(2) << QByteArray("b") << false;
        QTest::newRow("behind another term") << quint64(2) << quint64(2) << QByteArray("a") << false;
    }
    void sameIndexAndTermIsTheSameEntryBehindTheSameTerm()
    {
        QFETCH(quint64, previousTerm);
        QFETCH(quint64, term);
        QFETCH(QByteArray, payload);
        QFETCH(bool, isFine);
        Verdict verdict;
        EntryBook book(verdict);
        book.sees(0, append(4, 1, {entry(5, 2, "a")}), kNow);
        book.sees(1, append(4, previousTerm, {entry(5, term, payload)}), kNow);
        QCOMPARE(failed(verdict), isFine ? QString() : QStringLiteral("log matching"));
    }

    void aLogThatNoLeaderSentIsSeen()
    {
        Verdict verdict;
        EntryBook book(verdict);
        book.sees(0, append(4, 1, {entry(5, 2)}), kNow);
        book.sees(1, {5}, {2}, {1}, kNow);
        QCOMPARE(failed(verdict), QString());
        book.sees(1, {5}, {2}, {2}, kNow);
        QCOMPARE(failed(verdict), QStringLiteral("log matching"));
    }

    void everybodyAppliesTheSame_data()
    {
        QTest::addColumn<quint64>("index");
        QTest::addColumn<quint64>("term");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<quint64>("state");
        QTest::addColumn<QString>("expected");
        QTest::newRow("the same") << quint64(1) << quint64(1) << QByteArray("a") << quint64(7) << QString();
        QTest::newRow("another term") << quint64(1) << quint64(2) << QByteArray("a") << quint64(7)
                                      << "state-machine safety";
        QTest::newRow("another content") << quint64(1) << quint64(1) << QByteArray("b") << quint64(7)
                                         << "state-machine safety";
        QTest::newRow("a gap") << quint64(2) << quint64(1) << QByteArray("a") << quint64(7) << "state-machine safety";
        QTest::newRow("another state") << quint64(1) << quint64(1) << QByteArray("a") << quint64(8)
                                       << "same state hash";
    }
    void everybodyAppliesTheSame()
    {
        QFETCH(quint64, index);
        QFETCH(quint64, term);
        QFETCH(QByteArray, payload);
        QFETCH(quint64, state);
        QFETCH(QString, expected);
        Verdict verdict;
        CommittedLog log(verdict, 2, of({{1}, {2}}));
        log.applied(0, entry(1, 1, "a"), 7, {1}, kNow);
        log.applied(0, entry(2, 1, "b"), 8, {1}, kNow);
        log.applied(1, entry(index, term, payload), state, {2}, kNow);
        QCOMPARE(failed(verdict), expected);
    }

    void whoStartsFromASnapshotGoesOnBehindIt()
    {
        Verdict verdict;
        CommittedLog log(verdict, 2, of({{1}, {2}}));
        log.applied(0, entry(1, 1), 7, {1}, kNow);
        log.applied(0, entry(2, 1), 8, {1}, kNow);
        log.jumped(1, {1});
        log.applied(1, entry(2, 1), 8, {1}, kNow);
        QCOMPARE(failed(verdict), QString());
        QCOMPARE(log.commands(), quint64(2));
    }

    void anEntryCountsAsCommittedInTheTermItWasFirstAppliedIn()
    {
        Verdict verdict;
        CommittedLog log(verdict, 2, of({{1}, {2}}));
        log.applied(0, entry(1, 1), 7, {1}, kNow);
        log.applied(0, entry(2, 1), 8, {4}, kNow);
        QVERIFY(log.originOf({2}).startsWith(QStringLiteral("n1 applied it first, in term 4 at tick ")));
        QCOMPARE(log.lastBefore({1}).value, 0u);
        QCOMPARE(log.lastBefore({2}).value, 1u);
        QCOMPARE(log.lastBefore({4}).value, 1u);
        QCOMPARE(log.lastBefore({5}).value, 2u);
    }

    void whoCouldDecideWithoutTheOthers_data()
    {
        QTest::addColumn<QList<int>>("voters");
        QTest::addColumn<QList<int>>("outgoing");
        QTest::addColumn<QList<int>>("they");
        QTest::addColumn<bool>("could");
        const QList<int> nobody;
        QTest::newRow("two of three") << QList<int>{1, 2, 3} << nobody << QList<int>{1, 3} << true;
        QTest::newRow("one of three") << QList<int>{1, 2, 3} << nobody << QList<int>{1} << false;
        QTest::newRow("half of four") << QList<int>{1, 2, 3, 4} << nobody << QList<int>{1, 2} << false;
        QTest::newRow("who has no vote") << QList<int>{1, 2, 3} << nobody << QList<int>{1, 4, 5} << false;
        QTest::newRow("joint, the new side alone") << QList<int>{1, 2} << QList<int>{3, 4} << QList<int>{1, 2} << false;
        QTest::newRow("joint, both sides") << QList<int>{1, 2} << QList<int>{2, 3} << QList<int>{1, 2, 3} << true;
    }
    void whoCouldDecideWithoutTheOthers()
    {
        QFETCH(QList<int>, voters);
        QFETCH(QList<int>, outgoing);
        QFETCH(QList<int>, they);
        QFETCH(bool, could);
        const auto idsOf = [](const QList<int>& numbers) {
            std::set<raft::NodeId> ids;
            for (const int number : numbers)
                ids.insert({static_cast<quint32>(number)});
            return ids;
        };
        const auto isOneOfThem = [&](raft::NodeId id) { return idsOf(they).contains(id); };
        QCOMPARE(couldDecide(of(idsOf(voters), idsOf(outgoing)), isOneOfThem), could);
    }

    void aDiskHoldsWhatWasCommittedByItsLogOrByASnapshot_data()
    {
        QTest::addColumn<quint64>("snapshot"); // its last index; 0: none
        QTest::addColumn<quint64>("snapshotTerm");
        QTest::addColumn<QByteArray>("log"); // payloads of the entries behind it, each of term 1
        QTest::addColumn<bool>("holds");     // entry 2, which is "b"
        QTest::newRow("nothing") << quint64(0) << quint64(0) << QByteArray() << false;
        QTest::newRow("the log") << quint64(0) << quint64(0) << QByteArray("abc") << true;
        QTest::newRow("a log that ends before") << quint64(0) << quint64(0) << QByteArray("a") << false;
        QTest::newRow("another entry") << quint64(0) << quint64(0) << QByteArray("ax") << false;
        QTest::newRow("a snapshot that goes on") << quint64(3) << quint64(1) << QByteArray() << true;
        QTest::newRow("a snapshot that ends there") << quint64(2) << quint64(1) << QByteArray() << true;
        QTest::newRow("a snapshot of another term") << quint64(2) << quint64(2) << QByteArray() << false;
        QTest::newRow("a snapshot and the log") << quint64(1) << quint64(1) << QByteArray("bc") << true;
        QTest::newRow("a snapshot and nothing else") << quint64(1) << quint64(1) << QByteArray() << false;
    }
    void aDiskHoldsWhatWasCommittedByItsLogOrByASnapshot()
    {
        QFETCH(quint64, snapshot);
        QFETCH(quint64, snapshotTerm);
        QFETCH(QByteArray, log);
        QFETCH(bool, holds);
        Verdict verdict;
        CommittedLog committed(verdict, 1, of({{1}}));
        for (const quint64 index : {1, 2, 3})
            committed.applied(0, entry(index, 1, QByteArray(1, char('a' + index - 1))), index, {1}, kNow);
        raft::StoredState stored;
        stored.snapshot = {{snapshot}, {snapshotTerm}, {}};
        for (const char payload : log)
            stored.entries.push_back(entry(snapshot + stored.entries.size() + 1, 1, QByteArray(1, payload)));
        QCOMPARE(Durability::holds(stored, {2}, committed), holds);
    }

    void membershipsFollowEachOther_data()
    {
        QTest::addColumn<QList<int>>("next"); // voters, 0, outgoing
        QTest::addColumn<bool>("isFine");
        QTest::newRow("one more") << QList<int>{1, 2, 3, 4} << true;
        QTest::newRow("one fewer") << QList<int>{1, 2} << true;
        QTest::newRow("joint") << QList<int>{3, 4, 5, 0, 1, 2, 3} << true;
        QTest::newRow("joint for one, while another joins") << QList<int>{1, 2, 3, 4, 0, 1, 2, 3} << true;
        QTest::newRow("two others at once") << QList<int>{3, 4, 5} << false;
        QTest::newRow("joint with somebody else") << QList<int>{3, 4, 5, 0, 1, 2} << false;
    }
    void membershipsFollowEachOther()
    {
        QFETCH(QList<int>, next);
        QFETCH(bool, isFine);
        raft::Membership membership;
        std::set<raft::NodeId>* side = &membership.voters;
        for (const int id : next) {
            if (id == 0)
                side = &membership.outgoing;
            else
                side->insert({static_cast<quint32>(id)});
        }
        if (membership.isJoint())
            membership.goalVoters = membership.voters;
        Verdict verdict;
        CommittedLog log(verdict, 1, of({{1}, {2}, {3}}));
        log.applied(0, membershipEntry(1, membership), 0, {1}, kNow);
        QCOMPARE(failed(verdict), isFine ? QString() : QStringLiteral("one membership change at a time"));
    }

    void theFirstViolationIsTheOneThatStands()
    {
        Verdict verdict;
        verdict.fail(Check::LogMatching, ticks(3), QStringLiteral("first"));
        verdict.fail(Check::ElectionSafety, ticks(4), QStringLiteral("second"));
        QCOMPARE(verdict.violation()->sentence, QStringLiteral("first"));
        QCOMPARE(verdict.violation()->tick, 3);
    }
};

QTEST_APPLESS_MAIN(TestOracle)
#include "tst_oracle.moc"
