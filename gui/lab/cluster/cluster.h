// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/cluster/cluster_folder.h"
#include "gui/lab/cluster/control_link.h"
#include "gui/lab/cluster/node_process.h"
#include "gui/lab/cluster/port_block.h"
#include "gui/lab/timeline/record.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace faultline::lab {

struct ClusterOptions
{
    QString nodeProgram; ///< checked before any process is started
    int nodes = 5;
    QString dataRoot;
    quint64 snapshotAfter = 0; ///< a node's --snapshot-after; 0: as it does by itself
};

/// The real processes of one cluster, from the first start to the last exit: their ports, folder, lives and control
/// connections. It says what happens as records and knows nothing of load, gestures or captions.
///
/// Lives on the main thread. Orders return at once and answer false when they make no sense for the node's present
/// life.
class Cluster : public QObject
{
    Q_OBJECT

public:
    static Result<std::unique_ptr<Cluster>> create(const ClusterOptions& options);
    ~Cluster() override; ///< kills and reaps what still runs

    void start();
    const std::vector<ClusterRecord::Member>& members() const { return m_members; }
    std::vector<NodeId> ids() const;
    std::optional<NodeLife> lifeOf(NodeId node) const;
    /// Killed or asked to end, and not yet reaped.
    bool isOnItsWayOut(NodeId node) const;

    /// Tells every node, now and whenever it (re)connects.
    void setDesired(const wire::DesiredState& desired);
    /// Every node that runs and is not frozen has acknowledged the newest version; `except` need not have.
    bool isDesiredObeyed(NodeId except = {}) const;

    /// Once: false when it was just killed and has not been reaped. It stays dead, whatever was asked before.
    bool kill(NodeId node);
    /// SIGKILL, of a node whose peers have been made deaf to it before: what is left is the silence of a dead machine.
    bool cutPower(NodeId node);
    bool stop(NodeId node); ///< SIGTERM; SIGKILL when it has not ended in two seconds
    bool freeze(NodeId node);
    bool thaw(NodeId node);
    bool restart(NodeId node); ///< killed first when it runs

    /// One more node, on ports of its own, that waits beside the cluster until it is taken in. Its process is being
    /// started. The error names what is missing; nothing was begun then.
    Result<ClusterRecord::Member> add(NodeId node);
    /// Ends the node and removes its data; removed() follows. False when there is no such node, or it is on its way.
    bool remove(NodeId node);

    /// Ends all: gracefully with SIGKILL after a second, or at once. gone() follows when no process is left.
    void end(bool gracefully);
    bool isGone() const;
    /// For whoever outlives the cluster and removes it. Once.
    ClusterFolder takeFolder() { return std::move(m_folder); }

signals:
    void happened(const faultline::lab::Record& record);
    void running(faultline::NodeId node); ///< it has obeyed its first desired state
    /// A process ended. Not `asked`: by itself, or by somebody else's hand.
    void ended(faultline::NodeId node, bool asked, bool neverRan, const QString& how);
    void gone();
    void removed(const faultline::lab::ClusterRecord::Member& member);

private:
    struct Node
    {
        NodeId id;
        std::unique_ptr<PortBlock> ports;
        std::unique_ptr<NodeProcess> process;
        std::unique_ptr<ControlLink> link;
        NodeLife life = NodeLife::Starting;
        bool endAsked = false;
        bool killAsked = false; ///< and not yet reaped
        bool powerIsCut = false;
        bool losesUnsynced = false; ///< lost power, and has not run since
        bool startAgain = false;
        bool isLeaving = false; ///< for good
        quint64 obeyedVersion = 0;
        std::unique_ptr<QTimer> patience; ///< with a node that was asked to end
    };

    Cluster(ClusterFolder folder, const ClusterOptions& options);
    Node* find(NodeId node);
    const Node* find(NodeId node) const;
    Result<ClusterRecord::Member> claim(NodeId id);
    void prepare(NodeId id, const QStringList& memberArguments);
    void forget(NodeId id);
    void startProcess(Node& node);
    void setLife(Node& node, NodeLife life, const QString& how = {});
    void onMessage(Node& node, const wire::ControlMessage& message);
    void onEnded(Node& node, bool orderly, const QString& how);
    void askToEnd(Node& node, std::chrono::milliseconds patience);

    ClusterFolder m_folder;
    QString m_program;
    quint64 m_snapshotAfter;
    QByteArray m_name;  ///< of the cluster, and drawn
    QByteArray m_token; ///< of its control ports
    std::vector<ClusterRecord::Member> m_members;
    std::map<NodeId, Node> m_nodes;
    wire::DesiredState m_desired;
    bool m_ending = false;
};

} // namespace faultline::lab
