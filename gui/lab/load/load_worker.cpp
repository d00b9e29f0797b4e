// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/load_worker.h"

#include "common/resp/redirect.h"
#include "common/resp/writer.h"
#include "gui/lab/load/sleep_linux.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr int kConnectionsPerNode = 8;
constexpr auto kReportPeriod = 200ms;
constexpr auto kTimeout = 1s;             // of cluster time
constexpr auto kRetryPause = 20ms;        // where nothing was proposed
constexpr auto kThreadIsLate = 50ms;      // then the generator itself is the limit
constexpr auto kStoodStill = 2s;          // nothing that runs is this late: the computer or the desktop stood still
constexpr std::size_t kMostWatches = 400; // without load no write ends one
constexpr int kRedirectsBeforePause = 2;  // two nodes may point at each other while an election runs

bool provesNothingWasProposed(const QByteArray& error)
{
    return error.startsWith("CLUSTERDOWN") || error.startsWith("TRYAGAIN") || error.startsWith("LOADING") ||
           error.startsWith("BUSY");
}

} // namespace

LoadWorker::LoadWorker()
{
    m_pumpTimer.setParent(this);
    m_reportTimer.setParent(this);
    m_pumpTimer.setSingleShot(true);
    m_pumpTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_pumpTimer, &QTimer::timeout, this, &LoadWorker::pump);
    m_reportTimer.setInterval(kReportPeriod);
    m_reportTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_reportTimer, &QTimer::timeout, this, &LoadWorker::report);
}

LoadWorker::Instant LoadWorker::now() const
{
    return (m_held ? m_heldSince : wire::monotonicNow()) - m_heldTotal;
}

void LoadWorker::start(const LoadOptions& options)
{
    stop();
    m_options = options;
    m_ledger = std::make_unique<Ledger>(options.seed);
    m_leader = {};
    m_held = options.pace.held;
    m_heldTotal = 0us;
    m_heldSince = wire::monotonicNow();
    m_lastPump = wire::monotonicNow();
    m_suspended = suspendedSoFar();
    m_record = {};
    m_record.from = wire::monotonicNow();
    m_reportedTally = {};
    m_schedule = {};
    m_schedule.setRate(options.rate, now());
    m_hotKey = {};
    m_streamClock.setPace(options.pace);
    m_links.clear();
    for (const LoadTarget& target : options.targets)
        lay(target);
    for (int i = 0; i < kConnectionsPerNode; ++i) {
        for (const LoadTarget& target : options.targets)
            connectTo(target);
    }
    m_running = true;
    m_reportTimer.start();
    arm();
}

void LoadWorker::lay(const LoadTarget& target)
{
    const quint64 seed = m_options.seed + 2 * target.id.value;
    m_links.try_emplace(target.id, NodeLinks{FaultyLink(m_streamClock, seed), FaultyLink(m_streamClock, seed + 1)});
}

void LoadWorker::connectTo(const LoadTarget& target)
{
    NodeLinks& links = m_links.at(target.id);
    auto connection = std::make_unique<LoadConnection>(target, links.out, links.in, nullptr);
    LoadConnection* raw = connection.get();
    raw->onReply = [this, raw](quint64 id, const resp::Reply& reply) { onReply(*raw, id, reply); };
    raw->onBroken = [this, raw](const std::deque<quint64>& ids) { onBroken(*raw, ids); };
    m_connections.push_back(std::move(connection));
}

void LoadWorker::addTarget(const LoadTarget& target)
{
    if (!m_running || m_links.contains(target.id))
        return;
    m_options.targets.push_back(target);
    lay(target);
    for (int i = 0; i < kConnectionsPerNode; ++i)
        connectTo(target);
}

void LoadWorker::removeTarget(NodeId node)
{
    std::erase_if(m_options.targets, [node](const LoadTarget& target) { return target.id == node; });
    if (m_leader == node)
        m_leader = {};
    std::vector<quint64> unanswered;
    for (const auto& [id, underway] : m_underway) {
        if (underway.connection && underway.connection->node() == node)
            unanswered.push_back(id);
    }
    for (const quint64 id : unanswered)
        endUnknown(id);
    std::erase_if(m_connections, [node](const auto& connection) { return connection->node() == node; });
    m_links.erase(node);
}

void LoadWorker::stop()
{
    m_running = false;
    m_pumpTimer.stop();
    m_reportTimer.stop();
    m_connections.clear();
    m_underway.clear();
    m_retries.clear();
    m_deadlines.clear();
    m_watches.clear();
}

void LoadWorker::setRate(double perSecond)
{
    if (perSecond == m_options.rate)
        return;
    pump(); // what has come due by the rate until now
    m_options.rate = perSecond;
    m_schedule.setRate(perSecond, now());
    arm();
}

