// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/session.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr double kMaxRate = 20'000;
constexpr auto kRampStep = 100ms;
constexpr quint64 kHealed = quint64(1) << 63; ///< beside a fault's id: the write after it was healed
constexpr quint64 kFirstWrite = 0;            ///< the id under which the load reports this cluster's first write

} // namespace

Lab::Session::Session(Lab& lab, Timeline& timeline)
    : m_lab(lab)
    , m_timeline(timeline)
    , m_captions(timeline)
    , m_nemesis(timeline, m_captions, m_recovery)
    , m_members(timeline, m_captions)
{
    connectMembers();
    connect(&m_nemesis, &Nemesis::changed, this, &Session::tellFaults);
    connect(&m_nemesis, &Nemesis::leaderHit, &m_load, &LoadGenerator::watchRecovery);
    connect(&m_nemesis, &Nemesis::healed, this,
            [this](quint64 fault, Monotonic at) { m_load.watchRecovery(fault | kHealed, {}, at); });
    m_rateTimer.setInterval(kRampStep);
    connect(&m_rateTimer, &QTimer::timeout, this, [this] {
        if (m_rateRamp && !m_held)
            m_rateRamp->advance(std::chrono::microseconds(kRampStep) / m_pace.factor);
        if (!m_rateRamp || m_rateRamp->done()) {
            m_rateRamp.reset();
            m_rateTimer.stop();
        }
        applyRate();
    });
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
        for (const Record& record :
             id& kHealed ? m_recovery.onWriteAfterHealing(id & ~kHealed, at) : m_recovery.onWrite(id, at))
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
    m_commands.isSilent = [this](NodeId node) {
        const FaultState present = m_nemesis.present();
        return present.effective({kClients, node}).cut || present.effective({node, kClients}).cut;
    };
    m_dataTimer.setInterval(1s);
    connect(&m_dataTimer, &QTimer::timeout, this, &Session::lookAtDataSize);
}

void Lab::Session::connectMembers()
{
    connect(&m_members, &MemberChanges::arrived, this, [this](const ClusterRecord::Member& member) {
        m_load.addTarget({member.id, QStringLiteral("127.0.0.1"), member.clientPort});
        membersChanged();
    });
    connect(&m_members, &MemberChanges::left, this, [this](NodeId node) {
        m_load.removeTarget(node);
        m_recovery.forget(node);
        membersChanged();
    });
    connect(&m_members, &MemberChanges::changed, this, [this](MemberStep step, MemberChanges::Origin origin) {
        switch (origin) {
        case MemberChanges::Origin::Deed:
            m_nemesis.didMemberChange(step);
            break;
        case MemberChanges::Origin::Undo:
            m_nemesis.undidMemberChange({step.node, !step.added});
            break;
        case MemberChanges::Origin::Redo:
            m_nemesis.redidMemberChange(step);
            break;
        }
    });
    connect(&m_members, &MemberChanges::ended, &m_lab, &Lab::memberChangeEnded);
    connect(&m_nemesis, &Nemesis::memberChangeWanted, this, [this](MemberStep step, bool isRedo) {
        const auto origin = isRedo ? MemberChanges::Origin::Redo : MemberChanges::Origin::Undo;
        step.added ? m_members.add(step.node, origin) : m_members.remove(step.node, origin);
    });
}

void Lab::Session::membersChanged()
{
    const std::vector<NodeId> ids = m_cluster->ids();
    m_desired->setNodes(ids);
    m_nemesis.membersAre(ids);
}

Lab::Session::~Session()
{
    m_members.end();
    m_load.stop();
    m_nemesis.end();
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
    auto created =
        Cluster::create({m_options.nodeProgram, m_options.nodes, m_options.dataRoot, m_options.snapshotAfter});
    if (!created) {
        m_isEnding = m_timeline.hasCluster(); // there is none in place of the one before
        return Error{created.error()};
    }
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
    m_rateRamp.reset();
    m_rateTimer.stop();
    m_recovery = {};
    m_commands.forget();

    m_timeline.append(ClusterRecord{wire::monotonicNow(), m_cluster->members(), m_options.seed, m_options.watchedKey});
    // What the one before still says is of nodes that have the same names.
    for (const auto& cluster : m_ending) {
        disconnect(cluster.get(), &Cluster::happened, this, nullptr);
        disconnect(cluster.get(), &Cluster::ended, this, nullptr);
    }
    connect(m_cluster.get(), &Cluster::happened, this, &Session::onHappened);
    connect(m_cluster.get(), &Cluster::ended, this, &Session::onEnded);
    m_desired = std::make_unique<DesiredFaults>(m_cluster->ids());
    m_desired->setWatchedKey(m_options.watchedKey);
    m_nemesis.begin(*m_cluster, m_options.seed);
    connect(m_cluster.get(), &Cluster::running, &m_nemesis, &Nemesis::onRunning);
    m_members.begin(*m_cluster);
    connect(m_cluster.get(), &Cluster::running, &m_members, &MemberChanges::onRunning);
    connect(m_cluster.get(), &Cluster::removed, &m_members, &MemberChanges::onRemoved);
    applyPace();
    m_cluster->start();
    m_dataTimer.start();
    return {};
}

