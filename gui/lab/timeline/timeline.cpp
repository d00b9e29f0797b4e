// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/timeline.h"

#include <QTimer>

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr auto kChangePeriod = 16ms;
constexpr std::size_t kMaxPauses = 1'000;

/// Replaces the record with the same id, or adds it at the end of a bounded list. What is over is forgotten first.
template <typename T> void replaceOrAdd(std::deque<T>& records, const T& record, std::size_t bound)
{
    const auto known = std::find_if(records.rbegin(), records.rend(), [&](const T& r) { return r.id == record.id; });
    if (known != records.rend()) {
        *known = record;
        return;
    }
    records.push_back(record);
    if (records.size() <= bound)
        return;
    const auto over = std::find_if(records.begin(), records.end(), [](const T& r) { return r.to.has_value(); });
    records.erase(over == records.end() ? records.begin() : over);
}

QString wordsOf(const wire::NodeEvent& event)
{
    const auto withReason = [&](const QString& what) {
        return event.text.isEmpty() ? what : what + QStringLiteral(": ") + event.text;
    };
    const QString term = QString::number(event.term);
    switch (event.kind) {
    case wire::NodeEventKind::BecameFollower:
        return withReason(QStringLiteral("became follower in term %1").arg(term));
    case wire::NodeEventKind::BecamePreCandidate:
        return withReason(QStringLiteral("asks whether it could win term %1").arg(event.term + 1));
    case wire::NodeEventKind::BecameCandidate:
        return withReason(QStringLiteral("became candidate in term %1").arg(term));
    case wire::NodeEventKind::BecameLeader:
        return withReason(QStringLiteral("became leader of term %1").arg(term));
    case wire::NodeEventKind::VoteGranted:
        return QStringLiteral("%1 in term %2").arg(event.text, term);
    case wire::NodeEventKind::Started:
    case wire::NodeEventKind::VoteRefused:
    case wire::NodeEventKind::LogTruncated:
    case wire::NodeEventKind::PeerConnected:
    case wire::NodeEventKind::PeerDisconnected:
    case wire::NodeEventKind::Warning:
    case wire::NodeEventKind::MembershipChanged:
    case wire::NodeEventKind::TransferStarted:
    case wire::NodeEventKind::TransferEnded:
    case wire::NodeEventKind::SnapshotTaken:
    case wire::NodeEventKind::SnapshotInstalled:
    case wire::NodeEventKind::SnapshotSent:
        return event.text;
    }
    return event.text;
}

} // namespace

Timeline::Timeline(QObject* parent)
    : QObject(parent)
    , m_changedTimer(new QTimer(this))
{
    m_changedTimer->setSingleShot(true);
    m_changedTimer->setTimerType(Qt::PreciseTimer);
    m_changedTimer->setInterval(kChangePeriod);
    connect(m_changedTimer, &QTimer::timeout, this, &Timeline::changed);
}

void Timeline::append(Record record)
{
    std::visit([this](const auto& r) { reduce(r); }, record);
    emit appended(record);
    if (!m_changedTimer->isActive())
        m_changedTimer->start();
}

const NodeState* Timeline::node(NodeId id) const
{
    const auto found = m_nodes.find(id);
    return found == m_nodes.end() ? nullptr : &found->second;
}

std::vector<NodeId> Timeline::leaders() const
{
    std::vector<NodeId> leaders;
    for (const auto& [id, node] : m_nodes) {
        if (node.life == NodeLife::Running && node.status && node.status->role == wire::Role::Leader)
            leaders.push_back(id);
    }
    return leaders;
}

NodeId Timeline::leader() const
{
    NodeId leader;
    quint64 term = 0;
    for (const auto& [id, node] : m_nodes) {
        if (node.life == NodeLife::Running && node.status && node.status->role == wire::Role::Leader &&
            node.status->term > term) {
            leader = id;
            term = node.status->term;
        }
    }
    return leader;
}

quint64 Timeline::highestTerm() const
{
    quint64 term = 0;
    for (const auto& [id, node] : m_nodes)
        term = std::max(term, node.status ? node.status->term : 0);
    return term;
}

