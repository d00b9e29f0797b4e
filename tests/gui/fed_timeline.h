// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <functional>

// A timeline fed by hand, for tests of what shows it. Times are seconds since the cluster began, which is at
// `kBegan` on the monotonic clock.
namespace faultline::tests {

inline constexpr lab::Monotonic kBegan = std::chrono::seconds(1000);

lab::Monotonic moment(double seconds);

class FedTimeline
{
public:
    lab::Timeline timeline;

    /// n1 to nN, all running; the leader leads term 1, the others follow.
    void begin(int nodes, NodeId leader = {1}, lab::Monotonic at = kBegan);
    void end();
    void life(NodeId node, lab::NodeLife life, const QString& how = {});
    /// Reports once, as if at `seconds`.
    void report(NodeId node, wire::Role role, quint64 term, double seconds = 1);
    wire::Status& status(NodeId node) { return m_status[node]; } ///< what report() sends
    void message(LinkId link, wire::MessageKind kind, wire::MessageFate fate, quint64 sequence, double seconds,
                 quint32 entries = 0, bool positive = true);
    /// A tenth of a second of load that ends at `seconds`.
    void load(double seconds, double rate, quint64 ok, quint64 failed = 0, quint64 unknown = 0,
              std::chrono::milliseconds latency = std::chrono::milliseconds(80));
    void fault(quint64 id, const QString& name, lab::FaultKind kind, NodeId target, double from,
               std::optional<double> to = {}, std::optional<double> leaderAfter = {},
               std::optional<double> writeAfter = {});
    /// Changes what is wrong on purpose.
    void faults(const std::function<void(lab::FaultState&)>& change, double seconds = 1);
    void event(NodeId node, const QString& text, double seconds);

    /// Five nodes a minute old: n3 leads, n5 was killed and is back, n4 is frozen, n2 dead, n1 isolated and asks for
    /// votes.
    void tellAStory();

private:
    std::map<NodeId, wire::Status> m_status;
    quint64 m_eventSequence = 0;
};

} // namespace faultline::tests
