// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/scene.h"

#include "gui/views/theme/figures.h"

#include <cmath>

namespace faultline::views {
namespace {

using lab::NodeLife;

Look lookOf(const lab::NodeState& node, NodeId id, NodeId leader)
{
    switch (node.life) {
    case NodeLife::Dead:
        return Look::Dead;
    case NodeLife::Stopped:
    case NodeLife::Stopping:
        return Look::Stopped;
    case NodeLife::Frozen:
        return Look::Frozen;
    case NodeLife::Starting:
        return Look::Starting;
    case NodeLife::Running:
        break;
    }
    if (!node.status)
        return Look::Starting;
    switch (node.status->role) {
    case wire::Role::Leader:
        return id == leader ? Look::Leader : Look::StaleLeader;
    case wire::Role::Candidate:
        return Look::Candidate;
    case wire::Role::PreCandidate:
        return Look::PreCandidate;
    case wire::Role::Follower:
        break;
    }
    return Look::Follower;
}

QString wordFor(Look look, const lab::NodeState& node)
{
    switch (look) {
    case Look::Starting:
        return QStringLiteral("starting");
    case Look::Follower:
        return QStringLiteral("follower");
    case Look::PreCandidate:
        return QStringLiteral("pre-candidate");
    case Look::Candidate:
        return QStringLiteral("candidate");
    case Look::Leader:
        return QStringLiteral("leader");
    case Look::StaleLeader:
        return QStringLiteral("outdated leader");
    case Look::Frozen:
        return QStringLiteral("frozen");
    case Look::Stopped:
        return node.life == NodeLife::Stopping ? QStringLiteral("stopping") : QStringLiteral("stopped");
    case Look::Dead:
        return QStringLiteral("dead");
    }
    return {};
}

QString shown(const QByteArray& key, const QByteArray& value)
{
    QString text = QString::fromUtf8(value);
    for (QChar& c : text) {
        if (!c.isPrint())
            c = QChar(0xB7);
    }
    return QString::fromUtf8(key) + QStringLiteral(" = ") + text;
}

SceneNode nodeOf(const lab::Timeline& timeline, NodeId id, const lab::NodeState& state, NodeId leader)
{
    SceneNode node;
    node.id = id;
    node.look = lookOf(state, id, leader);
    node.isolated = state.isolated && state.alive();
    node.word = wordFor(node.look, state);
    if (node.isolated)
        node.word += QStringLiteral(", isolated");
    if (!state.status)
        return node;
    const wire::Status& status = *state.status;
    node.term = status.term;
    node.figures = QStringLiteral("term %1 · commit %2").arg(grouped(status.term), grouped(status.commitIndex));
    const QByteArray& key = timeline.watchedKey();
    if (key.isEmpty())
        return node;
    node.value = status.watchedValue ? shown(key, *status.watchedValue) : QString::fromUtf8(key) + QStringLiteral(" –");
    if (status.pendingValue && status.pendingValue != status.watchedValue)
        node.pending = shown(key, *status.pendingValue);
    return node;
}

ClientFlow flowOf(const lab::Timeline& timeline)
{
    ClientFlow flow;
    if (timeline.load().empty()) {
        flow.words = QStringLiteral("no load");
        return flow;
    }
    const lab::LoadRecord& newest = timeline.load().back();
    flow.asked = newest.targetRate;
    double seconds = 0;
    for (auto slice = timeline.load().rbegin(); slice != timeline.load().rend(); ++slice) {
        if (newest.to - slice->from > std::chrono::milliseconds(1100))
            break;
        seconds += std::chrono::duration<double>(slice->to - slice->from).count();
        flow.ok += static_cast<double>(slice->ok);
        flow.failed += static_cast<double>(slice->failed);
        flow.unknown += static_cast<double>(slice->unknown);
    }
    if (seconds > 0) {
        flow.ok /= seconds;
        flow.failed /= seconds;
        flow.unknown /= seconds;
    }
    if (flow.asked <= 0 && flow.ok < 0.5) {
        flow.words = QStringLiteral("no load");
        return flow;
    }
    flow.words = QStringLiteral("%1 op/s").arg(grouped(static_cast<quint64>(std::llround(flow.ok))));
    if (flow.failed >= 0.5)
        flow.words += QStringLiteral(" · %1 failed").arg(grouped(static_cast<quint64>(std::llround(flow.failed))));
    if (flow.unknown >= 0.5)
        flow.words += QStringLiteral(" · %1 unknown").arg(grouped(static_cast<quint64>(std::llround(flow.unknown))));
    return flow;
}

} // namespace

Scene sceneOf(const lab::Timeline& timeline, const Rates& rates)
{
    Scene scene;
    scene.held = timeline.pace().held;
    const NodeId leader = timeline.leader();
    for (const auto& [id, state] : timeline.nodes()) {
        SceneNode node = nodeOf(timeline, id, state, leader);
        node.commandsPerSecond = rates.commandsPerSecond(id);
        if (node.look == Look::Candidate || node.look == Look::PreCandidate)
            scene.somethingTurns = !scene.held;
        scene.nodes.push_back(std::move(node));
    }
    for (auto a = timeline.nodes().begin(); a != timeline.nodes().end(); ++a) {
        for (auto b = std::next(a); b != timeline.nodes().end(); ++b) {
            SceneLink link;
            link.a = a->first;
            link.b = b->first;
            link.idle = !a->second.alive() || !b->second.alive();
            link.cut = !link.idle && (a->second.isolated || b->second.isolated);
            link.bytesPerSecond = rates.bytesPerSecond({link.a, link.b}) + rates.bytesPerSecond({link.b, link.a});
            scene.links.push_back(link);
        }
    }
    scene.client = flowOf(timeline);
    return scene;
}

QString spokenNode(const SceneNode& node)
{
    QStringList parts{node.id.name(), node.word};
    if (!node.figures.isEmpty())
        parts << QString(node.figures).replace(QStringLiteral(" · "), QStringLiteral(", "));
    if (!node.value.isEmpty())
        parts << node.value;
    if (!node.pending.isEmpty())
        parts << node.pending + QStringLiteral(" not committed yet");
    return parts.join(QStringLiteral(", "));
}

} // namespace faultline::views