Membership Timeline::membership() const
{
    const NodeState* knows = node(leader());
    if (!knows || !knows->status || knows->status->voters.empty()) {
        knows = nullptr;
        for (const auto& [id, state] : m_nodes) {
            const auto rank = [](const wire::Status& status) { return std::pair(status.term, status.lastIndex); };
            if (state.status && !state.status->voters.empty() && (!knows || rank(*knows->status) < rank(*state.status)))
                knows = &state;
        }
    }
    Membership membership;
    if (!knows) {
        for (const auto& [id, state] : m_nodes)
            membership.voters.insert(id);
        return membership;
    }
    membership.isReported = true;
    membership.voters.insert(knows->status->voters.begin(), knows->status->voters.end());
    membership.outgoing.insert(knows->status->outgoing.begin(), knows->status->outgoing.end());
    membership.learners.insert(knows->status->learners.begin(), knows->status->learners.end());
    return membership;
}

void Timeline::reduce(const ClusterRecord& record)
{
    m_clusterSince = record.at;
    m_seed = record.seed;
    m_watchedKey = record.watchedKey;
    m_pace.held = false; // a hold ends with its cluster
    m_nodes.clear();
    m_memberChange.clear();
    m_faults.clear();
    m_faultState = {};
    m_pauses.clear();
    m_load.clear();
    m_loadTotal = {};
    m_tally = {};
    m_lastGesture.reset();
    m_events.clear();
    m_messages.clear();
    m_serialOfMessage.clear();
    m_lastProblem.reset();
    for (const ClusterRecord::Member& member : record.members) {
        NodeState state;
        state.member = member;
        state.lifeSince = record.at;
        m_nodes.emplace(member.id, state);
    }
}

void Timeline::reduce(const MemberRecord& record)
{
    if (!record.isThere) {
        m_nodes.erase(record.member.id);
        return;
    }
    NodeState state;
    state.member = record.member;
    state.lifeSince = record.at;
    m_nodes.insert_or_assign(record.member.id, state);
}

void Timeline::reduce(const MemberChangeRecord& record)
{
    m_memberChange = record.underWay;
}

void Timeline::reduce(const NodeRecord& record)
{
    const auto found = m_nodes.find(record.node);
    if (found == m_nodes.end())
        return;
    NodeState& node = found->second;
    const NodeLife before = std::exchange(node.life, record.life);
    node.lifeSince = record.at;
    node.pid = record.pid;
    node.how = record.how;
    switch (record.life) {
    case NodeLife::Starting:
        node.status.reset();
        node.histograms.reset();
        node.longestStall = 0us;
        addEvent(record.at, record.node, Severity::Info, QStringLiteral("starts as process %1").arg(record.pid));
        break;
    case NodeLife::Running:
        addEvent(record.at, record.node, Severity::Info,
                 before == NodeLife::Frozen ? QStringLiteral("thawed") : QStringLiteral("runs"));
        break;
    case NodeLife::Frozen:
        addEvent(record.at, record.node, Severity::Warning, QStringLiteral("frozen"));
        break;
    case NodeLife::Stopping:
        addEvent(record.at, record.node, Severity::Info, QStringLiteral("asked to stop"));
        break;
    case NodeLife::Stopped:
        addEvent(record.at, record.node, Severity::Warning, record.how);
        break;
    case NodeLife::Dead:
        addEvent(record.at, record.node, Severity::Error, record.how);
        break;
    }
}

void Timeline::reduce(const StatusRecord& record)
{
    const auto found = m_nodes.find(record.node);
    if (found == m_nodes.end())
        return;
    found->second.status = record.status;
    found->second.longestStall = std::max(found->second.longestStall, record.status.longestStall);
}

void Timeline::reduce(const HistogramsRecord& record)
{
    if (const auto found = m_nodes.find(record.node); found != m_nodes.end())
        found->second.histograms = record.histograms;
}

void Timeline::reduce(const EventRecord& record)
{
    const bool isWarning =
        record.event.kind == wire::NodeEventKind::Warning || record.event.kind == wire::NodeEventKind::LogTruncated;
    addEvent(record.event.at, record.node, isWarning ? Severity::Warning : Severity::Info, wordsOf(record.event));
}

