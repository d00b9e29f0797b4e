// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <QTimer>

#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace faultline::tests;

namespace {

/// One client with a session, which asks for the next INCR when the one before has been answered, and for the same
/// again as long as nobody knows what became of it. Exactly once: the answer to command n is n, whatever happens.
class CountingClient
{
public:
    explicit CountingClient(LiveCluster& cluster)
        : m_cluster(cluster)
    {
        QObject::connect(&m_cluster.lab, &Lab::commandReplied, &m_context,
                         [this](const Lab::CommandReply& reply) { replied(reply); });
    }

    bool open()
    {
        return m_cluster.until([this] {
            const auto answer = m_cluster.ask(whoever(), QStringLiteral("SESSION OPEN"));
            m_session =
                answer && answer->reply.startsWith(kInteger) ? answer->reply.sliced(kInteger.size()) : QString();
            return !m_session.isEmpty();
        });
    }
    void begin()
    {
        m_next = 1;
        ask();
    }
    /// How many commands were answered.
    quint64 done() const { return m_next - 1; }
    /// The first answer that was another than the command's number.
    const QString& wrong() const { return m_wrong; }

private:
    static inline const QString kInteger = QStringLiteral("(integer) ");

    NodeId whoever() const { return m_cluster.leader() ? m_cluster.leader() : NodeId{1}; }
    void ask()
    {
        m_asked = m_cluster.lab.sendCommand(
            whoever(), QStringLiteral("SESSION CALL %1 %2 %2 INCR counted").arg(m_session).arg(m_next));
    }
    void replied(const Lab::CommandReply& reply)
    {
        if (m_next == 0 || reply.id != m_asked || !m_wrong.isEmpty())
            return;
        if (reply.reply.startsWith(kInteger)) {
            if (reply.reply != kInteger + QString::number(m_next)) {
                m_wrong = QStringLiteral("command %1 was answered %2").arg(m_next).arg(reply.reply);
                return;
            }
            ++m_next;
        } else if (reply.reply.contains(QStringLiteral("NOSESSION"))) {
            m_wrong = reply.reply;
            return;
        }
        QTimer::singleShot(std::chrono::milliseconds(5), &m_context, [this] { ask(); });
    }

    LiveCluster& m_cluster;
    QObject m_context;
    QString m_session;
    quint64 m_next = 0;
    quint64 m_asked = 0;
    QString m_wrong;
};

} // namespace

/// The same again and again, since what goes wrong once in fifty times goes wrong on a stage.
class TestRounds : public QObject
{
    Q_OBJECT

private slots:
    void killsAndRestartsUnderLoadLoseNothing()
    {
        LiveCluster cluster(5, 300);
        QVERIFY(cluster.start());
        std::mt19937 random(1);
        for (int round = 0; round < rounds(8); ++round) {
            // Every other time whoever leads, else anybody.
            const NodeId victim =
                round % 2 == 0 && cluster.leader() ? cluster.leader() : NodeId{quint32(random() % 5 + 1)};
            if (round % 5 == 4)
                cluster.lab.stop(victim);
            else
                cluster.lab.kill(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
            QVERIFY(cluster.serves());
            cluster.lab.restart(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
            QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
        }
        QVERIFY(cluster.readsAllBack());
        const TallyRecord& tally = cluster.lab.timeline().tally();
        QCOMPARE(tally.lost, quint64(0));
        QCOMPARE(tally.readBack, tally.acknowledged);
        qInfo("%d rounds: %llu writes acknowledged, %llu read back, %llu lost", rounds(8), tally.acknowledged,
              tally.readBack, tally.lost);
    }

    void powerCutsUnderLoadLoseNothing()
    {
        LiveCluster cluster(3, 300);
        cluster.options.snapshotAfter = 100; // so that segments and snapshots come and go under it
        QVERIFY(cluster.start());
        CountingClient client(cluster);
        QVERIFY(client.open());
        client.begin();
        std::mt19937 random(2);
        std::size_t powerCuts = 0;
        const int cuts = 4 * rounds(1);
        for (int round = 0; round < cuts; ++round) {
            QVERIFY(cluster.serves());
            // Every other time all at once, so that only what is on the disks is left.
            const NodeId one{static_cast<quint32>(random() % 3 + 1)};
            std::vector<NodeId> victims;
            for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
                if (round % 2 == 0 || id == one)
                    victims.push_back(id);
            }
            powerCuts += victims.size();
            // Now and then a process ends and its files stay as they are, durable or not, for the next cut to find.
            for (const NodeId victim : victims)
                round % 5 == 3 ? cluster.lab.kill(victim) : cluster.lab.powerOff(victim);
            for (const NodeId victim : victims)
                QTRY_VERIFY_WITH_TIMEOUT(cluster.isLife(victim, NodeLife::Dead), kPatienceMs);
            for (const NodeId victim : victims)
                cluster.lab.restart(victim);
            for (const NodeId victim : victims)
                QTRY_VERIFY_WITH_TIMEOUT(cluster.runs(victim), kPatienceMs);
            QVERIFY(cluster.serves());
            QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
            const quint64 before = client.done();
            QTRY_VERIFY_WITH_TIMEOUT(client.done() > before || !client.wrong().isEmpty(), kPatienceMs);
            QVERIFY2(client.wrong().isEmpty(), qPrintable(client.wrong()));
        }
        QVERIFY(cluster.readsAllBack());
        QVERIFY(cluster.acknowledged() > 0);
        QVERIFY(cluster.node(cluster.leader()).status->snapshotsTaken > 0);
        const lab::TallyRecord& tally = cluster.lab.timeline().tally();
        qInfo("%zu power cuts in %d rounds: %llu acknowledged, %llu read back, %llu lost; %llu commands of a session, "
              "each "
              "done exactly once",
              powerCuts, cuts, tally.acknowledged, tally.readBack, tally.lost, client.done());
        QVERIFY2(cluster.lost() == 0, qPrintable(cluster.lab.timeline().tally().firstLoss));
    }

    void aLeaderEveryTime()
    {
        for (int round = 0; round < rounds(5); ++round) {
            LiveCluster cluster(3, 50);
            QVERIFY(cluster.start());
            QVERIFY(cluster.leader());
        }
    }

    void atRestEveryNodeHoldsTheSameState()
    {
        LiveCluster cluster(5, 500);
        QVERIFY(cluster.start());
        for (int round = 0; round < 3; ++round) {
            const NodeId victim = cluster.leader();
            cluster.lab.kill(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.leader() && cluster.leader() != victim, kPatienceMs);
            QVERIFY(cluster.serves());
            cluster.lab.restart(victim);
            QTRY_VERIFY_WITH_TIMEOUT(cluster.captionOutcome().contains(QStringLiteral("caught up")), kPatienceMs);
        }
        cluster.lab.setLoadOn(false);
        const auto same = [&] {
            const auto& nodes = cluster.lab.timeline().nodes();
            const wire::Status& first = *nodes.begin()->second.status;
            return std::all_of(nodes.begin(), nodes.end(), [&](const auto& entry) {
                return entry.second.status->appliedIndex == first.lastIndex &&
                       entry.second.status->stateHash == first.stateHash;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(same(), kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestRounds)
#include "tst_rounds.moc"
