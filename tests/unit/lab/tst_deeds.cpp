// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/nemesis.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 20'000;

fault::LinkFault slow(std::chrono::milliseconds latency)
{
    fault::LinkFault fault;
    fault.latency = latency;
    return fault;
}

/// Three members whose processes only sleep, and are started when a test wants them: what the nodes say is fed by hand.
struct Sleepers
{
    QTemporaryDir folder;
    Timeline timeline;
    Captions captions{timeline};
    Recovery recovery;
    std::unique_ptr<Cluster> cluster;
    Nemesis nemesis{timeline, captions, recovery};
    std::vector<NodeRecord> lives;

    Sleepers()
    {
        QFile program(folder.filePath(QStringLiteral("sleeper")));
        if (!program.open(QIODevice::WriteOnly) || program.write("#!/bin/sh\nexec sleep 1000\n") < 0 ||
            !program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
            qFatal("%s cannot be written", qPrintable(program.fileName()));
        program.close();
        auto created = Cluster::create({program.fileName(), 3, folder.path()});
        if (!created)
            qFatal("%s", qPrintable(created.error()));
        cluster = *std::move(created);
        timeline.append(ClusterRecord{wire::monotonicNow(), cluster->members(), 1, "x"});
        QObject::connect(cluster.get(), &Cluster::happened, &timeline, [this](const Record& record) {
            if (const auto* life = std::get_if<NodeRecord>(&record))
                lives.push_back(*life);
            timeline.append(record);
        });
        nemesis.begin(*cluster, 1);
    }

    bool start()
    {
        cluster->start();
        return QTest::qWaitFor([this] { return lives.size() == 3; }, kPatienceMs);
    }
    /// The last `count` lives of one node, once there are so many.
    std::vector<NodeRecord> livesOf(NodeId node, std::size_t count)
    {
        std::vector<NodeRecord> of;
        const auto enough = [&] {
            of.clear();
            std::copy_if(lives.begin(), lives.end(), std::back_inserter(of),
                         [node](const NodeRecord& life) { return life.node == node; });
            return of.size() >= count;
        };
        if (!QTest::qWaitFor(enough, kPatienceMs))
            return {};
        return {of.end() - static_cast<std::ptrdiff_t>(count), of.end()};
    }
    void report(NodeId node, quint64 incarnation)
    {
        timeline.append(NodeRecord{wire::monotonicNow(), node, NodeLife::Running, 1, {}});
        wire::Status status;
        status.incarnation = incarnation;
        status.term = 1;
        status.role = node == NodeId{3} ? wire::Role::Leader : wire::Role::Follower;
        timeline.append(StatusRecord{node, status});
        nemesis.onStatus({node, status});
    }
    QString caption() const { return timeline.lastGesture()->what; }
    QString outcome() const { return timeline.lastGesture()->outcome; }
    const FaultStateRecord& shown() const { return timeline.faultState(); }
};

} // namespace

/// What the orders ask for, without a cluster that serves.
class TestDeeds : public QObject
{
    Q_OBJECT

private slots:
    void whatIsSetAtOnceEndsALinksRamp_data()
    {
        QTest::addColumn<bool>("isFault"); // where the ramp leads to
        QTest::addColumn<QString>("caption");
        QTest::newRow("all healed") << false << "Healed all";
        QTest::newRow("the link healed") << false << "Healed n1 → n2";
        QTest::newRow("set healthy") << false << "Healed n1 → n2";
        QTest::newRow("set to where it goes") << true << "n1 → n2 slow: 400 ms";
    }
    void whatIsSetAtOnceEndsALinksRamp()
    {
        QFETCH(bool, isFault);
        QFETCH(QString, caption);
        const QLatin1String row(QTest::currentDataTag());
        const LinkId link{{1}, {2}};
        const fault::LinkFault from = isFault ? fault::LinkFault() : slow(400ms);
        const fault::LinkFault to = isFault ? slow(400ms) : fault::LinkFault();
        Sleepers lab;
        if (!isFault)
            lab.nemesis.setLinkFault({link}, from, 0ms, {});
        lab.nemesis.setLinkFault({link}, to, 1h, {});
        QCOMPARE(lab.shown().state.effective(link), from);
        if (row == QLatin1String("all healed"))
            lab.nemesis.healAll();
        else if (row == QLatin1String("the link healed"))
            lab.nemesis.healLinks({link});
        else
            lab.nemesis.setLinkFault({link}, to, 0ms, {});
        QCOMPARE(lab.shown().state.effective(link), to);
        QCOMPARE(lab.nemesis.present().healthy(), !isFault);
        QCOMPARE(lab.caption(), caption);
        QVERIFY(!lab.timeline.lastProblem());
        lab.nemesis.healLinks({{{1}, {3}}});
        QVERIFY(lab.timeline.lastProblem()->text.contains(QStringLiteral("nothing is wrong with n1 → n3")));
    }

