// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare_nodes.h"

#include <QElapsedTimer>

#include <array>

using namespace faultline::tests;

namespace {

constexpr int kPatienceMs = 30'000;
/// A life in which the power does not fail by itself is ended after this.
constexpr int kLifeMs = 1'500;
constexpr int kCannotRun = 3; ///< exit code of faultline-node
const QString kDoesNotServe = QStringLiteral("it does not serve");
const QString kAfterPowerCut = QStringLiteral("--after-power-cut");

/// How often what may not show at once is repeated: FAULTLINE_ROUNDS, else `few`.
int rounds(int few)
{
    const int many = qEnvironmentVariableIntValue("FAULTLINE_ROUNDS");
    return many > 0 ? many : few;
}

/// A cluster of one, so that nobody else has what its disk forgets, with one client that writes ever higher numbers to
/// a few keys, large enough that segments, spares and snapshots come and go within a few writes.
class LoneNode
{
public:
    explicit LoneNode(const QStringList& options)
        : m_nodes(1, QStringList{QStringLiteral("--snapshot-after=10")} + options)
    {
        m_nodes.found(1);
    }

    /// Writes until the node is gone, or for a while; loss() tells when it cannot even start.
    void liveAndLosePower()
    {
        live();
        m_nodes.kill(kNode);
        m_nodes.restart(kNode, {kAfterPowerCut});
    }

    /// Writes until the node is gone, or for a while; then it is started as after a crash of the program alone, and the
    /// power fails once one more write is acknowledged.
    void liveCrashGoOnAndLosePower()
    {
        live();
        m_nodes.restart(kNode);
        if (!serves({}))
            return;
        write(QString());
        m_nodes.kill(kNode);
        m_nodes.restart(kNode, {kAfterPowerCut});
    }

    /// What is wrong with what the node still knows; empty when nothing is.
    QString loss()
    {
        if (!serves())
            return isRefused() ? QStringLiteral("it refuses its folder") : kDoesNotServe;
        for (std::size_t key = 0; key < m_acknowledged.size(); ++key) {
            const QString reply = m_nodes.ask(kNode, QStringLiteral("GET k%1").arg(key));
            if (reply.isEmpty()) // the power failed again
                return {};
            const quint64 found = reply.mid(1).section(u'-', 0, 0).toULongLong();
            if (found < m_acknowledged[key] || found > m_lastAsked[key])
                return QStringLiteral("k%1 is %2, and %3 was acknowledged")
                    .arg(key)
                    .arg(reply.left(20))
                    .arg(m_acknowledged[key]);
        }
        return {};
    }

    quint64 asked() const { return m_next - 1; }

private:
    static constexpr quint32 kNode = 1;
    static inline const QString kRest = QString(2'500, u'r');

    bool isRefused() const { return m_nodes.exitCode(kNode) == kCannotRun; }
    /// It may end once more while it starts: that is only another power cut, or crash.
    bool serves(const QStringList& restartedWith = {kAfterPowerCut})
    {
        return BareNodes::until(
                   [&] {
                       if (!m_nodes.runs(kNode) && !isRefused())
                           m_nodes.restart(kNode, restartedWith);
                       return isRefused() ||
                              m_nodes.info(kNode, QStringLiteral("raft_role")) == QStringLiteral("leader");
                   },
                   kPatienceMs) &&
               !isRefused();
    }

    void live()
    {
        if (!serves())
            return;
        QElapsedTimer life;
        life.start();
        while (m_nodes.runs(kNode) && life.elapsed() < kLifeMs) {
            write(kRest);
            QCoreApplication::processEvents(); // which hear that the process ended
        }
    }

    void write(const QString& rest)
    {
        const std::size_t key = m_next % m_acknowledged.size();
        m_lastAsked[key] = m_next;
        const QString reply = m_nodes.ask(kNode, QStringLiteral("SET k%1 %2-%3").arg(key).arg(m_next).arg(rest));
        if (reply == QStringLiteral("OK"))
            m_acknowledged[key] = m_next;
        ++m_next;
    }

    BareNodes m_nodes;
    std::array<quint64, 6> m_acknowledged{};
    std::array<quint64, 6> m_lastAsked{};
    quint64 m_next = 1;
};

} // namespace

/// Every kind of sync is there for something: without it, a power cut loses what was acknowledged, or leaves a folder
/// that the node refuses, rightly. The node leaves it out itself (--without-sync), and the power fails a little after.
/// Two are in tst_found_at_start instead: without that of room a power cut shows it once in some dozens, and that of a
/// log's tail never in a cluster of one, which writes before it promises anything.
class TestSyncs : public QObject
{
    Q_OBJECT

