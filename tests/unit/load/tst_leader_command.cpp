// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_node.h"
#include "gui/lab/client/leader_command.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <memory>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

// Orders to a leader that is a server under the test's own hand.
class TestLeaderCommand : public QObject
{
    Q_OBJECT

    std::unique_ptr<FakeNode> m_one;
    std::unique_ptr<FakeNode> m_two;
    std::unique_ptr<LeaderCommand> m_order;
    std::unique_ptr<QSignalSpy> m_taken;
    std::unique_ptr<QSignalSpy> m_refused;
    quint16 m_first = 0;

    void ask(std::chrono::milliseconds patience = 20s, std::chrono::milliseconds aTry = 5s)
    {
        m_order->ask({"MEMBER", "REMOVE", "n2"}, aTry, patience);
        QCOMPARE(m_taken->size() + m_refused->size(), 0); // never from within
    }
    QString reason() const { return m_refused->isEmpty() ? QString() : m_refused->first().first().toString(); }

private slots:
    void init()
    {
        const auto store = std::make_shared<QHash<QByteArray, QByteArray>>();
        m_one = std::make_unique<FakeNode>(store);
        m_two = std::make_unique<FakeNode>(store);
        m_first = m_one->port;
        m_order = std::make_unique<LeaderCommand>();
        m_order->firstPort = [this] { return m_first; };
        m_taken = std::make_unique<QSignalSpy>(m_order.get(), &LeaderCommand::taken);
        m_refused = std::make_unique<QSignalSpy>(m_order.get(), &LeaderCommand::refused);
    }

    void anOrderIsTakenByWhoLeads()
    {
        QByteArray said;
        m_one->answer = [&said](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
            said = verb + ' ' + key + ' ' + value;
            return QByteArray("+OK\r\n");
        };
        ask();
        QTRY_COMPARE(m_taken->size(), 1);
        QCOMPARE(said, QByteArray("MEMBER REMOVE n2"));
        QCOMPARE(m_refused->size(), 0);
    }

    void movedIsFollowed()
    {
        m_one->answer = [this](auto&&...) { return m_one->movedTo(*m_two); };
        m_two->answer = [](auto&&...) { return QByteArray("+OK\r\n"); };
        ask();
        QTRY_COMPARE(m_taken->size(), 1);
        QCOMPARE(m_two->commands, 1);
    }

