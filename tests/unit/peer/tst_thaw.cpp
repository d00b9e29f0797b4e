// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer_pair.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::test;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 30'000;
/// Fourteen heartbeats, and longer than any election timeout: who may speak has spoken.
constexpr int kSilenceMs = 700;

/// The lab's side of a node's control port.
struct Lab
{
    std::unique_ptr<net::Channel> channel;
    std::vector<wire::DesiredStateAck> acks;
    std::optional<wire::Status> status;
    bool answersQuestions = true;
    wire::DesiredState desired;

    Lab(quint16 port, const QByteArray& cluster, const QByteArray& token)
    {
        wire::Hello hello;
        hello.clusterId = wire::clusterIdOf(cluster);
        hello.to = NodeId{1};
        hello.token = token;
        channel = net::Channel::dial(kLoopback, port, hello);
        channel->onFrame = [this](const wire::Frame& frame) {
            const auto message = wire::decodeControl(frame.payload);
            if (!message)
                return;
            if (const auto* report = std::get_if<wire::Status>(&*message))
                status = *report;
            if (const auto* ack = std::get_if<wire::DesiredStateAck>(&*message)) {
                acks.push_back(*ack);
                if (ack->asks != 0 && answersQuestions)
                    answer(ack->asks);
            }
        };
    }
    void send(wire::DesiredState state)
    {
        channel->send(wire::FrameKind::Control, wire::encodeControl(state, 1));
        channel->flush();
    }
    void answer(quint64 question)
    {
        wire::DesiredState state = desired;
        state.answers = question;
        send(state);
    }
    std::vector<quint64> questions() const
    {
        std::vector<quint64> all;
        for (const auto& ack : acks) {
            if (ack.asks != 0)
                all.push_back(ack.asks);
        }
        return all;
    }
};

/// n1 is a real process; the test is its lab, its peer n2, which always votes for it and follows, and its client. There
/// is no n3.
struct RealNode
{
    QTemporaryDir folder;
    quint16 peerPort = freePort();
    quint16 clientPort = freePort();
    quint16 controlPort = freePort();
    quint16 n2Port = freePort();
    QProcess process;
    std::unique_ptr<End> n2;
    std::unique_ptr<Lab> lab;
    QTcpSocket client;

