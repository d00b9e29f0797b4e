// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/clock_fault.h"
#include "common/fault/disk_fault.h"
#include "common/fault/link_fault.h"
#include "common/stats/histogram.h"
#include "common/wire/ids.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <map>
#include <optional>
#include <variant>
#include <vector>

// What lab and node say to each other over the control port. Times are of the machine's monotonic clock
// (std::chrono::steady_clock, CLOCK_MONOTONIC), which all processes of one machine share.
namespace faultline::wire {

using Monotonic = std::chrono::microseconds;

/// Now, on the clock that lab and nodes share.
Monotonic monotonicNow();

/// How fast the cluster's own time runs. Cluster time drives ticks, link delays and client timeouts; figures stay wall
/// time. Held: ticks and messages stand still while control still answers.
struct Pace
{
    quint32 factor = 1; ///< one second of cluster time takes this many seconds; 1 to 50
    bool held = false;
    std::chrono::microseconds baseDelay{0}; ///< wall time added to every peer message, so that a person can follow it

    static Pace real() { return {}; }
    static Pace watch() { return {10, false, std::chrono::milliseconds(30)}; }
    bool operator==(const Pace&) const = default;
};

inline constexpr quint32 kMaxPaceFactor = 50;

struct LinkState
{
    LinkId link;
    fault::LinkFault fault;
    bool operator==(const LinkState&) const = default;
};

struct ClockState
{
    NodeId node;
    fault::ClockFault fault;
    bool operator==(const ClockState&) const = default;
};

struct DiskState
{
    NodeId node;
    fault::DiskFault fault;
    bool operator==(const DiskState&) const = default;
};

// ---- lab to node -------------------------------------------------------------------------------------------------

/// Everything the lab wants of the cluster, whole each time, so that obeying it twice is obeying it once. Links not
/// named are healthy, as are disks; clocks not named are right. A node ignores a version older than the one it has.
struct DesiredState
{
    quint64 version = 0;
    Pace pace;
    std::vector<LinkState> links;
    QByteArray watchedKey; ///< its value is reported in every Status
    std::vector<ClockState> clocks;
    quint64 answers = 0; ///< which DesiredStateAck::asks this is the answer to; 0: none
    std::vector<DiskState> disks;
    bool operator==(const DesiredState&) const = default;
};

// ---- node to lab -------------------------------------------------------------------------------------------------

struct DesiredStateAck
{
    quint64 version = 0;
    /// The node stood still (SIGSTOP, SIGCONT), cannot know what it missed, and keeps silence towards peers and clients
    /// until it hears the present state: the lab answers with it at once, of whatever version. The number names the
    /// question, since older states may still be on their way; 0: it does not ask.
    quint64 asks = 0;
    bool operator==(const DesiredStateAck&) const = default;
};

enum class Role : quint8 { Follower = 0, PreCandidate = 1, Candidate = 2, Leader = 3 };

/// What passed between this node and one peer, by direction. Counters are cumulative per incarnation. On the way out:
/// offered + duplicated = sent + lost + what still waits.
struct LinkCounters
{
    NodeId peer;
    bool connected = false; ///< our connection to the peer is up

    // this node -> peer
    quint64 offeredFrames = 0; ///< consensus wanted them sent
    quint64 sentFrames = 0;    ///< handed to the connection, corrupted ones and copies among them
    quint64 sentBytes = 0;
    quint64 lostFrames = 0;               ///< to faults, a full queue or a missing connection, at this end
    quint64 duplicatedFrames = 0;         ///< copies made
    quint64 corruptedFrames = 0;          ///< sent with a flipped bit
    quint64 reorderedFrames = 0;          ///< overtaken by the next
    std::chrono::microseconds delayed{0}; ///< sum of the delays of the sent frames, in cluster time

    // peer -> this node
    quint64 receivedFrames = 0; ///< of these, rejected and lost ones were not given to consensus
    quint64 receivedBytes = 0;
    quint64 rejectedFrames = 0;     ///< checksum or decoding said no
    quint64 receivedLostFrames = 0; ///< arrived while the link was cut
    bool operator==(const LinkCounters&) const = default;
};

/// A learner that becomes a voter once it has nearly everything.
struct JoiningNode
{
    NodeId node;
    quint64 matchIndex = 0; ///< the leader knows it to have everything up to here
    bool operator==(const JoiningNode&) const = default;
};

/// Pushed 20 times a second. Counters are cumulative per incarnation.
struct Status
{
    quint64 incarnation = 0;
    Monotonic at{0};
    quint64 desiredVersion = 0; ///< the newest DesiredState obeyed

    Role role = Role::Follower;
    quint64 term = 0;
    NodeId leader; ///< nobody when unknown
    quint64 commitIndex = 0;
    quint64 appliedIndex = 0;
    quint64 lastIndex = 0;
    quint64 firstIndex = 0;         ///< the first entry still in the log
    quint64 snapshotIndex = 0;      ///< what the newest snapshot ends with; 0: none
    quint64 snapshotsTaken = 0;     ///< by this node, of its own state
    quint64 snapshotsInstalled = 0; ///< a leader's, in the place of this node's state
    /// The newest membership in the log, committed or not. Joint while `outgoing` is not empty: then these must agree
    /// too. Nobody at all: this node waits to be taken in.
    std::vector<NodeId> voters;
    std::vector<NodeId> outgoing;
    std::vector<NodeId> learners;
    std::vector<JoiningNode> joining; ///< of a leader: whom a change of the membership waits for
    quint64 lamport = 0;
    quint64 stateHash = 0; ///< equal on all nodes with an equal appliedIndex
    quint64 keys = 0;

