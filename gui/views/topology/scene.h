// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/topology/rates.h"

#include <vector>

// What there is to see on the canvas at one moment, in words and figures, before any of it is a shape or a colour.
namespace faultline::views {

enum class Look : quint8 {
    Starting,
    Follower,
    Learner,
    PreCandidate,
    Candidate,
    Leader,
    StaleLeader,
    Frozen,
    Stopped,
    Dead
};

struct SceneNode
{
    NodeId id;
    Look look = Look::Starting;
    bool isolated = false;
    bool withoutPower = false;
    QString word;    ///< "leader", "frozen", "dead"; with ", isolated" when it is; "crash-looping", "without power"
    QString figures; ///< "term 4 · commit 1,204"; empty when it never reported
    quint64 term = 0;
    QString value;   ///< "x = 41", "x –"; empty when it never reported
    QString pending; ///< "x = 42", appended and not committed; empty when there is none
    QString clock;   ///< how far its clock is ahead, "+5.0 s"; empty when it is right
    QString disk;    ///< what is wrong with its disk, "lies", "+20 ms, full"; empty when it is healthy
    double commandsPerSecond = 0;
};

/// Both directions between two nodes, or between the clients (always `a`) and a node.
struct SceneLink
{
    NodeId a;
    NodeId b;
    fault::LinkFault there; ///< a -> b; whoever cut it, but for a missing power supply, which is the node's
    fault::LinkFault back;  ///< b -> a
    bool idle = false;      ///< one end cannot send: dead, stopped
    double bytesThere = 0;  ///< a second; of clients not known
    double bytesBack = 0;

    bool same() const { return there == back; }
    bool healthy() const { return there.healthy() && back.healthy(); }
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
    std::vector<SceneLink> clientLinks; ///< of the nodes, in their order
    lab::FaultState faults; ///< of links, clocks and load; nothing of processes and of what a missing power supply cuts
    ClientFlow client;
    bool held = false;
    bool somethingTurns = false; ///< a candidate's ring
};

Scene sceneOf(const lab::Timeline& timeline, const Rates& rates, lab::Monotonic now);

/// How far ahead, in few signs: "+5.0 s", "−250 ms", "+3 min", "+2.5 h", "−40 d".
QString shortAhead(std::chrono::microseconds ahead);

/// What is wrong with a disk, in few signs: "+20 ms", "full, lies", "flips 1%".
QString shortDisk(const fault::DiskFault& disk);

/// One node as a sentence, for those who hear the screen: "n3, leader, term 4, commit 1,204, x = 42".
QString spokenNode(const SceneNode& node);

} // namespace faultline::views