void LoadWorker::setPace(const wire::Pace& pace)
{
    // What is left of a second of the cluster's time is left at the new pace, too.
    const Instant present = now();
    std::set<std::pair<Instant, quint64>> deadlines;
    for (const auto& [at, id] : m_deadlines) {
        const Instant moved = present + (at - present) * pace.factor / m_options.pace.factor;
        m_underway.at(id).deadline = moved;
        deadlines.emplace(moved, id);
    }
    m_deadlines = std::move(deadlines);
    m_options.pace = pace;
    m_streamClock.setPace(pace);
    for (const auto& connection : m_connections)
        connection->stream().goOn();
    if (pace.held && !m_held) {
        m_heldSince = wire::monotonicNow();
        m_held = true;
    } else if (!pace.held && m_held) {
        m_heldTotal += wire::monotonicNow() - m_heldSince;
        m_held = false;
        m_lastPump = wire::monotonicNow();
    }
    arm();
}

void LoadWorker::setFaults(const std::vector<wire::LinkState>& states)
{
    const auto faultOf = [&states](LinkId link) {
        const auto found =
            std::find_if(states.begin(), states.end(), [link](const auto& state) { return state.link == link; });
        return found == states.end() ? fault::LinkFault() : found->fault;
    };
    for (auto& [node, links] : m_links) {
        links.out.setFault(faultOf({kClients, node}));
        links.in.setFault(faultOf({node, kClients}));
    }
    for (const auto& connection : m_connections)
        connection->stream().faultsChanged();
}

void LoadWorker::watchRecovery(quint64 id, NodeId victim, Monotonic since)
{
    m_watches.push_back({id, victim, since});
    if (m_watches.size() > kMostWatches)
        m_watches.erase(m_watches.begin());
}

void LoadWorker::arm()
{
    if (!m_running || m_held) {
        m_pumpTimer.stop();
        return;
    }
    const Instant present = now();
    Instant next = present + 100ms;
    if (const auto due = m_schedule.nextDue())
        next = std::min(next, *due);
    if (!m_retries.empty())
        next = std::min(next, m_retries.front().at);
    if (!m_deadlines.empty())
        next = std::min(next, m_deadlines.begin()->first);
    m_pumpTimer.start(std::clamp(std::chrono::ceil<std::chrono::milliseconds>(next - present), 1ms, 100ms));
}

void LoadWorker::pump()
{
    if (!m_running || m_held)
        return;
    lookForSleep(wire::monotonicNow());
    const Instant present = now();
    giveUpOverdue(present);
    while (!m_retries.empty() && m_retries.front().at <= present) {
        const quint64 id = m_retries.front().id;
        m_retries.pop_front();
        const auto found = m_underway.find(id);
        if (found == m_underway.end() || found->second.connection)
            continue;
        // What could not be answered in time is not sent: it ends as refused, which is certain, and not as unknown.
        if (found->second.deadline - present > 2 * kRetryPause)
            send(id, found->second);
    }
    while (const auto due = m_schedule.takeDue(present))
        begin(*due, present);
    flushAll();
    arm();
}

void LoadWorker::lookForSleep(Monotonic wall)
{
    const auto asleep = suspendedSoFar();
    const auto gap = wall - std::exchange(m_lastPump, wall);
    const bool suspended = asleep - m_suspended > 1s;
    if (suspended || gap > kStoodStill) {
        PauseRecord pause;
        pause.reason = suspended ? QStringLiteral("computer asleep") : QStringLiteral("desktop stood still");
        pause.from = wall - gap;
        pause.to = wall;
        emit slept(pause);
        if (gap > kStoodStill)
            m_heldTotal += gap;
    }
    m_suspended = asleep;
}

void LoadWorker::begin(Instant intended, Instant present)
{
    ++m_record.offered;
    if (present - intended > kThreadIsLate)
        m_record.limited = true;
    if (m_underway.size() >= LoadGenerator::kMaxOutstanding) {
        m_record.limited = true;
        return;
    }
    const quint64 id = ++m_lastId;
    Underway underway;
    underway.operation = m_ledger->begin(m_options.readShare, m_hotKey);
    underway.intended = intended;
    underway.deadline = intended + kTimeout * m_options.pace.factor;
    ++m_record.attempted;
    m_deadlines.emplace(underway.deadline, id);
    send(id, m_underway.emplace(id, std::move(underway)).first->second);
}

LoadConnection* LoadWorker::usableConnectionTo(NodeId node)
{
    for (std::size_t i = 0; i < m_connections.size(); ++i) {
        LoadConnection* candidate = m_connections[++m_turn % m_connections.size()].get();
        if (candidate->node() == node && candidate->isUsable())
            return candidate;
    }
    return nullptr;
}

LoadConnection* LoadWorker::chooseConnection()
{
    if (m_leader) {
        if (LoadConnection* toLeader = usableConnectionTo(m_leader))
            return toLeader;
    }
    for (std::size_t i = 0; i < m_connections.size(); ++i) {
        LoadConnection* candidate = m_connections[++m_turn % m_connections.size()].get();
        if (candidate->isUsable())
            return candidate;
    }
    return nullptr;
}

