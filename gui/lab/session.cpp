// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/session.h"

#include <QCoreApplication>
#include <QThreadPool>

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr double kMaxRate = 20'000;
constexpr quint64 kFirstWrite = 0; ///< the id under which the load reports this cluster's first write

void removeLater(ClusterFolder folder)
{
    auto shared = std::make_shared<ClusterFolder>(std::move(folder));
    QThreadPool::globalInstance()->start([shared] { shared->remove(); });
}

QString pastOf(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Kill:
        return QStringLiteral("killed");
    case FaultKind::Stop:
        return QStringLiteral("stopped");
    case FaultKind::Freeze:
        return QStringLiteral("frozen");
    case FaultKind::Isolate:
        return QStringLiteral("isolated");
    }
    Q_UNREACHABLE();
}

} // namespace

Lab::Session::Session(Lab& lab, Timeline& timeline)
    : m_lab(lab)
    , m_timeline(timeline)
{
    connect(&m_load, &LoadGenerator::loadMeasured, this, [this](const LoadRecord& record) {
        if (m_hadLeader)
            m_timeline.append(record);
    });
    connect(&m_load, &LoadGenerator::tallyChanged, this, [this](const TallyRecord& record) {
        if (m_hadLeader)
            m_timeline.append(record);
    });
    connect(&m_load, &LoadGenerator::slept, this, [this](PauseRecord pause) {
        pause.id = ++m_lastPause;
        m_timeline.append(pause);
    });
    connect(&m_load, &LoadGenerator::writeAcknowledged, this, [this](quint64 id, Monotonic at, NodeId) {
        if (id == kFirstWrite)
            becomeServing();
        for (const Record& record : m_recovery.onWrite(id, at))
            onHappened(record);
    });
    connect(&m_commands, &CommandSession::replied, this, [this](const CommandOutcome& outcome) {
        emit m_lab.commandReplied({outcome.id, outcome.node, outcome.line, outcome.reply, outcome.explanation,
                                   outcome.isError, outcome.took});
    });
    m_commands.nodeAt = [this](quint16 port) {
        for (const auto& [id, node] : m_timeline.nodes()) {
            if (node.member.clientPort == port)
                return id;
        }
        return NodeId{};
    };
    m_dataTimer.setInterval(1s);
    connect(&m_dataTimer, &QTimer::timeout, this, &Session::lookAtDataSize);
}

Lab::Session::~Session()
{
    m_load.stop();
    const auto removeAll = [](std::unique_ptr<Cluster>& cluster) {
        cluster->disconnect();
        ClusterFolder folder = cluster->takeFolder();
        cluster.reset(); // kills and reaps
        folder.remove();
    };
    if (m_cluster)
        removeAll(m_cluster);
    for (auto& cluster : m_ending)
        removeAll(cluster);
    QThreadPool::globalInstance()->waitForDone(1000);
}

// ---- the cluster's life

Result<void> Lab::Session::start(const LabOptions& options)
{
    m_options = options;
    if (m_options.nodeProgram.isEmpty())
        m_options.nodeProgram = QCoreApplication::applicationDirPath() + QStringLiteral("/faultline-node");
    if (m_options.dataRoot.isEmpty())
        m_options.dataRoot = ClusterFolder::defaultRoot();
    if (!(m_options.rate >= 0 && m_options.rate <= kMaxRate))
        return Error{QStringLiteral("a load of %1 operations a second cannot be made; 0 to 20,000 would be right")
                         .arg(m_options.rate)};
    for (ClusterFolder& leftover : ClusterFolder::takeLeftovers(m_options.dataRoot))
        removeLater(std::move(leftover));
    return launch();
}

