// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/load/faulty_link.h"
#include "gui/lab/load/ledger.h"
#include "gui/lab/load/load_connection.h"
#include "gui/lab/load/load_generator.h"
#include "gui/lab/load/schedule.h"

#include <QTimer>

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace faultline::lab {

/// The load generator's work, on its own thread. Its time stands still while the cluster is held, so that schedule and
/// deadlines shift and nothing is caught up.
class LoadWorker : public QObject
{
    Q_OBJECT

public:
    LoadWorker();

    void start(const LoadOptions& options);
    void stop();
    void addTarget(const LoadTarget& target);
    void removeTarget(NodeId node);
    void setRate(double perSecond);
    void setReadShare(double share) { m_options.readShare = share; }
    void setPace(const wire::Pace& pace);
    void setHotKey(fault::Share share) { m_hotKey = share; }
    void setFaults(const std::vector<wire::LinkState>& states);
    void watchRecovery(quint64 id, NodeId victim, Monotonic since);

signals:
    void loadMeasured(const faultline::lab::LoadRecord& record);
    void tallyChanged(const faultline::lab::TallyRecord& record);
    void slept(const faultline::lab::PauseRecord& record);
    void writeAcknowledged(quint64 id, faultline::lab::Monotonic at, faultline::NodeId by);

private:
    using Instant = Monotonic; ///< of the worker's own time

    struct Underway
    {
        Ledger::Operation operation;
        Instant intended{0};
        Instant deadline{0};
        LoadConnection* connection = nullptr; ///< null: waits to be sent (again)
        int redirects = 0;
    };
    struct Retry
    {
        Instant at{0};
        quint64 id = 0;
    };
    struct Watch
    {
        quint64 id = 0;
        NodeId victim;
        Monotonic since{0};
    };

    Instant now() const;
    void lay(const LoadTarget& target);
    void connectTo(const LoadTarget& target);
    void pump();
    void arm();
    void begin(Instant intended, Instant now);
    void send(quint64 id, Underway& underway);
    void sendLater(quint64 id, Underway& underway, std::chrono::milliseconds pause);
    LoadConnection* chooseConnection();
    LoadConnection* usableConnectionTo(NodeId node);
    void onReply(LoadConnection& connection, quint64 id, const resp::Reply& reply);
    void onDone(LoadConnection& connection, quint64 id, const resp::Reply& reply);
    void onBroken(LoadConnection& connection, const std::deque<quint64>& ids);
    void giveUpOverdue(Instant now);
    /// Nobody waits for it any more. It must be under way.
    Underway take(quint64 id);
    void endUnknown(quint64 id);
    void endRefused(quint64 id);
    void report();
    void lookForSleep(Monotonic wall);
    void flushAll();

    LoadOptions m_options;
    StreamClock m_streamClock;
    struct NodeLinks
    {
        FaultyLink out;
        FaultyLink in;
    };
    std::map<NodeId, NodeLinks> m_links; ///< outlive the connections
    fault::Share m_hotKey;
    bool m_running = false;
    Schedule m_schedule;
    std::unique_ptr<Ledger> m_ledger;
    std::vector<std::unique_ptr<LoadConnection>> m_connections;
    std::size_t m_turn = 0; ///< whose turn it is among connections
    NodeId m_leader;        ///< who took the last command, or whom -MOVED named; nobody when unknown
    std::unordered_map<quint64, Underway> m_underway;
    std::deque<Retry> m_retries;
    std::set<std::pair<Instant, quint64>> m_deadlines; ///< of all under way, by time
    std::vector<Watch> m_watches;
    quint64 m_lastId = 0;

    bool m_held = false;
    std::chrono::microseconds m_heldTotal{0};
    Monotonic m_heldSince{0};
    Monotonic m_lastPump{0};
    std::chrono::microseconds m_suspended{0};

    QTimer m_pumpTimer;
    QTimer m_reportTimer;
    LoadRecord m_record;
    TallyRecord m_reportedTally;
};

} // namespace faultline::lab
