// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_cluster.h"

#include <QDir>
#include <QFile>

namespace faultline::tests {

int rounds(int few)
{
    const int many = qEnvironmentVariableIntValue("FAULTLINE_ROUNDS");
    return many > 0 ? many : few;
}

QString nodeProgram()
{
    return qEnvironmentVariable("FAULTLINE_BIN") + QStringLiteral("/faultline-node");
}

bool isProcess(qint64 pid)
{
    // A zombie is gone too: only its parent has not looked yet.
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!stat.open(QIODevice::ReadOnly))
        return false;
    const QByteArray line = stat.readAll();
    return line.mid(line.lastIndexOf(')') + 2, 1) != "Z";
}

bool serves(lab::Lab& lab)
{
    const quint64 before = lab.timeline().tally().acknowledged;
    return QTest::qWaitFor([&] { return lab.timeline().tally().acknowledged > before; }, kPatienceMs);
}

bool readsAllBack(lab::Lab& lab)
{
    // Once nothing has been under way since the last write, what is acknowledged is final. Under load a sample in which
    // nothing is under way may never come, so the load rests for that.
    lab.setReadShare(1);
    lab.setLoadOn(false);
    const auto rests = [&lab] {
        const auto& load = lab.timeline().load(); // empty right after the start
        return !load.empty() && load.back().targetRate == 0 && load.back().outstanding == 0;
    };
    const auto isAllRead = [&lab] {
        const lab::TallyRecord& tally = lab.timeline().tally();
        return tally.readBack + tally.lost == tally.acknowledged;
    };
    const bool hasRested = QTest::qWaitFor(rests, kPatienceMs);
    lab.setLoadOn(true);
    const bool all = hasRested && QTest::qWaitFor(isAllRead, kPatienceMs);
    lab.setReadShare(lab.options().readShare);
    return all;
}

LiveCluster::LiveCluster(int nodes, double rate)
{
    options.nodeProgram = nodeProgram();
    options.nodes = nodes;
    options.rate = rate;
    options.pace = wire::Pace::real();
    options.dataRoot = folder.path();
}

LiveCluster::~LiveCluster()
{
    if (QTest::currentTestFailed())
        qWarning("%s", qPrintable(lastEvents(60)));
}

bool LiveCluster::start()
{
    const auto started = lab.start(options);
    if (!started)
        qWarning("%s", qPrintable(started.error()));
    return started && until([this] { return isServing(); });
}

NodeId LiveCluster::follower() const
{
    for (const auto& [id, state] : lab.timeline().nodes()) {
        if (state.life == lab::NodeLife::Running && id != leader())
            return id;
    }
    return {};
}

bool LiveCluster::runs(NodeId id) const
{
    return isLife(id, lab::NodeLife::Running) && node(id).status.has_value();
}

std::optional<lab::FaultRecord> LiveCluster::lastFault() const
{
    const auto& faults = lab.timeline().faults();
    return faults.empty() ? std::nullopt : std::optional(faults.back());
}

QString LiveCluster::caption() const
{
    return lab.timeline().lastGesture() ? lab.timeline().lastGesture()->what : QString();
}

QString LiveCluster::captionOutcome() const
{
    return lab.timeline().lastGesture() ? lab.timeline().lastGesture()->outcome : QString();
}

QString LiveCluster::lastEvents(int count) const
{
    const auto& events = lab.timeline().events();
    QStringList lines;
    const auto begin = static_cast<std::ptrdiff_t>(events.size()) - count;
    for (auto row = events.begin() + std::max<std::ptrdiff_t>(0, begin); row != events.end(); ++row)
        lines << QStringLiteral("%1 s %2 %3")
                     .arg(double((row->at - lab.timeline().clusterSince()).count()) / 1e6, 0, 'f', 3)
                     .arg(row->node ? row->node.name() : QStringLiteral("lab"), row->text);
    return headline(lab.timeline()) + u'\n' + lines.join(u'\n');
}

std::vector<qint64> LiveCluster::pids() const
{
    std::vector<qint64> pids;
    for (const auto& [id, state] : lab.timeline().nodes())
        pids.push_back(state.pid);
    return pids;
}

std::optional<lab::Lab::CommandReply> LiveCluster::ask(NodeId node, const QString& line)
{
    std::optional<lab::Lab::CommandReply> answer;
    const quint64 id = lab.sendCommand(node, line);
    const auto connection =
        QObject::connect(&lab, &lab::Lab::commandReplied, &lab, [&](const lab::Lab::CommandReply& reply) {
            if (reply.id == id)
                answer = reply;
        });
    until([&] { return answer.has_value(); });
    QObject::disconnect(connection);
    return answer;
}

} // namespace faultline::tests
