// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/inspector/details.h"

#include "gui/lab/fault/fault_words.h"
#include "gui/lab/timeline/waiting.h"
#include "gui/views/theme/figures.h"

#include <QStringList>

#include <algorithm>

namespace faultline::views {
namespace {

using lab::NodeLife;

QString lifeOf(const lab::NodeState& node)
{
    switch (node.life) {
    case NodeLife::Starting:
        return QStringLiteral("starting");
    case NodeLife::Running:
        return node.isolated ? QStringLiteral("running, isolated from its peers") : QStringLiteral("running");
    case NodeLife::Frozen:
        return QStringLiteral("frozen (SIGSTOP): alive, and silent");
    case NodeLife::Stopping:
        return QStringLiteral("asked to end");
    case NodeLife::Stopped:
        return QStringLiteral("stopped");
    case NodeLife::Dead:
        return QStringLiteral("dead");
    }
    return {};
}

QString roleOf(wire::Role role)
{
    switch (role) {
    case wire::Role::Follower:
        return QStringLiteral("follower");
    case wire::Role::PreCandidate:
        return QStringLiteral("pre-candidate");
    case wire::Role::Candidate:
        return QStringLiteral("candidate");
    case wire::Role::Leader:
        return QStringLiteral("leader");
    }
    return {};
}

QString namesOf(std::vector<NodeId> nodes)
{
    std::sort(nodes.begin(), nodes.end());
    return lab::spokenNodes(nodes);
}

QString printable(const QByteArray& value)
{
    QString text = QString::fromUtf8(value);
    for (QChar& c : text) {
        if (!c.isPrint())
            c = QChar(0xB7);
    }
    return text;
}

QString percentiles(const stats::Histogram& histogram)
{
    if (histogram.count() == 0)
        return QStringLiteral("none yet");
    QStringList parts;
    const std::pair<const char*, double> shares[] = {{"p50", 0.5}, {"p99", 0.99}};
    for (const auto& [name, share] : shares) {
        if (const auto value = histogram.percentile(share))
            parts << QStringLiteral("%1 %2").arg(QLatin1String(name), spokenLatency(*value));
    }
    if (const auto most = histogram.max())
        parts << QStringLiteral("max %1").arg(spokenLatency(*most));
    parts << QStringLiteral("of %1").arg(grouped(histogram.count()));
    return parts.join(QStringLiteral(" · "));
}

/// What `node` reported; of one that has ended, its last words.
void addStatus(std::vector<Detail>& details, const lab::Timeline& timeline, const lab::NodeState& node)
{
    const wire::Status& status = *node.status;
    const bool isThere = node.alive() || node.life == NodeLife::Stopping;
    const auto add = [&details](const char* name, const QString& value) {
        details.push_back({QString::fromUtf8(name), value});
    };
    add(isThere ? "Consensus" : "Consensus, when last heard", {});
    add("Role",
        isThere ? roleOf(status.role) : QStringLiteral("none, it has ended; it was %1").arg(roleOf(status.role)));
    add("Term", grouped(status.term));
    add(isThere ? "Leader it knows" : "Leader it knew", status.leader ? status.leader.name() : QStringLiteral("none"));
    add("Commit index", grouped(status.commitIndex));
    add("Applied index", grouped(status.appliedIndex));
    add("Last index", grouped(status.lastIndex));
    if (status.snapshotIndex > 0)
        add("Snapshot", QStringLiteral("of everything up to %1").arg(grouped(status.snapshotIndex)));
    if (!status.voters.empty())
        add("Voters", namesOf(status.voters));
    if (!status.outgoing.empty())
        add("Voters until agreed", namesOf(status.outgoing));
    if (!status.learners.empty())
        add("Learners", namesOf(status.learners));
    if (const QString waits = lab::spokenWaiting(timeline); !waits.isEmpty() && timeline.leader() == node.member.id)
        add("Waits for", waits);
    if (const QString far = lab::spokenJoining(timeline, node.member.id); !far.isEmpty())
        add("Joins", QStringLiteral("votes once it has caught up: it %1").arg(far));
    add("Data", {});
    add("Keys", grouped(status.keys));
    if (!timeline.watchedKey().isEmpty()) {
        const QString key = printable(timeline.watchedKey());
        details.push_back({key, status.watchedValue ? printable(*status.watchedValue) : QStringLiteral("not set")});
        if (status.pendingValue)
            details.push_back({key + QStringLiteral(", not committed"), printable(*status.pendingValue)});
    }
    details.push_back(
        {QStringLiteral("State hash"), QStringLiteral("%1").arg(status.stateHash, 16, 16, QLatin1Char('0'))});
    add("Clients", {});
    add("Connections", grouped(status.clientConnections));
    add("Commands", grouped(status.commands));
    add("Answered MOVED", grouped(status.redirects));
    add("Answered CLUSTERDOWN", grouped(status.refusals));
    add("Protocol errors", grouped(status.protocolErrors));
    add("Writes in flight", grouped(status.proposalsPending));
    add("Process", {});
    add("Memory", spokenBytes(status.residentBytes));
    add("Processor time", lab::spokenDuration(status.cpuTime));
    add("Log", spokenBytes(status.logBytes));
    add("Syncs", grouped(status.syncs));
    add("Longest stall", spokenLatency(node.longestStall));
}

void addLinks(std::vector<Detail>& details, const wire::Status& status)
{
    if (status.links.empty())
        return;
    details.push_back({QStringLiteral("Links"), {}});
    for (const wire::LinkCounters& link : status.links) {
        QStringList parts{link.connected ? QStringLiteral("connected") : QStringLiteral("not connected"),
                          QStringLiteral("sent %1").arg(spokenBytes(link.sentBytes)),
                          QStringLiteral("received %1").arg(spokenBytes(link.receivedBytes))};
        if (link.lostFrames > 0)
            parts << QStringLiteral("%1 lost").arg(grouped(link.lostFrames));
        if (link.rejectedFrames > 0)
            parts << QStringLiteral("%1 rejected").arg(grouped(link.rejectedFrames));
        details.push_back({link.peer.name(), parts.join(QStringLiteral(" · "))});
    }
}

} // namespace

std::vector<Detail> detailsOf(const lab::Timeline& timeline, NodeId id)
{
    const lab::NodeState* node = timeline.node(id);
    if (!node)
        return {};
    std::vector<Detail> details;
    const auto add = [&details](const char* name, const QString& value) {
        details.push_back({QString::fromUtf8(name), value});
    };
    add("State", lifeOf(*node));
    if (!node->how.isEmpty() && !node->alive())
        add("How it ended", node->how);
    if (const fault::DiskFault disk = timeline.faultState().state.diskOf(id); !disk.healthy())
        add("Disk", lab::spokenDisk(disk));
    if (node->pid != 0)
        add("Process id", QString::number(node->pid));
    add("Client port", QStringLiteral("127.0.0.1:%1").arg(node->member.clientPort));
    add("Peer port", QString::number(node->member.peerPort));
    add("Control port", QString::number(node->member.controlPort));
    if (!node->status)
        return details;
    addStatus(details, timeline, *node);
    if (node->histograms) {
        details.push_back({QStringLiteral("Durations"), {}});
        details.push_back({QStringLiteral("Request"), percentiles(node->histograms->request)});
        const auto addStage = [&](const char* name, wire::Stage stage) {
            const auto times = node->histograms->stages.find(stage);
            if (times != node->histograms->stages.end())
                details.push_back({QLatin1String(name), percentiles(times->second)});
        };
        addStage("Parse", wire::Stage::Parse);
        addStage("Queue", wire::Stage::Queue);
        addStage("Append", wire::Stage::Append);
        details.push_back({QStringLiteral("Sync"), percentiles(node->histograms->sync)});
        addStage("Replicate", wire::Stage::Replicate);
        addStage("Apply", wire::Stage::Apply);
        addStage("Reply", wire::Stage::Reply);
    }
    addLinks(details, *node->status);
    return details;
}

} // namespace faultline::views
