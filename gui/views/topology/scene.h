// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/topology/rates.h"

#include <vector>

// What there is to see on the canvas at one moment, in words and figures, before any of it is a shape or a colour.
namespace faultline::views {

enum class Look : quint8 { Starting, Follower, PreCandidate, Candidate, Leader, StaleLeader, Frozen, Stopped, Dead };

struct SceneNode
{
    NodeId id;
    Look look = Look::Starting;
    bool isolated = false;
    QString word;    ///< "leader", "frozen", "dead"; with ", isolated" when it is
    QString figures; ///< "term 4 · commit 1,204"; empty when it never reported
    quint64 term = 0;
    QString value;   ///< "x = 41", "x –"; empty when it never reported
    QString pending; ///< "x = 42", appended and not committed; empty when there is none
    double commandsPerSecond = 0;
};

struct SceneLink
{
    NodeId a;
    NodeId b;
    bool cut = false;          ///< by an isolation of one end
    bool idle = false;         ///< one end cannot send: dead, stopped
    double bytesPerSecond = 0; ///< both directions
};

struct ClientFlow
{
    double asked = 0; ///< op/s the slider asks for; 0: no load
    double ok = 0;    ///< a second, over the last second
    double failed = 0;
    double unknown = 0;
    QString words; ///< "20 op/s", "0 op/s · 18 unknown", "no load"
};

struct Scene
{
    std::vector<SceneNode> nodes;
    std::vector<SceneLink> links;
    ClientFlow client;
    bool held = false;
    bool somethingTurns = false; ///< a candidate's ring
};

Scene sceneOf(const lab::Timeline& timeline, const Rates& rates);

/// One node as a sentence, for those who hear the screen: "n3, leader, term 4, commit 1,204, x = 42".
QString spokenNode(const SceneNode& node);

} // namespace faultline::views