void Lab::Session::abandon(bool gracefully)
{
    m_load.stop();
    m_members.end();
    m_commands.setHeld(false); // what is not answered yet has its time again, and then its word
    m_nemesis.end();
    m_rateTimer.stop();
    m_dataTimer.stop();
    m_serving = false;
    Cluster* cluster = m_cluster.get();
    if (!gracefully)
        cluster->disconnect(this);
    cluster->disconnect(&m_nemesis);
    cluster->disconnect(&m_members);
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
}

void Lab::Session::removeLater(ClusterFolder folder)
{
    ++m_foldersGoing;
    auto shared = std::make_shared<ClusterFolder>(std::move(folder));
    QThreadPool::globalInstance()->start([self = QPointer(this), shared] {
        shared->remove();
        // Through the application, which lives on: this session may have ended meanwhile.
        QMetaObject::invokeMethod(QCoreApplication::instance(), [self] {
            if (!self)
                return;
            --self->m_foldersGoing;
            self->sayIfEnded();
        });
    });
}

/// The folder is gone before anybody is told.
void Lab::Session::sayIfEnded()
{
    if (!m_isEnding || !m_ending.empty() || m_cluster || m_foldersGoing > 0)
        return;
    m_isEnding = false;
    m_timeline.append(ClusterRecord{wire::monotonicNow(), {}, 0, {}});
    emit m_lab.ended();
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
        m_captions.note(Severity::Warning, {}, QStringLiteral("there is no cluster to reset; start one first"));
        return;
    }
    m_isEnding = false;
    if (const auto launched = launch(); !launched)
        emit m_lab.startFailed(launched.error());
    else
        m_captions.gesture(QStringLiteral("Reset: a fresh cluster of %1").arg(m_options.nodes));
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
        m_nemesis.onStatus(*status);
        m_members.look();
        if (!m_hadLeader || (!m_serving && m_rate == 0))
            lookForFirstLeader();
    } else if (const auto* fault = std::get_if<FaultRecord>(&record)) {
        m_nemesis.learn(*fault);
    } else if (std::holds_alternative<NodeRecord>(record)) {
        m_members.look();
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
        tellFaults();
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
    if (neverRan && !m_hadLeader) {
        m_isEnding = true;
        abandon(false);
        emit m_lab.startFailed(QStringLiteral("%1 did not start: it %2").arg(node.name(), how));
        return;
    }
    m_nemesis.onDiedByItself(node, how);
}

// ---- faults

void Lab::Session::tellFaults()
{
    const FaultState present = m_nemesis.present();
    m_desired->setFaults(present);
    m_cluster->setDesired(m_desired->state());
    m_load.setFaults(m_desired->clientLinks());
    m_load.setHotKey(present.hotKey);
    if (m_hadLeader)
        applyRate();
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
    m_members.setHeld(m_held);
    m_commands.setHeld(m_held);
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
    m_captions.gesture(QStringLiteral("Pace: %1").arg(spokenPace(m_pace)));
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
        m_captions.gesture(QStringLiteral("Held: ticks, messages and load stand still"));
    else
        m_captions.gesture(QStringLiteral("Released"),
                           QStringLiteral("held for %1").arg(spokenDuration(*m_hold->to - m_hold->from)));
}

void Lab::Session::applyRate()
{
    const double surging = rate() * m_nemesis.present().surge;
    m_load.setRate(m_loadOn && !m_dataLimitReached ? std::min(surging, kMaxRate) : 0);
}

void Lab::Session::setRate(double perSecond, std::chrono::milliseconds over)
{
    m_rateFrom = rate();
    m_rate = std::clamp(perSecond, 0.0, kMaxRate);
    m_rateRamp.reset();
    if (over > 0ms) {
        m_rateRamp = Ramp(over);
        m_rateTimer.start();
    }
    if (m_hadLeader)
        applyRate();
    sayIfLimited();
}

void Lab::Session::sayIfLimited()
{
    if (m_dataLimitReached && m_loadOn && m_rate > 0)
        m_captions.note(
            Severity::Warning, {},
            QStringLiteral("the load stays off: the cluster's data has reached its limit; Reset starts afresh"));
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
    sayIfLimited();
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
    m_captions.note(Severity::Error, {},
                    QStringLiteral("the load stopped: the nodes' logs have grown to %1 MB in %2; Reset starts afresh")
                        .arg(bytes >> 20)
                        .arg(m_options.dataRoot));
}

quint64 Lab::Session::sendCommand(NodeId node, const QString& line)
{
    const NodeState* state = m_timeline.node(node);
    const quint16 port = state ? state->member.clientPort : 0;
    return m_commands.send({node, QStringLiteral("127.0.0.1"), port}, line, 1000ms * m_pace.factor,
                           state && (state->alive() || m_commands.isSilent(node)));
}

} // namespace faultline::lab
