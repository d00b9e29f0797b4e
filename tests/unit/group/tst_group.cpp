// SPDX-License-Identifier: GPL-3.0-or-later
#include "group_world.h"

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;

namespace {

bool isPromise(const raft::Message& message)
{
    const auto* reply = std::get_if<raft::AppendEntriesReply>(&message.body);
    return reply && reply->success && reply->matchIndex.value > 1;
}

} // namespace

class TestGroup : public QObject
{
    Q_OBJECT

private slots:
    void submittedIsCompletedOnceItIsCommitted()
    {
        World world(3);
        world.ticks(20);
        QCOMPARE(world[1].role(), raft::Role::Leader);
        QVERIFY(world[1].submit(7, set("x", "1")) == Group::Submitted::Taken);
        QVERIFY(world.member(1).completed.empty());
        world.settle();
        QCOMPARE(world.member(1).completed.at(7), kv::Result(kv::Ok()));
        QCOMPARE(world[3].store().peek("x"), std::optional<QByteArray>("1"));
        QCOMPARE(world[3].store().stateHash(), world[1].store().stateHash());
        QCOMPARE(world.member(3).applied, world.member(1).applied);
    }

    void followersProposeAndReadNothing()
    {
        World world(3);
        world.ticks(20);
        QVERIFY(world[2].submit(1, set("x", "1")) == Group::Submitted::NotLeader);
        QVERIFY(world[2].submit(2, get("x")) == Group::Submitted::NotLeader);
        QCOMPARE(world[2].pending(), std::size_t(0));
        world[1].submit(3, set("x", "1"));
        world.settle();
        QCOMPARE(world[2].readStale(get("x")), kv::Result(kv::Value{"1"}));
    }