void LoadWorker::send(quint64 id, Underway& underway)
{
    underway.connection = chooseConnection();
    if (!underway.connection) {
        sendLater(id, underway, kRetryPause);
        return;
    }
    const Ledger::Operation& operation = underway.operation;
    underway.connection->send(id, operation.isRead ? resp::encodeCommand({"GET", operation.key})
                                                   : resp::encodeCommand({"SET", operation.key, operation.value}));
}

void LoadWorker::sendLater(quint64 id, Underway& underway, std::chrono::milliseconds pause)
{
    underway.connection = nullptr;
    m_retries.push_back({now() + pause, id});
}

void LoadWorker::onReply(LoadConnection& connection, quint64 id, const resp::Reply& reply)
{
    const auto found = m_underway.find(id);
    if (found == m_underway.end())
        return;
    Underway& underway = found->second;
    if (!reply.isError()) {
        m_leader = connection.node();
        onDone(connection, id, reply);
        return;
    }
    if (const auto moved = resp::parseMoved(reply.text)) {
        ++m_record.redirects;
        const auto target = std::find_if(m_options.targets.begin(), m_options.targets.end(),
                                         [&](const LoadTarget& t) { return t.port == moved->port; });
        m_leader = target == m_options.targets.end() ? NodeId{} : target->id;
        if (++underway.redirects <= kRedirectsBeforePause) {
            send(id, underway);
            if (underway.connection)
                underway.connection->flush();
        } else {
            sendLater(id, underway, kRetryPause);
        }
    } else if (provesNothingWasProposed(reply.text)) {
        m_leader = {};
        underway.redirects = 0;
        sendLater(id, underway, kRetryPause);
    } else {
        endRefused(id);
    }
    arm();
}

void LoadWorker::onDone(LoadConnection& connection, quint64 id, const resp::Reply& reply)
{
    const Underway underway = take(id);
    ++m_record.ok;
    m_record.latency.record(now() - underway.intended);
    if (underway.operation.isRead) {
        m_ledger->read(underway.operation,
                       reply.kind == resp::Reply::Kind::Null ? std::nullopt : std::optional(reply.text),
                       connection.node().name());
        return;
    }
    m_ledger->written(underway.operation);
    const Monotonic at = wire::monotonicNow();
    if (!m_record.firstAckAt) {
        m_record.firstAckAt = at;
        m_record.firstAckBy = connection.node();
    }
    for (auto watch = m_watches.begin(); watch != m_watches.end();) {
        if (watch->victim == connection.node() || at <= watch->since) {
            ++watch;
            continue;
        }
        emit writeAcknowledged(watch->id, at, connection.node());
        watch = m_watches.erase(watch);
    }
}

void LoadWorker::onBroken(LoadConnection& connection, const std::deque<quint64>& ids)
{
    if (m_leader == connection.node())
        m_leader = {};
    for (const quint64 id : ids)
        endUnknown(id);
}

void LoadWorker::giveUpOverdue(Instant present)
{
    while (!m_deadlines.empty() && m_deadlines.begin()->first <= present) {
        const quint64 id = m_deadlines.begin()->second;
        if (LoadConnection* connection = m_underway.at(id).connection) {
            if (m_leader == connection->node())
                m_leader = {};
            endUnknown(id);
            connection->abandon(id);
        } else {
            endRefused(id);
        }
    }
}

LoadWorker::Underway LoadWorker::take(quint64 id)
{
    auto node = m_underway.extract(id);
    m_deadlines.erase({node.mapped().deadline, id});
    return std::move(node.mapped());
}

void LoadWorker::endUnknown(quint64 id)
{
    if (!m_underway.contains(id))
        return;
    ++m_record.unknown;
    m_ledger->unknown(take(id).operation);
}

void LoadWorker::endRefused(quint64 id)
{
    if (!m_underway.contains(id))
        return;
    ++m_record.failed;
    m_ledger->refused(take(id).operation);
}

void LoadWorker::flushAll()
{
    for (const auto& connection : m_connections)
        connection->flush();
}

void LoadWorker::report()
{
    m_record.to = wire::monotonicNow();
    m_record.targetRate = m_options.rate;
    m_record.outstanding = static_cast<quint32>(m_underway.size());
    emit loadMeasured(m_record);
    m_record = {};
    m_record.from = wire::monotonicNow();

    TallyRecord tally;
    tally.acknowledged = m_ledger->acknowledged();
    tally.readBack = m_ledger->readBack();
    tally.lost = m_ledger->lost();
    tally.firstLoss = m_ledger->firstLoss();
    if (tally.acknowledged != m_reportedTally.acknowledged || tally.readBack != m_reportedTally.readBack ||
        tally.lost != m_reportedTally.lost) {
        m_reportedTally = tally;
        tally.at = wire::monotonicNow();
        emit tallyChanged(tally);
    }
}

} // namespace faultline::lab
