// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/raft.h"

#include <QString>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace faultline::raft {

/// A few Raft machines in one process, with a network, disks and time that this test owns: messages may be late,
/// doubled or lost, writes take a while, a crash forgets what was not written. It watches what no single node can see:
/// one leader a term, logs that match, and that what was committed anywhere is what everybody commits there.
class RaftWorld
{
public:
    struct Network
    {
        int maxDelayTicks = 0; ///< each message takes 0 to so many ticks, so that they overtake each other
        double loss = 0;
        double duplicate = 0;
        int maxWriteTicks = 0;       ///< each write takes so long to be durable
        bool spoilSnapshots = false; ///< one in eight arrives damaged, and after one in eight the power fails
    };

    /// Nodes n1 to nN make up the group; the spare ones after them wait to be taken in.
    RaftWorld(int nodes, std::uint32_t seed, Options options = {}, int spares = 0);

    Network network;

    /// One tick of every machine that runs, and whatever follows from it.
    void tick();
    void ticks(int count);
    /// Ticks until the condition holds; false when it does not within `limit` ticks.
    template <typename Condition> bool tickUntil(Condition condition, int limit = 2000)
    {
        for (int i = 0; i < limit; ++i) {
            if (condition())
                return true;
            tick();
        }
        return condition();
    }

    Raft& operator[](std::uint32_t id) { return *m_nodes.at({id}).raft; }
    Status status(std::uint32_t id) const { return m_nodes.at({id}).raft->status(); }
    bool isUp(std::uint32_t id) const { return m_nodes.at({id}).raft != nullptr; }
    int nodeCount() const { return int(m_nodes.size()); }
    /// Of the highest term among those that lead. 0: nobody.
    std::uint32_t leader() const;
    bool propose(std::uint32_t id, const QByteArray& payload);
    /// A read whose answer is checked: it must not miss what was committed anywhere when it was asked for.
    void read(std::uint32_t id);
    void transfer(std::uint32_t id, std::uint32_t to);
    void change(std::uint32_t id, const std::set<NodeId>& voters, const std::set<NodeId>& learners);
    void connectionBroke(std::uint32_t id, std::uint32_t peer);
    /// Of everything applied; the log keeps so many entries before its end.
    void snapshot(std::uint32_t id, std::uint64_t keep);
    int readsAnswered() const { return m_readsAnswered; }
    int snapshotsInstalled() const { return m_snapshotsInstalled; }
    /// Takes what is ready everywhere and delivers what is due, without a tick.
    void settle();

    void crash(std::uint32_t id);
    void restart(std::uint32_t id);
    /// What restart will bring back. May be changed while the node is down.
    StoredState& disk(std::uint32_t id) { return m_nodes.at({id}).disk; }
    void cut(std::uint32_t from, std::uint32_t to) { m_cuts.insert({from, to}); }
    void isolate(std::uint32_t id);
    void heal() { m_cuts.clear(); }
    void deliver(const Message& message);

    /// The first rule that was broken, in words; empty while none was.
    const QString& violation() const { return m_violation; }
    const std::map<LogIndex, Entry>& committed() const { return m_committed; }
    std::vector<Event>& events(std::uint32_t id) { return m_nodes.at({id}).events; }
    /// Grows with every message and commit; equal for equal runs.
    quint64 trace() const { return m_trace; }
    Instant now() const { return m_now; }
    std::vector<Message> sentLog; ///< every message handed to the network

private:
    struct Write
    {
        int due;
        std::uint64_t number;
        std::optional<HardState> hardState;
        Entries entries;
        std::vector<SnapshotPiece> pieces;
        std::vector<Message> after;
    };
    struct Node
    {
        std::unique_ptr<Raft> raft;
        StoredState disk;
        QByteArray snapshot; ///< the bytes of the one on disk
        QByteArray partial;  ///< of one that is on its way
        bool isSpare = false;
        quint64 state = 0; ///< a hash of every command applied, in order
        std::deque<Write> writes;
        LogIndex committedTo;
        std::vector<Event> events;
    };
    struct InFlight
    {
        int due;
        Message message;
    };

    void start(NodeId id);
    void take(NodeId id, Node& node);
    void finishWrites(NodeId id, Node& node);
    bool install(NodeId id, Node& node);
    void apply(NodeId id, Node& node, const Entry& entry);
    void send(const Message& message);
    void check();
    void broken(const QString& what);
    void mix(quint64 value) { m_trace = (m_trace ^ value) * 0x9E3779B97F4A7C15ull + (m_trace >> 29); }

    Options m_options;
    std::mt19937 m_random;
    std::map<NodeId, Node> m_nodes;
    std::vector<InFlight> m_inFlight;
    std::set<std::pair<std::uint32_t, std::uint32_t>> m_cuts;
    std::map<Term, NodeId> m_leaders;
    std::map<LogIndex, Entry> m_committed;
    std::map<LogIndex, quint64> m_states;      ///< after the entry at each index
    std::map<std::uint64_t, LogIndex> m_reads; ///< under way, and what each must see
    std::uint64_t m_lastRead = 0;
    int m_readsAnswered = 0;
    int m_snapshotsInstalled = 0;
    int m_time = 0;
    Instant m_now{0};
    quint64 m_trace = 1;
    QString m_violation;
};

} // namespace faultline::raft
