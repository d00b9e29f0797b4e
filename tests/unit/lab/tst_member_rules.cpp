// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/member_rules.h"

#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

struct World
{
    Timeline timeline;

    explicit World(quint32 nodes)
    {
        ClusterRecord cluster{1s, {}, 1, "x"};
        for (quint32 id = 1; id <= nodes; ++id)
            cluster.members.push_back({NodeId{id}, 1, 2, 3});
        timeline.append(cluster);
        for (quint32 id = 1; id <= nodes; ++id)
            timeline.append(NodeRecord{1s, {id}, NodeLife::Running, 1, {}});
    }
    void lead(quint32 id, std::vector<NodeId> voters, std::vector<NodeId> learners = {})
    {
        wire::Status status;
        status.role = wire::Role::Leader;
        status.term = 1;
        status.voters = std::move(voters);
        status.learners = std::move(learners);
        timeline.append(StatusRecord{{id}, status});
    }
};

} // namespace

class TestMemberRules : public QObject
{
    Q_OBJECT

private slots:
    void theLowestFreeNumberIsTaken()
    {
        World world(4);
        QCOMPARE(freeMember(world.timeline), NodeId{5});
        world.timeline.append(MemberRecord{2s, {NodeId{2}, 1, 2, 3}, false});
        QCOMPARE(freeMember(world.timeline), NodeId{2});
        QVERIFY(!freeMember(World(9).timeline));
    }

    void whatMakesSenseIsAllowed()
    {
        World world(5);
        world.lead(3, {{1}, {2}, {3}, {4}, {5}});
        QCOMPARE(whyNoneAdded(world.timeline), QString());
        QCOMPARE(whyNotAdded(world.timeline, {6}), QString());
        QCOMPARE(whyNotRemoved(world.timeline, {3}), QString());
        QCOMPARE(whyNotLeader(world.timeline, {1}), QString());
    }

    void whatMakesNoneSaysWhy()
    {
        Timeline none;
        QCOMPARE(whyNoneAdded(none), QStringLiteral("there is no cluster; start one first"));
        World nine(9);
        QCOMPARE(whyNoneAdded(nine.timeline),
                 QStringLiteral("the cluster has nine nodes, and more it cannot have; remove one first"));
        World world(3);
        world.lead(2, {{2}}, {{1}});
        QCOMPARE(whyNotAdded(world.timeline, {1}), QStringLiteral("n1 belongs to the cluster already"));
        QCOMPARE(whyNotRemoved(world.timeline, {2}),
                 QStringLiteral("n2 is the last that votes: without it nothing could be agreed"));
        QCOMPARE(whyNotRemoved(world.timeline, {1}), QString());
        QCOMPARE(whyNotRemoved(world.timeline, {7}), QStringLiteral("there is no n7 in this cluster"));
        QCOMPARE(whyNotLeader(world.timeline, {2}), QStringLiteral("n2 leads already"));
        QCOMPARE(whyNotLeader(world.timeline, {1}), QStringLiteral("n1 has no vote yet, so it cannot lead"));
        world.lead(2, {{1}, {2}, {3}});
        world.timeline.append(NodeRecord{2s, {3}, NodeLife::Frozen, 1, {}});
        QCOMPARE(whyNotLeader(world.timeline, {3}), QStringLiteral("n3 is not running, so it cannot lead"));
    }

    void oneChangeAtATimeAndNoneWhileHeld()
    {
        World world(5);
        world.timeline.append(MemberChangeRecord{2s, QStringLiteral("n6 is being added")});
        for (const QString& why :
             {whyNoneAdded(world.timeline), whyNotRemoved(world.timeline, {1}), whyNotLeader(world.timeline, {1})})
            QCOMPARE(why, QStringLiteral("n6 is being added: one change at a time"));
        world.timeline.append(MemberChangeRecord{2s, {}});
        wire::Pace held;
        held.held = true;
        world.timeline.append(PaceRecord{2s, held});
        QCOMPARE(whyNotRemoved(world.timeline, {1}), QStringLiteral("the cluster is held; let it go on first"));
    }
};

QTEST_GUILESS_MAIN(TestMemberRules)
#include "tst_member_rules.moc"
