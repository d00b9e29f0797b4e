// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group.h"
#include "node/group/stored_log.h"
#include "node/storage/real_disk.h"

#include <QTemporaryDir>
#include <QTest>

#include <deque>
#include <map>
#include <memory>

using namespace faultline;
using namespace faultline::node;

namespace {

QByteArray set(const QByteArray& key, const QByteArray& value)
{
    const std::array<QByteArrayView, 2> arguments{key, value};
    return kv::encodeCommand(kv::Verb::Set, arguments);
}
QByteArray get(const QByteArray& key)
{
    const std::array<QByteArrayView, 1> arguments{key};
    return kv::encodeCommand(kv::Verb::Get, arguments);
}

/// A few groups that share a network of function calls, each with a real log in a folder of its own.
struct Member : Transport
{
    std::uint32_t id;
    QString folder;
    std::deque<raft::Message>* network;
    storage::RealDisk disk;
    std::unique_ptr<storage::Wal> wal;
    std::unique_ptr<Group> group;
    std::map<quint64, kv::Result> completed;
    std::vector<quint64> unknown;

    void start(const std::vector<raft::NodeId>& voters)
    {
        auto opened = storage::Wal::open(disk, folder);
        QVERIFY2(opened, opened ? "" : qPrintable(opened.error()));
        storage::OpenedWal log = *std::move(opened);
        wal = std::move(log.wal);
        raft::Options options;
        options.self = {id};
        options.voters = voters;
        options.electionTicksMin = 6 + int(id) * 4; // the lowest number wins the first election
        options.electionTicksMax = options.electionTicksMin;
        options.random = [](std::uint32_t) { return 0u; };
        group = std::make_unique<Group>(options, storedState(log), *wal, *this, [] { return raft::Instant(0); });
        group->whenCompleted = [this](quint64 request, const kv::Result& result) {
            completed.emplace(request, result);
        };
        group->whenUnknown = [this](quint64 request) { unknown.push_back(request); };
    }
    void stop()
    {
        group.reset();
        wal.reset();
    }
    void send(const raft::Message& message) override { network->push_back(message); }
};

struct World
{
    QTemporaryDir folder;
    std::deque<raft::Message> network;
    std::vector<raft::NodeId> voters;
    std::map<std::uint32_t, std::unique_ptr<Member>> members;
    std::uint32_t silent = 0; ///< nothing from or to this one arrives

    explicit World(std::uint32_t count)
    {
        for (std::uint32_t id = 1; id <= count; ++id) {
            voters.push_back({id});
            auto member = std::make_unique<Member>();
            member->id = id;
            member->folder = folder.filePath(QString::number(id));
            member->network = &network;
            members.emplace(id, std::move(member));
        }
        for (auto& [id, member] : members)
            member->start(voters);
    }
    Group& operator[](std::uint32_t id) { return *members.at(id)->group; }
    void settle()
    {
        for (bool moved = true; moved;) {
            moved = false;
            for (auto& [id, member] : members) {
                if (member->group && !member->group->turn())
                    QFAIL("the disk failed");
            }
            while (!network.empty()) {
                moved = true;
                const raft::Message message = network.front();
                network.pop_front();
                auto& to = members.at(message.to.value);
                if (to->group && message.from.value != silent && message.to.value != silent)
                    to->group->receive(message);
            }
        }
    }
    void ticks(int count)
    {
        for (int i = 0; i < count; ++i) {
            for (auto& [id, member] : members) {
                if (member->group)
                    member->group->tick();
            }
            settle();
        }
    }
};

} // namespace

class TestGroup : public QObject
{
    Q_OBJECT

private slots:
    void submittedIsCompletedOnceItIsCommitted()
    {
        World world(3);
        world.ticks(20);
        QCOMPARE(world[1].status().role, raft::Role::Leader);
        QVERIFY(world[1].submit(7, set("x", "1")));
        QVERIFY(world[1].submit(8, get("x")));
        QVERIFY(world.members.at(1)->completed.empty());
        world.settle();
        QCOMPARE(world.members.at(1)->completed.at(7), kv::Result(kv::Ok()));
        QCOMPARE(world.members.at(1)->completed.at(8), kv::Result(kv::Value{"1"}));
        QCOMPARE(world[3].store().peek("x"), std::optional<QByteArray>("1"));
        QCOMPARE(world[3].store().stateHash(), world[1].store().stateHash());
    }

    void followersProposeNothing()
    {
        World world(3);
        world.ticks(20);
        QVERIFY(!world[2].submit(1, set("x", "1")));
        QCOMPARE(world[2].pending(), std::size_t(0));
    }

    void aTurnSyncsOnceHoweverManyCommands()
    {
        World world(1);
        world.ticks(20);
        world.settle();
        const quint64 before = world.members.at(1)->wal->syncs();
        for (quint64 i = 0; i < 500; ++i)
            QVERIFY(world[1].submit(i, set("k" + QByteArray::number(i), "v")));
        world.settle();
        QCOMPARE(world.members.at(1)->completed.size(), std::size_t(500));
        QCOMPARE(world.members.at(1)->wal->syncs(), before + 1);
    }

    void restartedNodeKeepsItsWord()
    {
        World world(3);
        world.ticks(20);
        QVERIFY(world[1].submit(1, set("x", "kept")));
        world.settle();
        const raft::Status before = world[1].status();
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.members.at(id)->stop();
        for (std::uint32_t id = 1; id <= 3; ++id)
            world.members.at(id)->start(world.voters);
        QCOMPARE(world[1].status().term, before.term);
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
        QVERIFY(world[1].submit(5, set("x", "nobody knows")));
        world.ticks(60); // long enough for check-quorum
        QCOMPARE(world.members.at(1)->unknown, std::vector<quint64>{5});
        QVERIFY(world.members.at(1)->completed.empty());
        QCOMPARE(world[1].pending(), std::size_t(0));
        world.silent = 0;
        world.ticks(60);
        QVERIFY(world.members.at(1)->completed.empty());
    }

    void watchedKeyShowsWhatIsNotYetCommitted()
    {
        World world(3);
        world.ticks(20);
        world[1].watch("x");
        world.silent = 1;
        QVERIFY(world[1].submit(1, set("x", "9")));
        QVERIFY(world[1].submit(2, set("y", "8")));
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

    void oneProcessAFolder()
    {
        World world(1);
        storage::RealDisk disk;
        const auto again = storage::Wal::open(disk, world.members.at(1)->folder);
        QVERIFY(!again);
        QVERIFY2(again.error().contains(world.members.at(1)->folder), qPrintable(again.error()));
    }
};

QTEST_APPLESS_MAIN(TestGroup)
#include "tst_group.moc"