Result<void> Lab::Session::launch()
{
    if (m_cluster)
        abandon(false);
    auto created = Cluster::create({m_options.nodeProgram, m_options.nodes, m_options.dataRoot});
    if (!created)
        return Error{created.error()};
    m_cluster = *std::move(created);
    m_hadLeader = false;
    m_serving = false;
    m_isEnding = false;
    m_pace = m_options.pace;
    m_pace.held = false;
    m_held = false;
    m_hold.reset();
    m_rate = m_options.rate;
    m_loadOn = true;
    m_dataLimitReached = false;
    m_recovery = {};
    m_openFaults.clear();
    m_commands.forget();

    m_timeline.append(ClusterRecord{wire::monotonicNow(), m_cluster->members(), m_options.seed, m_options.watchedKey});
    connect(m_cluster.get(), &Cluster::happened, this, &Session::onHappened);
    connect(m_cluster.get(), &Cluster::ended, this, &Session::onEnded);
    m_desired = std::make_unique<DesiredFaults>(m_cluster->ids());
    m_desired->setWatchedKey(m_options.watchedKey);
    applyPace();
    m_cluster->start();
    m_dataTimer.start();
    return {};
}

void Lab::Session::abandon(bool gracefully)
{
    m_load.stop();
    m_dataTimer.stop();
    m_serving = false;
    Cluster* cluster = m_cluster.get();
    if (!gracefully)
        cluster->disconnect(this);
    connect(cluster, &Cluster::gone, this, [this, cluster] { forgetCluster(cluster); });
    m_ending.push_back(std::move(m_cluster));
    cluster->end(gracefully);
}

void Lab::Session::forgetCluster(Cluster* cluster)
{
    const auto found =
        std::find_if(m_ending.begin(), m_ending.end(), [cluster](const auto& c) { return c.get() == cluster; });
    if (found == m_ending.end())
        return;
    removeLater(cluster->takeFolder());
    found->release()->deleteLater();
    m_ending.erase(found);
    if (m_isEnding && m_ending.empty() && !m_cluster) {
        m_isEnding = false;
        // The folder is gone before anybody is told.
        QThreadPool::globalInstance()->start([this] {
            QMetaObject::invokeMethod(this, [this] {
                m_timeline.append(ClusterRecord{wire::monotonicNow(), {}, 0, {}});
                emit m_lab.ended();
            });
        });
    }
}

void Lab::Session::end()
{
    if (!m_cluster)
        return;
    m_isEnding = true;
    abandon(true);
}

void Lab::Session::reset()
{
    if (m_options.nodeProgram.isEmpty()) {
        note(Severity::Warning, {}, QStringLiteral("there is no cluster to reset; start one first"));
        return;
    }
    m_isEnding = false;
    if (const auto launched = launch(); !launched)
        emit m_lab.startFailed(launched.error());
    else
        gesture(QStringLiteral("Reset: a fresh cluster of %1").arg(m_options.nodes));
}

void Lab::Session::onHappened(const Record& record)
{
    m_timeline.append(record);
    if (const auto* event = std::get_if<EventRecord>(&record)) {
        if (event->event.kind == wire::NodeEventKind::BecameLeader) {
            for (const Record& news : m_recovery.onLeader(event->node, event->event.term, event->event.at))
                onHappened(news);
        }
    } else if (const auto* status = std::get_if<StatusRecord>(&record)) {
        for (const Record& news : m_recovery.onApplied(status->node, status->status.appliedIndex, status->status.at))
            onHappened(news);
        if (!m_hadLeader || (!m_serving && m_rate == 0))
            lookForFirstLeader();
    } else if (const auto* fault = std::get_if<FaultRecord>(&record)) {
        const auto open =
            std::find_if(m_openFaults.begin(), m_openFaults.end(), [&](const auto& f) { return f.id == fault->id; });
        if (open != m_openFaults.end())
            *open = *fault;
    }
}

void Lab::Session::lookForFirstLeader()
{
    const NodeId leader = m_timeline.leader();
    if (!leader || !m_cluster)
        return;
    if (!m_hadLeader) {
        m_hadLeader = true;
        LoadOptions load;
        for (const ClusterRecord::Member& member : m_cluster->members())
            load.targets.push_back({member.id, QStringLiteral("127.0.0.1"), member.clientPort});
        load.rate = m_loadOn ? m_rate : 0;
        load.readShare = m_options.readShare;
        load.seed = m_options.seed;
        load.pace = m_pace;
        load.pace.held = m_held;
        m_load.start(load);
        m_load.watchRecovery(kFirstWrite, {}, wire::monotonicNow());
        applyPace();
    }
    // Without load the leader's own first entry, committed, shows that it serves.
    if (m_rate == 0 && m_timeline.node(leader)->status->commitIndex > 0)
        becomeServing();
}