    void aTurnSyncsOnceHoweverManyCommands()
    {
        World world(1);
        world.ticks(20);
        const quint64 before = world[1].disk().syncs();
        for (quint64 i = 0; i < 500; ++i)
            QVERIFY(world[1].submit(i, set("k" + QByteArray::number(i), "v")) == Group::Submitted::Taken);
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(500));
        QCOMPARE(world[1].disk().syncs(), before + 1);
    }

    void restartedNodeKeepsItsWord()
    {
        World world(3);
        world.ticks(20);
        world[1].submit(1, set("x", "kept"));
        world.settle();
        const raft::Status before = world[1].status();
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.member(id).stop();
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.member(id).start();
        QCOMPARE(world[1].term(), before.term);
        QCOMPARE(world[1].status().votedFor, before.votedFor);
        QCOMPARE(world[2].status().votedFor, raft::NodeId{1});
        QCOMPARE(world[1].status().lastIndex, before.lastIndex);
        world.ticks(30);
        QCOMPARE(world[2].store().peek("x"), std::optional<QByteArray>("kept"));
    }

    void outcomeIsUnknownWhenLeadershipIsLost()
    {
        World world(3);
        world.ticks(20);
        world.silent = 1;
        world[1].submit(5, set("x", "nobody knows"));
        world.ticks(60); // long enough for check-quorum
        QCOMPARE(world.member(1).unknown, std::vector<quint64>{5});
        QVERIFY(world.member(1).completed.empty());
        QCOMPARE(world[1].pending(), std::size_t(0));
        world.silent = 0;
        world.ticks(60);
        QVERIFY(world.member(1).completed.empty());
    }

    void readsGoNoWayThroughTheLog()
    {
        World world(3);
        world.ticks(20);
        world[1].submit(1, set("x", "1"));
        world.settle();
        const raft::LogIndex last = world[1].status().lastIndex;
        const quint64 syncs = world[1].disk().syncs();
        world[1].submit(2, set("x", "2"));
        QVERIFY(world[1].submit(3, get("x")) == Group::Submitted::Taken);
        QCOMPARE(world[1].pendingReads(), std::size_t(1));
        world.settle();
        QCOMPARE(world[1].status().lastIndex, last.next());
        QCOMPARE(world[1].disk().syncs(), syncs + 1);
        const kv::Result read = world.member(1).completed.at(3);
        QVERIFY(read == kv::Result(kv::Value{"1"}) || read == kv::Result(kv::Value{"2"})); // they were concurrent
        world[1].submit(4, get("x"));
        world.settle();
        QCOMPARE(world.member(1).completed.at(4), kv::Result(kv::Value{"2"}));
        QCOMPARE(world[1].pending(), std::size_t(0));
    }

    void aReadThatGoesThroughTheLogSeesWhatLiesBeforeItAndNoMore()
    {
        World world(3);
        world.ticks(20);
        world[1].submit(1, set("x", "1"));
        QVERIFY(world[1].submit(2, get("x"), true) == Group::Submitted::Taken);
        world[1].submit(3, set("x", "2"));
        world.settle();
        QCOMPARE(world.member(1).completed.at(2), kv::Result(kv::Value{"1"}));
        // Nobody waits for its result elsewhere, but its time passes there too.
        world.member(1).clock = {10'000, 0};
        QVERIFY(world[1].submit(4, get("x"), true) == Group::Submitted::Taken);
        world.settle();
        world.ticks(10);
        QCOMPARE(world.member(1).completed.at(4), kv::Result(kv::Value{"2"}));
        for (const std::uint32_t id : {2u, 3u})
            QCOMPARE(world[id].store().stateHash(), world[1].store().stateHash());
    }

    void readsOfOneTurnShareOneRound()
    {
        World world(3);
        world.ticks(20);
        int heartbeats = 0;
        world.member(1).whenSent = [&](const raft::Message&) { ++heartbeats; };
        for (quint64 id = 1; id <= 100; ++id)
            world[1].submit(id, get("x"));
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(100));
        QCOMPARE(heartbeats, 1); // to the follower that answers first
    }

    void aReadIsAnsweredOnlyWhileAMajorityFollows()
    {
        World world(3);
        world.ticks(20);
        world.silent = 1;
        QVERIFY(world[1].submit(1, get("x")) == Group::Submitted::Taken);
        world.settle();
        QVERIFY(world.member(1).completed.empty());
        world.ticks(60);
        QVERIFY(world.member(1).completed.empty());
        QCOMPARE(world.member(1).refused, std::vector<quint64>{1}); // surely not done, and not unknown
        QVERIFY(world.member(1).unknown.empty());
        QCOMPARE(world[1].pending(), std::size_t(0));
    }

    void promisesWaitForTheDisk()
    {
        World world(3);
        world.ticks(20);
        int promises = 0;
        world.member(2).whenSent = [&](const raft::Message& message) { promises += isPromise(message); };
        world.member(2).storage.isHeld = true;
        world.member(3).storage.isHeld = true;
        world[1].submit(1, set("x", "1"));
        world.settle();
        QCOMPARE(world.member(2).storage.waiting(), std::size_t(1));
        QCOMPARE(promises, 0);
        QVERIFY(world.member(1).completed.empty());
        world.member(2).storage.doOne();
        world.settle();
        QVERIFY(promises > 0);
        QCOMPARE(world.member(1).completed.size(), std::size_t(1));
        world.member(3).storage.doAll();
    }

    void entriesLeaveWhileTheLeaderStillWrites()
    {
        World world(3);
        world.ticks(20);
        world.member(1).storage.isHeld = true;
        world[1].submit(1, set("x", "1"));
        world.settle();
        world[1].submit(2, set("x", "2"));
        world.settle();
        QCOMPARE(world.member(1).storage.waiting(), std::size_t(1)); // both, gathered
        QCOMPARE(world[2].status().lastIndex, world[1].status().lastIndex);
        // The other two have it on their disks: that is a majority.
        QCOMPARE(world.member(1).completed.size(), std::size_t(2));
        world.member(1).storage.doAll();
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(2));
    }

    void anUnsafeGroupPromisesBeforeItHasWritten()
    {
        World world(3, [](GroupOptions& options) { options.raft.rules.syncBeforeAcknowledge = false; });
        world.ticks(20);
        int promises = 0;
        world.member(2).whenSent = [&](const raft::Message& message) { promises += isPromise(message); };
        world.member(2).storage.isHeld = true;
        world[1].submit(1, set("x", "1"));
        world.settle();
        QCOMPARE(world.member(2).storage.waiting(), std::size_t(1));
        QVERIFY(promises > 0);
        world.member(2).storage.doAll();
    }

    void afterAFailedWriteNothingIsPromised()
    {
        World world(3);
        world.ticks(20);
        int promises = 0;
        world.member(2).whenSent = [&](const raft::Message& message) { promises += isPromise(message); };
        world.member(2).storage.failure = QStringLiteral("Making durable the log failed");
        world[1].submit(1, set("x", "1"));
        QVERIFY(world[1].turn());
        world.deliver();
        const auto done = world[2].turn();
        QVERIFY(!done);
        QCOMPARE(done.error(), QStringLiteral("Making durable the log failed"));
        QVERIFY(!world[2].turn());
        QCOMPARE(promises, 0);
        world.member(2).stop();
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(1));
    }

    void whatIsQueuedWhenTheGroupGoesIsNeverReported()
    {
        World world(3);
        world.ticks(20);
        world.member(2).storage.isHeld = true;
        world[1].submit(1, set("x", "1"));
        world.settle();
        QCOMPARE(world.member(2).storage.waiting(), std::size_t(1));
        world.member(2).stop();
        world.member(2).storage.doAll();
        QVERIFY(world.network.empty());
    }

    void whatComesWhileTheDiskWorksGoesAsOne()
    {
        World world(1);
        world.ticks(20);
        const quint64 before = world[1].disk().syncs();
        world.member(1).storage.isHeld = true;
        for (quint64 i = 0; i < 20; ++i) {
            world[1].submit(i, set("k" + QByteArray::number(i), "v"));
            world.settle(); // a turn for each
        }
        QCOMPARE(world.member(1).storage.waiting(), std::size_t(1));
        QVERIFY(world.member(1).completed.empty());
        QVERIFY(world.member(1).storage.doOne());
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(20));
        QCOMPARE(world[1].disk().syncs(), before + 1);
        // What comes after somebody took them waits for the next.
        world[1].submit(20, set("k", "v"));
        world.settle();
        QCOMPARE(world.member(1).storage.waiting(), std::size_t(1));
        world.member(1).storage.doAll();
        world.settle();
        QCOMPARE(world[1].disk().syncs(), before + 2);
        QCOMPARE(world[1].pending(), std::size_t(0));
    }

    void eachStageOfAWriteIsTimed()
    {
        World world(3);
        world.ticks(20);
        const StageTimes before = world[1].stageTimes();
        world.member(1).storage.isHeld = true;
        world[1].submit(1, set("x", "1"));
        world[1].submit(2, set("y", "2"));
        world.member(1).passed += std::chrono::milliseconds(3);
        QVERIFY(world[1].turn());
        world.settle(); // the followers are a majority
        world.member(1).passed += std::chrono::milliseconds(8);
        world.member(1).storage.isHeld = false;
        world.member(1).storage.doAll();
        world.settle();
        const StageTimes& now = world[1].stageTimes();
        const auto since = [](const stats::Histogram& later, const stats::Histogram& earlier) {
            const stats::Histogram between = later.since(earlier);
            return std::pair(between.count(), between.max().value_or(std::chrono::nanoseconds(0)));
        };
        using namespace std::chrono_literals;
        const auto [queued, queuedFor] = since(now.queue, before.queue);
        QCOMPARE(queued, quint64(1)); // both went together
        QVERIFY(queuedFor >= 3ms && queuedFor < 4ms);
        const auto [appended, appendedFor] = since(now.append, before.append);
        QCOMPARE(appended, quint64(1));
        QVERIFY(appendedFor >= 8ms && appendedFor < 9ms);
        const auto [synced, syncedFor] = since(now.sync, before.sync);
        QCOMPARE(synced, quint64(1));
        QVERIFY(syncedFor < 1ms);
        const auto [replicated, replicatedFor] = since(now.replicate, before.replicate);
        QCOMPARE(replicated, quint64(1));
        QVERIFY(replicatedFor < 1ms);
        QCOMPARE(since(now.apply, before.apply).first, quint64(1));
        QCOMPARE(world[2].stageTimes().replicate.count(), quint64(0));
        QVERIFY(world[2].stageTimes().sync.count() > 0);
    }

    void howLongAWriteTakesIsKnownWhileItLasts()
    {
        World world(3);
        world.ticks(20);
        world.settle();
        QVERIFY(!world[1].writeUnderWayFor());
        Member& leader = world.member(1);
        leader.storage.isHeld = true;
        QVERIFY(world[1].submit(1, set("k", "v")) == Group::Submitted::Taken);
        world.settle();
        leader.passed += std::chrono::milliseconds(300);
        QVERIFY(world[1].writeUnderWayFor() >= std::chrono::milliseconds(300));
        leader.storage.doAll();
        QVERIFY(!world[1].writeUnderWayFor());
        QVERIFY(world[1].stageTimes().sync.count() > 0);
    }

    void aStopOfTheProcessIsNoSlowDisk()
    {
        World world(3);
        world.ticks(20);
        world.settle();
        Member& leader = world.member(1);
        leader.storage.isHeld = true;
        QVERIFY(world[1].submit(1, set("k", "v")) == Group::Submitted::Taken);
        world.settle();
        const quint64 timed = world[1].stageTimes().sync.count();
        bool isSaid = false;
        world[1].whenSynced = [&](std::chrono::nanoseconds) { isSaid = true; };
        leader.passed += std::chrono::seconds(4);
        ++leader.stops;
        QVERIFY(!world[1].writeUnderWayFor());
        leader.storage.doAll();
        QCOMPARE(world[1].stageTimes().sync.count(), timed);
        QVERIFY(!isSaid);
    }

    void watchedKeyShowsWhatIsNotYetCommitted()
    {
        World world(3);
        world.ticks(20);
        world[1].watch("x");
        world.silent = 1;
        world[1].submit(1, set("x", "9"));
        world[1].submit(2, set("y", "8"));
        world.settle();
        QCOMPARE(world[1].pendingWatchedValue(), std::optional<QByteArray>("9"));
        QVERIFY(!world[1].store().peek("x"));
        // Another leader's entry takes its place.
        world.ticks(40);
        world.silent = 0;
        world.ticks(60);
        QVERIFY(!world[1].pendingWatchedValue());
        QVERIFY(!world[1].store().peek("x"));
    }

    void aNewMemberIsTakenInAndAnOldOneLeaves()
    {
        World world(3);
        world.ticks(20);
        for (quint64 i = 0; i < 50; ++i)
            world[1].submit(i, set("k" + QByteArray::number(i), "v"));
        world.settle();
        world.add(4, {});
        QVERIFY(world[1].changeMembership({{1}, {2}, {3}, {4}}, {}, "where they are"));
        world.ticks(20);
        const raft::Membership& now = world[4].membership();
        QCOMPARE(now.voters.size(), std::size_t(4));
        QVERIFY(!now.isChanging() && !now.isJoint());
        QCOMPARE(now.contacts, QByteArray("where they are"));
        QCOMPARE(world[4].store().stateHash(), world[1].store().stateHash());
        QVERIFY(world[1].changeMembership({{1}, {2}, {4}}, {}, now.contacts));
        world.ticks(20);
        QCOMPARE(world[2].membership().voters.size(), std::size_t(3));
        const auto refused = world[1].changeMembership({}, {}, {});
        QVERIFY(!refused && refused.error().contains(QStringLiteral("at least one voter")));
        const auto follower = world[2].changeMembership({{1}}, {}, {});
        QVERIFY(!follower && follower.error().contains(QStringLiteral("does not lead")));
    }

    void whoHandsOverTakesNoCommands()
    {
        World world(3);
        world.ticks(20);
        QVERIFY(world[1].transferLeadership({2}));
        QVERIFY(world[1].submit(1, set("x", "1")) == Group::Submitted::Transferring);
        world.settle();
        QCOMPARE(world[2].role(), raft::Role::Leader);
        QCOMPARE(world[1].leader(), raft::NodeId{2});
        QVERIFY(!world[1].transferLeadership({3}));
    }

    void brokenConnectionToTheLeaderShortensTheElection()
    {
        World world(3, [](GroupOptions& options) {
            options.raft.random = [id = options.raft.self.value](std::uint32_t bound) { return id % bound; };
        });
        world.ticks(20);
        QVERIFY(world[1].leads());
        world.member(1).stop();
        world[2].connectionBroke({1});
        world[3].connectionBroke({1});
        world.ticks(6);
        QVERIFY(world[2].leads() || world[3].leads());
    }

    void oneProcessAFolder()
    {
        World world(1);
        Member second;
        second.options = world.member(1).options;
        const auto again =
            Group::open(second.options, {second.disk, second.storage, second, [] { return raft::Instant(0); }, {}});
        QVERIFY(!again);
        QVERIFY2(again.error().contains(second.options.folder), qPrintable(again.error()));
    }
};

QTEST_APPLESS_MAIN(TestGroup)
#include "tst_group.moc"
