// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"

#include <QObject>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

namespace faultline::tests {

/// Long enough for a busy computer with two cores; a test that waits so long has failed.
inline constexpr int kPatienceMs = 60'000;

/// How often a test repeats what is worth repeating: FAULTLINE_ROUNDS, else `few`.
int rounds(int few);
/// The program under test, from FAULTLINE_BIN.
QString nodeProgram();
bool isProcess(qint64 pid);

/// A write is acknowledged after this was called.
bool serves(lab::Lab& lab);
/// Everything acknowledged is read back. The load is on afterwards, at the rate and the share of reads it had.
bool readsAllBack(lab::Lab& lab);

/// A lab with a real cluster in a folder of its own.
struct LiveCluster
{
    QTemporaryDir folder;
    lab::Lab lab;
    lab::LabOptions options;

    explicit LiveCluster(int nodes = 5, double rate = 100);
    ~LiveCluster();

    bool start();
    bool isServing() const { return lab.isServing(); }
    NodeId leader() const { return lab.timeline().leader(); }
    /// The lowest one that runs and does not lead.
    NodeId follower() const;
    const lab::NodeState& node(NodeId id) const { return *lab.timeline().node(id); }
    bool isLife(NodeId id, lab::NodeLife life) const { return node(id).life == life; }
    quint64 acknowledged() const { return lab.timeline().tally().acknowledged; }
    quint64 lost() const { return lab.timeline().tally().lost; }
    std::optional<lab::FaultRecord> lastFault() const;
    QString caption() const;
    QString captionOutcome() const;
    QString lastEvents(int count = 30) const;
    std::vector<qint64> pids() const;
    bool runs(NodeId id) const;

    /// Waits; false when the time is over.
    template <typename Condition> bool until(Condition condition, int patienceMs = kPatienceMs)
    {
        return QTest::qWaitFor(condition, patienceMs);
    }
    bool serves() { return tests::serves(lab); }
    bool readsAllBack() { return tests::readsAllBack(lab); }
    /// One command by hand; nothing when no outcome came.
    std::optional<lab::Lab::CommandReply> ask(NodeId node, const QString& line);
};

} // namespace faultline::tests
