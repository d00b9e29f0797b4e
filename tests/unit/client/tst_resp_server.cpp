// SPDX-License-Identifier: GPL-3.0-or-later
#include "client_bench.h"

#include <QTest>

#include <sys/socket.h>

using namespace faultline;
using namespace faultline::client;
using test::FakeBackend;
using test::RawClient;

/// The client port over real sockets: order, redirects, closing, bounds.
class TestRespServer : public QObject
{
    Q_OBJECT

    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<RespServer> m_server;

    void start(PortOptions options = {})
    {
        m_server.reset();
        m_backend = std::make_unique<FakeBackend>();
        m_server = std::make_unique<RespServer>(*m_backend, options);
        m_backend->server = m_server.get();
        QVERIFY(m_server->listen("127.0.0.1", 0));
    }
    const Counters& counters() const { return m_server->counters(); }

private slots:
    void init() { start(); }
    void cleanup()
    {
        m_server.reset();
        m_backend.reset();
    }

    void repliesKeepTheOrderOfTheCommands()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\nPING\r\nSET b 2\r\nfoo\r\nGET a\r\nPING last\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(3), 5000);
        QCOMPARE(counters().pending, quint64(3));
        m_backend->answer(1);
        m_backend->answer(0);
        m_backend->answer(0);
        QCOMPARE(client.replies(6),
                 QStringList({"OK", "PONG", "OK",
                              "(error) ERR unknown command 'foo', with args beginning with: ", "\"1\"", "\"last\""}));
        QCOMPARE(counters().pending, quint64(0));
        QCOMPARE(counters().pendingBytes, 0);
        QCOMPARE(counters().commands, quint64(6));
        QCOMPARE(counters().request.count(), quint64(3));
    }

    /// Each sees those before it and none behind it.
    void commandsTakeEffectInTheirOrder()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("GET q\r\nEXISTS q\r\nSET q 1\r\nGET q\r\nSET q 2\r\nGET q\r\nDBSIZE\r\nGET q\r\n");
        const auto isHeld = [this](std::size_t count) { return m_backend->held.size() == count; };
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(2), 5000);
        m_backend->answer(1);
        RawClient other(m_server->port());
        QCOMPARE(other.ask("PING"), "PONG");
        QVERIFY(isHeld(1)); // the write still waits for a read
        m_backend->answer(0);
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(4), 5000);
        for (int i = 0; i < 4; ++i)
            m_backend->answer(0);
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(1), 5000);
        m_backend->answer(0);
        QCOMPARE(client.replies(8),
                 QStringList({"(nil)", "(integer) 0", "OK", "\"1\"", "OK", "\"2\"", "(integer) 1", "\"2\""}));
        QCOMPARE(m_backend->ways, (std::vector<bool>{false, false, true, true, true, true, false}));
        QCOMPARE(counters().commands, quint64(9));
    }

    /// They go through the log only while writes are under way, few at a time, and none that may be long.
    void readsBehindAWriteSoonNeedNoLogAgain()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        RawClient other(m_server->port());
        const auto isHeld = [this](std::size_t count) { return m_backend->held.size() == count; };
        client.send("SET q 1\r\n" + QByteArray("GET q\r\n").repeated(17));
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(17), 5000);
        m_backend->answer(0);
        QCOMPARE(client.replies(1), QStringList("OK"));
        QCOMPARE(other.ask("PING"), "PONG");
        QVERIFY(isHeld(16)); // the last one waits for those that are in the log
        for (int i = 0; i < 16; ++i)
            m_backend->answer(0);
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(1), 5000);
        QVERIFY(!m_backend->ways.back());
        m_backend->answer(0);
        QCOMPARE(client.replies(17), QStringList(17, "\"1\""));

        client.send("SET q 2\r\nMGET q q\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(1), 5000);
        m_backend->answer(0);
        QTRY_VERIFY_WITH_TIMEOUT(isHeld(1), 5000);
        QVERIFY(!m_backend->ways.back());
        m_backend->answer(0);
        QCOMPARE(client.replies(2).size(), 2);
    }

    void nothingOvertakesAnUnansweredCommand()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("PING first\r\nSET a 1\r\nPING second\r\nSET b 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(2), 5000);
        m_backend->answer(1);
        QCOMPARE(client.replies(1), QStringList{"\"first\""});
        QCoreApplication::processEvents();
        QCOMPARE(client.socket().bytesAvailable(), 0);
        m_backend->answer(0);
        QCOMPARE(client.replies(3), QStringList({"OK", "\"second\"", "OK"}));
    }

    void commandsMayArriveInHalves()
    {
        RawClient client(m_server->port());
        const QByteArray command("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$5\r\nhello\r\n");
        for (const char byte : command) {
            client.send(QByteArrayView(&byte, 1));
            QCoreApplication::processEvents();
        }
        QCOMPARE(client.replies(1), QStringList{"OK"});
        QCOMPARE(client.ask("GET x"), "\"hello\"");
    }

    void largeValuesGoThrough()
    {
        RawClient client(m_server->port());
        const QByteArray value(kv::kMaxValue, 'v');
        client.send(resp::encodeCommand({"SET", "x", value}));
        QCOMPARE(client.replies(1), QStringList{"OK"});
        client.send(resp::encodeCommand({"GET", "x"}));
        QCOMPARE(client.replies(1).value(0).size(), value.size() + 2);
        client.send(resp::encodeCommand({"SET", "x", value + 'v'}));
        QVERIFY(client.replies(1).value(0).startsWith("(error) ERR the value has 8388609 bytes"));
    }

    void deepPipelineIsAnsweredWhole()
    {
        RawClient client(m_server->port());
        QByteArray all;
        for (int i = 0; i < 20'000; ++i)
            all += "INCR n\r\nPING\r\n";
        client.send(all);
        const QStringList replies = client.replies(40'000);
        QCOMPARE(replies.size(), 40'000);
        QCOMPARE(replies[39'998], "(integer) 20000");
        QCOMPARE(replies[39'999], "PONG");
    }

    void unansweredCommandsStopTheReading()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        QByteArray all;
        for (std::size_t i = 0; i < 2 * Connection::kMaxUnanswered; ++i)
            all += "INCR n\r\n";
        client.send(all);
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), Connection::kMaxUnanswered, 5000);
        QCoreApplication::processEvents();
        QCOMPARE(m_backend->held.size(), Connection::kMaxUnanswered);
        m_backend->answers = true;
        while (!m_backend->held.empty())
            m_backend->answer(0);
        const QStringList replies = client.replies(2 * Connection::kMaxUnanswered);
        QCOMPARE(replies.last(), QString("(integer) %1").arg(2 * Connection::kMaxUnanswered));
    }

    void whoSaysNoMoreStillHearsWhatIsOwed_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<qsizetype>("owed");
        QTest::newRow("a write") << QByteArray("SET a 1\r\n") << qsizetype(1);
        QTest::newRow("a write, and quit") << QByteArray("SET a 1\r\nQUIT\r\n") << qsizetype(2);
        // As many bytes as are read at once, so that the end is all that the next read finds.
        QTest::newRow("a whole read") << QByteArray("ECHO 890123456\r\n").repeated(Connection::kReadAtOnce / 16)
                                      << Connection::kReadAtOnce / 16;
    }
    void whoSaysNoMoreStillHearsWhatIsOwed()
    {
        QFETCH(QByteArray, said);
        QFETCH(qsizetype, owed);
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send(said);
        QVERIFY(RawClient::wait([&] { return client.socket().bytesToWrite() == 0; }));
        QCOMPARE(::shutdown(int(client.socket().socketDescriptor()), SHUT_WR), 0);
        if (said.startsWith("SET")) {
            QTRY_COMPARE(m_backend->held.size(), std::size_t(1));
            for (int turn = 0; turn < 10; ++turn)
                QCoreApplication::processEvents();
            m_backend->answer(0);
        }
        QCOMPARE(client.replies(owed).size(), owed);
        QVERIFY(client.closes());
        QTRY_COMPARE(m_server->counters().connections, quint64(0));
    }

    void whoLeavesWhileWaitingWithoutAnEndIsGone()
    {
        m_backend->answers = false;
        m_backend->end = 5;
        for (const char* said : {"WAIT 2 0\r\n", "WAIT 2 0\r\nQUIT\r\n"}) {
            RawClient client(m_server->port());
            client.send(said);
            QTRY_COMPARE(m_server->counters().connections, quint64(1));
            client.socket().disconnectFromHost();
            QTRY_COMPARE(m_server->counters().connections, quint64(0));
        }
    }

    void whoIsTornAwayWhileNothingIsReadIsGone()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send(QByteArray("INCR n\r\n").repeated(2 * int(Connection::kMaxUnanswered)));
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), Connection::kMaxUnanswered, 5000);
        QCOMPARE(m_server->counters().connections, quint64(1));
        const linger atOnce{1, 0}; // closed with a reset
        QCOMPARE(::setsockopt(int(client.socket().socketDescriptor()), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce),
                 0);
        client.socket().abort();
        QTRY_COMPARE(m_server->counters().connections, quint64(0));
        QCOMPARE(m_server->counters().pending, quint64(0));
        RawClient other(m_server->port());
        QCOMPARE(other.ask("PING"), "PONG");
    }

    void followerNamesTheLeader()
    {
        m_backend->leader = {false, true, "127.0.0.1", 7002};
        RawClient client(m_server->port());
        QCOMPARE(client.ask("SET foo 1"), "(error) MOVED 12182 127.0.0.1:7002");
        QCOMPARE(client.ask("GET bar"), "(error) MOVED 5061 127.0.0.1:7002");
        QCOMPARE(client.ask("PING"), "PONG");
        QCOMPARE(counters().redirects, quint64(2));
        QVERIFY(m_backend->held.empty());
    }

    void withoutALeaderTheClusterIsDown()
    {
        m_backend->leader = {};
        RawClient client(m_server->port());
        QCOMPARE(client.ask("SET foo 1"), "(error) CLUSTERDOWN The cluster is down: no leader is known");
        QCOMPARE(client.ask("DEL a b"), "(error) CLUSTERDOWN The cluster is down: no leader is known");
        QVERIFY(client.ask("CLUSTER INFO").contains("cluster_state:fail"));
        QCOMPARE(client.ask("CLUSTER SLOTS"), "(empty array)");
        QCOMPARE(counters().refusals, quint64(2));
    }

    void refusedProposalKeepsItsPlace()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
        m_backend->outcome = client::Backend::Submitted::TryAgain;
        client.send("SET b 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(counters().refusals, quint64(1), 5000);
        m_backend->answer(0);
        const QStringList replies = client.replies(2);
        QCOMPARE(replies.value(0), "OK");
        QVERIFY(replies.value(1).startsWith("(error) TRYAGAIN"));
        QCOMPARE(counters().pending, quint64(0));
    }

    void whatWasNotTakenSaysWhy_data()
    {
        QTest::addColumn<client::Backend::Submitted>("outcome");
        QTest::addColumn<QString>("says");
        QTest::newRow("handing over") << client::Backend::Submitted::TryAgain << QStringLiteral("TRYAGAIN ");
        QTest::newRow("too much") << client::Backend::Submitted::Busy << QStringLiteral("BUSY ");
        QTest::newRow("disk full") << client::Backend::Submitted::DiskFull
                                   << QStringLiteral("BUSY The leader's disk is full, nothing was done");
        QTest::newRow("leads no more") << client::Backend::Submitted::NotLeader << QStringLiteral("MOVED 12182 ");
    }
    void whatWasNotTakenSaysWhy()
    {
        QFETCH(client::Backend::Submitted, outcome);
        QFETCH(QString, says);
        m_backend->outcome = outcome;
        RawClient client(m_server->port());
        const QString answer = client.ask("SET foo 1");
        QVERIFY2(answer.startsWith("(error) " + says), qPrintable(answer));
        QCOMPARE(counters().pending, quint64(0));
    }

    void refusedLaterIsRedirectedInItsPlace()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET foo 1\r\nGET bar\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(2), 5000);
        m_backend->leader = {false, true, "127.0.0.1", 7002};
        const quint64 write = m_backend->held[0].first;
        m_backend->answer(1);
        m_server->refuse(write);
        QCOMPARE(client.replies(2), QStringList({"(error) MOVED 12182 127.0.0.1:7002", "(nil)"}));
        QCOMPARE(counters().pending, quint64(0));
        QCOMPARE(client.ask("PING"), "PONG");
    }

    void staleReadsOnlyAfterReadonly()
    {
        RawClient client(m_server->port());
        QCOMPARE(client.ask("SET foo 1"), "OK");
        m_backend->leader = {false, true, "127.0.0.1", 7002};
        QVERIFY(client.ask("GET foo").startsWith("(error) MOVED"));
        QCOMPARE(client.ask("READONLY"), "OK");
        QCOMPARE(client.ask("GET foo"), "\"1\"");
        QCOMPARE(client.ask("EXISTS foo"), "(integer) 1");
        QVERIFY(client.ask("SET foo 2").startsWith("(error) MOVED"));
        QCOMPARE(client.ask("READWRITE"), "OK");
        QVERIFY(client.ask("GET foo").startsWith("(error) MOVED"));
        client.ask("READONLY");
        QCOMPARE(client.ask("RESET"), "RESET");
        QVERIFY(client.ask("GET foo").startsWith("(error) MOVED"));
        // Who leads has nothing older to offer.
        m_backend->leader = {true, true, "127.0.0.1", 7001};
        m_backend->answers = false;
        client.ask("READONLY");
        client.send("GET foo\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
    }

    void memberCommandsGoToTheLeaderAndMayTakeTheirTime()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("MEMBER ADD n6 127.0.0.1 7106 7206\r\nMEMBER REMOVE 1\r\nMEMBER TRANSFER n2\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->managed.size(), std::size_t(3), 5000);
        using What = client::MemberCommand::What;
        const client::MemberCommand& add = m_backend->managed[0].second;
        QVERIFY(add.what == What::Add && add.id == 6 && add.host == "127.0.0.1");
        QVERIFY(add.peerPort == 7106 && add.clientPort == 7206);
        QVERIFY(m_backend->managed[1].second.what == What::Remove && m_backend->managed[1].second.id == 1);
        QVERIFY(m_backend->managed[2].second.what == What::Transfer && m_backend->managed[2].second.id == 2);
        m_server->complete(m_backend->managed[0].first, kv::Ok{});
        m_backend->leader = {false, true, "127.0.0.1", 7002};
        m_server->refuse(m_backend->managed[1].first);
        m_server->complete(m_backend->managed[2].first, kv::Failure{"ERR no"});
        QCOMPARE(client.replies(3), QStringList({"OK", "(error) MOVED 0 127.0.0.1:7002", "(error) ERR no"}));
        QCOMPARE(client.ask("MEMBER LIST"), "(error) MOVED 0 127.0.0.1:7002");
        QCOMPARE(client.ask("MEMBER REMOVE n2"), "(error) MOVED 0 127.0.0.1:7002");
    }

    void unknownOutcomeClosesBehindEarlierReplies()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        RawClient other(m_server->port());
        client.send("SET a 1\r\nPING\r\nSET b 1\r\nPING\r\nSET c 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(3), 5000);
        const quint64 second = m_backend->held[1].first;
        const quint64 third = m_backend->held[2].first;
        m_server->outcomeUnknown(second);
        m_server->complete(third, kv::Ok{});
        QCOMPARE(counters().connections, quint64(2));
        m_backend->answer(0);
        QCOMPARE(client.replies(3), QStringList({"OK", "PONG"}));
        QVERIFY(client.closes());
        QCOMPARE(other.ask("PING"), "PONG");
        QTRY_COMPARE_WITH_TIMEOUT(counters().connections, quint64(1), 5000);
        QCOMPARE(counters().pending, quint64(0));
        QCOMPARE(counters().outcomesUnknown, quint64(1));
    }

    void everythingUnknownAtOnceIsSilence()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\nSET b 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(2), 5000);
        m_server->outcomeUnknown(m_backend->held[0].first);
        m_server->outcomeUnknown(m_backend->held[1].first);
        QCOMPARE(client.replies(1), QStringList());
        QVERIFY(client.closes());
    }

    /// Nobody can tell one that left from one that only says no more.
    void answerForAClientThatLeftIsDropped()
    {
        m_backend->answers = false;
        {
            RawClient client(m_server->port());
            client.send("SET a 1\r\n");
            QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
        }
        m_backend->answer(0);
        QTRY_COMPARE_WITH_TIMEOUT(counters().connections, quint64(0), 5000);
        QCOMPARE(counters().pending, quint64(0));
        RawClient next(m_server->port());
        QCOMPARE(next.ask("PING"), "PONG");
    }

    void garbageIsAnsweredAndClosed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("error");
        QTest::newRow("count") << QByteArray("*x\r\n") << "(error) ERR Protocol error: invalid multibulk length";
        QTest::newRow("2 GB") << QByteArray("*1\r\n$2147483648\r\n")
                              << "(error) ERR Protocol error: invalid bulk length";
        QTest::newRow("no dollar") << QByteArray("*1\r\nx") << "(error) ERR Protocol error: expected '$', got 'x'";
        QTest::newRow("endless") << QByteArray(100'000, 'x') << "(error) ERR Protocol error: too big inline request";
    }
    void garbageIsAnsweredAndClosed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, error);
        RawClient other(m_server->port());
        RawClient client(m_server->port());
        client.send("PING\r\n" + bytes);
        QCOMPARE(client.replies(2), QStringList({"PONG", error}));
        QVERIFY(client.closes());
        QCOMPARE(counters().protocolErrors, quint64(1));
        QCOMPARE(other.ask("PING"), "PONG");
    }

    void aWebPageRunsNoCommand_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QStringList>("replies");
        const QByteArray rest = "Host: 127.0.0.1\r\nContent-Length: 20\r\n\r\nSET pwned by-page\r\n";
        QTest::newRow("POST") << "POST / HTTP/1.1\r\n" + rest << QStringList();
        QTest::newRow("GET") << "GET / HTTP/1.1\r\n" + rest
                             << QStringList("(error) ERR wrong number of arguments for 'get' command");
        QTest::newRow("as an array") << "*1\r\n$4\r\npost\r\n" + rest << QStringList();
    }
    void aWebPageRunsNoCommand()
    {
        QFETCH(const QByteArray, request);
        QFETCH(const QStringList, replies);
        RawClient page(m_server->port());
        page.send(request);
        QCOMPARE(page.replies(2), replies);
        QVERIFY(page.closes());
        QCOMPARE(m_backend->store.keys(), quint64(0));
        QCOMPARE(counters().protocolErrors, quint64(1));
    }

    void garbageWaitsForTheAnswersBeforeIt()
    {
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\n*x\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(counters().protocolErrors, quint64(1), 5000);
        m_backend->answer(0);
        QCOMPARE(client.replies(2), QStringList({"OK", "(error) ERR Protocol error: invalid multibulk length"}));
        QVERIFY(client.closes());
    }

    void slowReaderIsHeldBackThenClosed()
    {
        RawClient writer(m_server->port());
        writer.send(resp::encodeCommand({"SET", "x", QByteArray(kv::kMaxValue, 'v')}));
        QCOMPARE(writer.replies(1), QStringList{"OK"});

        // Answered one by one, the replies stop its reading and it stays.
        RawClient patient(m_server->port());
        patient.socket().setReadBufferSize(1024);
        for (int i = 0; i < 50; ++i)
            patient.send("GET x\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(counters().commands > 1, 5000);
        QCOMPARE(writer.ask("PING"), "PONG");
        QCOMPARE(counters().connections, quint64(2));
        QVERIFY(counters().commands < 40);

        // Answered all at once, they are too many.
        m_backend->answers = false;
        RawClient greedy(m_server->port());
        greedy.socket().setReadBufferSize(1024);
        for (int i = 0; i < 50; ++i)
            greedy.send("GET x\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(50), 5000);
        while (!m_backend->held.empty())
            m_backend->answer(0);
        QTRY_COMPARE_WITH_TIMEOUT(counters().slowReaders, quint64(1), 5000);
        QTRY_COMPARE_WITH_TIMEOUT(counters().connections, quint64(2), 5000);
        QCOMPARE(writer.ask("PING"), "PONG");
    }

    void allClientsTogetherHoldSoMuchAndNoMore()
    {
        start({.maxClientBytes = 4'000'000});
        RawClient modest(m_server->port());
        modest.send(resp::encodeCommand({"SET", "x", QByteArray(500'000, 'v')}));
        QCOMPARE(modest.replies(1), QStringList{"OK"});
        std::vector<std::unique_ptr<RawClient>> greedy;
        for (int i = 0; i < 20; ++i) {
            greedy.push_back(std::make_unique<RawClient>(m_server->port()));
            greedy.back()->socket().setReadBufferSize(1024);
            greedy.back()->send(QByteArray("GET x\r\n").repeated(50));
        }
        QTRY_VERIFY_WITH_TIMEOUT(counters().slowReaders > 0, 5000);
        for (int i = 0; i < 20; ++i) {
            greedy.push_back(std::make_unique<RawClient>(m_server->port()));
            greedy.back()->send("*2\r\n$4\r\nECHO\r\n$9000000\r\n" + QByteArray(1'000'000, 'h'));
        }
        const auto most = counters().clientBytes;
        QTRY_VERIFY_WITH_TIMEOUT(counters().slowReaders > 10, 5000);
        QVERIFY2(most <= 5'000'000 && counters().clientBytes <= 5'000'000, qPrintable(QString::number(most)));
        QCOMPARE(modest.ask("PING"), "PONG");
        greedy.clear();
        QTRY_COMPARE_WITH_TIMEOUT(counters().clientBytes, qint64(0), 5000);
    }

    void tooManyConnectionsAreTurnedAway()
    {
        start({.maxConnections = 2});
        RawClient first(m_server->port());
        QCOMPARE(first.ask("PING"), "PONG");
        auto second = std::make_unique<RawClient>(m_server->port());
        QCOMPARE(second->ask("PING"), "PONG");
        RawClient third(m_server->port());
        QCOMPARE(third.replies(1), QStringList{"(error) ERR max number of clients reached"});
        QVERIFY(third.closes());
        second.reset();
        QTRY_COMPARE_WITH_TIMEOUT(counters().connections, quint64(1), 5000);
        RawClient fourth(m_server->port());
        QCOMPARE(fourth.ask("PING"), "PONG");
        QCOMPARE(counters().turnedAway, quint64(1));
    }

    void nothingIsReadOrSaidWhileItIsQuiet()
    {
        bool quiet = false;
        m_server->isQuiet = [&] { return quiet; };
        m_backend->answers = false;
        RawClient client(m_server->port());
        client.send("SET a 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
        quiet = true;
        m_backend->answer(0);
        client.send("PING\r\n");
        RawClient late(m_server->port());
        late.send("PING\r\nSET b 1\r\n");
        QVERIFY(!QTest::qWaitFor([&] { return client.socket().bytesAvailable() + late.socket().bytesAvailable() > 0; },
                                 200));
        QCOMPARE(counters().commands, quint64(1));
        QVERIFY(m_backend->held.empty());
        m_server->goOn(); // too soon: nothing happens
        QVERIFY(!QTest::qWaitFor([&] { return client.socket().bytesAvailable() > 0; }, 50));
        quiet = false;
        m_server->goOn();
        QCOMPARE(client.replies(2), QStringList({"OK", "PONG"}));
        QCOMPARE(late.replies(1), QStringList{"PONG"});
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
    }

    void quitIsAnsweredThenClosed()
    {
        RawClient client(m_server->port());
        client.send("PING\r\nQUIT\r\nPING\r\n");
        QCOMPARE(client.replies(3), QStringList({"PONG", "OK"}));
        QVERIFY(client.closes());
    }

    void takenPortIsASentence()
    {
        FakeBackend backend;
        RespServer second(backend);
        const auto result = second.listen("127.0.0.1", m_server->port());
        QVERIFY(!result);
        QVERIFY(result.error().contains(QString("Port %1 on 127.0.0.1 is taken").arg(m_server->port())));
        QVERIFY(!second.listen("nonsense", 0));
    }

    void closeAllDropsEveryone()
    {
        m_backend->answers = false;
        RawClient first(m_server->port());
        RawClient second(m_server->port());
        first.send("SET a 1\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(m_backend->held.size(), std::size_t(1), 5000);
        QTRY_COMPARE_WITH_TIMEOUT(counters().connections, quint64(2), 5000);
        m_server->closeAll();
        QVERIFY(first.closes());
        QVERIFY(second.closes());
        QCOMPARE(counters().connections, quint64(0));
        QCOMPARE(counters().pending, quint64(0));
        m_backend->answer(0);
    }
};

QTEST_GUILESS_MAIN(TestRespServer)
#include "tst_resp_server.moc"
