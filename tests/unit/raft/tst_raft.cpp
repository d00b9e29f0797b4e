// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "raft_world.h"

#include <algorithm>
#include <deque>
#include <random>

using namespace faultline::raft;

namespace {

std::vector<Entry> entriesOf(const QList<int>& terms)
{
    std::vector<Entry> entries;
    for (const int term : terms)
        entries.push_back({{std::uint64_t(term)}, {entries.size() + 1}, EntryKind::Command, QByteArray::number(term)});
    return entries;
}

template <typename T> int count(const std::vector<Event>& events)
{
    return int(
        std::count_if(events.begin(), events.end(), [](const Event& e) { return std::holds_alternative<T>(e); }));
}

Options calm()
{
    Options options;
    options.electionTicksMin = 25;
    options.electionTicksMax = 50;
    return options;
}

/// One machine alone with the test, which plays the others.
struct Alone
{
    Raft raft;
    Instant now{0};

    explicit Alone(int voters, StoredState stored = {}, bool preVote = true)
        : raft(
              [&] {
                  Options options = calm();
                  options.self = {1};
                  for (std::uint32_t id = 1; id <= std::uint32_t(voters); ++id)
                      options.initial.voters.insert({id});
                  options.preVote = preVote;
                  options.random = [](std::uint32_t) { return 0u; };
                  return options;
              }(),
              std::move(stored), Instant(0))
    {}
    void ticks(int count)
    {
        for (int i = 0; i < count; ++i)
            raft.tick(now += std::chrono::milliseconds(10));
    }
    void receive(std::uint32_t from, std::uint64_t term, decltype(Message::body) body)
    {
        raft.receive({{from}, {1}, {term}, std::move(body)}, now);
    }
};

template <typename T> int countOf(const std::vector<Message>& messages)
{
    return int(std::count_if(messages.begin(), messages.end(),
                             [](const Message& m) { return std::holds_alternative<T>(m.body); }));
}

} // namespace

class TestRaft : public QObject
{
    Q_OBJECT

private slots:
    void oneLeaderIsElectedAndItsNoOpCommits()
    {
        RaftWorld world(5, 1);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        QVERIFY(world.tickUntil([&] { return world.committed().size() == 1; }));
        QCOMPARE(world.committed().begin()->second.kind, EntryKind::Membership); // who the group begins with
        QCOMPARE(world.violation(), QString());
    }

    void aloneItLeadsAndCommitsByItself()
    {
        RaftWorld world(1, 1);
        QVERIFY(world.tickUntil([&] { return world.leader() == 1; }));
        QVERIFY(world.propose(1, "x"));
        world.settle();
        QCOMPARE(world.committed().size(), std::size_t(2));
    }