void Lab::Session::becomeServing()
{
    if (m_serving || !m_cluster)
        return;
    m_serving = true;
    emit m_lab.serving();
}

void Lab::Session::onEnded(NodeId node, bool asked, bool neverRan, const QString& how)
{
    if (asked || !m_cluster)
        return;
    m_recovery.forget(node);
    if (neverRan && !m_hadLeader) {
        abandon(false);
        emit m_lab.startFailed(QStringLiteral("%1 did not start: it %2").arg(node.name(), how));
        return;
    }
    note(Severity::Error, node, QStringLiteral("%1 ended by itself: %2").arg(node.name(), how));
    if (hasOpenFault(FaultKind::Freeze, node))
        endFault(FaultKind::Freeze, node);
    beginFault(FaultKind::Kill, node, QStringLiteral("%1 died").arg(node.name()),
               QStringLiteral("%1 died").arg(node.name()));
}

// ---- gestures and faults

GestureRecord Lab::Session::gesture(const QString& what, const QString& outcome)
{
    const GestureRecord record{++m_lastGesture, wire::monotonicNow(), what, outcome};
    m_timeline.append(record);
    return record;
}

void Lab::Session::note(Severity severity, NodeId node, const QString& text)
{
    m_timeline.append(NoteRecord{wire::monotonicNow(), severity, node, text});
}

bool Lab::Session::allows(NodeId node, bool isPossible, const QString& refusal)
{
    if (!m_cluster) {
        note(Severity::Warning, {}, QStringLiteral("there is no cluster; start one first"));
        return false;
    }
    if (!m_cluster->lifeOf(node)) {
        note(Severity::Warning, {},
             QStringLiteral("there is no %1 in this cluster; it has n1 to n%2")
                 .arg(node.name())
                 .arg(m_cluster->members().size()));
        return false;
    }
    if (!isPossible)
        note(Severity::Warning, node, refusal);
    return isPossible;
}

bool Lab::Session::canHaveMajority(NodeId without) const
{
    const auto& nodes = m_timeline.nodes();
    const auto able = std::count_if(nodes.begin(), nodes.end(), [without](const auto& entry) {
        return entry.first != without && !entry.second.isolated &&
               (entry.second.life == NodeLife::Running || entry.second.life == NodeLife::Starting);
    });
    return static_cast<std::size_t>(able) > nodes.size() / 2;
}

QString Lab::Session::leadershipAfter(NodeId node) const
{
    if (!canHaveMajority(node))
        return QStringLiteral("no majority is left, so no write can be taken");
    const NodeId leader = m_timeline.leader();
    return leader && leader != node ? QStringLiteral("%1 still leads").arg(leader.name()) : QString();
}

quint64 Lab::Session::highestCommit() const
{
    quint64 commit = 0;
    for (const auto& [id, node] : m_timeline.nodes())
        commit = std::max(commit, node.status ? node.status->commitIndex : 0);
    return commit;
}

bool Lab::Session::hasOpenFault(FaultKind kind, NodeId node) const
{
    return std::any_of(m_openFaults.begin(), m_openFaults.end(),
                       [&](const FaultRecord& fault) { return fault.kind == kind && fault.target == node; });
}

void Lab::Session::beginFault(FaultKind kind, NodeId node, const QString& name, const QString& did, const QString& more)
{
    FaultRecord fault;
    fault.id = ++m_lastFault;
    fault.kind = kind;
    fault.target = node;
    fault.name = name;
    fault.from = wire::monotonicNow();
    const NodeId leader = m_timeline.leader();
    const NodeState* state = m_timeline.node(node);
    // When it is dead already its last word tells what it was.
    fault.onLeader = leader == node || (!leader && state->status && state->status->role == wire::Role::Leader &&
                                        state->status->term == m_timeline.highestTerm());
    m_openFaults.push_back(fault);
    m_timeline.append(fault);

    QString what = fault.onLeader ? QStringLiteral("%1, the leader").arg(did) : did;
    if (!more.isEmpty())
        what += (fault.onLeader ? QStringLiteral(", ") : QStringLiteral(" ")) + more;
    if (!fault.onLeader) {
        gesture(what, leadershipAfter(node));
        return;
    }
    const GestureRecord record = gesture(what, canHaveMajority(node) ? QString() : leadershipAfter(node));
    m_recovery.expectNewLeader(fault, record, m_timeline.highestTerm());
    m_load.watchRecovery(fault.id, node, fault.from);
}

