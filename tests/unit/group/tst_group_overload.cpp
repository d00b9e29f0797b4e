// SPDX-License-Identifier: GPL-3.0-or-later
#include "group_world.h"

using namespace faultline;
using namespace faultline::node;
using namespace faultline::test;

/// What a group takes when disks or followers do not keep up: so much and no more, and the rest of its work goes on.
class TestGroupOverload : public QObject
{
    Q_OBJECT

    /// How many commands the leader answered in each turn in which it did.
    static std::vector<std::size_t> answeredByTurn(World& world)
    {
        std::vector<std::size_t> answered;
        for (int turn = 0; turn < 20; ++turn) {
            for (const std::uint32_t id : {1u, 2u, 3u}) {
                const std::size_t before = world.member(1).completed.size();
                if (!world[id].turn())
                    return {};
                if (world.member(1).completed.size() > before)
                    answered.push_back(world.member(1).completed.size() - before);
            }
            world.deliver();
        }
        return answered;
    }

private slots:
    void aSlowDiskGathersSoMuchAndNoMore()
    {
        World world(3, [](GroupOptions& options) { options.maxUnwrittenBytes = 1'000; });
        world.ticks(20);
        world.member(1).storage.isHeld = true;
        quint64 taken = 0;
        while (taken < 100 && world[1].submit(taken, set("k", QByteArray(100, 'v'))) == Group::Submitted::Taken) {
            ++taken;
            world.settle();
        }
        QVERIFY2(taken >= 8 && taken <= 12, qPrintable(QString::number(taken)));
        QCOMPARE(world.member(1).completed.size(), std::size_t(taken)); // by the followers' disks
        QVERIFY(world[1].submit(200, set("k", "v")) == Group::Submitted::Busy);
        QVERIFY(world[2].submit(200, set("k", "v")) == Group::Submitted::NotLeader);
        world.member(1).storage.isHeld = false;
        world.member(1).storage.doAll();
        QVERIFY(world[1].submit(201, set("k", "v")) == Group::Submitted::Taken);
    }

    void whileNoMajorityWritesALeaderTakesSoMuchAndNoMore()
    {
        World world(3, [](GroupOptions& options) { options.maxUnappliedBytes = 1'000; });
        world.ticks(20);
        for (const std::uint32_t id : {2u, 3u})
            world.member(id).storage.isHeld = true;
        quint64 taken = 0;
        while (taken < 100 && world[1].submit(taken, set("k", QByteArray(100, 'v'))) == Group::Submitted::Taken) {
            ++taken;
            world.settle();
        }
        QVERIFY2(taken >= 8 && taken <= 12, qPrintable(QString::number(taken)));
        QVERIFY(world.member(1).completed.empty());
        QVERIFY(world[1].submit(200, set("k", "v")) == Group::Submitted::Busy);
        for (const std::uint32_t id : {2u, 3u}) {
            world.member(id).storage.isHeld = false;
            world.member(id).storage.doAll();
        }
        world.settle();
        QCOMPARE(world.member(1).completed.size(), std::size_t(taken));
        QVERIFY(world[1].submit(201, set("k", "v")) == Group::Submitted::Taken);
    }

    /// A write that waits may wait for long; whoever comes later is told, and nobody once things go on.
    void whileNothingIsCommittedALeaderSoonTakesNoMore()
    {
        World world(3);
        world.ticks(20);
        for (const std::uint32_t id : {2u, 3u})
            world.member(id).storage.isHeld = true;
        raft::Instant& time = world.member(1).time;
        time += std::chrono::hours(1); // nothing waited for anything
        QVERIFY(world[1].submit(1, set("k", "v")) == Group::Submitted::Taken);
        world.settle();
        time += std::chrono::seconds(2);
        QVERIFY(world[1].submit(2, set("k", "v")) == Group::Submitted::Taken);
        world.settle();
        time += std::chrono::milliseconds(1);
        QVERIFY(world[1].submit(3, set("k", "v")) == Group::Submitted::Stalled);
        QVERIFY(world[1].submit(4, get("k")) == Group::Submitted::Taken);
        world.settle();
        QVERIFY(world.member(1).completed.contains(4));
        for (const std::uint32_t id : {2u, 3u}) {
            world.member(id).storage.isHeld = false;
            world.member(id).storage.doAll();
        }
        world.settle();
        QVERIFY(world.member(1).completed.contains(2));
        QVERIFY(world[1].submit(5, set("k", "v")) == Group::Submitted::Taken);
    }

    /// So that heartbeats leave between them.
    void largeRepliesToReadsComeInSeveralTurns()
    {
        World world(3);
        world.ticks(20);
        world[1].submit(1, set("big", QByteArray(2 << 20, 'v')));
        world.settle();
        for (quint64 id = 2; id <= 9; ++id)
            QVERIFY(world[1].submit(id, get("big")) == Group::Submitted::Taken);
        QCOMPARE(answeredByTurn(world), (std::vector<std::size_t>{2, 2, 2, 2}));
    }

    /// Also where none of them is told.
    void readsThatLookAtManyKeysComeInSeveralTurns()
    {
        World world(3);
        world.ticks(20);
        std::vector<QByteArray> words;
        for (int i = 0; i < 6'000; ++i)
            words.insert(words.end(), {"key:" + QByteArray::number(i), "v"});
        const std::vector<QByteArrayView> arguments(words.begin(), words.end());
        world[1].submit(1, kv::encodeCommand(kv::Verb::SetMany, arguments));
        world.settle();
        const std::array<QByteArrayView, 3> scan{"0", "10000", "nothing*"};
        for (quint64 id = 2; id <= 9; ++id)
            QVERIFY(world[1].submit(id, kv::encodeCommand(kv::Verb::Scan, scan)) == Group::Submitted::Taken);
        QCOMPARE(answeredByTurn(world), (std::vector<std::size_t>{2, 2, 2, 2}));
    }

    /// Whoever begins with one goes on hearing, and being heard, while it is applied.
    void aLongLogIsAppliedInSeveralTurns()
    {
        constexpr quint64 kEntries = 25'000;
        World world(1);
        world.ticks(20);
        for (quint64 id = 1; id <= kEntries; ++id)
            QVERIFY(world[1].submit(id, set("k", "v")) == Group::Submitted::Taken);
        world.settle();
        Member& member = world.member(1);
        QCOMPARE(member.completed.size(), std::size_t(kEntries));
        member.stop();
        member.applied.clear();
        member.start();
        std::size_t most = 0;
        for (int turn = 0; turn < 100; ++turn) {
            if (member.dues == 0)
                world[1].tick();
            member.dues = 0;
            const std::size_t before = member.applied.size();
            QVERIFY(world[1].turn());
            most = std::max(most, member.applied.size() - before);
        }
        QVERIFY(member.applied.size() > kEntries);
        QCOMPARE(most, raft::kMaxCommittedAtOnce);
    }

    void whoseDiskHangsPromisesSoMuchAndNoMore()
    {
        World world(3, [](GroupOptions& options) { options.maxUnwritten = 5; });
        world.ticks(20);
        world.member(3).storage.isHeld = true;
        const raft::Term before = world[3].term();
        for (quint64 term = 1; term <= 20; ++term) {
            world[3].receive(
                {{2}, {3}, {before.value + term}, raft::RequestVote{false, {1'000}, {before.value}, true}});
            QVERIFY(world[3].turn());
        }
        QCOMPARE(world[3].unwritten(), std::size_t(5));
        QCOMPARE(world[3].term(), raft::Term{before.value + 5});
        world.member(3).storage.isHeld = false;
        world.member(3).storage.doAll();
        QCOMPARE(world[3].unwritten(), std::size_t(0));
        world[3].receive({{2}, {3}, {before.value + 20}, raft::RequestVote{false, {1'000}, {before.value}, true}});
        QCOMPARE(world[3].term(), raft::Term{before.value + 20});
    }

    void aLeaderWhoseDiskHangsTakesSoManyWritesAndLeadsOn()
    {
        World world(3, [](GroupOptions& options) { options.maxUnwritten = 10; });
        world.ticks(20);
        world.member(1).storage.isHeld = true;
        const raft::Term term = world[1].term();
        quint64 taken = 0;
        while (taken < 100 && world[1].submit(taken, set("k", "v")) == Group::Submitted::Taken) {
            ++taken;
            world.settle();
        }
        QCOMPARE(taken, quint64(5));
        QCOMPARE(world.member(1).completed.size(), std::size_t(taken)); // by the followers' disks
        QVERIFY(world[1].changeMembership({{1}, {2}}, {}, {}).error().contains("behind"));
        QCOMPARE(world[1].submit(200, get("k")), Group::Submitted::Taken);
        world.ticks(200);
        QVERIFY(world[1].leads());
        QCOMPARE(world[1].term(), term);
        QVERIFY(world.member(1).completed.contains(200));
        QCOMPARE(world[1].unwritten(), std::size_t(5));
        world.member(1).storage.isHeld = false;
        world.member(1).storage.doAll();
        QCOMPARE(world[1].submit(201, set("k", "v")), Group::Submitted::Taken);
    }

    /// However it came to that: what is left of an earlier life as a follower counts too.
    void aLeaderWithAllTheWritesThatMayWaitStillHearsItsFollowers()
    {
        World world(3, [](GroupOptions& options) { options.maxUnwritten = 1; });
        world.ticks(20);
        QCOMPARE(world[1].submit(1, set("k", "v")), Group::Submitted::Taken);
        world.member(1).storage.isHeld = true;
        world.settle();
        QCOMPARE(world[1].unwritten(), std::size_t(1));
        world.ticks(200);
        QVERIFY(world[1].leads());
        QVERIFY(world.member(1).completed.contains(1));
        QCOMPARE(world.member(1).count<raft::BecameLeader>(), 1);
        // A term to come would cost a write.
        world[1].receive({{2}, {1}, world[1].term().next(), raft::AppendEntriesReply{}});
        QVERIFY(world[1].leads());
    }

    void aLeaderThatNobodyAnswersLetsReadsOfSoManyBytesWaitAndNoMore()
    {
        World world(3, [](GroupOptions& options) {
            options.maxWaitingReadBytes = 1'000;
            options.raft.checkQuorum = false;
        });
        world.ticks(20);
        world.silent = 1;
        quint64 taken = 0;
        while (taken < 100 && world[1].submit(taken, get(QByteArray(100, 'k'))) == Group::Submitted::Taken) {
            ++taken;
            world.settle();
        }
        QVERIFY2(taken >= 8 && taken <= 12, qPrintable(QString::number(taken)));
        world.silent = 0;
        world.ticks(20);
        QCOMPARE(world.member(1).completed.size(), std::size_t(taken));
        QVERIFY(world[1].submit(200, get("k")) == Group::Submitted::Taken);
    }

    void aLeaderThatNobodyAnswersLetsSoManyReadsWaitAndNoMore()
    {
        World world(3, [](GroupOptions& options) {
            options.maxWaitingReads = 5;
            options.raft.checkQuorum = false;
        });
        world.ticks(20);
        world.silent = 1;
        for (quint64 read = 1; read <= 5; ++read) {
            QVERIFY(world[1].submit(read, get("k")) == Group::Submitted::Taken);
            world.settle();
        }
        QVERIFY(world[1].submit(6, get("k")) == Group::Submitted::Busy);
        QCOMPARE(world[1].pendingReads(), std::size_t(5));
        QVERIFY(world[1].submit(7, set("k", "v")) == Group::Submitted::Taken);
    }

    void aLeaderWithAFullDiskReadsAndTakesNoWriteUntilThereIsSpace()
    {
        World world(3);
        world.ticks(20);
        world[1].submit(1, set("x", "1"));
        world.settle();
        world.member(1).disk.setFault({.full = true});
        world.ticks(10); // it looks now and then
        QVERIFY(world[1].disk().isFull());
        const raft::LogIndex last = world[1].status().lastIndex;
        QVERIFY(world[1].submit(2, set("x", "2")) == Group::Submitted::DiskFull);
        QVERIFY(world[2].submit(2, set("x", "2")) == Group::Submitted::NotLeader);
        QVERIFY(world[1].submit(3, get("x")) == Group::Submitted::Taken);
        world.settle();
        QCOMPARE(world.member(1).completed.at(3), kv::Result(kv::Value{"1"}));
        QCOMPARE(world[1].status().lastIndex, last);
        world.member(1).disk.setFault({});
        world.ticks(10);
        QVERIFY(world[1].leads());
        QVERIFY(world[1].submit(4, set("x", "4")) == Group::Submitted::Taken);
        world.settle();
        QCOMPARE(world.member(1).completed.at(4), kv::Result(kv::Ok()));
    }

    void aFollowerWithAFullDiskPromisesNothingBeyondItsRoomAndGoesOnLater()
    {
        World world(3, [](GroupOptions& options) {
            options.log.fillStep = 4096;
            options.snapshotAfterBytes = 2'000; // for which there is no space either
        });
        world.ticks(20);
        raft::LogIndex promised;
        world.member(2).whenSent = [&](const raft::Message& message) {
            const auto* reply = std::get_if<raft::AppendEntriesReply>(&message.body);
            if (reply && reply->success)
                promised = std::max(promised, reply->matchIndex);
        };
        world.member(2).disk.setFault({.full = true});
        for (quint64 i = 0; i < 100; ++i) {
            QVERIFY(world[1].submit(i, set("k" + QByteArray::number(i), QByteArray(100, 'v'))) ==
                    Group::Submitted::Taken);
            world.ticks(1);
        }
        QCOMPARE(world.member(1).completed.size(), std::size_t(100)); // by the two others
        const raft::LogIndex last = world[1].status().lastIndex;
        QVERIFY2(promised.value > 5 && promised.value < 60, qPrintable(QString::number(promised.value)));
        QCOMPARE(world[2].snapshotsTaken(), quint64(0));
        world.member(2).disk.setFault({});
        world.ticks(30);
        QCOMPARE(promised, last);
        QCOMPARE(world[2].store().stateHash(), world[1].store().stateHash());
        // And all of it is there at the next start.
        world.member(2).stop();
        world.member(2).start();
        QCOMPARE(world[2].status().lastIndex, last);
    }
};

QTEST_APPLESS_MAIN(TestGroupOverload)
#include "tst_group_overload.moc"
