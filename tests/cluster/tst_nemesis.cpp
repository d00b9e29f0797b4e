// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"
#include "obedience.h"

#include <random>
#include <set>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;
using namespace std::chrono_literals;

/// What is done to links, power and several nodes at once, on real clusters, and what of it can be taken back.
class TestNemesis : public QObject
{
    Q_OBJECT

    static fault::LinkFault slow(std::chrono::milliseconds latency)
    {
        fault::LinkFault fault;
        fault.latency = latency;
        return fault;
    }
    static LoadRecord lastLoad(const LiveCluster& cluster)
    {
        const auto& load = cluster.lab.timeline().load();
        return load.empty() ? LoadRecord() : load.back();
    }
    static int connectionsTo(const LiveCluster& cluster, NodeId of)
    {
        int count = 0;
        for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
            if (!node.status)
                continue;
            for (const wire::LinkCounters& link : node.status->links)
                count += link.peer == of && link.connected;
        }
        return count;
    }
    static int disconnectsSeen(const LiveCluster& cluster, NodeId of)
    {
        const QString words = QStringLiteral("connection to %1 lost").arg(of.name());
        const auto& events = cluster.lab.timeline().events();
        return static_cast<int>(
            std::count_if(events.begin(), events.end(), [&](const EventRow& row) { return row.text.contains(words); }));
    }