    void itTriesAgainWhereNothingWasDone_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("nobody leads") << QByteArray("-CLUSTERDOWN no leader is known\r\n");
        QTest::newRow("leadership moves") << QByteArray("-TRYAGAIN leadership is being handed over\r\n");
        QTest::newRow("too much to do") << QByteArray("-BUSY too much is under way\r\n");
        QTest::newRow("closed") << QByteArray("close");
        QTest::newRow("no answer") << QByteArray();
        QTest::newRow("nonsense") << QByteArray("nonsense\r\n");
    }
    void itTriesAgainWhereNothingWasDone()
    {
        QFETCH(QByteArray, answer);
        m_one->answer = [this, answer](auto&&...) { return m_one->commands < 3 ? answer : QByteArray("+OK\r\n"); };
        ask(20s, 200ms);
        QTRY_COMPARE_WITH_TIMEOUT(m_taken->size(), 1, 20'000);
        QCOMPARE(m_one->commands, 3);
    }

    void twoThatPointAtEachOtherAreNotAskedWithoutPause()
    {
        m_one->answer = [this](auto&&...) {
            return m_one->commands < 5 ? m_one->movedTo(*m_two) : QByteArray("+OK\r\n");
        };
        m_two->answer = [this](auto&&...) { return m_two->movedTo(*m_one); };
        ask();
        QTRY_COMPARE_WITH_TIMEOUT(m_taken->size(), 1, 20'000);
    }

    void nobodyIsThereAtFirst()
    {
        m_first = 0;
        m_one->answer = [](auto&&...) { return QByteArray("+OK\r\n"); };
        int lookedUp = 0;
        m_order->firstPort = [this, &lookedUp] {
            ++lookedUp;
            return m_first;
        };
        ask();
        QTRY_VERIFY(lookedUp > 2);
        QCOMPARE(m_taken->size() + m_refused->size(), 0);
        m_first = m_one->port;
        QTRY_COMPARE(m_taken->size(), 1);
    }

    void theNodesOwnReasonIsPassedOn()
    {
        m_one->answer = [](auto&&...) { return QByteArray("-ERR a change is under way\r\n"); };
        ask();
        QTRY_COMPARE(m_refused->size(), 1);
        QCOMPARE(reason(), QStringLiteral("a change is under way"));
        QCOMPARE(m_one->commands, 1);
    }

    void itGivesUpWithOneSentence_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("reason");
        QTest::newRow("nobody leads") << QByteArray("-CLUSTERDOWN no\r\n")
                                      << QStringLiteral("nobody took the order within 0.3 s: no leader is known");
        QTest::newRow("closed") << QByteArray("close")
                                << QStringLiteral("nobody took the order within 0.3 s: the connection was closed");
    }
    void itGivesUpWithOneSentence()
    {
        QFETCH(QByteArray, answer);
        m_one->answer = [answer](auto&&...) { return answer; };
        ask(300ms);
        QTRY_COMPARE(m_refused->size(), 1);
        QTEST(reason(), "reason");
    }

    void noPatienceIsLostWhileTheClusterIsHeld_data()
    {
        QTest::addColumn<QByteArray>("answer"); ///< once it is no longer held
        QTest::addColumn<QString>("refusal");
        QTest::newRow("taken then") << QByteArray("+OK\r\n") << QString();
        QTest::newRow("refused then") << QByteArray("-ERR a change is under way\r\n") << "a change is under way";
        QTest::newRow("never answered") << QByteArray() << "nobody took the order within 0.3 s: there was no answer";
    }
    void noPatienceIsLostWhileTheClusterIsHeld()
    {
        QFETCH(QByteArray, answer);
        QTcpServer held;
        QTcpSocket* asks = nullptr;
        QVERIFY(held.listen(QHostAddress::LocalHost));
        connect(&held, &QTcpServer::newConnection, this, [&] { asks = held.nextPendingConnection(); });
        m_first = held.serverPort();
        ask(300ms, 150ms);
        m_order->setHeld(true);
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(timer.hasExpired(600));
        QCOMPARE(m_taken->size() + m_refused->size(), 0);
        QVERIFY2(asks && asks->state() == QAbstractSocket::ConnectedState, "it is the first try still");
        m_order->setHeld(false);
        asks->write(answer);
        QTRY_COMPARE(m_taken->size() + m_refused->size(), 1);
        QTEST(reason(), "refusal");
    }

    void whatHasTakenEffectIsNotAskedForAgain()
    {
        m_one->answer = [](auto&&...) { return QByteArray("close"); };
        m_order->isDone = [this] { return m_one->commands > 0; };
        ask();
        QTRY_COMPARE(m_taken->size(), 1);
        QCOMPARE(m_one->commands, 1);
    }

    void whatIsForgottenSaysNothingMore()
    {
        m_one->answer = [](auto&&...) { return QByteArray("-CLUSTERDOWN no\r\n"); };
        ask(200ms);
        QTRY_VERIFY(m_one->commands > 0);
        m_order->forget();
        LeaderCommand later;
        later.firstPort = m_order->firstPort;
        QSignalSpy given(&later, &LeaderCommand::refused);
        later.ask({"MEMBER", "REMOVE", "n2"}, 5s, 300ms);
        QTRY_COMPARE(given.size(), 1);
        QCOMPARE(m_taken->size() + m_refused->size(), 0);
    }
};

QTEST_GUILESS_MAIN(TestLeaderCommand)
#include "tst_leader_command.moc"
