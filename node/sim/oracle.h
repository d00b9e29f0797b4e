// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/bounds.h"
#include "node/sim/committed_log.h"
#include "node/sim/durability.h"
#include "node/sim/entry_book.h"
#include "node/sim/host.h"
#include "node/sim/shape.h"
#include "node/sim/vote_book.h"

#include <QStringList>

#include <map>
#include <vector>

namespace faultline::sim {

/// Sees everything that no node can see, and says when something is seen that must never be. It only watches: nothing
/// it does changes what the cluster does. Incremental: each message and each applied entry costs it a little, idle time
/// nothing.
class Oracle
{
public:
    /// `random` is for what it looks at, and for nothing else.
    Oracle(const Shape& shape, raft::Membership initial, Verdict& verdict, Random random);

    /// Before all else, of each host in its order; they outlive the oracle.
    void watch(Host& host) { m_hosts.push_back(&host); }

    /// A life begins; the group has read its disk. `keepsPromises` false: its disk was not honest, and what it forgot
    /// is not its fault. Returns whether it forgot something.
    bool started(quint32 node, const node::Group& group, bool keepsPromises, Instant at);
    /// The next start may find another log than the last life had.
    void stopped(quint32 node);

    void sent(quint32 from, const raft::Message& message, Instant at);
    void applied(quint32 node, const raft::Entry& entry, Instant at);
    void happened(quint32 node, const raft::Event& event, Instant at);
    /// After each turn of a node.
    void turned(quint32 node, Instant at);
    /// After each tick of a node.
    void ticked(quint32 node);
    /// Something befell the cluster: each member is looked at as a whole at its next tick.
    void disturbed();
    /// A client's command is on its way into a node.
    void asked(quint32 node, const QByteArray& command);
    /// Now and then.
    void lookAround(Instant at);
    /// A write with this content was acknowledged.
    void acknowledged(quint64 content, Instant at);
    /// A new write was acknowledged after healing, while a minority stayed down.
    void wroteWithoutAMinority() { count(QStringLiteral("written by a majority alone")); }
    /// All members have applied the same since healing.
    void healed(Instant at);

    const CommittedLog& log() const { return m_log; }
    const std::map<QString, quint64>& transitions() const { return m_transitions; }

private:
    struct Life
    {
        const node::Group* group = nullptr;
        raft::Role role = raft::Role::Follower;
        raft::LogIndex lastIndex;
        raft::LogIndex held;    ///< where its log ended when the last life did
        raft::Term ledTerm;     ///< the term it leads, or 0
        raft::LogIndex ledFrom; ///< and so the next: see Bounds::Member
        qint64 unwrittenBefore = 0;
        qint64 askedSinceTurn = 0; ///< bytes
        qint64 mostInATurn = 0;
        int ticksToWholeLook = 1;
        raft::LogIndex snapshot;                 ///< the newest, as far as it was seen
        std::vector<raft::LogIndex> memberships; ///< in its log and perhaps not committed
        std::vector<raft::FollowerProgress> progress;
    };

    bool surelyLacks(quint32 node, raft::LogIndex index) const;
    void checkDurable(Instant at);
    void checkComplete(quint32 node, raft::Term term, Instant at);
    void checkPromise(quint32 node, Instant at);
    void lookAtAllOf(quint32 node);
    void becomes(quint32 node, raft::Role role, const QString& how);
    void count(const QString& transition) { ++m_transitions[transition]; }
    void watchProgress(quint32 node);

    const Shape& m_shape;
    Verdict& m_verdict;
    std::vector<Host*> m_hosts;
    std::vector<Life> m_lives;
    /// Of each node, the newest entry that it told a leader it has, in this life or before.
    std::vector<std::pair<raft::Term, raft::LogIndex>> m_promises;
    VoteBook m_votes;
    EntryBook m_entries;
    CommittedLog m_log;
    Bounds m_bounds;
    Durability m_durability;
    Random m_random;
    bool m_looksAtAllEachTurn; ///< of every member
    raft::LogIndex m_lastAcknowledged;
    std::map<QString, quint64> m_transitions;
};

} // namespace faultline::sim