    ~RealNode()
    {
        process.kill();
        process.waitForFinished();
    }
    void connectLab() { lab = std::make_unique<Lab>(controlPort, "thaw", "token"); }
    bool start()
    {
        n2 = std::make_unique<End>(2, 1, peerPort, "thaw");
        n2->transport->onMessage = [this](raft::Message message) { follow(message); };
        if (!n2->transport->open(kLoopback, n2Port))
            return false;
        const auto member = [](int id, quint16 peer, quint16 clients) {
            return QStringLiteral("--member=n%1=127.0.0.1:%2/%3").arg(id).arg(peer).arg(clients);
        };
        process.setProgram(qEnvironmentVariable("FAULTLINE_BIN") + QStringLiteral("/faultline-node"));
        process.setArguments({QStringLiteral("--id=1"), QStringLiteral("--cluster=thaw"), QStringLiteral("--managed"),
                              QStringLiteral("--control=%1").arg(controlPort),
                              QStringLiteral("--data=%1").arg(folder.path()), member(1, peerPort, clientPort),
                              member(2, n2Port, freePort()), member(3, freePort(), freePort())});
        process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        process.start();
        process.write("token\n");
        const bool reached = QTest::qWaitFor(
            [this] {
                if (!lab || (!lab->channel->isOpen() && lab->channel->bytesToWrite() == 0))
                    connectLab();
                return QTest::qWaitFor([this] { return lab->channel->isOpen(); }, 200);
            },
            kPatienceMs);
        if (!reached)
            return false;
        desire({});
        if (!QTest::qWaitFor([this] { return leads(); }, kPatienceMs))
            return false;
        client.connectToHost(kLoopback, clientPort);
        return ask("SET x 1\r\n") == "+OK\r\n";
    }
    bool leads() const { return lab->status && lab->status->role == wire::Role::Leader; }
    /// The next version, with these links and clocks.
    void desire(std::vector<wire::LinkState> links, std::vector<wire::ClockState> clocks = {})
    {
        ++lab->desired.version;
        lab->desired.links = std::move(links);
        lab->desired.clocks = std::move(clocks);
        lab->send(lab->desired);
    }
    QByteArray ask(const QByteArray& command)
    {
        client.write(command);
        QByteArray reply;
        if (!QTest::qWaitFor(
                [&] {
                    reply += client.readAll();
                    return reply.endsWith("\r\n");
                },
                kPatienceMs))
            return {};
        return reply;
    }
    void follow(const raft::Message& message)
    {
        raft::Message reply{{2}, {1}, message.term, raft::RequestVoteReply{}};
        if (const auto* vote = std::get_if<raft::RequestVote>(&message.body)) {
            reply.body = raft::RequestVoteReply{vote->preVote, true};
        } else if (const auto* append = std::get_if<raft::AppendEntries>(&message.body)) {
            const raft::LogIndex match{append->previousIndex.value + append->entries.size()};
            reply.body = raft::AppendEntriesReply{true, match, {}, {}, append->round};
        } else {
            return;
        }
        n2->transport->send(reply);
    }
    char state() const
    {
        QFile stat(QStringLiteral("/proc/%1/stat").arg(process.processId()));
        if (!stat.open(QIODevice::ReadOnly))
            return '?';
        const QByteArray line = stat.readAll();
        return line.at(line.lastIndexOf(')') + 2);
    }
    /// Stopped, and everything it had said has arrived.
    bool freeze()
    {
        ::kill(pid_t(process.processId()), SIGSTOP);
        if (!QTest::qWaitFor([this] { return state() == 'T'; }, kPatienceMs))
            return false;
        QTcpServer server;
        server.listen(QHostAddress(kLoopback));
        QTcpSocket socket;
        socket.connectToHost(kLoopback, server.serverPort());
        return QTest::qWaitFor(
            [&] { return server.hasPendingConnections() && socket.state() == QAbstractSocket::ConnectedState; },
            kPatienceMs);
    }
    void thaw() { ::kill(pid_t(process.processId()), SIGCONT); }
    quint64 framesHeard() const { return n2->counters().receivedFrames; }
    /// No frame to the peer and no byte to the client, for a while in which both were owed some.
    bool isSilent(quint64 heardBefore)
    {
        return !QTest::qWaitFor([&] { return framesHeard() != heardBefore || client.bytesAvailable() > 0; },
                                kSilenceMs);
    }
};

const std::vector<wire::LinkState> kCutOff{{{NodeId{1}, NodeId{2}}, {.cut = true}},
                                           {{NodeId{2}, NodeId{1}}, {.cut = true}}};

} // namespace

/// A real node that was stopped and goes on: it obeys the present state before it says a word to anyone.
class TestThaw : public QObject
{
    Q_OBJECT

    RealNode m_node;

private slots:
    void initTestCase() { QVERIFY(m_node.start()); }