    void whatIsSetAtOnceEndsTheSurgesRamp()
    {
        Sleepers lab;
        lab.nemesis.setSurge(10, 1h);
        QCOMPARE(lab.shown().state.surge, 1.0);
        lab.nemesis.setSurge(10, 0ms);
        QCOMPARE(lab.shown().state.surge, 10.0);
        lab.nemesis.setSurge(1, 1h);
        QCOMPARE(lab.shown().state.surge, 10.0);
        lab.nemesis.healAll();
        QCOMPARE(lab.shown().state.surge, 1.0);
        QCOMPARE(lab.caption(), QStringLiteral("Healed all"));
    }

    void aRampOfANodeThatLeavesGoesWithIt()
    {
        Sleepers lab;
        lab.nemesis.setLinkFault({{{1}, {3}}}, slow(400ms), 0ms, {});
        lab.nemesis.setLinkFault({{{1}, {3}}}, {}, 1h, {});
        QVERIFY(!lab.nemesis.present().healthy());
        lab.nemesis.membersAre({{1}, {2}});
        QVERIFY(lab.nemesis.present().healthy());
    }

    void aMembershipThatIsAsWantedDoesNotHoldUpUndo()
    {
        Sleepers lab;
        QSignalSpy wanted(&lab.nemesis, &Nemesis::memberChangeWanted);
        const ClusterRecord::Member third = lab.timeline.node({3})->member;
        lab.nemesis.setSurge(2, 0ms);
        lab.nemesis.didMemberChange({{3}, false});
        lab.timeline.append(MemberRecord{wire::monotonicNow(), third, false});
        lab.nemesis.undo();
        QCOMPARE(wanted.count(), 1);

        // It came back too late for the one who waited for it, and there it is.
        lab.timeline.append(MemberRecord{wire::monotonicNow(), third, true});
        lab.timeline.append(MemberChangeRecord{wire::monotonicNow(), QStringLiteral("n3 is being added")});
        lab.nemesis.undo(); // one change at a time
        QCOMPARE(wanted.count(), 2);
        QCOMPARE(lab.shown().undo, QStringLiteral("Remove n3"));
        lab.timeline.append(MemberChangeRecord{wire::monotonicNow(), {}});
        lab.nemesis.undo();
        QCOMPARE(wanted.count(), 2);
        QCOMPARE(lab.caption(), QStringLiteral("Undid: Remove n3"));
        QCOMPARE(lab.outcome(), QStringLiteral("n3 belongs to the cluster already"));
        lab.nemesis.undo();
        QCOMPARE(lab.shown().state.surge, 1.0);

        lab.nemesis.redo();
        QCOMPARE(lab.shown().redo, QStringLiteral("Remove n3"));
        lab.timeline.append(MemberRecord{wire::monotonicNow(), third, false});
        lab.nemesis.redo();
        QCOMPARE(wanted.count(), 2);
        QCOMPARE(lab.caption(), QStringLiteral("Did again: Remove n3"));
        QCOMPARE(lab.outcome(), QStringLiteral("n3 has left the cluster already"));
        QCOMPARE(lab.shown().undo, QStringLiteral("Remove n3"));
    }