void Lab::Session::endFault(FaultKind kind, NodeId node)
{
    for (auto fault = m_openFaults.begin(); fault != m_openFaults.end();) {
        if (fault->kind != kind || fault->target != node) {
            ++fault;
            continue;
        }
        fault->to = wire::monotonicNow();
        m_recovery.faultEnded(fault->id, *fault->to);
        m_timeline.append(*fault);
        fault = m_openFaults.erase(fault);
    }
}

void Lab::Session::kill(NodeId node)
{
    const auto life = m_cluster ? m_cluster->lifeOf(node) : std::nullopt;
    if (!allows(node, life != NodeLife::Dead && life != NodeLife::Stopped,
                QStringLiteral("%1 is not running, so it cannot be killed").arg(node.name())))
        return;
    if (!m_cluster->kill(node))
        return;
    m_recovery.forget(node);
    endFault(FaultKind::Freeze, node);
    beginFault(FaultKind::Kill, node, QStringLiteral("%1 %2").arg(node.name(), pastOf(FaultKind::Kill)),
               QStringLiteral("Killed %1").arg(node.name()));
}

void Lab::Session::stop(NodeId node)
{
    const auto life = m_cluster ? m_cluster->lifeOf(node) : std::nullopt;
    if (!allows(node, life == NodeLife::Running || life == NodeLife::Frozen || life == NodeLife::Starting,
                QStringLiteral("%1 is not running, so it cannot be stopped").arg(node.name())))
        return;
    m_recovery.forget(node);
    beginFault(FaultKind::Stop, node, QStringLiteral("%1 %2").arg(node.name(), pastOf(FaultKind::Stop)),
               QStringLiteral("Stopped %1").arg(node.name()));
    endFault(FaultKind::Freeze, node);
    m_cluster->stop(node);
}

void Lab::Session::freeze(NodeId node)
{
    const auto life = m_cluster ? m_cluster->lifeOf(node) : std::nullopt;
    if (!allows(node, life == NodeLife::Running,
                QStringLiteral("%1 is not running, so it cannot be frozen").arg(node.name())))
        return;
    beginFault(FaultKind::Freeze, node, QStringLiteral("%1 %2").arg(node.name(), pastOf(FaultKind::Freeze)),
               QStringLiteral("Froze %1").arg(node.name()));
    m_cluster->freeze(node);
}

void Lab::Session::thaw(NodeId node)
{
    const auto life = m_cluster ? m_cluster->lifeOf(node) : std::nullopt;
    if (!allows(node, life == NodeLife::Frozen, QStringLiteral("%1 is not frozen").arg(node.name())))
        return;
    endFault(FaultKind::Freeze, node);
    m_recovery.expectCatchUp(gesture(QStringLiteral("Thawed %1").arg(node.name())), node, highestCommit());
    m_cluster->thaw(node);
}

void Lab::Session::restart(NodeId node)
{
    if (!allows(node, true, {}))
        return;
    const auto life = m_cluster->lifeOf(node);
    const bool runs = life != NodeLife::Dead && life != NodeLife::Stopped;
    const quint64 goal = highestCommit();
    if (runs)
        kill(node);
    endFault(FaultKind::Kill, node);
    endFault(FaultKind::Stop, node);
    m_recovery.expectCatchUp(gesture(QStringLiteral("Restarted %1").arg(node.name())), node, goal);
    m_cluster->restart(node);
}

void Lab::Session::isolate(NodeId node)
{
    if (!allows(node, !m_desired || !m_desired->isIsolated(node),
                QStringLiteral("%1 is isolated already").arg(node.name())))
        return;
    m_desired->isolate(node);
    m_cluster->setDesired(m_desired->state());
    beginFault(FaultKind::Isolate, node, QStringLiteral("%1 %2").arg(node.name(), pastOf(FaultKind::Isolate)),
               QStringLiteral("Isolated %1").arg(node.name()),
               QStringLiteral("from its peers; clients still reach it"));
}

