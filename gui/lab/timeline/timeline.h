// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/record.h"

#include <QObject>

#include <deque>
#include <map>
#include <set>
#include <tuple>

class QTimer;

namespace faultline::lab {

/// One node as the timeline knows it.
struct NodeState
{
    ClusterRecord::Member member;
    NodeLife life = NodeLife::Starting;
    Monotonic lifeSince{0};
    qint64 pid = 0;
    QString how;
    bool isolated = false;              ///< an isolation of it is active
    std::optional<wire::Status> status; ///< its newest report in this incarnation; kept, as the last word, when it dies
    std::optional<wire::Histograms> histograms;
    std::chrono::microseconds longestStall{0}; ///< of its event loop, in this incarnation
    bool alive() const { return life == NodeLife::Running || life == NodeLife::Frozen || life == NodeLife::Starting; }
};

/// Who belongs to the cluster, as the nodes have it: each side of a joint membership, and those that only learn.
struct Membership
{
    std::set<NodeId> voters;
    std::set<NodeId> outgoing; ///< the old side while two must agree
    std::set<NodeId> learners;
    bool isReported = false; ///< by a node; otherwise nobody has said anything yet, and all nodes vote
    bool isJoint() const { return !outgoing.empty(); }
    bool hasVote(NodeId node) const { return voters.contains(node) || outgoing.contains(node); }
    bool operator==(const Membership&) const = default;
};

/// One sampled message, put together from what its two ends reported.
struct Message
{
    LinkId link;
    quint64 senderIncarnation = 0;
    quint64 sequence = 0;
    wire::MessageKind kind = wire::MessageKind::Heartbeat;
    bool positive = true;
    quint64 term = 0;
    quint32 entries = 0;
    quint32 bytes = 0;
    Monotonic sentAt{0};
    std::optional<Monotonic> receivedAt;
    std::optional<Monotonic> lostAt;
    quint64 serial = 0; ///< counts the messages of this timeline, from 1, in order of first report
};

/// One row of the event list: something a node or the lab said, newest last.
struct EventRow
{
    quint64 serial = 0;
    Monotonic at{0};
    NodeId node; ///< nobody: the lab itself, or the user
    Severity severity = Severity::Info;
    QString text; ///< "became leader of term 4: votes of n1 n2 n5"
};

/// The stream of records and the state it adds up to: the only thing views read. Appending is cheap; changed() comes at
/// most 60 times a second however much was appended, and views read what they show then. Everything kept is bounded
/// (see the constants). Lives on the thread of the window.
class Timeline : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t kMaxEvents = 10'000;
    static constexpr std::size_t kMaxMessages = 4'000;
    static constexpr std::chrono::seconds kLoadKept{75}; ///< a little more than a chart shows
    static constexpr std::size_t kMaxFaults = 1'000;     ///< those that go on stay longest

    explicit Timeline(QObject* parent = nullptr);

    void append(Record record);

    bool hasCluster() const { return !m_nodes.empty(); }
    Monotonic clusterSince() const { return m_clusterSince; }
    quint64 seed() const { return m_seed; }
    const QByteArray& watchedKey() const { return m_watchedKey; }
    const std::map<NodeId, NodeState>& nodes() const { return m_nodes; }
    const NodeState* node(NodeId id) const;
    /// The node that leads, by its own report: running, and of the highest term among those that claim it. Nobody when
    /// none does.
    NodeId leader() const;
    /// All that run and say they lead: beside the leader one of an older term, which does not know better yet.
    std::vector<NodeId> leaders() const;
    quint64 highestTerm() const;
    /// By the leader's own report; without a leader by whoever knows most. See isReported.
    Membership membership() const;
    /// "n6 is being added"; empty when no change is under way.
    const QString& memberChange() const { return m_memberChange; }

    const wire::Pace& pace() const { return m_pace; }
    const std::deque<FaultRecord>& faults() const { return m_faults; }
    /// What is wrong on purpose, and what undo and redo would do.
    const FaultStateRecord& faultState() const { return m_faultState; }
    const std::deque<PauseRecord>& pauses() const { return m_pauses; }
    const std::deque<LoadRecord>& load() const { return m_load; }
    const TallyRecord& tally() const { return m_tally; }
    const std::optional<GestureRecord>& lastGesture() const { return m_lastGesture; }
    const std::deque<EventRow>& events() const { return m_events; }
    const std::deque<Message>& messages() const { return m_messages; }
    const std::optional<NoteRecord>& lastProblem() const { return m_lastProblem; } ///< newest Warning or Error
    /// Sums over the whole life of the cluster.
    const LoadRecord& loadTotal() const { return m_loadTotal; }

signals:
    /// Something changed; coalesced.
    void changed();
    /// Each record, at once, before changed(): for those that follow the stream (runner, report, recording).
    void appended(const faultline::lab::Record& record);

private:
    void reduce(const ClusterRecord& record);
    void reduce(const MemberRecord& record);
    void reduce(const MemberChangeRecord& record);
    void reduce(const NodeRecord& record);
    void reduce(const StatusRecord& record);
    void reduce(const HistogramsRecord& record);
    void reduce(const EventRecord& record);
    void reduce(const MessageRecord& record);
    void reduce(const FaultRecord& record);
    void reduce(const FaultStateRecord& record);
    void reduce(const GestureRecord& record);
    void reduce(const PaceRecord& record);
    void reduce(const PauseRecord& record);
    void reduce(const LoadRecord& record);
    void reduce(const TallyRecord& record);
    void reduce(const NoteRecord& record);
    void addEvent(Monotonic at, NodeId node, Severity severity, QString text);

    Monotonic m_clusterSince{0};
    quint64 m_seed = 0;
    QByteArray m_watchedKey;
    std::map<NodeId, NodeState> m_nodes;
    QString m_memberChange;
    wire::Pace m_pace;
    std::deque<FaultRecord> m_faults;
    FaultStateRecord m_faultState;
    std::deque<PauseRecord> m_pauses;
    std::deque<LoadRecord> m_load;
    LoadRecord m_loadTotal;
    TallyRecord m_tally;
    std::optional<GestureRecord> m_lastGesture;
    std::deque<EventRow> m_events;
    std::deque<Message> m_messages;
    std::optional<NoteRecord> m_lastProblem;
    quint64 m_eventSerial = 0;
    quint64 m_messageSerial = 0;
    /// Where a message stands in m_messages, by its serial.
    std::map<std::tuple<LinkId, quint64, quint64>, quint64> m_serialOfMessage;
    QTimer* m_changedTimer = nullptr;
};

/// The one large sentence, always true: "5 nodes · n3 leads, term 4 · nothing lost". Says first what is wrong when
/// something is: dead, frozen and isolated nodes by name, no leader, held, writes lost.
QString headline(const Timeline& timeline);

/// A duration as people say it: "312 ms", "2.9 s".
QString spokenDuration(std::chrono::microseconds duration);

/// "Real", "Watch", "×20"; with "held" when it stands still.
QString spokenPace(const wire::Pace& pace);

} // namespace faultline::lab
