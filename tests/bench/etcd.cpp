// SPDX-License-Identifier: GPL-3.0-or-later
#include "etcd.h"

#include "conditions_linux.h"
#include "first_yes.h"
#include "server_process.h"
#include "tool.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTest>

namespace faultline::bench {

namespace {

constexpr std::chrono::seconds kPatience{60};

QString nameOf(std::size_t member)
{
    return QStringLiteral("e%1").arg(member + 1);
}

QString urlOf(quint16 port)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(port);
}

/// The JSON one member answers to a POST; empty when it does not.
QJsonObject post(quint16 port, const QByteArray& path, const QByteArray& body)
{
    constexpr int kReplyMs = 2000;
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), port);
    if (!socket.waitForConnected(kReplyMs))
        return {};
    socket.write("POST " + path + " HTTP/1.0\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" +
                 body);
    QByteArray reply;
    const QDeadlineTimer deadline(kReplyMs);
    while (socket.state() == QAbstractSocket::ConnectedState && !deadline.hasExpired()) {
        socket.waitForReadyRead(20);
        reply += socket.readAll();
    }
    return QJsonDocument::fromJson(reply.mid(reply.indexOf("\r\n\r\n") + 4)).object();
}

/// What wrk runs for every request: a random one of 100,000 keys, as redis-benchmark does.
QByteArray script(bool isWrite)
{
    const QByteArray value = QByteArray(kPayloadBytes, 'v').toBase64();
    const QByteArray body =
        isWrite ? R"('{"key":"' .. key .. '","value":")" + value + R"("}')" : R"('{"key":"' .. key .. '"}')";
    const QByteArray path = isWrite ? "/v3/kv/put" : "/v3/kv/range";
    // Twelve characters of a key need no padding in base64: any sixteen letters are one.
    return "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nrequest = function()\n"
           "  local key = string.format('a2V5%012d', math.random(0, 99999))\n  return wrk.format(nil, '" +
           path + "', nil, " + body + ")\nend\n";
}

} // namespace

Etcd::~Etcd()
{
    end();
}

void Etcd::end()
{
    for (Member& member : m_members) {
        if (member.process)
            endServer(*member.process);
        member.process.reset();
    }
    m_folder.reset();
}

std::vector<quint16> Etcd::ports() const
{
    std::vector<quint16> all;
    for (const Member& member : m_members)
        all.push_back(member.ports->client());
    return all;
}

void Etcd::launch(std::size_t which)
{
    Member& member = m_members[which];
    QStringList cluster;
    for (std::size_t other = 0; other < kMembers; ++other)
        cluster << nameOf(other) + u'=' + urlOf(m_members[other].ports->peer());
    member.process = startServer(
        QStringLiteral("etcd"),
        {QStringLiteral("--name"), nameOf(which), QStringLiteral("--data-dir"), m_folder->filePath(nameOf(which)),
         QStringLiteral("--listen-client-urls"), urlOf(member.ports->client()),
         QStringLiteral("--advertise-client-urls"), urlOf(member.ports->client()), QStringLiteral("--listen-peer-urls"),
         urlOf(member.ports->peer()), QStringLiteral("--initial-advertise-peer-urls"), urlOf(member.ports->peer()),
         QStringLiteral("--initial-cluster"), cluster.join(u','), QStringLiteral("--logger"), QStringLiteral("zap")});
}

Result<void> Etcd::start()
{
    if (m_folder)
        return {};
    m_folder = std::make_unique<QTemporaryDir>();
    for (Member& member : m_members) {
        if (member.ports)
            continue;
        auto claimed = lab::PortBlock::claim();
        if (!claimed)
            return Error{claimed.error()};
        member.ports = *std::move(claimed);
    }
    for (std::size_t which = 0; which < kMembers; ++which)
        launch(which);
    const auto serves = FirstYes(Question::etcdPut(), ports()).wait(FirstYes::Clock::now(), kPatience);
    if (!serves)
        return Error{QStringLiteral("etcd: ") + serves.error()};
    return {};
}

Result<std::size_t> Etcd::leader() const
{
    const QDeadlineTimer deadline(kPatience);
    while (!deadline.hasExpired()) {
        for (std::size_t which = 0; which < kMembers; ++which) {
            const QJsonObject status = post(m_members[which].ports->client(), "/v3/maintenance/status", "{}");
            const QJsonValue leads = status[QStringLiteral("leader")];
            if (!leads.isUndefined() && leads == status[QStringLiteral("header")][QStringLiteral("member_id")])
                return which;
        }
        QTest::qWait(50);
    }
    return Error{QStringLiteral("etcd: no member leads")};
}

