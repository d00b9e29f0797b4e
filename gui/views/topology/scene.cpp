// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/scene.h"

#include "common/fault/link_fault_text.h"
#include "gui/views/theme/figures.h"

#include <cmath>

namespace faultline::views {
namespace {

using lab::NodeLife;

Look lookOf(const lab::NodeState& node, lab::NodeCondition condition, NodeId id, NodeId leader, bool hasVote)
{
    if (condition == lab::NodeCondition::PoweredOff)
        return Look::Dead;
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
    return hasVote ? Look::Follower : Look::Learner;
}

QString roleWord(Look look, const lab::NodeState& node)
{
    switch (look) {
    case Look::Starting:
        return QStringLiteral("starting");
    case Look::Follower:
        return QStringLiteral("follower");
    case Look::Learner:
        return QStringLiteral("learner");
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

/// A node that crashes over and over is that before it is anything else, but for who leads.
QString wordFor(Look look, const lab::NodeState& node, lab::NodeCondition condition)
{
    if (condition == lab::NodeCondition::PoweredOff)
        return QStringLiteral("without power");
    if (condition != lab::NodeCondition::CrashLooping)
        return roleWord(look, node);
    const QString looping = QStringLiteral("crash-looping");
    const bool leads = look == Look::Leader || look == Look::StaleLeader;
    return leads ? roleWord(look, node) + QStringLiteral(", ") + looping : looping;
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

SceneNode nodeOf(const lab::Timeline& timeline, NodeId id, const lab::NodeState& state, NodeId leader, bool hasVote,
                 lab::Monotonic now)
{
    const lab::FaultState& faults = timeline.faultState().state;
    const lab::NodeCondition condition = faults.conditionOf(id);
    SceneNode node;
    node.id = id;
    node.look = lookOf(state, condition, id, leader, hasVote);
    node.withoutPower = condition == lab::NodeCondition::PoweredOff;
    node.isolated = faults.isolated.contains(id) && state.alive() && !node.withoutPower;
    node.word = wordFor(node.look, state, condition);
    if (const auto clock = faults.clocks.find(id); clock != faults.clocks.end())
        node.clock = shortAhead(clock->second.aheadAt(now));
    node.disk = shortDisk(faults.diskOf(id));
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

Scene sceneOf(const lab::Timeline& timeline, const Rates& rates, lab::Monotonic now)
{
    Scene scene;
    scene.held = timeline.pace().held;
    const lab::FaultState& faults = timeline.faultState().state;
    scene.faults = faults;
    scene.faults.conditions.clear();
    const NodeId leader = timeline.leader();
    const lab::Membership membership = timeline.membership();
    const auto canSend = [&](NodeId id, const lab::NodeState& state) {
        return state.alive() && faults.conditionOf(id) != lab::NodeCondition::PoweredOff;
    };
    for (const auto& [id, state] : timeline.nodes()) {
        SceneNode node = nodeOf(timeline, id, state, leader, membership.hasVote(id), now);
        node.commandsPerSecond = rates.commandsPerSecond(id);
        if (node.look == Look::Candidate || node.look == Look::PreCandidate)
            scene.somethingTurns = !scene.held;
        scene.nodes.push_back(std::move(node));
    }
    const auto linkBetween = [&](NodeId a, NodeId b) {
        SceneLink link;
        link.a = a;
        link.b = b;
        link.there = scene.faults.effective({a, b});
        link.back = scene.faults.effective({b, a});
        link.bytesThere = rates.bytesPerSecond({a, b});
        link.bytesBack = rates.bytesPerSecond({b, a});
        return link;
    };
    for (auto a = timeline.nodes().begin(); a != timeline.nodes().end(); ++a) {
        for (auto b = std::next(a); b != timeline.nodes().end(); ++b) {
            SceneLink link = linkBetween(a->first, b->first);
            link.idle = !canSend(a->first, a->second) || !canSend(b->first, b->second);
            scene.links.push_back(link);
        }
        SceneLink ofClients = linkBetween(kClients, a->first);
        ofClients.idle = !canSend(a->first, a->second);
        scene.clientLinks.push_back(ofClients);
    }
    scene.client = flowOf(timeline);
    return scene;
}

QString shortAhead(std::chrono::microseconds ahead)
{
    const QString sign = ahead.count() < 0 ? QStringLiteral("−") : QStringLiteral("+");
    const double seconds = std::abs(std::chrono::duration<double>(ahead).count());
    const auto with = [&](double value, const QString& unit) {
        const int decimals = value < 9.95 ? 1 : 0;
        return sign + QString::number(value, 'f', decimals) + QLatin1Char(' ') + unit;
    };
    if (seconds < 0.9995)
        return sign + QStringLiteral("%1 ms").arg(std::llround(seconds * 1'000));
    if (seconds < 99.5)
        return with(seconds, QStringLiteral("s"));
    if (seconds < 99.5 * 60)
        return with(seconds / 60, QStringLiteral("min"));
    if (seconds < 47.5 * 3'600)
        return with(seconds / 3'600, QStringLiteral("h"));
    return with(seconds / 86'400, QStringLiteral("d"));
}

QString shortDisk(const fault::DiskFault& disk)
{
    QStringList parts;
    if (disk.latency.count() > 0 || disk.jitter.count() > 0)
        parts << QStringLiteral("+") + fault::spokenDuration(disk.latency) +
                     (disk.jitter.count() > 0 ? QStringLiteral(" ± ") + fault::spokenDuration(disk.jitter) : QString());
    if (disk.full)
        parts << QStringLiteral("full");
    if (disk.lies)
        parts << QStringLiteral("lies");
    if (disk.flip)
        parts << QStringLiteral("flips %1").arg(fault::printShare(disk.flip));
    return parts.join(QStringLiteral(", "));
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
    if (!node.clock.isEmpty())
        parts << QStringLiteral("clock ") + node.clock;
    if (!node.disk.isEmpty())
        parts << QStringLiteral("disk ") + node.disk;
    return parts.join(QStringLiteral(", "));
}

} // namespace faultline::views