    void aCommittedWriteIsKnownToFollowersWithoutATick()
    {
        RaftWorld world(3, 2);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.committed().size() == 1; }));
        world.ticks(10);
        QVERIFY(world.propose(world.leader(), "x"));
        world.settle();
        for (std::uint32_t id = 1; id <= 3; ++id)
            QCOMPARE(world.status(id).applied.value, quint64(2));
    }

    // Figure 7: a leader of term 8 makes every follower's log like its own, whatever theirs look like.
    void figure7LogsBecomeTheLeaders_data()
    {
        QTest::addColumn<QList<int>>("follower");
        QTest::newRow("a") << QList<int>{1, 1, 1, 4, 4, 5, 5, 6, 6};
        QTest::newRow("b") << QList<int>{1, 1, 1, 4};
        QTest::newRow("c") << QList<int>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6};
        QTest::newRow("d") << QList<int>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7};
        QTest::newRow("e") << QList<int>{1, 1, 1, 4, 4, 4, 4};
        QTest::newRow("f") << QList<int>{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3};
    }
    void figure7LogsBecomeTheLeaders()
    {
        QFETCH(QList<int>, follower);
        const QList<int> leader{1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
        RaftWorld world(3, 5);
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.crash(id);
        world.disk(1) = {{{7}, {}}, {}, entriesOf(leader), {}, 0};
        world.disk(2) = {{{7}, {}}, {}, entriesOf(leader), {}, 0};
        world.disk(3) = {{{7}, {}}, {}, entriesOf(follower), {}, 0};
        world.restart(1);
        world.restart(2);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        world.restart(3);
        QVERIFY(world.tickUntil([&] { return world.status(3).applied == world.status(world.leader()).lastIndex; }));
        QCOMPARE(world.disk(3).entries, world.disk(world.leader()).entries);
        QCOMPARE(world.violation(), QString());
    }

    // Figure 8: an entry of an older term, though on a majority, is not committed by counting.
    void figure8OldEntriesAreNotCommittedByCounting()
    {
        Alone leader(5, {{{3}, {}}, {}, entriesOf({1, 2}), {}, 0}, false);
        leader.ticks(30); // candidate of term 4
        Ready ready = leader.raft.takeReady();
        leader.raft.written(ready.writeNumber, leader.now);
        leader.receive(2, 4, RequestVoteReply{false, true});
        leader.receive(3, 4, RequestVoteReply{false, true});
        QCOMPARE(leader.raft.status().role, Role::Leader);
        // Two followers have entry 2 of term 2; with the leader that is a majority. The leader's own no-op is entry 3.
        leader.receive(2, 4, AppendEntriesReply{true, {2}, {}, {}});
        leader.receive(3, 4, AppendEntriesReply{true, {2}, {}, {}});
        QCOMPARE(leader.raft.status().commit.value, quint64(0));
        ready = leader.raft.takeReady();
        leader.raft.written(ready.writeNumber, leader.now);
        leader.receive(2, 4, AppendEntriesReply{true, {3}, {}, {}});
        QCOMPARE(leader.raft.status().commit.value, quint64(0));
        leader.receive(3, 4, AppendEntriesReply{true, {3}, {}, {}});
        QCOMPARE(leader.raft.status().commit.value, quint64(3));
    }

    void preVoteKeepsTheTermOfOneCutOff()
    {
        RaftWorld world(3, 3);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        const std::uint32_t cutOff = world.leader() == 3 ? 2 : 3;
        const auto term = world.status(world.leader()).term;
        world.isolate(cutOff);
        world.ticks(500);
        QCOMPARE(world.status(cutOff).term, term);
        QCOMPARE(world.status(cutOff).role, Role::PreCandidate);
        world.heal();
        world.ticks(100);
        QCOMPARE(world.status(world.leader()).term, term);
    }

    void leaderWithoutMajorityStepsDown()
    {
        RaftWorld world(5, 4);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        const std::uint32_t old = world.leader();
        world.isolate(old);
        QVERIFY(world.tickUntil([&] { return world.status(old).role != Role::Leader; }, 150));
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.leader() != old; }));
        const auto& events = world.events(old);
        QVERIFY(std::any_of(events.begin(), events.end(), [](const Event& e) {
            const auto* follower = std::get_if<BecameFollower>(&e);
            return follower && follower->reason.find("no majority") != std::string::npos;
        }));
    }

    void whoHearsItsLeaderRefusesToDeposeIt()
    {
        Alone follower(3, {}, true);
        follower.receive(2, 5, AppendEntries{});
        follower.ticks(10);
        follower.raft.takeReady();
        follower.receive(3, 6, RequestVote{false, {9}, {5}});
        QCOMPARE(follower.raft.status().term.value, quint64(5));
        const Ready ready = follower.raft.takeReady();
        QCOMPARE(count<VoteRefused>(ready.events), 1);
        QCOMPARE(std::get<VoteRefused>(ready.events[0]).reason, std::string("n2 leads and was heard 100 ms ago"));
        // Once it has been silent for an election timeout, the vote is given.
        follower.ticks(16);
        follower.receive(3, 7, RequestVote{false, {9}, {5}});
        QCOMPARE(follower.raft.status().votedFor, NodeId{3});
    }

    void oneVoteATermAndItSurvivesARestart()
    {
        Alone voter(3);
        voter.receive(2, 4, RequestVote{false, {}, {}});
        const Ready ready = voter.raft.takeReady();
        QCOMPARE(*ready.hardState, (HardState{{4}, {2}}));
        Alone again(3, {*ready.hardState, {}, {}, {}, 0});
        again.receive(3, 4, RequestVote{false, {}, {}});
        const Ready refused = again.raft.takeReady();
        QVERIFY(
            !std::get<RequestVoteReply>((refused.sendNow.empty() ? refused.sendAfterWritten : refused.sendNow)[0].body)
                 .granted);
        QCOMPARE(std::get<VoteRefused>(refused.events[0]).reason, std::string("already voted for n2 in term 4"));
    }

    void shorterOrOlderLogGetsNoVote()
    {
        Alone voter(3, {{{5}, {}}, {}, entriesOf({1, 5}), {}, 0});
        voter.receive(2, 6, RequestVote{false, {7}, {4}});
        const Ready ready = voter.raft.takeReady();
        const auto refused = std::find_if(ready.events.begin(), ready.events.end(),
                                          [](const Event& e) { return std::holds_alternative<VoteRefused>(e); });
        QVERIFY(refused != ready.events.end());
        QCOMPARE(std::get<VoteRefused>(*refused).reason, std::string("log behind: (4,7) < (5,2)"));
        QVERIFY(!ready.hardState->votedFor);
    }

    void nothingIsPromisedBeforeItIsWritten()
    {
        // A vote.
        Alone voter(3);
        voter.receive(2, 4, RequestVote{false, {}, {}});
        Ready ready = voter.raft.takeReady();
        QVERIFY(ready.sendNow.empty());
        QCOMPARE(ready.sendAfterWritten.size(), std::size_t(1));
        QVERIFY(ready.writeNumber != 0);

        // An acknowledgement, also one that rests on a write of an earlier Ready.
        Alone follower(3);
        const auto entry = entriesOf({4});
        follower.receive(2, 4, AppendEntries{{}, {}, {}, entry});
        ready = follower.raft.takeReady();
        QVERIFY(ready.sendNow.empty());
        QCOMPARE(ready.sendAfterWritten.size(), std::size_t(1));
        follower.receive(2, 4, AppendEntries{{}, {}, {}, entry});
        const Ready second = follower.raft.takeReady();
        QVERIFY(second.sendNow.empty());
        QVERIFY(second.writeNumber > ready.writeNumber);

        // A candidate's own vote, and its asking for others'.
        Alone candidate(1, {}, false);
        candidate.ticks(30);
        ready = candidate.raft.takeReady();
        QCOMPARE(candidate.raft.status().role, Role::Candidate);
        candidate.raft.written(ready.writeNumber, candidate.now);
        QCOMPARE(candidate.raft.status().role, Role::Leader);

        // A leader counts itself only then.
        QCOMPARE(candidate.raft.status().commit.value, quint64(0));
        ready = candidate.raft.takeReady();
        QCOMPARE(candidate.raft.status().commit.value, quint64(0));
        candidate.raft.written(ready.writeNumber, candidate.now);
        QCOMPARE(candidate.raft.status().commit.value, quint64(1));
    }

    void candidateWithASlowDiskAsksOnceAndWaits()
    {
        for (const bool preVote : {false, true}) {
            Alone candidate(3, {}, preVote);
            candidate.ticks(30);
            if (preVote)
                candidate.receive(2, 1, RequestVoteReply{true, true});
            const Ready ready = candidate.raft.takeReady();
            QCOMPARE(countOf<RequestVote>(ready.sendAfterWritten), 2);
            candidate.ticks(500);
            QVERIFY(!candidate.raft.hasReady());
            QCOMPARE(candidate.raft.status().term.value, quint64(1));

            candidate.raft.written(ready.writeNumber, candidate.now);
            candidate.receive(2, 1, RequestVoteReply{false, true});
            QCOMPARE(candidate.raft.status().role, Role::Leader);
        }
    }

    void truncationVoidsWhatAnOlderWriteSaid()
    {
        // Entries 1..3 of term 2 are being written when term 3's leader takes 2 and 3 back.
        Alone node(3);
        node.receive(2, 2, AppendEntries{{}, {}, {}, entriesOf({2, 2, 2})});
        const Ready first = node.raft.takeReady();
        node.receive(3, 3, AppendEntries{{1}, {2}, {}, {{{3}, {2}, EntryKind::Command, "new"}}});
        const Ready second = node.raft.takeReady();
        QCOMPARE(count<LogTruncated>(second.events), 1);
        QCOMPARE(second.entries.size(), std::size_t(1));
        node.raft.written(first.writeNumber, node.now);
        node.raft.written(second.writeNumber, node.now);
        QCOMPARE(node.raft.status().lastIndex.value, quint64(2));
        QCOMPARE(node.raft.status().lastTerm.value, quint64(3));
    }

    void aHeartbeatIsAnsweredAtOnceWithWhatIsOnDisk()
    {
        Alone follower(3);
        follower.receive(2, 4, AppendEntries{{}, {}, {}, entriesOf({4}), 1});
        Ready ready = follower.raft.takeReady();
        follower.raft.written(ready.writeNumber, follower.now);
        follower.receive(2, 4, AppendEntries{{1}, {4}, {}, {{{4}, {2}, EntryKind::Command, "x"}}, 2});
        ready = follower.raft.takeReady(); // not written
        follower.receive(2, 4, AppendEntries{{2}, {4}, {}, {}, 3});
        ready = follower.raft.takeReady();
        QCOMPARE(ready.writeNumber, quint64(0));
        QCOMPARE(ready.sendNow.size(), std::size_t(1));
        const auto& reply = std::get<AppendEntriesReply>(ready.sendNow[0].body);
        QVERIFY(reply.success);
        QCOMPARE(reply.matchIndex.value, quint64(1));
        QCOMPARE(reply.round, quint64(3));
    }

    void changesThatCannotBeAreRefusedWithASentence_data()
    {
        QTest::addColumn<QList<int>>("voters");
        QTest::addColumn<QList<int>>("learners");
        QTest::addColumn<QString>("refusal");
        QTest::newRow("nobody") << QList<int>{} << QList<int>{1} << "a group needs at least one voter";
        QTest::newRow("too many") << QList<int>{1, 2, 3, 4, 5, 6, 7, 8} << QList<int>{9, 10}
                                  << "a group has at most 9 members, and this one would have 10";
        QTest::newRow("both") << QList<int>{1, 2} << QList<int>{2} << "n2 can be a voter or a learner, not both";
    }
    void changesThatCannotBeAreRefusedWithASentence()
    {
        QFETCH(QList<int>, voters);
        QFETCH(QList<int>, learners);
        QFETCH(QString, refusal);
        RaftWorld world(1, 1);
        QVERIFY(world.tickUntil([&] { return world.committed().size() == 1; }));
        const auto ids = [](const QList<int>& numbers) {
            std::set<NodeId> set;
            for (const int number : numbers)
                set.insert({std::uint32_t(number)});
            return set;
        };
        const auto outcome = world[1].changeMembership(ids(voters), ids(learners), {}, world.now());
        QCOMPARE(QString::fromStdString(std::get<Raft::ChangeRefused>(outcome).reason), refusal);
    }

    void aFollowerRefusesWhatOnlyALeaderCanDo()
    {
        Alone follower(3);
        QVERIFY(!follower.raft.read(1, follower.now));
        QCOMPARE(std::get<Raft::ProposalRefused>(follower.raft.propose("x", follower.now)),
                 Raft::ProposalRefused::NotLeader);
        QCOMPARE(*follower.raft.transferLeadership({2}, follower.now),
                 std::string("only a leader can hand over, and n1 does not lead"));
        QVERIFY(!follower.raft.hasReady());
    }

    void twoNodesNeedEachOther()
    {
        RaftWorld world(2, 1);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.committed().size() == 1; }));
        const std::uint32_t leader = world.leader();
        world.crash(3 - leader);
        QVERIFY(world.propose(leader, "x"));
        world.ticks(20);
        QCOMPARE(world.committed().size(), std::size_t(1));
        world.restart(3 - leader);
        QVERIFY(world.tickUntil([&] { return world.committed().size() >= 2; }));
    }

    // A peer may be broken, or of another version. Whatever it says, no invariant of this node stops the process.
    void nothingAPeerSaysStopsANode()
    {
        for (std::uint32_t seed = 1; seed <= 300; ++seed) {
            std::mt19937 random(seed);
            const auto small = [&](std::uint32_t bound) { return std::uint64_t(random() % bound); };
            const Membership membership{{{1}, {2}, {3}}, {}, {}, {}, {}, {}};
            Alone node(3, {}, random() % 2);
            std::deque<std::uint64_t> writes;
            for (int i = 0; i < 200; ++i) {
                const auto from = std::uint32_t(2 + small(3));
                const std::uint64_t term = node.raft.term().value + small(3) - (node.raft.term().value > 0 ? 1 : 0);
                AppendEntries append{{small(8)}, {small(4)}, {small(12)}, {}, small(9)};
                std::vector<Entry> entries;
                for (std::uint64_t n = small(4); n > 0; --n)
                    entries.push_back({{append.previousTerm.value + small(3)},
                                       {append.previousIndex.value + entries.size() + 1},
                                       EntryKind(small(3)),
                                       small(2) ? encodeMembership(membership) : QByteArray("nonsense")});
                append.entries = std::move(entries);
                switch (small(11)) {
                case 0:
                    node.receive(from, term, RequestVote{bool(small(2)), {small(9)}, {small(5)}, bool(small(2))});
                    break;
                case 1:
                    node.receive(from, term + small(2), RequestVoteReply{bool(small(2)), true});
                    break;
                case 2:
                case 3:
                    node.receive(from, term, append);
                    break;
                case 4:
                    node.receive(from, term,
                                 AppendEntriesReply{bool(small(2)), {small(12)}, {small(4)}, {small(12)}, small(9)});
                    break;
                case 5:
                    node.receive(
                        from, term,
                        InstallSnapshot{
                            {{{small(20)}, {small(4)}, membership}, small(3) * 4, QByteArray("four"), bool(small(2))},
                            small(9)});
                    break;
                case 6:
                    node.receive(from, term, InstallSnapshotReply{{small(12)}, small(40), bool(small(2)), small(9)});
                    break;
                case 7:
                    node.receive(from, term, TimeoutNow{});
                    break;
                case 8:
                    node.ticks(int(small(40)));
                    break;
                case 9:
                    node.raft.propose("x", node.now);
                    node.raft.read(7, node.now);
                    break;
                case 10:
                    if (const auto mark = node.raft.markOfApplied(); mark.lastIndex.value != 0)
                        node.raft.compacted(mark, mark.lastIndex.next());
                    break;
                }
                const Ready ready = node.raft.takeReady();
                if (ready.writeNumber != 0)
                    writes.push_back(ready.writeNumber);
                while (!writes.empty() && small(2)) {
                    node.raft.written(writes.front(), node.now);
                    writes.pop_front();
                }
                node.raft.checkAll();
            }
        }
    }

    void oneAppendAFollowerHoweverManyProposals()
    {
        RaftWorld world(3, 6);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.committed().size() == 1; }));
        world.ticks(10);
        Raft& leader = world[world.leader()];
        for (int i = 0; i < 300; ++i)
            leader.propose("x", world.now());
        const Ready ready = leader.takeReady();
        QCOMPARE(countOf<AppendEntries>(ready.sendNow), 2);
        QCOMPARE(std::get<AppendEntries>(ready.sendNow[0].body).entries.size(), std::size_t(300));
        QCOMPARE(ready.entries.size(), std::size_t(300));
    }

    void followersAndTheDiskShareTheEntriesOfATurn()
    {
        RaftWorld world(3, 6);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.committed().size() == 1; }));
        world.ticks(10);
        Raft& leader = world[world.leader()];
        leader.propose("x", world.now());
        leader.propose("y", world.now());
        const Ready ready = leader.takeReady();
        QCOMPARE(countOf<AppendEntries>(ready.sendNow), 2);
        const Entries& first = std::get<AppendEntries>(ready.sendNow[0].body).entries;
        QVERIFY(first.areThoseOf(std::get<AppendEntries>(ready.sendNow[1].body).entries));
        QVERIFY(first.areThoseOf(ready.entries));
        QVERIFY(!Entries().areThoseOf(Entries()));
    }

    /// The other one, and the disk, are past that.
    void aFollowerThatIsBehindGetsWhatItLacks()
    {
        RaftWorld world(3, 6);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0 && world.committed().size() == 1; }));
        world.ticks(10);
        Raft& leader = world[world.leader()];
        const LogIndex before = leader.lastIndex();
        Ready ready;
        for (const char* payload : {"x", "y"}) {
            leader.propose(payload, world.now());
            ready = leader.takeReady();
        }
        const auto says = [&, late = ready.sendNow[0].to,
                           round = std::get<AppendEntries>(ready.sendNow[0].body).round](AppendEntriesReply reply) {
            reply.round = round;
            leader.receive({late, NodeId{world.leader()}, leader.term(), reply}, world.now());
        };
        says({false, before.next(), {}, before.next(), 0}); // "x" was lost on its way, and so "y" does not fit
        static_cast<void>(leader.takeReady());
        says({true, before.next(), {}, {}, 0});
        leader.propose("z", world.now());
        ready = leader.takeReady();
        QCOMPARE(countOf<AppendEntries>(ready.sendNow), 2);
        QCOMPARE(std::get<AppendEntries>(ready.sendNow[0].body).entries.size(), std::size_t(2));
        QCOMPARE(std::get<AppendEntries>(ready.sendNow[1].body).entries.size(), std::size_t(1));
        for (const Message& message : ready.sendNow) {
            const auto& append = std::get<AppendEntries>(message.body);
            QCOMPARE(append.entries.front().index, append.previousIndex.next());
            QCOMPARE(append.entries.back().payload, QByteArray("z"));
        }
        QCOMPARE(ready.entries.size(), std::size_t(1));
        QCOMPARE(ready.entries.front().payload, QByteArray("z"));
    }

    void aMessageFromThePastIsAnsweredWithTheTerm()
    {
        Alone node(3, {{{9}, {}}, {}, {}, {}, 0});
        node.receive(2, 5, AppendEntries{});
        node.receive(3, 5, RequestVote{false, {}, {}});
        const Ready ready = node.raft.takeReady();
        const auto& replies = ready.sendNow.empty() ? ready.sendAfterWritten : ready.sendNow;
        QCOMPARE(replies.size(), std::size_t(2));
        for (const Message& reply : replies)
            QCOMPARE(reply.term.value, quint64(9));
    }

    void nonsenseFromPeersChangesNothing()
    {
        Alone node(3, {{{4}, {}}, {}, entriesOf({1, 2}), {}, 0});
        node.receive(2, 4, AppendEntries{{2}, {2}, {2}, {}}); // commits 2
        node.raft.takeReady();
        QCOMPARE(node.raft.status().commit.value, quint64(2));
        node.receive(2, 4, AppendEntries{{0}, {0}, {0}, entriesOf({3})}); // contradicts what is committed
        node.receive(2, 4, AppendEntries{{2}, {2}, {9}, {{{4}, {9}, EntryKind::Command, "gap"}}});
        node.receive(2, 4, AppendEntries{{2}, {2}, {9}, {{{9}, {3}, EntryKind::Command, "future"}}});
        node.receive(2, 4, AppendEntriesReply{true, {99}, {}, {}});
        node.receive(7, 9, AppendEntriesReply{});                      // an answer from no member
        node.raft.receive({{2}, {3}, {8}, AppendEntries{}}, node.now); // not for us
        node.receive(1, 8, AppendEntries{});                           // from ourselves
        QCOMPARE(node.raft.status().lastIndex.value, quint64(2));
        QCOMPARE(node.raft.status().commit.value, quint64(2));
        QCOMPARE(node.raft.status().term.value, quint64(4));
    }

    void whatASnapshotStandsForIsForgottenALittleAtATime()
    {
        Alone node(1);
        const auto turn = [&] {
            while (node.raft.hasReady()) {
                if (const Ready ready = node.raft.takeReady(); ready.writeNumber != 0)
                    node.raft.written(ready.writeNumber, node.now);
            }
        };
        node.ticks(60);
        turn();
        for (int i = 0; i < 10'000; ++i)
            node.raft.propose("x", node.now);
        turn();
        const SnapshotMark mark = node.raft.markOfApplied();
        QVERIFY(mark.lastIndex.value >= 10'000);
        node.raft.compacted(mark, mark.lastIndex.next());
        quint64 before = 1;
        for (int turns = 1; node.raft.status().firstIndex <= mark.lastIndex; ++turns) {
            QVERIFY(turns <= 3);
            const quint64 first = node.raft.status().firstIndex.value;
            QVERIFY2(first > before && first <= before + 4'096, qPrintable(QString::number(first)));
            before = first;
            node.raft.propose("y", node.now);
            turn();
        }
        QCOMPARE(node.raft.status().firstIndex, mark.lastIndex.next());
    }

    void reasonsAreSentences()
    {
        RaftWorld world(3, 8);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        const std::uint32_t old = world.leader();
        world.crash(old);
        QVERIFY(world.tickUntil([&] { return world.leader() != 0; }));
        const auto& events = world.events(world.leader());
        const auto asked = std::find_if(events.rbegin(), events.rend(),
                                        [](const Event& e) { return std::holds_alternative<BecamePreCandidate>(e); });
        QVERIFY(asked != events.rend());
        const std::string reason = std::get<BecamePreCandidate>(*asked).reason;
        QVERIFY2(reason.starts_with("no heartbeat from n" + std::to_string(old) + " for "), reason.c_str());
    }
};

QTEST_APPLESS_MAIN(TestRaft)
#include "tst_raft.moc"
