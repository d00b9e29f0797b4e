// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/possible.h"

#include "gui/lab/member_rules.h"

#include <QCoreApplication>

namespace faultline::window {
namespace {

QString say(const char* sentence)
{
    return QCoreApplication::translate("NodeGesture", sentence);
}

QString about(const char* sentence, NodeId node)
{
    return say(sentence).arg(node.name());
}

/// Of the lab's words, which have no full stop.
QString sentence(QString words)
{
    if (words.isEmpty())
        return words;
    const bool beginsWithName = words.size() > 1 && words[0] == u'n' && words[1].isDigit();
    if (!beginsWithName)
        words[0] = words[0].toUpper();
    return words + QLatin1Char('.');
}

} // namespace

QString whyNoNodeCanBeAdded(const lab::Timeline& timeline)
{
    return sentence(lab::whyNoneAdded(timeline));
}

QString whyNot(NodeGesture gesture, const lab::Timeline& timeline, NodeId id)
{
    using lab::NodeLife;
    if (!timeline.hasCluster())
        return say("There is no cluster: start one first.");
    if (!id)
        return say("Select a node first: click one or press 1–9, L for the leader.");
    const lab::NodeState* node = timeline.node(id);
    if (!node)
        return about("There is no %1 in this cluster.", id);
    if (gesture == NodeGesture::Restart)
        return {};
    if (gesture == NodeGesture::Remove)
        return sentence(lab::whyNotRemoved(timeline, id));
    if (gesture == NodeGesture::MakeLeader)
        return sentence(lab::whyNotLeader(timeline, id));
    if (!node->alive()) {
        return node->life == NodeLife::Stopping ? about("%1 is ending already.", id)
                                                : about("%1 is not running: Restart (R) brings it back.", id);
    }
    switch (gesture) {
    case NodeGesture::Kill:
    case NodeGesture::Restart:
    case NodeGesture::Remove:
    case NodeGesture::MakeLeader:
        return {};
    case NodeGesture::Stop:
        return node->life == NodeLife::Frozen ? about("%1 is frozen and cannot hear it: thaw it first, or kill it.", id)
                                              : QString();
    case NodeGesture::Freeze:
        if (node->life == NodeLife::Starting)
            return about("%1 is still starting.", id);
        return node->life == NodeLife::Frozen ? about("%1 is frozen already.", id) : QString();
    case NodeGesture::Thaw:
        return node->life == NodeLife::Frozen ? QString() : about("%1 is not frozen.", id);
    case NodeGesture::Isolate:
        return node->isolated ? about("%1 is isolated already.", id) : QString();
    case NodeGesture::Rejoin:
        return node->isolated ? QString() : about("%1 is not isolated.", id);
    }
    return {};
}

NodeGesture freezeOrThaw(const lab::Timeline& timeline, NodeId id)
{
    const lab::NodeState* node = timeline.node(id);
    return node && node->life == lab::NodeLife::Frozen ? NodeGesture::Thaw : NodeGesture::Freeze;
}

NodeGesture isolateOrRejoin(const lab::Timeline& timeline, NodeId id)
{
    const lab::NodeState* node = timeline.node(id);
    return node && node->isolated && node->alive() ? NodeGesture::Rejoin : NodeGesture::Isolate;
}

} // namespace faultline::window
