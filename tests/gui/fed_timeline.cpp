// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"

namespace faultline::tests {

using lab::NodeLife;

lab::Monotonic moment(double seconds)
{
    return kBegan + std::chrono::duration_cast<lab::Monotonic>(std::chrono::duration<double>(seconds));
}

void FedTimeline::begin(int nodes, NodeId leader, lab::Monotonic at)
{
    lab::ClusterRecord cluster;
    cluster.at = at;
    cluster.seed = 1;
    cluster.watchedKey = "x";
    for (quint32 id = 1; id <= static_cast<quint32>(nodes); ++id)
        cluster.members.push_back(
            {{id}, static_cast<quint16>(7000 + id), static_cast<quint16>(7100 + id), static_cast<quint16>(7200 + id)});
    timeline.append(cluster);
    timeline.append(lab::PaceRecord{at, wire::Pace::watch()});
    m_status.clear();
    for (const auto& member : cluster.members) {
        life(member.id, NodeLife::Running);
        wire::Status& status = m_status[member.id];
        status.incarnation = 1;
        status.commitIndex = 1204;
        status.leader = leader;
        status.watchedValue = QByteArray("41");
        report(member.id, member.id == leader ? wire::Role::Leader : wire::Role::Follower, 1);
    }
}

void FedTimeline::end()
{
    timeline.append(lab::ClusterRecord{});
}

void FedTimeline::life(NodeId node, NodeLife life, const QString& how)
{
    lab::NodeRecord record;
    record.at = kBegan;
    record.node = node;
    record.life = life;
    record.pid = 4000 + node.value;
    record.how = how;
    timeline.append(record);
}

void FedTimeline::report(NodeId node, wire::Role role, quint64 term, double seconds)
{
    wire::Status& status = m_status[node];
    status.role = role;
    status.term = term;
    status.at = moment(seconds);
    timeline.append(lab::StatusRecord{node, status});
}

void FedTimeline::message(LinkId link, wire::MessageKind kind, wire::MessageFate fate, quint64 sequence, double seconds,
                          quint32 entries, bool positive)
{
    wire::MessageSample sample;
    sample.link = link;
    sample.senderIncarnation = 1;
    sample.sequence = sequence;
    sample.at = moment(seconds);
    sample.fate = fate;
    sample.kind = kind;
    sample.term = 4;
    sample.entries = entries;
    sample.positive = positive;
    timeline.append(lab::MessageRecord{sample});
}

void FedTimeline::load(double seconds, double rate, quint64 ok, quint64 failed, quint64 unknown,
                       std::chrono::milliseconds latency)
{
    lab::LoadRecord slice;
    slice.to = moment(seconds);
    slice.from = slice.to - std::chrono::milliseconds(100);
    slice.targetRate = rate;
    slice.offered = static_cast<quint64>(rate / 10);
    slice.attempted = slice.offered;
    slice.ok = ok;
    slice.failed = failed;
    slice.unknown = unknown;
    for (quint64 i = 0; i < ok; ++i)
        slice.latency.record(latency + std::chrono::milliseconds(i * 7 % 40));
    timeline.append(slice);
}

void FedTimeline::fault(quint64 id, const QString& name, lab::FaultKind kind, NodeId target, double from,
                        std::optional<double> to, std::optional<double> leaderAfter, std::optional<double> writeAfter)
{
    lab::FaultRecord record;
    record.id = id;
    record.name = name;
    record.kind = kind;
    record.target = target;
    record.from = moment(from);
    const auto after = [](double seconds) {
        return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
    };
    if (to)
        record.to = moment(*to);
    if (leaderAfter)
        record.leaderAfter = after(*leaderAfter);
    if (writeAfter)
        record.writeAfter = after(*writeAfter);
    timeline.append(record);
}

void FedTimeline::faults(const std::function<void(lab::FaultState&)>& change, double seconds)
{
    lab::FaultStateRecord record = timeline.faultState();
    record.at = moment(seconds);
    change(record.state);
    timeline.append(record);
}

void FedTimeline::event(NodeId node, const QString& text, double seconds)
{
    wire::NodeEvent event;
    event.sequence = ++m_eventSequence;
    event.at = moment(seconds);
    event.text = text;
    timeline.append(lab::EventRecord{node, event});
}

void FedTimeline::tellAStory()
{
    begin(5, {3});
    for (int tenth = 1; tenth <= 600; ++tenth) {
        const double at = tenth / 10.0;
        const bool dark = at > 18 && at < 21.8;
        const bool weak = at > 50;
        load(at, 20,
             dark   ? 0
             : weak ? 1
                    : 2,
             weak ? 1 : 0, dark && at < 19 ? 1 : 0,
             std::chrono::milliseconds(at > 21.8 && at < 23 ? 400 : 70 + tenth % 7 * 4));
    }
    fault(1, QStringLiteral("n5 killed"), lab::FaultKind::Kill, {5}, 18, 30, 2.9, 3.8);
    fault(2, QStringLiteral("n4 frozen"), lab::FaultKind::Freeze, {4}, 48);
    fault(3, QStringLiteral("n1 isolated"), lab::FaultKind::Isolate, {1}, 51);
    fault(4, QStringLiteral("n2 killed"), lab::FaultKind::Kill, {2}, 55);
    timeline.append(lab::PauseRecord{1, QStringLiteral("held"), moment(36), moment(40)});
    faults(
        [](lab::FaultState& state) {
            state.conditions = {{{2}, lab::NodeCondition::Killed}, {{4}, lab::NodeCondition::Frozen}};
            state.isolated.insert({1});
        },
        55);
    life({2}, NodeLife::Dead, QStringLiteral("killed by SIGKILL"));
    life({4}, NodeLife::Frozen);
    for (const quint32 id : {1U, 2U, 3U, 4U, 5U}) {
        status({id}).commands = 100;
        status({id}).commitIndex = id == 1 ? 1204 : 1219;
        report({id}, id == 3 ? wire::Role::Leader : wire::Role::Follower, 4, 59);
    }
    status({3}).commands = 120;
    status({3}).watchedValue = QByteArray("42");
    status({3}).pendingValue = QByteArray("43");
    report({3}, wire::Role::Leader, 4, 60);
    report({1}, wire::Role::PreCandidate, 4, 60);
    using wire::MessageFate;
    using wire::MessageKind;
    message({{3}, {5}}, MessageKind::Append, MessageFate::Sent, 1, 59.9, 6);
    message({{3}, {4}}, MessageKind::Heartbeat, MessageFate::Sent, 2, 59.9);
    message({{5}, {3}}, MessageKind::AppendReply, MessageFate::Sent, 3, 59.9, 6);
    message({{1}, {5}}, MessageKind::PreVote, MessageFate::Lost, 4, 59.9);
    message({{1}, {3}}, MessageKind::PreVote, MessageFate::Sent, 5, 59.95);
    timeline.append(lab::GestureRecord{1, moment(18), QStringLiteral("Killed n5, the leader"),
                                       QStringLiteral("n3 leads after 2.9 s")});
    timeline.append(lab::TallyRecord{moment(60), 4210, 4205, 0, {}});
    event({3}, QStringLiteral("became leader of term 4: votes of n1 n2 n3"), 20.9);
    event({1}, QStringLiteral("asks for pre-votes: heard no leader for 3.4 s"), 54);
    event({5}, QStringLiteral("started again with 1,180 entries"), 30);
}

} // namespace faultline::tests
