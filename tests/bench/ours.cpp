// SPDX-License-Identifier: GPL-3.0-or-later
#include "ours.h"

#include "bare_nodes.h"
#include "bulk_load.h"
#include "conditions_linux.h"
#include "first_yes.h"
#include "live_cluster.h"

#include <QTest>

#include <utility>

namespace faultline::bench {

namespace {

constexpr int kNodes = 3;
constexpr int kKeys = 1'000'000;
constexpr std::chrono::seconds kPatience{60};

/// Starts three and waits until a write is taken.
Result<std::unique_ptr<tests::BareNodes>> servingNodes()
{
    auto nodes = std::make_unique<tests::BareNodes>(kNodes);
    nodes->found(kNodes);
    if (nodes->askLeader(QStringLiteral("SET begun yes")) != QStringLiteral("OK"))
        return Error{QStringLiteral("three nodes of ours took no write within a minute")};
    return nodes;
}

std::vector<quint16> clientPorts(const tests::BareNodes& nodes)
{
    std::vector<quint16> ports;
    for (quint32 id = 1; id <= kNodes; ++id)
        ports.push_back(nodes.target(id).port);
    return ports;
}

} // namespace

Ours::Ours() = default;
Ours::~Ours() = default;

Result<std::optional<Measured>> Ours::measure(const RowSpec& row, const Amount& amount)
{
    const auto shape = shapeOf(row.name);
    if (!shape)
        m_nodes.reset();
    const auto measured = shape                                           ? throughput(*shape, amount)
                          : row.name == QStringLiteral("failover-kill")   ? failovers(Blow::Kill, amount.failovers)
                          : row.name == QStringLiteral("failover-freeze") ? failovers(Blow::Freeze, amount.failovers)
                          : row.name == QStringLiteral("failover-poweroff")
                              ? failovers(Blow::PowerOff, amount.failovers)
                          : row.name == QStringLiteral("idle-rss") ? idle()
                                                                   : restarts(amount.restarts);
    if (!measured)
        return Error{measured.error()};
    return std::optional(*measured);
}

Result<Measured> Ours::throughput(const Shape& shape, const Amount& amount)
{
    if (!m_nodes) {
        auto nodes = servingNodes();
        if (!nodes)
            return Error{nodes.error()};
        m_nodes = *std::move(nodes);
    }
    Measured measured;
    constexpr int kMoreTries = 3;
    bool isFilled = shape.isWrite;
    for (int tries = 0; int(measured.values.size()) < amount.repetitions; ++tries) {
        if (tries == amount.repetitions + kMoreTries + (shape.isWrite ? 0 : 1))
            return Error{QStringLiteral("the leader changed in each of several runs, so their figures mean nothing")};
        const quint32 leader = m_nodes->leader();
        if (leader == 0)
            return Error{QStringLiteral("three nodes of ours have no leader")};
        const QString term = m_nodes->info(leader, QStringLiteral("raft_term"));
        const quint16 port = m_nodes->target(leader).port;
        const auto run = isFilled ? redisBenchmark(port, shape, amount) : redisBenchmark(port, kFilling, {});
        // Redirects are answered fast, and so a run with a change of leader in it is none.
        if (m_nodes->leader() != leader || m_nodes->info(leader, QStringLiteral("raft_term")) != term)
            continue;
        if (!run)
            return Error{run.error()};
        if (std::exchange(isFilled, true))
            measured.values.push_back(figureOf(shape, *run));
    }
    return measured;
}

Result<Measured> Ours::failovers(Blow blow, int rounds)
{
    tests::LiveCluster cluster(kNodes, 0);
    if (!cluster.start())
        return Error{QStringLiteral("a lab with three nodes did not serve within a minute")};
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        const NodeId victim = cluster.leader();
        std::vector<quint16> others;
        for (const auto& [id, node] : cluster.lab.timeline().nodes()) {
            if (id != victim)
                others.push_back(node.member.clientPort);
        }
        FirstYes firstWrite(Question::respSet(), others);
        // Not always at the same moment between two heartbeats.
        QTest::qWait(300 + round * 37 % 100);
        const auto since = FirstYes::Clock::now();
        switch (blow) {
        case Blow::Kill:
            cluster.lab.kill(victim);
            break;
        case Blow::Freeze:
            cluster.lab.freeze(victim);
            break;
        case Blow::PowerOff:
            cluster.lab.powerOff(victim);
            break;
        }
        const auto took = firstWrite.wait(since, kPatience);
        if (!took)
            return Error{took.error()};
        measured.values.push_back(*took);
        const auto applied = [&](NodeId id) {
            return cluster.node(id).status ? cluster.node(id).status->appliedIndex : 0;
        };
        const auto isDown = [&] {
            return cluster.isLife(victim, lab::NodeLife::Dead) || cluster.isLife(victim, lab::NodeLife::Frozen);
        };
        if (!cluster.until([&] { return isDown() && cluster.leader() && cluster.leader() != victim; }))
            return Error{QStringLiteral("%1 was to be down, and another to lead").arg(victim.name())};
        const quint64 goal = applied(cluster.leader());
        if (blow == Blow::Freeze)
            cluster.lab.thaw(victim);
        else
            cluster.lab.restart(victim);
        if (!cluster.until([&] { return cluster.runs(victim) && applied(victim) >= goal && cluster.leader(); }))
            return Error{QStringLiteral("%1 did not come back").arg(victim.name())};
    }
    return measured;
}

Result<Measured> Ours::idle()
{
    const auto nodes = servingNodes();
    if (!nodes)
        return Error{nodes.error()};
    QTest::qWait(5000);
    Measured measured;
    for (quint32 id = 1; id <= kNodes; ++id) {
        const auto megabytes = residentMegabytes((*nodes)->pid(id));
        if (!megabytes)
            return Error{megabytes.error()};
        measured.values.push_back(*megabytes);
    }
    return measured;
}

Result<Measured> Ours::restarts(int rounds)
{
    const auto serving = servingNodes();
    if (!serving)
        return Error{serving.error()};
    tests::BareNodes& nodes = **serving;
    const auto leaderPort = [&] {
        const quint32 leader = nodes.leader();
        return nodes.target(leader == 0 ? 1 : leader).port;
    };
    if (const auto filled = bulkLoad(leaderPort, kKeys); !filled)
        return Error{filled.error()};
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        for (quint32 id = 1; id <= kNodes; ++id)
            nodes.kill(id);
        const auto since = FirstYes::Clock::now();
        for (quint32 id = 1; id <= kNodes; ++id)
            nodes.restart(id);
        FirstYes firstRead(Question::respGet(bulkKey(kKeys - 1), bulkValue(kKeys - 1)), clientPorts(nodes));
        const auto took = firstRead.wait(since, kPatience);
        if (!took)
            return Error{took.error()};
        measured.values.push_back(*took / 1000);
        if (nodes.askLeader(QStringLiteral("DBSIZE")).isEmpty())
            return Error{QStringLiteral("after a restart the cluster lost its leader again")};
    }
    return measured;
}

} // namespace faultline::bench