private slots:
    void poweredOffLeaderFallsSilentAndIsFollowed()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        cluster.lab.powerOff(old);
        QCOMPARE(cluster.caption(), QStringLiteral("Powered off %1, the leader").arg(old.name()));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(old, NodeLife::Dead), kPatienceMs);
        QCOMPARE(cluster.node(old).how, QStringLiteral("lost power"));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.lastFault()->leaderAfter && cluster.lastFault()->writeAfter, kPatienceMs);
        QCOMPARE(cluster.lastFault()->kind, FaultKind::PowerOff);
        QCOMPARE(disconnectsSeen(cluster, old), 0); // nobody was told by a closed socket
        QVERIFY(headline(cluster.lab.timeline()).contains(QStringLiteral("%1 is without power").arg(old.name())));

        cluster.options.pace = wire::Pace::real();
        const auto answer = cluster.ask(old, QStringLiteral("GET x"));
        QVERIFY(answer && answer->isError);
        QVERIFY2(answer->explanation.contains(QStringLiteral("did not answer within")),
                 qPrintable(answer->explanation));

        cluster.lab.restart(old);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up after")), kPatienceMs);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void killedLeaderIsToldByClosedConnections()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        // A cluster serves with a majority; who has yet to connect has nothing to lose.
        QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && connectionsTo(cluster, cluster.leader()) == 4, kPatienceMs);
        const NodeId old = cluster.leader();
        cluster.lab.kill(old);
        QTRY_COMPARE_WITH_TIMEOUT(disconnectsSeen(cluster, old), 4, kPatienceMs);
    }

    void crashLoopGoesOnUntilItIsEnded()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId victim = cluster.follower();
        std::set<qint64> pids;
        cluster.lab.crashLoop(victim, 1s);
        QTRY_VERIFY_WITH_TIMEOUT((pids.insert(cluster.node(victim).pid), pids.size() >= 4), kPatienceMs);
        QVERIFY(headline(cluster.lab.timeline()).contains(QStringLiteral("in a crash loop")));
        cluster.lab.restart(victim);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim) && cluster.captionOutcome().contains(QStringLiteral("caught up")),
                                 kPatienceMs);
        const qint64 pid = cluster.node(victim).pid;
        const auto since = wire::monotonicNow();
        QVERIFY(cluster.until([&] { return wire::monotonicNow() - since > 2500ms; }));
        QCOMPARE(cluster.node(victim).pid, pid);
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void rollingRestartLosesNothingAndTakesTheLeaderLast()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const auto before = cluster.pids();
        const NodeId leader = cluster.leader();
        std::vector<NodeId> order;
        connect(&cluster.lab.timeline(), &Timeline::appended, this, [&](const Record& record) {
            const auto* node = std::get_if<NodeRecord>(&record);
            if (node && node->life == NodeLife::Dead)
                order.push_back(node->node);
        });
        const Timeline& timeline = cluster.lab.timeline();
        cluster.lab.rollingRestart();
        QCOMPARE(cluster.lastFault()->name, QStringLiteral("rolling restart"));
        QVERIFY(cluster.captionOutcome().isEmpty()); // who waits for it takes an outcome for its end
        QVERIFY(headline(timeline).contains(QStringLiteral("olling restart")));
        QCOMPARE(timeline.faultState().undo, QStringLiteral("Rolling restart"));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("all 5 restarted in")), kPatienceMs);
        QVERIFY(cluster.lastFault()->to && stateOf(cluster).healthy());
        QVERIFY(!headline(timeline).contains(QStringLiteral("olling restart")));
        QCOMPARE(order.size(), std::size_t(5));
        QCOMPARE(order.back(), leader);
        for (const qint64 pid : cluster.pids())
            QVERIFY(std::find(before.begin(), before.end(), pid) == before.end());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void undoStopsARollingRestartAndLeavesTheStepBeforeAlone()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const Timeline& timeline = cluster.lab.timeline();
        cluster.lab.setSurge(2);
        cluster.lab.rollingRestart();
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.runs({1}) || !cluster.runs({2}) || !cluster.runs({3}), kPatienceMs);
        QStringList outcomes;
        connect(&timeline, &Timeline::appended, this, [&](const Record& record) {
            if (const auto* gesture = std::get_if<GestureRecord>(&record))
                outcomes << gesture->what + QStringLiteral(": ") + gesture->outcome;
        });
        cluster.lab.undo();
        QVERIFY2(outcomes.join(QLatin1Char('|')).contains(QStringLiteral("the leader last: stopped after ")),
                 qPrintable(outcomes.join(QLatin1Char('|'))));
        QCOMPARE(cluster.caption(), QStringLiteral("Undid: Rolling restart"));
        QVERIFY(cluster.lastFault()->to);
        QCOMPARE(stateOf(cluster).surge, 2.0);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs({1}) && cluster.runs({2}) && cluster.runs({3}) && cluster.leader(),
                                 kPatienceMs);
        const auto pids = cluster.pids();
        QVERIFY(cluster.serves());
        QCOMPARE(cluster.pids(), pids);

        cluster.lab.rollingRestart();
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("all 3 restarted in")), kPatienceMs);
        QCOMPARE(timeline.faultState().undo, QStringLiteral("Rolling restart"));
        QCOMPARE(timeline.faultState().undoMeans, QStringLiteral("there is nothing to bring back"));
        cluster.lab.undo();
        QCOMPARE(cluster.caption(), QStringLiteral("Undid: Rolling restart"));
        QCOMPARE(cluster.captionOutcome(), QStringLiteral("there is nothing to bring back"));
        QCOMPARE(stateOf(cluster).surge, 2.0);
        cluster.lab.undo();
        QCOMPARE(stateOf(cluster).surge, 1.0);
    }

    void restartOfOneThatRunsIsABandOfThatName()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const NodeId node = cluster.follower();
        cluster.lab.restart(node);
        QCOMPARE(cluster.lastFault()->name, QStringLiteral("%1 restarts").arg(node.name()));
        QCOMPARE(cluster.caption(), QStringLiteral("Restarted %1").arg(node.name()));
        QVERIFY(cluster.lastFault()->to);
    }

    void primariesAreThoseThatLead()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const NodeId leader = cluster.leader();
        cluster.lab.partition(PartitionShape::Primaries, {});
        for (const LinkId link : linksAmong({{1}, {2}, {3}}))
            QCOMPARE(stateOf(cluster).effective(link).cut, link.from == leader || link.to == leader);
        cluster.lab.healPartitions();
        QCOMPARE(cluster.caption(), QStringLiteral("Healed the partition"));
        cluster.lab.cut({{{1}, {2}}});
        cluster.lab.healCut(stateOf(cluster).cuts.front().id);
        QCOMPARE(cluster.caption(), QStringLiteral("Healed the links"));
        QCOMPARE(cluster.lab.timeline().faultState().undo, QStringLiteral("Heal the links"));
        cluster.lab.cut({{{1}, {2}}});
        cluster.lab.healPartitions();
        QCOMPARE(cluster.caption(), QStringLiteral("Healed the links"));
        cluster.lab.setHotKey({});
        QVERIFY(cluster.lab.timeline().events().back().text.contains(QStringLiteral("there is no hot key to end")));
    }

    void leaderInTheMinorityTakesNoWriteAndTheMajorityGoesOn()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId old = cluster.leader();
        cluster.lab.partition(PartitionShape::Minority);
        QVERIFY(cluster.lastFault()->onLeader);
        QVERIFY(cluster.lastFault()->name.startsWith(QStringLiteral("minority: ")));
        QVERIFY(headline(cluster.lab.timeline()).contains(QStringLiteral("cannot hear")));
        const quint64 commit = cluster.node(old).status->commitIndex;
        QTRY_VERIFY_WITH_TIMEOUT(cluster.lastFault()->leaderAfter && cluster.lastFault()->writeAfter, kPatienceMs);
        QVERIFY(cluster.serves());
        // What it had appended before may still have come through; nothing after.
        QVERIFY(cluster.node(old).status->commitIndex <= commit + 20);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.node(old).status->role != wire::Role::Leader, kPatienceMs);
        cluster.lab.healPartitions();
        QVERIFY(!stateOf(cluster).effective({old, NodeId{old.value % 5 + 1}}).cut);
        const quint64 goal = cluster.node(cluster.leader()).status->commitIndex;
        QTRY_VERIFY_WITH_TIMEOUT(cluster.node(old).status->commitIndex >= goal, kPatienceMs);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void oneWayCutIsOneWay()
    {
        LiveCluster cluster(3, 50);
        QVERIFY(cluster.start());
        const NodeId leader = cluster.leader();
        const NodeId deaf = cluster.follower();
        cluster.lab.cut({{leader, deaf}});
        QVERIFY(headline(cluster.lab.timeline())
                    .contains(QStringLiteral("%1 cannot hear %2 (%2 hears %1)").arg(deaf.name(), leader.name())));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.lab.isObeyed(), kPatienceMs);
        const auto received = [&](NodeId at, NodeId from) {
            for (const wire::LinkCounters& link : cluster.node(at).status->links) {
                if (link.peer == from)
                    return link.receivedFrames - link.receivedLostFrames;
            }
            return quint64(0);
        };
        QTRY_VERIFY_WITH_TIMEOUT(allObey(cluster, stateOf(cluster)), kPatienceMs);
        const quint64 heardByDeaf = received(deaf, leader);
        const quint64 heardByLeader = received(leader, deaf);
        // It asks for votes, which the leader hears.
        QTRY_VERIFY_WITH_TIMEOUT(received(leader, deaf) > heardByLeader + 3, kPatienceMs);
        QCOMPARE(received(deaf, leader), heardByDeaf);
        QVERIFY(cluster.serves());
        cluster.lab.undo();
        QTRY_VERIFY_WITH_TIMEOUT(received(deaf, leader) > heardByDeaf, kPatienceMs);
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void thawedNodeObeysBeforeItSpeaks()
    {
        LiveCluster cluster(3, 100);
        QVERIFY(cluster.start());
        for (int round = 0; round < rounds(5); ++round) {
            const NodeId frozen = cluster.leader();
            cluster.lab.freeze(frozen);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != frozen, kPatienceMs);
            std::set<LinkId> links;
            for (const NodeId peer : idsOf(cluster)) {
                if (peer != frozen)
                    links.insert({frozen, peer});
            }
            // What arrives is counted by the others, cut or not: nothing may.
            const auto arrived = [&] {
                quint64 sum = 0;
                for (const NodeId peer : idsOf(cluster)) {
                    if (peer == frozen)
                        continue;
                    for (const wire::LinkCounters& link : cluster.node(peer).status->links)
                        sum += link.peer == frozen ? link.receivedFrames : 0;
                }
                return sum;
            };
            cluster.lab.cut(links);
            QTRY_VERIFY_WITH_TIMEOUT(allObey(cluster, stateOf(cluster)), kPatienceMs);
            const quint64 before = arrived();
            cluster.lab.thaw(frozen);
            const auto thawed = wire::monotonicNow();
            QTRY_VERIFY_WITH_TIMEOUT(obeys(cluster, frozen, stateOf(cluster)) &&
                                         cluster.node(frozen).status->at > thawed + 200ms,
                                     kPatienceMs);
            QCOMPARE(arrived(), before);
            cluster.lab.healAll();
            QVERIFY(cluster.serves());
        }
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void clockGoesWrongAndIsSetRight()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        const auto ahead = [&] {
            const wire::Status& status = *cluster.node({2}).status;
            const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch());
            return status.wallClock - (now - (wire::monotonicNow() - status.at));
        };
        QTRY_VERIFY_WITH_TIMEOUT(std::chrono::abs(ahead()) < 1s, kPatienceMs);
        cluster.lab.setClock({2}, 3600s, fault::Share::kAll);
        QTRY_VERIFY_WITH_TIMEOUT(std::chrono::abs(ahead() - 3600s) < 1s, kPatienceMs);
        cluster.lab.restart({2}); // the battery keeps it
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs({2}) && cluster.node({2}).status, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(std::chrono::abs(ahead() - 3600s) < 1s, kPatienceMs);
        cluster.lab.jumpClock({2}, -7200s);
        QTRY_VERIFY_WITH_TIMEOUT(std::chrono::abs(ahead() + 3600s) < 1s, kPatienceMs);
        const auto answer = cluster.ask({2}, QStringLiteral("TIME"));
        QVERIFY(answer && !answer->isError);
        cluster.lab.undo();
        cluster.lab.undo();
        QTRY_VERIFY_WITH_TIMEOUT(std::chrono::abs(ahead()) < 1s, kPatienceMs);
        QVERIFY(stateOf(cluster).healthy());
    }

    void rampReachesItsGoalStepByStep()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        cluster.lab.setLinkFault({{{1}, {2}}}, slow(400ms), 2s);
        std::set<qint64> seen;
        QTRY_VERIFY_WITH_TIMEOUT(
            (seen.insert(stateOf(cluster).effective({{1}, {2}}).latency.count()), seen.contains(400'000)), kPatienceMs);
        QVERIFY2(seen.size() >= 5, qPrintable(QString::number(seen.size())));
        QTRY_VERIFY_WITH_TIMEOUT(obeys(cluster, {1}, stateOf(cluster)), kPatienceMs);
        cluster.lab.undo();
        QVERIFY(stateOf(cluster).healthy());
    }

    void surgeRaisesTheLoadAndAHotKeyLosesNothing()
    {
        LiveCluster cluster(3, 100);
        QVERIFY(cluster.start());
        cluster.lab.setHotKey(fault::Share::ofPercent(80));
        cluster.lab.setSurge(5);
        QTRY_COMPARE_WITH_TIMEOUT(lastLoad(cluster).targetRate, 500.0, kPatienceMs);
        const quint64 before = cluster.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(cluster.acknowledged() > before + 200, kPatienceMs);
        cluster.lab.healAll();
        QTRY_COMPARE_WITH_TIMEOUT(lastLoad(cluster).targetRate, 100.0, kPatienceMs);
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void clientsBehindASlowLinkWait()
    {
        LiveCluster cluster(3, 50);
        QVERIFY(cluster.start());
        std::vector<LinkId> links;
        for (const NodeId node : idsOf(cluster))
            links.push_back({kClients, node});
        cluster.lab.setLinkFault(links, slow(150ms));
        QTRY_VERIFY_WITH_TIMEOUT(lastLoad(cluster).ok > 0 && lastLoad(cluster).latency.percentileOfFew(0.01) >= 149ms,
                                 kPatienceMs);
        fault::LinkFault lossy;
        lossy.loss = fault::Share::ofPercent(5);
        cluster.lab.setLinkFault(links, lossy);
        QVERIFY(cluster.lab.timeline().lastProblem()->text.contains(QStringLiteral("whole messages")));
        QCOMPARE(stateOf(cluster).effective(links.front()), slow(150ms));
        cluster.lab.healAll();
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
    }

    void killIsUndoneByARestartThatSaysItsPrice()
    {
        LiveCluster cluster;
        QVERIFY(cluster.start());
        const NodeId victim = cluster.follower();
        cluster.lab.kill(victim);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
        QCOMPARE(cluster.lab.timeline().faultState().undo, QStringLiteral("Kill %1").arg(victim.name()));
        const QString price = QStringLiteral("restarts %1; what it had only in memory stays lost").arg(victim.name());
        QCOMPARE(cluster.lab.timeline().faultState().undoMeans, price);
        cluster.lab.undo();
        QCOMPARE(cluster.caption(), QStringLiteral("Undid: Kill %1").arg(victim.name()));
        QCOMPARE(cluster.captionOutcome(), price);
        QCOMPARE(cluster.lab.timeline().faultState().redoMeans, QStringLiteral("%1 killed again").arg(victim.name()));
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
        QVERIFY(cluster.captionOutcome().startsWith(price));
        QCOMPARE(cluster.lab.timeline().faultState().redo, QStringLiteral("Kill %1").arg(victim.name()));
        cluster.lab.redo();
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
        cluster.lab.healAll();
        QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim), kPatienceMs);
        QVERIFY(stateOf(cluster).healthy());
        cluster.lab.undo(); // of the healing
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
    }

    void whatMakesNoSenseIsRefusedInASentence()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        Lab& lab = cluster.lab;
        const auto refuses = [&](auto order, const QString& says) {
            order();
            const auto& problem = lab.timeline().lastProblem();
            return problem && problem->text.contains(says) && stateOf(cluster).healthy();
        };
        QVERIFY(refuses([&] { lab.cut({{{1}, {9}}}); }, QStringLiteral("there is no n9 in this cluster")));
        QVERIFY(refuses([&] { lab.cut({{{1}, {1}}}); }, QStringLiteral("n1 has no link to itself")));
        QVERIFY(refuses([&] { lab.cut({}); }, QStringLiteral("no link is chosen")));
        QVERIFY(refuses(
            [&] {
                lab.partition(std::vector<NodeId>{{1}, {2}, {3}});
            },
            QStringLiteral("needs nodes on both sides")));
        QVERIFY(refuses([&] { lab.partition(PartitionShape::Minority, {{1}, {2}}); }, QStringLiteral("do not fit")));
        QVERIFY(refuses([&] { lab.setSurge(1e9); }, QStringLiteral("×1 to ×100")));
        QVERIFY(refuses([&] { lab.crashLoop({1}, 1ms); }, QStringLiteral("1 s to 60 s")));
        QVERIFY(refuses([&] { lab.setClock({1}, std::chrono::hours(24 * 1000), fault::Share::kAll); },
                        QStringLiteral("366 days")));
        QVERIFY(refuses([&] { lab.healLinks({{{1}, {2}}}); }, QStringLiteral("nothing is wrong with n1 → n2")));
        QVERIFY(refuses([&] { lab.healPartitions(); }, QStringLiteral("no partition to heal")));
        QVERIFY(lab.timeline().faults().empty());
    }

    void cutsAreSoManyAndNoMore()
    {
        LiveCluster cluster(3);
        QVERIFY(cluster.start());
        Lab& lab = cluster.lab;
        for (std::size_t i = 0; i < kMostCuts + 3; ++i)
            lab.cut({{{1}, {2}}});
        QCOMPARE(stateOf(cluster).cuts.size(), kMostCuts);
        const auto& problem = lab.timeline().lastProblem();
        QVERIFY(problem && problem->text.startsWith(QStringLiteral("64 partitions and cuts are in place")));
        lab.undo();
        lab.cut({{{1}, {3}}});
        QCOMPARE(stateOf(cluster).cuts.size(), kMostCuts);
        QVERIFY(stateOf(cluster).effective({{1}, {3}}).cut);
        lab.healPartitions();
        QVERIFY(stateOf(cluster).healthy());
    }

    /// What should be active is kept apart here, as plainly as can be: undone and redone by keeping every world there
    /// was, and not by the lab's own arithmetic.
    void randomFaultsAreWhatTheyShouldBe()
    {
        struct World
        {
            std::map<LinkId, fault::LinkFault> links;
            std::vector<std::set<LinkId>> cuts;
            std::set<NodeId> isolated;
            bool operator==(const World&) const = default;
            std::map<LinkId, fault::LinkFault> of(NodeId node, const std::vector<LinkId>& all) const
            {
                std::map<LinkId, fault::LinkFault> wrong;
                for (const LinkId link : all) {
                    if (link.from != node && link.to != node)
                        continue;
                    fault::LinkFault fault = links.contains(link) ? links.at(link) : fault::LinkFault();
                    if (isolated.contains(link.from) || isolated.contains(link.to))
                        fault.cut = true;
                    for (const std::set<LinkId>& cut : cuts)
                        fault.cut = fault.cut || cut.contains(link);
                    if (fault != fault::LinkFault())
                        wrong[link] = fault;
                }
                return wrong;
            }
        };
        LiveCluster cluster(5, 100);
        QVERIFY(cluster.start());
        const std::vector<NodeId> nodes = idsOf(cluster);
        const std::vector<LinkId> all = linksAmong(nodes);
        std::mt19937 random(20261124);
        const auto below = [&](std::size_t count) { return random() % count; };
        std::vector<World> past{{}};
        std::size_t at = 0;
        const auto become = [&](const World& world) {
            if (world == past[at])
                return;
            past.resize(at + 1);
            past.push_back(world);
            ++at;
        };
        const auto isAsItShouldBe = [&] {
            return std::all_of(nodes.begin(), nodes.end(), [&](NodeId id) {
                const NodeState& node = cluster.node(id);
                return node.life != NodeLife::Running ||
                       (node.status && appliedBy(*node.status) == past[at].of(id, all));
            });
        };
        const int steps = rounds(5) * 50;
        for (int step = 0; step < steps; ++step) {
            World world = past[at];
            std::vector<LinkId> links;
            for (std::size_t i = 1 + below(4); i > 0; --i)
                links.push_back(all[below(all.size())]);
            const NodeId node = nodes[below(nodes.size())];
            switch (below(10)) {
            case 0:
            case 1:
            case 2: {
                fault::LinkFault fault = slow(std::chrono::milliseconds(1 + below(20)));
                fault.loss.millionths = static_cast<quint32>(below(50'000));
                fault.duplicate.millionths = static_cast<quint32>(below(50'000));
                fault.corrupt.millionths = static_cast<quint32>(below(20'000));
                fault.reorder.millionths = static_cast<quint32>(below(50'000));
                fault.cut = below(5) == 0;
                fault.reset = below(20) == 0;
                fault.refuse = below(20) == 0;
                cluster.lab.setLinkFault(links, fault);
                for (const LinkId link : links)
                    world.links[link] = fault;
                become(world);
                break;
            }
            case 3:
                cluster.lab.healLinks(links);
                for (const LinkId link : links) {
                    world.links.erase(link);
                    for (std::set<LinkId>& cut : world.cuts)
                        cut.erase(link);
                }
                std::erase_if(world.cuts, [](const std::set<LinkId>& cut) { return cut.empty(); });
                become(world);
                break;
            case 4: {
                const NodeId other = nodes[below(nodes.size())];
                const std::set<NodeId> side{node, other};
                std::set<LinkId> between;
                for (const LinkId link : all) {
                    if (side.contains(link.from) != side.contains(link.to))
                        between.insert(link);
                }
                cluster.lab.partition(std::vector<NodeId>(side.begin(), side.end()));
                if (world.cuts.size() < kMostCuts)
                    world.cuts.push_back(between);
                become(world);
                break;
            }
            case 5:
                if (world.isolated.erase(node) > 0)
                    cluster.lab.rejoin(node);
                else if (world.isolated.insert(node).second)
                    cluster.lab.isolate(node);
                become(world);
                break;
            case 6:
            case 7:
                cluster.lab.undo();
                at -= at > 0;
                break;
            case 8:
                cluster.lab.redo();
                at += at + 1 < past.size();
                break;
            default:
                if (cluster.runs(node))
                    cluster.lab.restart(node);
                break;
            }
            QTRY_VERIFY2_WITH_TIMEOUT(cluster.lab.isObeyed() && isAsItShouldBe(),
                                      qPrintable(QStringLiteral("step %1").arg(step)), kPatienceMs);
        }
        cluster.lab.healAll();
        QTRY_VERIFY_WITH_TIMEOUT(allObey(cluster, {}), kPatienceMs);
        for (const NodeId node : idsOf(cluster))
            QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(node), kPatienceMs);
        QVERIFY(cluster.serves());
        QVERIFY(cluster.readsAllBack());
        QCOMPARE(cluster.lost(), quint64(0));
        for (const FaultRecord& fault : cluster.lab.timeline().faults())
            QVERIFY2(fault.to, qPrintable(fault.name));
    }
};

QTEST_GUILESS_MAIN(TestNemesis)
#include "tst_nemesis.moc"