Result<std::optional<Measured>> Etcd::measure(const RowSpec& row, const Amount& amount)
{
    const auto shape = shapeOf(row.name);
    const bool isKill = row.name == QStringLiteral("failover-kill");
    const bool isFreeze = row.name == QStringLiteral("failover-freeze");
    const bool isIdle = row.name == QStringLiteral("idle-rss");
    // A gateway has no pipelining, nobody here can power a member of it off, and a million keys take it minutes.
    if ((!shape || shape->pipeline > 1) && !isKill && !isFreeze && !isIdle)
        return std::optional<Measured>();
    if (!shape) // a fresh one
        end();
    if (const auto started = start(); !started)
        return Error{started.error()};
    if (isIdle) {
        QTest::qWait(5000);
        Measured measured;
        for (const Member& member : m_members) {
            const auto megabytes = residentMegabytes(member.process->processId());
            if (!megabytes)
                return Error{megabytes.error()};
            measured.values.push_back(*megabytes);
        }
        return std::optional(measured);
    }
    const auto measured = shape ? throughput(*shape, amount) : failovers(isFreeze, amount.failovers);
    if (!measured)
        return Error{measured.error()};
    return std::optional(*measured);
}

Result<Measured> Etcd::throughput(const Shape& shape, const Amount& amount)
{
    const auto leads = leader();
    if (!leads)
        return Error{leads.error()};
    const QString url = urlOf(m_members[*leads].ports->client());
    const auto wrk = [&](bool isWrite) -> Result<Run> {
        QFile file(m_folder->filePath(QStringLiteral("request.lua")));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(script(isWrite)) < 0)
            return Error{QStringLiteral("%1: cannot be written").arg(file.fileName())};
        file.close();
        const auto output =
            runTool(QStringLiteral("wrk"),
                    {QStringLiteral("-t1"), QStringLiteral("-c%1").arg(shape.connections), QStringLiteral("-d5s"),
                     QStringLiteral("--latency"), QStringLiteral("-s"), file.fileName(), url},
                    kPatience);
        return output ? parseWrk(*output) : Result<Run>(Error{output.error()});
    };
    if (!shape.isWrite) { // there should be something to read
        if (const auto filled = wrk(true); !filled)
            return Error{filled.error()};
    }
    Measured measured{{}, QStringLiteral("wrk on the HTTP gateway")};
    for (int repetition = 0; repetition < amount.repetitions; ++repetition) {
        const auto run = wrk(shape.isWrite);
        if (!run)
            return Error{run.error()};
        measured.values.push_back(figureOf(shape, *run));
    }
    if (shape.isWrite && shape.connections > 1) {
        // It complains, by its exit code too, when the load it asks for is not reached: that is the figure wanted.
        const auto output = runTool(QStringLiteral("etcdctl"),
                                    {QStringLiteral("--endpoints"), url, QStringLiteral("check"),
                                     QStringLiteral("perf"), QStringLiteral("--load"), QStringLiteral("l")},
                                    2 * kPatience, true);
        const auto rate = output ? parseCheckPerf(*output) : Result<double>(Error{output.error()});
        if (!rate)
            return Error{rate.error()};
        if (*rate > measured.median())
            measured = {{*rate}, QStringLiteral("etcdctl check perf --load l, 1 KiB values")};
        end(); // it deletes what it wrote, and what is measured next would be measured beside that
    }
    return measured;
}

Result<Measured> Etcd::failovers(bool freeze, int rounds)
{
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        const auto leads = leader();
        if (!leads)
            return Error{leads.error()};
        std::vector<quint16> others;
        for (std::size_t which = 0; which < kMembers; ++which) {
            if (which != *leads)
                others.push_back(m_members[which].ports->client());
        }
        // By those that are left, as for ours.
        FirstYes firstWrite(Question::etcdPut(), others);
        QTest::qWait(1000 + round * 37 % 100);
        QProcess& victim = *m_members[*leads].process;
        const auto since = FirstYes::Clock::now();
        if (freeze)
            lab::sendSignal(victim.processId(), lab::ProcessSignal::Stop);
        else
            lab::sendSignal(victim.processId(), lab::ProcessSignal::Kill);
        const auto took = firstWrite.wait(since, kPatience);
        if (!took)
            return Error{took.error()};
        measured.values.push_back(*took);
        if (freeze) {
            lab::sendSignal(victim.processId(), lab::ProcessSignal::Continue);
        } else {
            victim.waitForFinished();
            launch(*leads);
        }
        const auto back =
            FirstYes(Question::etcdPut(), {m_members[*leads].ports->client()}).wait(FirstYes::Clock::now(), kPatience);
        if (!back)
            return Error{back.error()};
    }
    return measured;
}

} // namespace faultline::bench
