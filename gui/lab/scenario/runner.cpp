// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/runner.h"

#include <QDir>
#include <QStorageInfo>

#include <algorithm>
#include <set>

namespace faultline::lab {

namespace {

constexpr std::chrono::milliseconds kLookEvery{20};
constexpr std::chrono::seconds kMostForServing{30};
constexpr std::chrono::seconds kMostForReadingBack{20};
// Longer than a client waits: what is under way when the reading begins is decided by then. In cluster time.
constexpr std::chrono::milliseconds kLeastForReadingBack{1'200};
constexpr std::chrono::seconds kMostForRest{5};
constexpr std::chrono::milliseconds kLeastForRest{400};
constexpr std::chrono::seconds kMostForEnding{10};
constexpr double kReadingBackRate = 500;

QString seconds(std::chrono::milliseconds duration)
{
    return QStringLiteral("%1 s").arg(static_cast<double>(duration.count()) / 1'000.0);
}

/// The step is about whoever leads, so somebody has to.
bool needsLeader(const Step& step)
{
    const auto isLeader = [](const Target& target) {
        return target.kind == Target::Kind::Leader || target.kind == Target::Kind::Followers;
    };
    const bool aroundLeader = step.action == Action::Partition && step.shape &&
                              step.target.kind == Target::Kind::None && *step.shape != PartitionShape::Halves &&
                              *step.shape != PartitionShape::MajoritiesRing;
    return step.target.kind == Target::Kind::Leader || isLeader(step.side) || aroundLeader ||
           std::any_of(step.links.begin(), step.links.end(),
                       [&](const LinkSelector& selector) { return isLeader(selector.from) || isLeader(selector.to); });
}

QString filesystemOf(QString folder)
{
    if (folder.isEmpty())
        folder = QDir::tempPath();
    while (!QDir(folder).exists() && folder != QDir(folder).rootPath())
        folder = QFileInfo(folder).path();
    const QStorageInfo storage(folder);
    if (!storage.isValid())
        return {};
    return QStringLiteral("%1 on %2")
        .arg(QString::fromUtf8(storage.fileSystemType()), QString::fromUtf8(storage.device()));
}

} // namespace

Runner::Runner(Lab& lab, Scenario scenario, QObject* parent)
    : QObject(parent)
    , m_lab(lab)
    , m_scenario(std::move(scenario))
{
    m_timer.setInterval(kLookEvery);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Runner::look);
    connect(&m_lab.timeline(), &Timeline::appended, this, &Runner::onRecord);
    connect(&m_lab, &Lab::startFailed, this, &Runner::fail);
    connect(&m_lab, &Lab::ended, this, [this] {
        if (m_phase == Phase::Ending)
            conclude();
    });
    connect(&m_lab, &Lab::serving, this, [this] {
        if (m_phase != Phase::Starting)
            return;
        const Monotonic now = wire::monotonicNow();
        m_served = now;
        std::vector<Window> windows;
        for (const Expectation& expectation : m_scenario.expectations) {
            if (!expectation.window.isWhole() &&
                std::find(windows.begin(), windows.end(), expectation.window) == windows.end())
                windows.push_back(expectation.window);
        }
        m_evidence.begin(now, windows);
        m_phase = Phase::Steps;
        m_phaseSince = now;
        stepDone(now);
        say(QStringLiteral("%1 nodes serve, %2 leads").arg(m_scenario.nodes).arg(m_lab.timeline().leader().name()));
    });
}

Result<void> Runner::start(LabOptions options, std::optional<quint64> seed)
{
    FAULTLINE_INVARIANT(m_phase == Phase::Idle, "a runner runs once");
    m_seed = seed.value_or(m_scenario.seed);
    m_random.seed(m_seed);
    m_rate = m_scenario.rate;
    options.nodes = m_scenario.nodes;
    options.pace = m_scenario.pace;
    options.rate = m_scenario.rate;
    options.readShare = m_scenario.readShare;
    options.seed = m_seed;
    options.watchedKey = m_scenario.watchedKey;
    m_dataFilesystem = filesystemOf(options.dataRoot);

    m_phase = Phase::Starting;
    m_phaseSince = m_lastLook = wire::monotonicNow();
    if (Result<void> started = m_lab.start(options); !started) {
        m_phase = Phase::Over;
        return started;
    }
    m_timer.start();
    return {};
}

void Runner::interrupt()
{
    fail(QStringLiteral("interrupted before the end, so there is no verdict"));
}

void Runner::onRecord(const Record& record)
{
    // What nodes do while they are asked to end, such as electing once more, is not of the run.
    if (m_phase == Phase::Idle || m_phase == Phase::Ending || m_phase == Phase::Over)
        return;
    m_evidence.add(record);
    if (const auto* load = std::get_if<LoadRecord>(&record)) {
        if (load->firstAckAt)
            m_lastAck = std::max(m_lastAck.value_or(Monotonic{0}), *load->firstAckAt);
    } else if (const auto* gesture = std::get_if<GestureRecord>(&record)) {
        const auto said = m_saidOutcome.find(gesture->id);
        if (said == m_saidOutcome.end())
            say(gesture->what);
        if (!gesture->outcome.isEmpty() && (said == m_saidOutcome.end() || said->second != gesture->outcome))
            say(QStringLiteral("  %1").arg(gesture->outcome));
        m_saidOutcome[gesture->id] = gesture->outcome;
    } else if (const auto* note = std::get_if<NoteRecord>(&record)) {
        if (note->severity != Severity::Info)
            say(note->text);
    }
}

void Runner::look()
{
    const Monotonic now = wire::monotonicNow();
    watchOwnStalls(now);
    const auto inPhase = now - m_phaseSince;
    switch (m_phase) {
    case Phase::Starting:
        if (inPhase > kMostForServing)
            fail(QStringLiteral("the cluster did not serve within %1").arg(seconds(kMostForServing)));
        break;
    case Phase::Steps:
        undoWhatIsDue(now);
        takeSteps(now);
        break;
    case Phase::ReadingBack: {
        const TallyRecord& tally = m_evidence.facts().tally;
        const auto least = kLeastForReadingBack * m_lab.timeline().pace().factor;
        const bool allRead = tally.readBack + tally.lost >= tally.acknowledged;
        if ((inPhase > least && allRead) || inPhase > least + kMostForReadingBack)
            beginResting(now);
        break;
    }
    case Phase::Resting:
        if ((inPhase > kLeastForRest && atRest()) || inPhase > kMostForRest) {
            m_evidence.setDivergedNodes(divergedNodes());
            beginEnding();
        }
        break;
    case Phase::Ending:
        if (inPhase > kMostForEnding)
            conclude();
        break;
    case Phase::Idle:
    case Phase::Over:
        break;
    }
}

void Runner::watchOwnStalls(Monotonic now)
{
    const auto late = now - m_lastLook - kLookEvery;
    if (late > kStallThatMatters)
        m_evidence.addStall({NodeId{}, m_lastLook, now});
    m_lastLook = now;
}

void Runner::takeSteps(Monotonic now)
{
    while (m_phase == Phase::Steps && m_next < m_scenario.steps.size()) {
        const Step& step = m_scenario.steps[m_next];
        if (!hasCome(step, now)) {
            const Monotonic begun = step.at ? std::max(m_stepBefore, m_served + *step.at) : m_stepBefore;
            const bool waitsForCluster = step.after || needsLeader(step);
            if (!waitsForCluster || now - begun <= step.within)
                return;
            const bool stalled = std::any_of(m_evidence.facts().stalls.begin(), m_evidence.facts().stalls.end(),
                                             [&](const Stall& stall) { return !stall.node && stall.to > begun; });
            const QString awaited = step.after ? nameOf(*step.after) : QStringLiteral("a leader");
            m_stepVerdicts.push_back(
                {QStringLiteral("step-%1").arg(m_next + 1),
                 QStringLiteral("Step %1 comes within %2: %3").arg(m_next + 1).arg(seconds(step.within), awaited),
                 stalled ? Outcome::Unknown : Outcome::NotMet,
                 {},
                 {},
                 QStringLiteral("it never came, and the steps from there on were not taken")});
            say(QStringLiteral("step %1 waited %2 for %3 in vain").arg(m_next + 1).arg(seconds(step.within), awaited));
            beginReadingBack(now);
            return;
        }
        act(step, now);
        ++m_next;
        stepDone(now);
    }
    if (m_phase == Phase::Steps && m_undos.empty())
        beginReadingBack(now);
}

bool Runner::hasCome(const Step& step, Monotonic now) const
{
    if (step.at && now < m_served + *step.at)
        return false;
    if (step.action == Action::Wait && step.duration)
        return now - m_stepBefore >= *step.duration;
    if (needsLeader(step) && !m_lab.timeline().leader())
        return false;
    return !step.after || holds(*step.after);
}

bool Runner::holds(Condition condition) const
{
    const Timeline& timeline = m_lab.timeline();
    const NodeState* leader = timeline.node(timeline.leader());
    if (!leader || !leader->status)
        return false;
    const bool written = m_rate == 0 || (m_lastAck && *m_lastAck > m_stepBefore);
    switch (condition) {
    case Condition::Serving:
        return written;
    case Condition::NewLeader:
        return leader->status->term > m_termBefore;
    case Condition::Recovered: {
        for (const FaultRecord& fault : m_evidence.facts().faults) {
            if (fault.onLeader && fault.from >= m_stepBefore &&
                (!fault.leaderAfter || (m_rate > 0 && !fault.writeAfter)))
                return false;
        }
        return written;
    }
    case Condition::MembersSettled:
        return timeline.memberChange().isEmpty();
    case Condition::CaughtUp:
        return !isRolling() && allCaughtUp(m_commitBefore);
    }
    return false;
}

bool Runner::isRolling() const
{
    if (!m_rolling)
        return false;
    const auto outcome = m_saidOutcome.find(*m_rolling);
    return outcome == m_saidOutcome.end() || outcome->second.isEmpty();
}

bool Runner::allCaughtUp(quint64 goal) const
{
    const Facts& facts = m_evidence.facts();
    for (const auto& [id, node] : m_lab.timeline().nodes()) {
        const bool faulty =
            std::any_of(facts.faults.begin(), facts.faults.end(),
                        [&, which = id](const FaultRecord& fault) { return fault.target == which && !fault.to; });
        if (faulty)
            continue;
        if (node.life != NodeLife::Running || !node.status || node.status->appliedIndex < goal)
            return false;
    }
    return std::all_of(facts.restarts.begin(), facts.restarts.end(),
                       [](const CatchUp& restart) { return restart.took.has_value(); });
}

void Runner::stepDone(Monotonic now)
{
    m_stepBefore = now;
    m_termBefore = m_lab.timeline().highestTerm();
    m_commitBefore = m_evidence.highestCommit();
}

void Runner::beginReadingBack(Monotonic now)
{
    m_evidence.end(now);
    m_phaseSince = now;
    if (m_held)
        hold(false);
    if (m_rate == 0 && m_evidence.facts().tally.acknowledged == 0) {
        beginResting(now);
        return;
    }
    m_phase = Phase::ReadingBack;
    say(QStringLiteral("reading every acknowledged write back"));
    const FaultState& faults = m_lab.timeline().faultState().state;
    if (faults.surge != 1)
        m_lab.setSurge(1);
    if (faults.hotKey)
        m_lab.setHotKey({}); // one key alone would be read
    m_lab.setReadShare(1);
    const bool real = m_lab.timeline().pace().factor == 1;
    m_lab.setRate(real ? std::max(m_rate, kReadingBackRate) : std::max(m_rate, 20.0));
}

void Runner::beginResting(Monotonic now)
{
    m_phase = Phase::Resting;
    m_phaseSince = now;
    m_lab.setLoadOn(false);
}

bool Runner::atRest() const
{
    const Timeline& timeline = m_lab.timeline();
    const NodeState* leader = timeline.node(timeline.leader());
    if (!leader || !leader->status)
        return false;
    return std::all_of(timeline.nodes().begin(), timeline.nodes().end(), [&](const auto& entry) {
        const NodeState& node = entry.second;
        return node.life != NodeLife::Running || node.isolated ||
               (node.status && node.status->appliedIndex == leader->status->lastIndex);
    });
}

std::optional<int> Runner::divergedNodes() const
{
    const Timeline& timeline = m_lab.timeline();
    const NodeState* leader = timeline.node(timeline.leader());
    if (!leader || !leader->status)
        return std::nullopt;
    int diverged = 0;
    bool comparable = true;
    for (const auto& [id, node] : timeline.nodes()) {
        if (node.life != NodeLife::Running || node.isolated)
            continue;
        if (!node.status || node.status->appliedIndex != leader->status->appliedIndex)
            comparable = false;
        else if (node.status->stateHash != leader->status->stateHash)
            ++diverged;
    }
    return comparable || diverged > 0 ? std::optional(diverged) : std::nullopt;
}

void Runner::beginEnding()
{
    m_phase = Phase::Ending;
    m_phaseSince = wire::monotonicNow();
    if (m_failure.isEmpty())
        emit closing();
    if (m_lab.isRunning())
        m_lab.end();
    else
        QMetaObject::invokeMethod(this, &Runner::conclude, Qt::QueuedConnection);
}

void Runner::conclude()
{
    if (m_phase == Phase::Over)
        return;
    m_phase = Phase::Over;
    m_timer.stop();
    if (!m_failure.isEmpty()) {
        emit failed(m_failure);
        return;
    }
    RunResult result{m_scenario, m_seed, m_dataFilesystem, m_evidence.facts(), m_stepVerdicts, Outcome::Unknown};
    for (Verdict& verdict : judge(m_scenario.expectations, result.facts))
        result.verdicts.push_back(std::move(verdict));
    result.outcome = overall(result.verdicts);
    emit finished(result);
}

void Runner::fail(const QString& reason)
{
    if (m_phase == Phase::Idle || m_phase == Phase::Ending || m_phase == Phase::Over)
        return;
    m_failure = reason;
    beginEnding();
}

void Runner::say(const QString& line)
{
    emit progress(m_served.count() == 0 ? std::chrono::microseconds{0} : wire::monotonicNow() - m_served, line);
}

} // namespace faultline::lab
