// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/command_line.h"
#include "gui/lab/client/command_session.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

class TestCommandSession : public QObject
{
    Q_OBJECT

    QTcpServer m_server;
    QByteArray m_received;
    QByteArray m_answer; ///< to whatever comes; "close" closes
    int m_accepted = 0;
    QTcpSocket* m_socket = nullptr; ///< the server's end of the newest connection
    bool m_silent = false;
    std::unique_ptr<CommandSession> m_session;
    std::vector<CommandOutcome> m_outcomes;

    quint64 send(const QString& line, std::chrono::milliseconds timeout = 20s, bool isRunning = true)
    {
        return m_session->send({{2}, QStringLiteral("127.0.0.1"), m_server.serverPort()}, line, timeout, isRunning);
    }
    CommandOutcome outcome(const QString& line, std::chrono::milliseconds timeout = 20s, bool isRunning = true)
    {
        m_outcomes.clear();
        send(line, timeout, isRunning);
        [this] { QTRY_COMPARE_WITH_TIMEOUT(m_outcomes.size(), std::size_t(1), 20'000); }();
        return m_outcomes.empty() ? CommandOutcome() : m_outcomes.front();
    }

private slots:
    void initTestCase()
    {
        QVERIFY(m_server.listen(QHostAddress::LocalHost));
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            QTcpSocket* socket = m_server.nextPendingConnection();
            m_socket = socket;
            ++m_accepted;
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
                m_received += socket->readAll();
                if (m_answer == "close")
                    socket->disconnectFromHost();
                else
                    socket->write(m_answer);
            });
        });
    }
    void init()
    {
        m_received.clear();
        m_outcomes.clear();
        m_silent = false;
        m_session = std::make_unique<CommandSession>();
        m_session->nodeAt = [](quint16 port) { return NodeId{port == 7003 ? 3u : 0u}; };
        m_session->isSilent = [this](NodeId) { return m_silent; };
        connect(m_session.get(), &CommandSession::replied, this,
                [this](const CommandOutcome& o) { m_outcomes.push_back(o); });
    }

    void linesAreSplitAsRedisCliDoes_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QList<QByteArray>>("words");
        QTest::newRow("plain") << "SET x 1" << QList<QByteArray>{"SET", "x", "1"};
        QTest::newRow("blanks") << "  GET \t x  " << QList<QByteArray>{"GET", "x"};
        QTest::newRow("double") << "SET x \"one two\"" << QList<QByteArray>{"SET", "x", "one two"};
        QTest::newRow("escapes") << "SET x \"a\\n\\t\\\"\\\\\\x41\"" << QList<QByteArray>{"SET", "x", "a\n\t\"\\A"};
        QTest::newRow("single") << "SET x 'it\\'s \\n'" << QList<QByteArray>{"SET", "x", "it's \\n"};
        QTest::newRow("empty word") << "SET x \"\"" << QList<QByteArray>{"SET", "x", ""};
        QTest::newRow("empty line") << "   " << QList<QByteArray>{};
        QTest::newRow("UTF-8") << QStringLiteral("SET x ü") << QList<QByteArray>{"SET", "x", "\xc3\xbc"};
    }
    void linesAreSplitAsRedisCliDoes()
    {
        QFETCH(QString, line);
        QFETCH(QList<QByteArray>, words);
        const auto split = splitCommandLine(line);
        QVERIFY(split);
        QCOMPARE(*split, words);
    }

    void unbalancedQuotesAreSaid()
    {
        QVERIFY(splitCommandLine(QStringLiteral("SET x \"a")).error().contains(QStringLiteral("never closed")));
        QVERIFY(splitCommandLine(QStringLiteral("SET x 'a")).error().contains(QStringLiteral("never closed")));
        QVERIFY(
            splitCommandLine(QStringLiteral("SET x \"a\"b")).error().contains(QStringLiteral("after a closing quote")));
        const auto o = outcome(QStringLiteral("SET x \"a"));
        QVERIFY(o.isError && o.explanation.startsWith(QStringLiteral("nothing was sent: ")));
    }

    void replyAndItsTimeAreShown()
    {
        m_answer = "$3\r\nabc\r\n";
        const auto o = outcome(QStringLiteral("GET x"));
        QCOMPARE(o.reply, QStringLiteral("\"abc\""));
        QVERIFY(!o.isError && o.explanation.isEmpty() && o.took > 0us);
        QCOMPARE(m_received, QByteArray("*2\r\n$3\r\nGET\r\n$1\r\nx\r\n"));
    }

    void redirectsAreShownAndNotFollowed()
    {
        m_answer = "-MOVED 5 127.0.0.1:7003\r\n";
        const auto o = outcome(QStringLiteral("GET x"));
        QVERIFY(o.isError);
        QCOMPARE(o.explanation, QStringLiteral("n2 does not lead and did nothing; it says n3 leads"));
        m_answer = "-CLUSTERDOWN no leader\r\n";
        QCOMPARE(outcome(QStringLiteral("GET x")).explanation, QStringLiteral("n2 knows no leader and did nothing"));
    }

    void closedSilentAndAbsentEachHaveTheirSentence()
    {
        m_answer = "close";
        QVERIFY(outcome(QStringLiteral("SET x 1")).explanation.startsWith(QStringLiteral("n2 closed the connection")));
        m_answer = "";
        QVERIFY(outcome(QStringLiteral("SET x 1"), 50ms)
                    .explanation.contains(QStringLiteral("did not answer within 0.05 s")));
        QVERIFY(outcome(QStringLiteral("SET x 1"), 1s, false).explanation.contains(QStringLiteral("is not running")));
        quint16 nobody = 0;
        {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost));
            nobody = server.serverPort();
        }
        m_outcomes.clear();
        m_session->send({{4}, QStringLiteral("127.0.0.1"), nobody}, QStringLiteral("GET x"), 20s, true);
        QTRY_COMPARE(m_outcomes.size(), std::size_t(1));
        QCOMPARE(m_outcomes[0].explanation, QStringLiteral("nobody listens on n4's client port; nothing was sent"));
        m_answer = "garbage\r\n";
        QVERIFY(outcome(QStringLiteral("GET x")).explanation.contains(QStringLiteral("not the Redis protocol")));
    }

    void silenceIsATimeoutAndNothingElse_data()
    {
        QTest::addColumn<bool>("connected");
        QTest::addColumn<bool>("isThere");
        QTest::newRow("never dialled") << false << true;
        QTest::newRow("never dialled, nobody there") << false << false;
        QTest::newRow("connected") << true << true;
        QTest::newRow("connected, ends in silence") << true << false;
    }
    void silenceIsATimeoutAndNothingElse()
    {
        QFETCH(bool, connected);
        QFETCH(bool, isThere);
        m_answer = "+OK\r\n";
        if (connected)
            QCOMPARE(outcome(QStringLiteral("SET x 1")).reply, QStringLiteral("OK"));
        m_silent = true;
        m_received.clear();
        m_outcomes.clear();
        const int accepted = m_accepted;
        quint16 nobody = 0;
        {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost));
            nobody = server.serverPort();
        }
        m_session->send({{2}, QStringLiteral("127.0.0.1"), isThere ? m_server.serverPort() : nobody},
                        QStringLiteral("SET x 2"), 200ms, true);
        if (connected && !isThere)
            m_socket->abort();
        QTRY_COMPARE(m_outcomes.size(), std::size_t(1));
        QCOMPARE(m_outcomes[0].explanation,
                 QStringLiteral("n2 did not answer within 0.2 s: whether the command took effect is unknown"));
        QVERIFY(m_outcomes[0].isError && m_outcomes[0].took >= 195ms);
        QVERIFY(m_received.isEmpty());
        QCOMPARE(m_accepted, accepted);
        m_silent = false;
        QCOMPARE(outcome(QStringLiteral("SET x 3")).reply, QStringLiteral("OK"));
        QCOMPARE(m_received.count("SET"), 1);
    }

    void whenTheSilenceEndsInTimeEverythingGoesOn_data()
    {
        QTest::addColumn<bool>("connected");
        QTest::addColumn<bool>("ends");
        QTest::newRow("never dialled") << false << false;
        QTest::newRow("connected") << true << false;
        QTest::newRow("connected, ended in silence") << true << true;
    }
    void whenTheSilenceEndsInTimeEverythingGoesOn()
    {
        QFETCH(bool, connected);
        QFETCH(bool, ends);
        m_answer = "+OK\r\n";
        if (connected)
            outcome(QStringLiteral("SET x 1"));
        m_silent = true;
        m_received.clear();
        m_outcomes.clear();
        send(QStringLiteral("SET x 2"));
        if (ends)
            m_socket->abort();
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(timer.hasExpired(120));
        QVERIFY(m_received.isEmpty() && m_outcomes.empty());
        m_silent = false;
        QTRY_COMPARE(m_outcomes.size(), std::size_t(1));
        QCOMPARE(m_outcomes[0].reply, QStringLiteral("OK"));
        QCOMPARE(m_received.count("SET"), 1);
    }

    void noReplyAnswersAnotherCommand_data()
    {
        QTest::addColumn<QString>("inSilence"); ///< what happens to the first command, sent before
        QTest::addColumn<QString>("first");
        QTest::newRow("answered") << "answer"
                                  << "1";
        QTest::newRow("connection ends") << "end"
                                         << "";
    }
    void noReplyAnswersAnotherCommand()
    {
        QFETCH(QString, inSilence);
        QFETCH(QString, first);
        m_answer = "";
        send(QStringLiteral("FIRST"));
        QTRY_VERIFY(m_received.contains("FIRST"));
        m_silent = true;
        if (inSilence == QStringLiteral("answer"))
            m_socket->write(":1\r\n");
        else
            m_socket->abort();
        m_answer = ":2\r\n";
        send(QStringLiteral("SECOND"));
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(timer.hasExpired(120));
        QVERIFY(m_outcomes.empty() && !m_received.contains("SECOND"));
        m_silent = false;
        send(QStringLiteral("THIRD"));
        QTRY_VERIFY(m_outcomes.size() >= 2);
        QCOMPARE(m_outcomes[0].line, QStringLiteral("FIRST"));
        QCOMPARE(m_outcomes[0].reply, first.isEmpty() ? QString() : QStringLiteral("(integer) ") + first);
        QCOMPARE(m_outcomes[0].explanation.contains(QStringLiteral("closed the connection")), first.isEmpty());
        QCOMPARE(m_outcomes[1].line, QStringLiteral("SECOND"));
        QCOMPARE(m_outcomes[1].reply, QStringLiteral("(integer) 2"));
    }

    void noTimeToAnswerPassesWhileTheClusterIsHeld_data()
    {
        QTest::addColumn<bool>("typedWhileHeld");
        QTest::newRow("typed before") << false;
        QTest::newRow("typed while held") << true;
    }
    void noTimeToAnswerPassesWhileTheClusterIsHeld()
    {
        QFETCH(bool, typedWhileHeld);
        m_answer = "";
        if (typedWhileHeld)
            m_session->setHeld(true);
        send(QStringLiteral("SET x 1"), 300ms);
        m_session->setHeld(true);
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(timer.hasExpired(600));
        QVERIFY(m_outcomes.empty() && m_received.contains("SET"));
        m_session->setHeld(false);
        QTRY_COMPARE(m_outcomes.size(), std::size_t(1));
        QVERIFY(m_outcomes[0].explanation.contains(QStringLiteral("did not answer within 0.3 s")));
    }

    void afterATroubleTheNextCommandWorks()
    {
        m_answer = "close";
        outcome(QStringLiteral("SET x 1"));
        m_answer = "+OK\r\n";
        QCOMPARE(outcome(QStringLiteral("SET x 1")).reply, QStringLiteral("OK"));
        m_session->forget();
        QCOMPARE(outcome(QStringLiteral("SET x 1")).reply, QStringLiteral("OK"));
    }
};

QTEST_GUILESS_MAIN(TestCommandSession)
#include "tst_command_session.moc"