    static void addKinds()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"records", "segment", "spare", "snapshot", "renamed-name", "removed-name"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    static QString without(const QString& kind) { return QStringLiteral("--without-sync=") + kind; }
    static QString failing(const QString& kind) { return QStringLiteral("--power-fails-after=") + kind; }

private slots:
    void withoutOneOfThemAPowerCutLoses_data() { addKinds(); }
    void withoutOneOfThemAPowerCutLoses()
    {
        QFETCH(const QString, kind);
        constexpr int kMost = 200; // some show within the first, some want many; what is needed shows by then
        QString loss;
        int round = 0;
        while (loss.isEmpty() && round < kMost) {
            LoneNode node({without(kind), failing(kind)});
            // A few lives each: a folder that has a past holds more that can go wrong.
            for (int life = 0; life < 4 && loss.isEmpty() && round < kMost; ++life, ++round) {
                node.liveAndLosePower();
                loss = node.loss();
            }
        }
        qInfo("without %s: in round %d, %s", qPrintable(kind), round, qPrintable(loss));
        QVERIFY(!loss.isEmpty() && loss != kDoesNotServe);
    }

    void withAllOfThemTheSamePowerCutsLoseNothing_data() { addKinds(); }
    void withAllOfThemTheSamePowerCutsLoseNothing()
    {
        QFETCH(const QString, kind);
        LoneNode node({failing(kind)});
        const int lives = rounds(4);
        for (int life = 0; life < lives; ++life) {
            node.liveAndLosePower();
            const QString loss = node.loss();
            QVERIFY2(loss.isEmpty(), qPrintable(loss));
        }
        qInfo("%d power cuts after %s: %llu writes, none lost", lives, qPrintable(kind), node.asked());
    }

    void namesThatAKilledProcessLeftAreBuiltUponOnlyOnceTheyAreDurable_data()
    {
        QTest::addColumn<bool>("isSynced");
        QTest::newRow("synced") << true;
        QTest::newRow("left out") << false;
    }
    void namesThatAKilledProcessLeftAreBuiltUponOnlyOnceTheyAreDurable()
    {
        QFETCH(const bool, isSynced);
        QStringList options{QStringLiteral("--power-fails-before=renamed-name")};
        if (!isSynced)
            options << without(QStringLiteral("found-names"));
        const int most = isSynced ? rounds(10) : 200;
        QString loss;
        int round = 0;
        while (loss.isEmpty() && round < most) {
            LoneNode node(options);
            for (int life = 0; life < 4 && loss.isEmpty() && round < most; ++life, ++round) {
                node.liveCrashGoOnAndLosePower();
                loss = node.loss();
            }
        }
        qInfo("in round %d, %s", round, qPrintable(loss));
        QVERIFY2(loss.isEmpty() == isSynced && loss != kDoesNotServe, qPrintable(loss));
    }

    void aFolderThatIsNotSyncedVanishes()
    {
        const QString kind = QStringLiteral("folder-name");
        QString loss;
        for (int round = 0; loss.isEmpty() && round < 20; ++round) {
            LoneNode node({without(kind)});
            node.liveAndLosePower();
            loss = node.loss();
        }
        QVERIFY(!loss.isEmpty() && loss != kDoesNotServe);
        LoneNode node({});
        node.liveAndLosePower();
        QCOMPARE(node.loss(), QString());
    }

    void aSnapshotFromAPeerThatIsNotSyncedIsMissed_data()
    {
        QTest::addColumn<bool>("isSynced");
        QTest::newRow("synced") << true;
        QTest::newRow("left out") << false;
    }
    void aSnapshotFromAPeerThatIsNotSyncedIsMissed()
    {
        QFETCH(const bool, isSynced);
        bool isRefused = false;
        for (int round = 0; !isRefused && round < (isSynced ? rounds(1) : 10); ++round) {
            BareNodes nodes(2, {QStringLiteral("--snapshot-after=10")});
            nodes.found(1);
            for (int i = 1; i <= 40; ++i)
                QCOMPARE(nodes.askLeader(QStringLiteral("SET k%1 %1").arg(i)), QStringLiteral("OK"));
            nodes.startJoining(2, isSynced ? QStringList() : QStringList{without(QStringLiteral("incoming-snapshot"))});
            QCOMPARE(nodes.askLeader(QStringLiteral("MEMBER ADD n2 ") + nodes.contact(2)), QStringLiteral("OK"));
            const auto snapshotOf = [&](quint32 id) {
                return nodes.info(id, QStringLiteral("raft_snapshot_index")).toULongLong();
            };
            QVERIFY(BareNodes::until([&] { return snapshotOf(2) > 0; }, kPatienceMs));
            nodes.restart(2, {kAfterPowerCut});
            QVERIFY(
                BareNodes::until([&] { return nodes.exitCode(2) == kCannotRun || snapshotOf(2) > 0; }, kPatienceMs));
            isRefused = nodes.exitCode(2) == kCannotRun;
        }
        QCOMPARE(isRefused, !isSynced);
    }
};

QTEST_GUILESS_MAIN(TestSyncs)
#include "tst_syncs.moc"