void Timeline::reduce(const MessageRecord& record)
{
    const wire::MessageSample& sample = record.sample;
    const auto key = std::tuple(sample.link, sample.senderIncarnation, sample.sequence);
    const auto known = m_serialOfMessage.find(key);
    Message* message = nullptr;
    if (known == m_serialOfMessage.end()) {
        if (m_messages.size() >= kMaxMessages) {
            const Message& oldest = m_messages.front();
            m_serialOfMessage.erase(std::tuple(oldest.link, oldest.senderIncarnation, oldest.sequence));
            m_messages.pop_front();
        }
        m_serialOfMessage.emplace(key, ++m_messageSerial);
        message = &m_messages.emplace_back();
        message->link = sample.link;
        message->senderIncarnation = sample.senderIncarnation;
        message->sequence = sample.sequence;
        message->kind = sample.kind;
        message->positive = sample.positive;
        message->term = sample.term;
        message->entries = sample.entries;
        message->bytes = sample.bytes;
        message->sentAt = sample.at; // the receiver's report may come first; the sender's corrects it
        message->serial = m_messageSerial;
    } else {
        message = &m_messages[known->second - m_messages.front().serial];
    }
    switch (sample.fate) {
    case wire::MessageFate::Sent:
        message->sentAt = sample.at;
        break;
    case wire::MessageFate::Received:
        message->receivedAt = sample.at;
        break;
    case wire::MessageFate::Lost:
        message->lostAt = sample.at;
        break;
    }
}

void Timeline::reduce(const FaultRecord& record)
{
    replaceOrAdd(m_faults, record, kMaxFaults);
    if (const auto found = m_nodes.find(record.target); found != m_nodes.end())
        found->second.isolated = std::any_of(m_faults.begin(), m_faults.end(), [&](const FaultRecord& fault) {
            return fault.kind == FaultKind::Isolate && fault.target == record.target && !fault.to;
        });
}

void Timeline::reduce(const FaultStateRecord& record)
{
    m_faultState = record;
}

void Timeline::reduce(const GestureRecord& record)
{
    const bool isNew = !m_lastGesture || m_lastGesture->id != record.id;
    if (m_lastGesture && record.id < m_lastGesture->id) { // an older gesture came to its end after a newer began
        addEvent(record.at, {}, Severity::Info, record.what + QStringLiteral(" · ") + record.outcome);
        return;
    }
    m_lastGesture = record;
    const QString said = record.outcome.isEmpty() ? record.what : record.what + QStringLiteral(" · ") + record.outcome;
    if (isNew)
        addEvent(record.at, {}, Severity::Info, said);
    else if (!record.outcome.isEmpty())
        addEvent(wire::monotonicNow(), {}, Severity::Info, said);
}

void Timeline::reduce(const PaceRecord& record)
{
    m_pace = record.pace;
}

void Timeline::reduce(const PauseRecord& record)
{
    replaceOrAdd(m_pauses, record, kMaxPauses);
}

void Timeline::reduce(const LoadRecord& record)
{
    m_load.push_back(record);
    while (m_load.front().to < record.to - kLoadKept)
        m_load.pop_front();

    if (m_loadTotal.to == Monotonic(0))
        m_loadTotal.from = record.from;
    m_loadTotal.to = record.to;
    m_loadTotal.targetRate = record.targetRate;
    m_loadTotal.offered += record.offered;
    m_loadTotal.attempted += record.attempted;
    m_loadTotal.ok += record.ok;
    m_loadTotal.failed += record.failed;
    m_loadTotal.unknown += record.unknown;
    m_loadTotal.redirects += record.redirects;
    m_loadTotal.outstanding = record.outstanding;
    m_loadTotal.limited = m_loadTotal.limited || record.limited;
    m_loadTotal.latency.add(record.latency);
}

void Timeline::reduce(const TallyRecord& record)
{
    m_tally = record;
}

void Timeline::reduce(const NoteRecord& record)
{
    addEvent(record.at, record.node, record.severity, record.text);
    if (record.severity != Severity::Info)
        m_lastProblem = record;
}

void Timeline::addEvent(Monotonic at, NodeId node, Severity severity, QString text)
{
    m_events.push_back({++m_eventSerial, at, node, severity, std::move(text)});
    if (m_events.size() > kMaxEvents)
        m_events.pop_front();
}

} // namespace faultline::lab
