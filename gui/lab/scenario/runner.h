// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/lab.h"
#include "gui/lab/scenario/evidence.h"
#include "gui/lab/scenario/scenario.h"
#include "gui/lab/scenario/verdict.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <random>

namespace faultline::lab {

/// What came of one run of a scenario.
struct RunResult
{
    Scenario scenario;
    quint64 seed = 0;
    QString dataFilesystem; ///< "ext4 on /dev/vda1" of the folder the nodes wrote to; empty: not known
    Facts facts;
    std::vector<Verdict> verdicts; ///< of each expectation, after one for each step whose condition never came
    Outcome outcome = Outcome::Unknown;
};

/// Acts a scenario out on a lab: starts the cluster, waits until it serves, takes the steps, then reads every
/// acknowledged write back, lets the nodes come to rest and compares them, ends the cluster, and judges.
///
/// Times of steps are wall time since the cluster served. Runs on the lab's thread, in its event loop, once.
class Runner : public QObject
{
    Q_OBJECT

public:
    /// `lab` outlives this and has no cluster yet.
    Runner(Lab& lab, Scenario scenario, QObject* parent = nullptr);

    /// `options` says where the node program and the data are; the rest comes from the scenario. finished() or failed()
    /// follows.
    Result<void> start(LabOptions options, std::optional<quint64> seed);
    /// Ends the cluster before its time; failed() follows.
    void interrupt();

signals:
    /// Something happened that a person following the run wants to read; `since` the cluster served (0 before).
    void progress(std::chrono::microseconds since, const QString& line);
    /// The cluster is about to be ended: the last moment its timeline is whole.
    void closing();
    void finished(const faultline::lab::RunResult& result);
    /// There is nothing to judge: the cluster did not start or never served, or interrupt() was called.
    void failed(const QString& reason);

private:
    enum class Phase : quint8 { Idle, Starting, Steps, ReadingBack, Resting, Ending, Over };

    struct Undo
    {
        Monotonic due{0};
        std::function<void()> undo;
    };

    void onRecord(const Record& record);
    void look();
    void watchOwnStalls(Monotonic now);
    void takeSteps(Monotonic now);
    bool hasCome(const Step& step, Monotonic now) const;
    bool holds(Condition condition) const;
    bool isRolling() const;
    bool allCaughtUp(quint64 goal) const;
    void act(const Step& step, Monotonic now);
    void actOnNodes(const Step& step);
    void actOnPartition(const Step& step);
    void actOnLinks(const Step& step);
    void actOnWhole(const Step& step);
    /// Undoes what it began, as far as that still lasts.
    std::function<void()> undoOf(const Step& step, quint64 lastFaultBefore, std::optional<quint32> cutSet);
    void setClock(const Step& step, NodeId node);
    void hold(bool held);
    quint64 lastFault() const;
    quint64 lastGesture() const;
    void undoWhatIsDue(Monotonic now);
    void stepDone(Monotonic now);
    /// Says so when there is none.
    std::vector<NodeId> chosen(const Step& step, const Target& target);
    void beginReadingBack(Monotonic now);
    void beginResting(Monotonic now);
    bool atRest() const;
    std::optional<int> divergedNodes() const;
    void beginEnding();
    void conclude();
    void fail(const QString& reason);
    void say(const QString& line);

    Lab& m_lab;
    Scenario m_scenario;
    quint64 m_seed = 0;
    std::mt19937_64 m_random;
    QString m_dataFilesystem;
    Evidence m_evidence;
    std::vector<Verdict> m_stepVerdicts;
    QTimer m_timer;

    Phase m_phase = Phase::Idle;
    Monotonic m_phaseSince{0};
    Monotonic m_served{0};
    Monotonic m_lastLook{0};
    QString m_failure;

    std::size_t m_next = 0;             ///< the step to take next
    Monotonic m_stepBefore{0};          ///< when the step before it was done
    quint64 m_termBefore = 0;           ///< the highest term then
    quint64 m_commitBefore = 0;         ///< the highest commit index then
    std::optional<Monotonic> m_lastAck; ///< newest first acknowledgement of a slice of load
    std::vector<Undo> m_undos;
    double m_rate = 0;
    bool m_held = false;
    std::map<quint64, QString> m_saidOutcome; ///< of each gesture
    std::optional<quint64> m_rolling;         ///< the gesture of a rolling restart; it has an outcome when it is done
};

} // namespace faultline::lab
