// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/raft.h"

#include <QString>
#include <QStringList>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace faultline::raft {

/// A group that does what a story's commands say, one at a time, and prints what happened in words a reader of the
/// paper knows. Nothing moves by itself: a message lies on its link until it is delivered, a clock stands until it is
/// ticked.
///
///   group n1 n2 n3 [word ...]      who the group begins with; words: leases, no-pre-vote, no-check-quorum,
///                                  NAME=NUMBER of Options, off=RULE
///   spare n4                       a node that belongs to no group yet
///   log n1 1 1 4 [term=5] [vote=n2] [command ...]  what its disk holds: an entry of each term
///   start n1 ...                   starts nodes (again) from their disks
///   tick n1 25 | tick all 5        time passes for some: 10 ms a tick; n1 waits 30 for a leader, n2 35, n3 40 ...
///   stall n1 500                   its process stands still so many ms: its clock goes on, and it is not ticked
///   elect n1                       it runs out of patience first: a whole election, told in short
///   deliver [n1->n2 ...]           what lies on these links, or on all, and what follows from it, until all is quiet
///   step [n1->n2 ...]              what lies there now, once
///   last n1->n2                    the newest on that link overtakes the others
///   double n1->n2                  the oldest there comes twice
///   lose [n1->n2 ...]              what lies there is lost
///   cut n1 | cut n1->n2 | heal     what is sent from now on is lost
///   propose n1 x ... | read n1 7 | transfer n1 n3 | change n1 n1 n2 n4 [learn n5] | broken n2->n1
///   slow n2 | sync n2 [1]          its disk is slow; it syncs the next so many writes, or all
///   off n2                         power off: what was not synced is lost
///   snapshot n1 [keep]             of everything applied; the log keeps so many entries before its end
///   spoil n3                       the next snapshot that arrives there whole is damaged
///   quiet | loud                   prints no messages from here on; prints them again
///   show [n1 ...]                  role, term, log and commit
class StoryCluster
{
public:
    /// What the command prints; a sentence that begins with "?" when it is none.
    QStringList run(const QString& command);

private:
    struct StoredSnapshot
    {
        SnapshotMark mark;
        QByteArray bytes;
    };
    struct Disk
    {
        HardState hardState;
        std::vector<Entry> entries;
        StoredSnapshot snapshot;
        StoredSnapshot partial;
    };
    struct Node
    {
        std::unique_ptr<Raft> raft;
        Disk disk;
        std::deque<Ready> writes; ///< given and not yet synced
        Instant now{0};
        QByteArrayList state; ///< the commands applied, in order
        bool isMember = true;
        bool isSlow = false;
        bool isSpoiled = false;
    };
    using Link = std::pair<std::uint32_t, std::uint32_t>;

    std::vector<NodeId> nodesOf(const QStringList& names) const;
    std::set<Link> linksOf(const QStringList& names) const;
    Raft& raft(NodeId id);
    bool setOption(const QString& word);

    void begin(const QStringList& names);
    void storeLog(NodeId id, const QStringList& words);
    void start(NodeId id);
    Instant now(NodeId id) const { return m_nodes.at(id).now; }
    void elect(NodeId id);
    void tick(const std::vector<NodeId>& nodes, int count);
    void deliver(const std::set<Link>& links, bool untilQuiet);
    void hand(const Message& message);
    void send(Message message);
    void settle(NodeId id);
    void write(NodeId id, const Ready& ready);
    bool install(NodeId id);
    void apply(NodeId id, const std::vector<Entry>& entries);
    void takeSnapshot(NodeId id, std::uint64_t keep);
    void show(NodeId id);
    void say(const QString& line) { m_printed.append(line); }

    Options m_options;
    std::map<NodeId, Node> m_nodes;
    std::map<Link, std::deque<Message>> m_links;
    std::set<Link> m_cuts;
    bool m_isLoud = true;
    QStringList m_printed;
};

} // namespace faultline::raft
