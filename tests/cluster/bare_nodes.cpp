// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare_nodes.h"

#include "common/resp/redirect.h"
#include "common/resp/reply_parser.h"
#include "gui/lab/cluster/process_linux.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTcpSocket>

#include <sys/resource.h>

namespace faultline::tests {

namespace {
constexpr int kReplyMs = 1000;
const QString kLoopback = QStringLiteral("127.0.0.1");
} // namespace

BareNodes::BareNodes(int most, QStringList options)
    : m_options(std::move(options))
{
    for (quint32 id = 1; id <= quint32(most); ++id) {
        auto block = lab::PortBlock::claim();
        if (!block)
            qFatal("%s", qPrintable(block.error()));
        m_nodes[id].ports = std::make_unique<lab::PortBlock>(*std::move(block));
    }
}

BareNodes::~BareNodes()
{
    for (auto& [id, node] : m_nodes)
        kill(id);
}

QString BareNodes::memberOption(quint32 id) const
{
    const lab::PortBlock& ports = *m_nodes.at(id).ports;
    return QStringLiteral("--member=n%1=%2:%3/%4").arg(id).arg(kLoopback).arg(ports.peer()).arg(ports.client());
}

QStringList BareNodes::common(quint32 id) const
{
    return QStringList{QStringLiteral("--id=%1").arg(id),
                       QStringLiteral("--data=") + m_folder.filePath(QStringLiteral("n%1").arg(id)),
                       QStringLiteral("--cluster=") + m_folder.path()} +
           m_options;
}

void BareNodes::found(int count)
{
    QStringList members;
    for (quint32 id = 1; id <= quint32(count); ++id)
        members << memberOption(id);
    for (quint32 id = 1; id <= quint32(count); ++id) {
        m_nodes.at(id).arguments = common(id) + members;
        start(id);
    }
}

void BareNodes::startJoining(quint32 id, const QStringList& options)
{
    m_nodes.at(id).arguments = common(id) + QStringList{QStringLiteral("--join"), memberOption(id)} + options;
    start(id);
}

void BareNodes::restart(quint32 id, const QStringList& options)
{
    kill(id);
    start(id, options);
}

void BareNodes::start(quint32 id, const QStringList& options)
{
    Node& node = m_nodes.at(id);
    node.process = std::make_unique<QProcess>();
    node.process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    node.process->setStandardOutputFile(QProcess::nullDevice());
    node.process->setChildProcessModifier(lab::dieWithParent(QCoreApplication::applicationPid()));
    if (descriptors > 0)
        node.process->setChildProcessModifier(
            [limit = rlimit{descriptors, descriptors}] { ::setrlimit(RLIMIT_NOFILE, &limit); });
    node.process->start(qEnvironmentVariable("FAULTLINE_BIN") + QStringLiteral("/faultline-node"),
                        node.arguments + options);
}

void BareNodes::kill(quint32 id)
{
    if (!runs(id))
        return;
    m_nodes.at(id).process->kill();
    m_nodes.at(id).process->waitForFinished();
}

bool BareNodes::runs(quint32 id) const
{
    const auto& process = m_nodes.at(id).process;
    return process && process->state() != QProcess::NotRunning;
}

std::optional<int> BareNodes::exitCode(quint32 id) const
{
    const auto& process = m_nodes.at(id).process;
    if (!process || process->state() != QProcess::NotRunning || process->exitStatus() != QProcess::NormalExit)
        return std::nullopt;
    return process->exitCode();
}

lab::LoadTarget BareNodes::target(quint32 id) const
{
    return {NodeId{id}, kLoopback, m_nodes.at(id).ports->client()};
}

QString BareNodes::contact(quint32 id) const
{
    const lab::PortBlock& ports = *m_nodes.at(id).ports;
    return QStringLiteral("%1 %2 %3").arg(kLoopback).arg(ports.peer()).arg(ports.client());
}

QString BareNodes::ask(quint32 id, const QString& line) const
{
    QTcpSocket socket;
    socket.connectToHost(kLoopback, m_nodes.at(id).ports->client());
    if (!socket.waitForConnected(kReplyMs))
        return {};
    socket.write(line.toUtf8() + "\r\n");
    resp::ReplyParser parser;
    resp::Reply reply;
    const QDeadlineTimer deadline(kReplyMs);
    while (!deadline.hasExpired()) {
        parser.append(socket.readAll());
        if (parser.next(reply) == resp::ReplyParser::Outcome::Reply)
            return resp::toText(reply);
        if (socket.state() != QAbstractSocket::ConnectedState)
            return {};
        socket.waitForReadyRead(10);
    }
    return {};
}

QString BareNodes::askLeader(const QString& line) const
{
    QString answer;
    until([&] {
        const quint32 id = leader();
        answer = id == 0 ? QString() : ask(id, line);
        return !answer.isEmpty() && !answer.contains(QStringLiteral("MOVED")) &&
               !answer.contains(QStringLiteral("CLUSTERDOWN")) && !answer.contains(QStringLiteral("TRYAGAIN")) &&
               !answer.contains(QStringLiteral("another change is under way"));
    });
    return answer;
}

QString BareNodes::info(quint32 id, const QString& row) const
{
    const QString text = ask(id, QStringLiteral("INFO"));
    const QString begin = row + u':';
    for (const QString& line : text.split(QStringLiteral("\\r\\n"))) {
        if (line.startsWith(begin))
            return line.sliced(begin.size());
    }
    return {};
}

quint32 BareNodes::leader() const
{
    for (const auto& [id, node] : m_nodes) {
        if (runs(id) && info(id, QStringLiteral("raft_role")) == QStringLiteral("leader"))
            return id;
    }
    return 0;
}

Load::Load()
{
    QObject::connect(&generator, &lab::LoadGenerator::loadMeasured, &generator, [this](const lab::LoadRecord& record) {
        ok += record.ok;
        failed += record.failed;
        unknown += record.unknown;
        outstanding = record.outstanding;
    });
    QObject::connect(&generator, &lab::LoadGenerator::tallyChanged, &generator,
                     [this](const lab::TallyRecord& record) { tally = record; });
}

bool Load::readsAllBack()
{
    generator.setReadShare(1);
    return BareNodes::until(
        [this] { return tally.readBack + tally.lost == tally.acknowledged && tally.acknowledged > 0; });
}

} // namespace faultline::tests
