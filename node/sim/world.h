// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/fault_plan.h"
#include "node/sim/host.h"
#include "node/sim/network.h"
#include "node/sim/oracle.h"
#include "node/sim/run_result.h"
#include "node/sim/schedule.h"
#include "node/sim/shape.h"
#include "node/sim/trace.h"
#include "node/sim/workload.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace faultline::sim {

/// A cluster, its clients and all that befalls them, in one thread and in simulated time. First it is under fire: the
/// plan's faults come and go while clients read and write. Then everything is healed, and within a bound a new write
/// must be committed and all members must have the same state.
///
/// Everything follows from shape, plan and seed; nothing in here knows the time of day, and nothing that anybody sees
/// hangs on an address or on the order of a hash table.
class World
{
public:
    World(const Shape& shape, const FaultPlan& plan, int ticks, quint64 seed, Trace::Reader reader);

    /// Once. What the seed and the plan of the result are is for the caller to fill in.
    RunResult run();

private:
    enum class Phase : quint8 { UnderFire, Healing, Settling, Over };

    // ---- world.cpp
    void handle(const Event& event);
    void due(Host& host);
    void turn(Host& host);
    void tick(Host& host);
    void request(Host& host, quint64 attempt);
    void receive(quint32 to, const raft::Message& message);
    void probe();
    bool haveSettled();
    Host* leader();
    void start(Host& host);
    void listenTo(Host& host);
    void trace(quint32 node, const SimDisk::Change& change);
    void lose(Host& host, const QString& why);
    bool mayBe(FaultKind kind) const { return m_shape.mix.weights[static_cast<std::size_t>(kind)] > 0; }

    // ---- world_faults.cpp
    void begin(quint64 number);
    void end(quint64 number);
    void beginOnNodes(quint64 number, const PlannedFault& fault);
    bool beginOn(Host& host, const PlannedFault& fault);
    void endOn(Host& host, const PlannedFault& fault);
    bool ask(const PlannedFault& fault);
    void applyDiskFaults();
    void down(Host& host, FaultKind kind, int lasts);
    void thaw(Host& host);
    void heal();
    NodeSet drawAbsent();
    void bringBackAbsent();

    void tell(const QString& who, const QString& what) { m_trace.tell(m_schedule.now(), who, what); }

    const Shape m_shape;
    const FaultPlan m_plan;
    const Instant m_fireEnds;
    Schedule m_schedule;
    Trace m_trace;
    Verdict m_verdict;
    Oracle m_oracle;
    Network m_network;
    Workload m_workload;
    std::deque<Host> m_hosts;
    std::vector<bool> m_isLost;         ///< its disk cannot be read any more, or has forgotten what it promised
    std::vector<quint32> m_turnsAtOnce; ///< nodes whose turn comes right after this event
    std::map<quint64, PlannedFault> m_active;
    NodeSet m_absent = 0; ///< stay down until the others have written, which are a majority
    Random m_random;
    Phase m_phase = Phase::UnderFire;
    Instant m_healedAt{0};
    std::array<quint64, kFaultKinds> m_faultCounts{};
};

} // namespace faultline::sim