void Lab::Session::rejoin(NodeId node)
{
    if (!allows(node, m_desired && m_desired->isIsolated(node), QStringLiteral("%1 is not isolated").arg(node.name())))
        return;
    m_desired->rejoin(node);
    m_cluster->setDesired(m_desired->state());
    endFault(FaultKind::Isolate, node);
    m_recovery.expectCatchUp(gesture(QStringLiteral("Rejoined %1 with its peers").arg(node.name())), node,
                             highestCommit());
}

// ---- pace and load

void Lab::Session::applyPace()
{
    // Elections at a tenth of the speed would make a person wait for the first leader: the chosen pace begins after it.
    wire::Pace pace = m_hadLeader ? m_pace : wire::Pace::real();
    pace.held = m_held;
    m_desired->setPace(pace);
    m_cluster->setDesired(m_desired->state());
    m_load.setPace(pace);
    m_timeline.append(PaceRecord{wire::monotonicNow(), pace});
}

void Lab::Session::setPace(const wire::Pace& pace)
{
    if (!m_cluster)
        return;
    m_pace = pace;
    m_pace.held = false;
    m_pace.factor = std::clamp(m_pace.factor, 1u, wire::kMaxPaceFactor);
    applyPace();
    gesture(QStringLiteral("Pace: %1").arg(spokenPace(m_pace)));
}

void Lab::Session::setHeld(bool held)
{
    if (!m_cluster || held == m_held)
        return;
    m_held = held;
    applyPace();
    if (held) {
        m_hold = PauseRecord{++m_lastPause, QStringLiteral("held"), wire::monotonicNow(), std::nullopt};
    } else {
        m_hold->to = wire::monotonicNow();
    }
    m_timeline.append(*m_hold);
    if (held)
        gesture(QStringLiteral("Held: ticks, messages and load stand still"));
    else
        gesture(QStringLiteral("Released"),
                QStringLiteral("held for %1").arg(spokenDuration(*m_hold->to - m_hold->from)));
}

void Lab::Session::applyRate()
{
    if (m_dataLimitReached && m_loadOn && m_rate > 0)
        note(Severity::Warning, {},
             QStringLiteral("the load stays off: the cluster's data has reached its limit; Reset starts afresh"));
    m_load.setRate(m_loadOn && !m_dataLimitReached ? m_rate : 0);
}

void Lab::Session::setRate(double perSecond)
{
    m_rate = std::clamp(perSecond, 0.0, kMaxRate);
    if (m_hadLeader)
        applyRate();
}

void Lab::Session::setReadShare(double share)
{
    m_options.readShare = std::clamp(share, 0.0, 1.0);
    m_load.setReadShare(m_options.readShare);
}

void Lab::Session::setLoadOn(bool on)
{
    m_loadOn = on;
    if (m_hadLeader)
        applyRate();
}

void Lab::Session::setWatchedKey(const QByteArray& key)
{
    if (!m_cluster)
        return;
    m_desired->setWatchedKey(key);
    m_cluster->setDesired(m_desired->state());
}

void Lab::Session::lookAtDataSize()
{
    quint64 bytes = 0;
    for (const auto& [id, node] : m_timeline.nodes())
        bytes += node.status ? node.status->logBytes : 0;
    if (bytes < m_options.dataLimitBytes || m_dataLimitReached)
        return;
    m_dataLimitReached = true;
    m_load.setRate(0);
    note(Severity::Error, {},
         QStringLiteral("the load stopped: the nodes' logs have grown to %1 MB in %2; Reset starts afresh")
             .arg(bytes >> 20)
             .arg(m_options.dataRoot));
}

quint64 Lab::Session::sendCommand(NodeId node, const QString& line)
{
    const NodeState* state = m_timeline.node(node);
    const quint16 port = state ? state->member.clientPort : 0;
    return m_commands.send({node, QStringLiteral("127.0.0.1"), port}, line, 1000ms * m_pace.factor,
                           state && state->alive());
}

} // namespace faultline::lab
