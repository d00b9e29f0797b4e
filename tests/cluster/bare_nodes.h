// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/cluster/port_block.h"
#include "gui/lab/load/load_generator.h"
#include "gui/lab/timeline/record.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <memory>
#include <optional>

namespace faultline::tests {

/// Nodes as a person starts them, without a lab over them: the program's own options and the client port are all there
/// is to work with.
class BareNodes
{
public:
    /// Claims ports for n1 to n`most`. `options` go to every node.
    explicit BareNodes(int most, QStringList options = {});
    ~BareNodes();

    /// File descriptors that nodes started from now on may have; 0: as many as this process.
    quint64 descriptors = 0;

    /// n1 to n`count` as the founders of a cluster.
    void found(int count);
    /// A node that waits to be taken in. `options` are its own.
    void startJoining(quint32 id, const QStringList& options = {});
    /// Again, as it was started first, and with these options this once. Killed before when it runs.
    void restart(quint32 id, const QStringList& options = {});
    void kill(quint32 id);
    bool runs(quint32 id) const;
    /// Of one that ended by itself, and was not killed.
    std::optional<int> exitCode(quint32 id) const;
    qint64 pid(quint32 id) const { return m_nodes.at(id).process->processId(); }
    lab::LoadTarget target(quint32 id) const;
    /// host, peer port and client port, as MEMBER ADD wants them.
    QString contact(quint32 id) const;

    /// One command on a connection of its own: the reply as redis-cli prints it; empty when none came within a second.
    QString ask(quint32 id, const QString& line) const;
    /// Asks whoever leads, and again where nothing was done, until the answer is another or the time is over.
    QString askLeader(const QString& line) const;
    /// One row of INFO.
    QString info(quint32 id, const QString& row) const;
    /// 0 when none is known.
    quint32 leader() const;

    /// Waits; false when the time is over.
    template <typename Condition> static bool until(Condition condition, int patienceMs = 60'000)
    {
        return QTest::qWaitFor(condition, patienceMs);
    }

private:
    struct Node
    {
        std::unique_ptr<lab::PortBlock> ports;
        std::unique_ptr<QProcess> process;
        QStringList arguments;
    };
    void start(quint32 id, const QStringList& options = {});
    QStringList common(quint32 id) const;
    QString memberOption(quint32 id) const;

    QTemporaryDir m_folder;
    QStringList m_options;
    std::map<quint32, Node> m_nodes;
};

/// A load on some of the nodes, and what came of it all.
struct Load
{
    lab::LoadGenerator generator;
    quint64 ok = 0;
    quint64 failed = 0;
    quint64 unknown = 0;
    quint32 outstanding = 0;
    lab::TallyRecord tally;

    Load();
    /// Everything acknowledged is read back.
    bool readsAllBack();
};

} // namespace faultline::tests