    void whoIsEndedWhileItRestartsStaysSo_data()
    {
        QTest::addColumn<bool>("killed");
        QTest::newRow("killed") << true;
        QTest::newRow("stopped") << false;
    }
    void whoIsEndedWhileItRestartsStaysSo()
    {
        QFETCH(bool, killed);
        Sleepers lab;
        QVERIFY(lab.start());
        lab.nemesis.restart({1});
        killed ? lab.nemesis.kill({1}) : lab.nemesis.stop({1});
        lab.nemesis.restart({2}); // which comes back, and later than the first would
        const auto back = lab.livesOf({2}, 3);
        QCOMPARE(back.size(), std::size_t(3));
        QCOMPARE(back.back().life, NodeLife::Starting);
        QVERIFY(QTest::qWaitFor([&] { return lab.timeline.node({1})->life == NodeLife::Dead; }, 5'000));
        QVERIFY(!QTest::qWaitFor([&] { return lab.timeline.node({1})->life == NodeLife::Starting; }, 300));
        lab.nemesis.restart({1});
        QVERIFY(QTest::qWaitFor([&] { return lab.timeline.node({1})->life == NodeLife::Starting; }, kPatienceMs));
    }

    void aCrashLoopUndoneAtOnceLeavesNobodyDead()
    {
        Sleepers lab;
        QVERIFY(lab.start());
        lab.nemesis.crashLoop({1}, 1s);
        lab.nemesis.undo();
        const auto lives = lab.livesOf({1}, 3);
        QCOMPARE(lives.size(), std::size_t(3));
        QCOMPARE(lives[1].life, NodeLife::Dead);
        QCOMPARE(lives[2].life, NodeLife::Starting);
    }

    void aCrashLoopDoneAgainHasItsOwnPeriod()
    {
        Sleepers lab;
        QVERIFY(lab.start());
        lab.nemesis.crashLoop({1}, 1s);
        QCOMPARE(lab.livesOf({1}, 2).size(), std::size_t(2));
        lab.nemesis.undo();
        QCOMPARE(lab.livesOf({1}, 3).size(), std::size_t(3));
        lab.nemesis.redo();
        lab.lives.clear();
        const auto lives = lab.livesOf({1}, 3);
        QCOMPARE(lives.size(), std::size_t(3));
        QCOMPARE(lives[1].life, NodeLife::Starting);
        QCOMPARE(lives[2].life, NodeLife::Dead);
        const auto ran = std::chrono::duration_cast<std::chrono::milliseconds>(lives[2].at - lives[1].at);
        QVERIFY2(ran > 700ms && ran < 2s, qPrintable(QString::number(ran.count())));
    }

    void rollingRestartCountsWhoCameBack_data()
    {
        QTest::addColumn<bool>("leaves");
        QTest::addColumn<QString>("outcome");
        QTest::newRow("all") << false << "all 3 restarted in ";
        QTest::newRow("one left in its turn") << true << "2 of 3 restarted in ";
    }
    void rollingRestartCountsWhoCameBack()
    {
        QFETCH(bool, leaves);
        QFETCH(QString, outcome);
        Sleepers lab;
        for (const quint32 id : {1u, 2u, 3u})
            lab.report({id}, 1);
        lab.nemesis.rollingRestart();
        lab.report({1}, 1); // n1's turn
        lab.report({1}, 2); // n2's turn
        if (leaves) {
            lab.timeline.append(MemberRecord{wire::monotonicNow(), lab.timeline.node({2})->member, false});
            lab.nemesis.membersAre({{1}, {3}});
            lab.report({1}, 2);
        } else {
            lab.report({2}, 2);
        }
        lab.report({3}, 2);
        QVERIFY2(lab.outcome().startsWith(outcome), qPrintable(lab.outcome()));
        QCOMPARE(lab.outcome().endsWith(QStringLiteral("; 1 left the cluster meanwhile")), leaves);
    }
};

QTEST_GUILESS_MAIN(TestDeeds)
#include "tst_deeds.moc"