    void whatWasCutMeanwhileHearsNotOneFrame()
    {
        for (int round = 0; round < 5; ++round) {
            const quint64 before = m_node.framesHeard();
            QTRY_VERIFY_WITH_TIMEOUT(m_node.framesHeard() >= before + 3, kPatienceMs);
            QVERIFY(m_node.freeze());
            const quint64 heard = m_node.framesHeard();
            m_node.desire(kCutOff);
            m_node.thaw();
            QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->acks.back().version, m_node.lab->desired.version, kPatienceMs);
            QVERIFY(m_node.isSilent(heard));
            QCOMPARE(m_node.lab->status->faults, kCutOff);
            m_node.desire({});
            QTRY_VERIFY_WITH_TIMEOUT(m_node.framesHeard() > heard && m_node.leads(), kPatienceMs);
        }
    }

    void unansweredItKeepsSilenceTowardsEveryone()
    {
        m_node.lab->answersQuestions = false;
        QVERIFY(m_node.freeze());
        const quint64 heard = m_node.framesHeard();
        const std::size_t asked = m_node.lab->questions().size();
        m_node.client.write("PING\r\nGET x\r\n");
        m_node.client.flush();
        m_node.thaw();
        QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->questions().size(), asked + 1, kPatienceMs);
        QVERIFY(m_node.isSilent(heard));

        // What was on its way since before the stop is no answer, nor is one to an older question.
        const quint64 question = m_node.lab->questions().back();
        m_node.desire({});
        m_node.lab->answer(question - 1);
        QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->acks.back().version, m_node.lab->desired.version, kPatienceMs);
        QVERIFY(m_node.isSilent(heard));
        const auto at = m_node.lab->status->at;
        QTRY_VERIFY_WITH_TIMEOUT(m_node.lab->status->at > at, kPatienceMs); // it still reports

        // The version it has is an answer all the same.
        m_node.lab->answer(question);
        QTRY_VERIFY_WITH_TIMEOUT(m_node.framesHeard() > heard, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(m_node.client.bytesAvailable(), qint64(sizeof "+PONG\r\n$1\r\n1\r\n" - 1),
                                  kPatienceMs);
        m_node.client.readAll();
        m_node.lab->answersQuestions = true;
    }

    void stoppedAgainBeforeTheAnswerItAsksAgain()
    {
        m_node.lab->answersQuestions = false;
        QVERIFY(m_node.freeze());
        const quint64 heard = m_node.framesHeard();
        const std::size_t asked = m_node.lab->questions().size();
        m_node.thaw();
        QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->questions().size(), asked + 1, kPatienceMs);
        const quint64 first = m_node.lab->questions().back();
        QVERIFY(m_node.freeze());
        m_node.lab->answer(first); // true when it was said
        m_node.thaw();
        QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->questions().size(), asked + 2, kPatienceMs);
        QVERIFY(m_node.lab->questions().back() > first);
        QVERIFY(m_node.isSilent(heard));
        m_node.lab->answer(m_node.lab->questions().back());
        QTRY_VERIFY_WITH_TIMEOUT(m_node.framesHeard() > heard, kPatienceMs);
        m_node.lab->answersQuestions = true;
    }

    void labThatComesLateIsAskedToo()
    {
        m_node.lab->answersQuestions = false;
        QVERIFY(m_node.freeze());
        const quint64 heard = m_node.framesHeard();
        const std::size_t asked = m_node.lab->questions().size();
        m_node.thaw();
        QTRY_COMPARE_WITH_TIMEOUT(m_node.lab->questions().size(), asked + 1, kPatienceMs);
        const wire::DesiredState desired = m_node.lab->desired;
        m_node.connectLab();
        m_node.lab->desired = desired;
        QTRY_VERIFY_WITH_TIMEOUT(m_node.framesHeard() > heard, kPatienceMs);
        QCOMPARE(m_node.lab->questions().size(), std::size_t(1));
    }

    void clockIsAsWrongAsDesired()
    {
        const auto trueTime = [] {
            return std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch());
        };
        m_node.desire({}, {{NodeId{1}, {.offset = 3h}}, {NodeId{2}, {.offset = -3h}}});
        QTRY_VERIFY_WITH_TIMEOUT(m_node.lab->status->wallClock > trueTime() + 2h, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(m_node.client.state(), QAbstractSocket::ConnectedState, kPatienceMs);
        const auto before = trueTime();
        m_node.client.write("TIME\r\n");
        QByteArray reply;
        QTRY_COMPARE_WITH_TIMEOUT((reply += m_node.client.readAll()).count("\r\n"), qsizetype(5), kPatienceMs);
        const QList<QByteArray> lines = reply.split('\n');
        QCOMPARE(lines[0].trimmed(), QByteArray("*2"));
        const auto said = std::chrono::seconds(lines[2].trimmed().toLongLong()) +
                          std::chrono::microseconds(lines[4].trimmed().toLongLong());
        QVERIFY(said >= before + 3h && said <= trueTime() + 3h);
        m_node.desire({});
        QTRY_VERIFY_WITH_TIMEOUT(m_node.lab->status->wallClock < trueTime() + 1h, kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(TestThaw)
#include "tst_thaw.moc"