    std::optional<QByteArray> watchedValue; ///< applied; nothing when the key is absent. At most 256 bytes are sent.
    std::optional<QByteArray> pendingValue; ///< appended and not yet committed here

    quint32 clientConnections = 0;
    quint64 proposalsPending = 0;
    quint64 readsPending = 0; ///< that wait for a majority to confirm the leader
    quint64 commands = 0;
    quint64 redirects = 0; ///< answered -MOVED
    quint64 refusals = 0;  ///< answered -CLUSTERDOWN
    quint64 protocolErrors = 0;

    quint64 residentBytes = 0;
    std::chrono::microseconds cpuTime{0};
    quint64 logBytes = 0;
    quint64 syncs = 0;
    std::chrono::microseconds longestStall{0}; ///< of the event loop, since the last Status
    std::chrono::microseconds wallClock{0};    ///< what this node takes the time to be, since 1970

    std::vector<LinkCounters> links;
    std::vector<LinkState> faults; ///< of the links from and to this node, as it applies them; healthy ones left out
    bool operator==(const Status&) const = default;
};

/// Pushed twice a second, cumulative per incarnation.
/// Where a node spends the time of a request. Numbers are on the wire: never reuse one.
enum class Stage : quint8 {
    Parse = 0,     ///< read from the socket, parsed and handed on
    Queue = 1,     ///< until the turn of the event loop that takes it
    Append = 2,    ///< until the disk begins with it
    Replicate = 3, ///< from the turn that takes it until a majority has it
    Apply = 4,     ///< what is committed, to the state
    Reply = 5,     ///< handed to the socket
};
inline constexpr int kStages = 6;

struct Histograms
{
    stats::Histogram request; ///< command arrived -> reply handed to the socket
    stats::Histogram sync;    ///< one write made durable
    /// Of batches, each counted by its oldest. None from a node that knows of none.
    std::map<Stage, stats::Histogram> stages;
};

enum class NodeEventKind : quint8 {
    Started = 0,
    BecameFollower = 1,
    BecamePreCandidate = 2,
    BecameCandidate = 3,
    BecameLeader = 4,
    VoteGranted = 5,
    VoteRefused = 6,
    LogTruncated = 7,
    PeerConnected = 8,
    PeerDisconnected = 9,
    Warning = 10,
    MembershipChanged = 11,
    TransferStarted = 12, ///< of leadership
    TransferEnded = 13,
    SnapshotTaken = 14,
    SnapshotInstalled = 15,
    SnapshotSent = 16,
};

struct NodeEvent
{
    quint64 sequence = 0; ///< from 1 in each incarnation; a gap means events were dropped
    Monotonic at{0};
    NodeEventKind kind = NodeEventKind::Started;
    quint64 term = 0;
    NodeId other; ///< candidate, leader or peer, where there is one
    QString text; ///< the reason, in words
    bool operator==(const NodeEvent&) const = default;
};

enum class MessageKind : quint8 {
    Heartbeat = 0,
    Append = 1,
    AppendReply = 2,
    PreVote = 3,
    PreVoteReply = 4,
    Vote = 5,
    VoteReply = 6,
    Snapshot = 7, ///< one piece of a leader's snapshot
    SnapshotReply = 8,
    TimeoutNow = 9, ///< a leader hands over
};

enum class MessageFate : quint8 {
    Sent = 0,     ///< left the sender's consensus core
    Received = 1, ///< reached the receiver's
    Lost = 2,     ///< a fault, a full queue or a broken connection swallowed it at the reporting end
};

/// One sampled message as one end saw it. (link, senderIncarnation, sequence) names the message.
struct MessageSample
{
    LinkId link;
    quint64 senderIncarnation = 0;
    quint64 sequence = 0;
    Monotonic at{0};
    MessageFate fate = MessageFate::Sent;
    MessageKind kind = MessageKind::Heartbeat;
    bool positive = true; ///< of a reply: granted, or appended
    quint64 term = 0;
    quint64 lamport = 0;
    quint32 entries = 0;
    quint32 bytes = 0;
    bool operator==(const MessageSample&) const = default;
};

/// What happened since the last one. Bounded: what did not fit is counted.
struct Activity
{
    std::vector<NodeEvent> events;
    std::vector<MessageSample> samples;
    quint64 droppedEvents = 0;
    quint64 droppedSamples = 0;
    bool operator==(const Activity&) const = default;
};

inline constexpr std::size_t kMaxEventsPerActivity = 256;
inline constexpr std::size_t kMaxSamplesPerActivity = 1024;
inline constexpr int kMaxWatchedBytes = 256;

using ControlMessage = std::variant<DesiredState, DesiredStateAck, Status, Histograms, Activity>;

/// The payload of a control frame, envelope included.
QByteArray encodeControl(const ControlMessage& message, quint64 sequence);

/// Nothing when the payload is not a control message this version knows, or is out of range.
std::optional<ControlMessage> decodeControl(const QByteArray& payload);

} // namespace faultline::wire
