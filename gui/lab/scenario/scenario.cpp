// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/scenario.h"

#include <QStringList>

#include <array>
#include <utility>

namespace faultline::lab {

namespace {

template <typename Value, std::size_t size> using Names = std::array<std::pair<Value, const char*>, size>;

constexpr Names<Measure, 21> kMeasures = {{
    {Measure::KillToLeader, "kill_to_leader"},
    {Measure::KillToWrite, "kill_to_write"},
    {Measure::FaultToLeader, "fault_to_leader"},
    {Measure::FaultToWrite, "fault_to_write"},
    {Measure::HealToWrite, "heal_to_write"},
    {Measure::HealToCaughtUp, "heal_to_caught_up"},
    {Measure::MinorityCommits, "minority_commits"},
    {Measure::LogTruncated, "log_truncated"},
    {Measure::RestartToCaughtUp, "restart_to_caught_up"},
    {Measure::Terms, "terms"},
    {Measure::LeadersPerTermMax, "leaders_per_term_max"},
    {Measure::Lost, "lost"},
    {Measure::Acknowledged, "acknowledged"},
    {Measure::AllReadBack, "all_read_back"},
    {Measure::UnknownShare, "unknown_share"},
    {Measure::Availability, "availability"},
    {Measure::FailedShare, "failed_share"},
    {Measure::Throughput, "throughput"},
    {Measure::LatencyP50, "latency_p50"},
    {Measure::LatencyP99, "latency_p99"},
    {Measure::DivergedNodes, "diverged_nodes"},
}};

constexpr Names<Action, 27> kActions = {{
    {Action::Kill, "kill"},
    {Action::Stop, "stop"},
    {Action::Freeze, "freeze"},
    {Action::Thaw, "thaw"},
    {Action::Restart, "restart"},
    {Action::Isolate, "isolate"},
    {Action::Rejoin, "rejoin"},
    {Action::PowerOff, "power-off"},
    {Action::CrashLoop, "crash-loop"},
    {Action::RollingRestart, "rolling-restart"},
    {Action::Link, "link"},
    {Action::Cut, "cut"},
    {Action::Partition, "partition"},
    {Action::Heal, "heal"},
    {Action::HealAll, "heal-all"},
    {Action::Clock, "clock"},
    {Action::Disk, "disk"},
    {Action::AddNode, "add-node"},
    {Action::RemoveNode, "remove-node"},
    {Action::TransferLeadership, "transfer-leadership"},
    {Action::Surge, "surge"},
    {Action::HotKey, "hot-key"},
    {Action::Hold, "hold"},
    {Action::Release, "release"},
    {Action::Rate, "rate"},
    {Action::Pace, "pace"},
    {Action::Wait, "wait"},
}};

constexpr Names<Condition, 5> kConditions = {{
    {Condition::Serving, "serving"},
    {Condition::NewLeader, "new-leader"},
    {Condition::Recovered, "recovered"},
    {Condition::CaughtUp, "caught-up"},
    {Condition::MembersSettled, "members-settled"},
}};

template <typename Value, std::size_t size> QString nameIn(const Names<Value, size>& names, Value value)
{
    for (const auto& [known, name] : names) {
        if (known == value)
            return QString::fromLatin1(name);
    }
    return {};
}

template <typename Value, std::size_t size>
std::optional<Value> valueIn(const Names<Value, size>& names, const QString& wanted)
{
    for (const auto& [value, name] : names) {
        if (wanted == QLatin1String(name))
            return value;
    }
    return std::nullopt;
}

template <typename Value, std::size_t size> QStringList namesIn(const Names<Value, size>& names)
{
    QStringList all;
    for (const auto& [value, name] : names)
        all.append(QString::fromLatin1(name));
    return all;
}

} // namespace

MeasureUnit unitOf(Measure measure)
{
    switch (measure) {
    case Measure::KillToLeader:
    case Measure::KillToWrite:
    case Measure::FaultToLeader:
    case Measure::FaultToWrite:
    case Measure::HealToWrite:
    case Measure::HealToCaughtUp:
    case Measure::RestartToCaughtUp:
    case Measure::LatencyP50:
    case Measure::LatencyP99:
        return MeasureUnit::Milliseconds;
    case Measure::AllReadBack:
    case Measure::Availability:
    case Measure::UnknownShare:
    case Measure::FailedShare:
        return MeasureUnit::Share;
    case Measure::Throughput:
        return MeasureUnit::PerSecond;
    case Measure::MinorityCommits:
    case Measure::LogTruncated:
    case Measure::Terms:
    case Measure::LeadersPerTermMax:
    case Measure::Lost:
    case Measure::Acknowledged:
    case Measure::DivergedNodes:
        break;
    }
    return MeasureUnit::Count;
}

bool isOfLoad(Measure measure)
{
    switch (measure) {
    case Measure::UnknownShare:
    case Measure::Availability:
    case Measure::FailedShare:
    case Measure::Throughput:
    case Measure::LatencyP50:
    case Measure::LatencyP99:
        return true;
    default:
        return false;
    }
}

QString unitName(MeasureUnit unit)
{
    switch (unit) {
    case MeasureUnit::Milliseconds:
        return QStringLiteral("ms");
    case MeasureUnit::PerSecond:
        return QStringLiteral("/s");
    case MeasureUnit::Share:
        return QStringLiteral("share");
    case MeasureUnit::Count:
        break;
    }
    return QString();
}

QString nameOf(Measure measure)
{
    return nameIn(kMeasures, measure);
}

QString nameOf(Action action)
{
    return nameIn(kActions, action);
}

QString nameOf(Condition condition)
{
    return nameIn(kConditions, condition);
}

QString nameOf(const Target& target)
{
    switch (target.kind) {
    case Target::Kind::None:
        return QString();
    case Target::Kind::Leader:
        return QStringLiteral("leader");
    case Target::Kind::Followers:
        return QStringLiteral("followers");
    case Target::Kind::Random:
        return QStringLiteral("random");
    case Target::Kind::All:
        return QStringLiteral("all");
    case Target::Kind::Dead:
        return QStringLiteral("dead");
    case Target::Kind::Frozen:
        return QStringLiteral("frozen");
    case Target::Kind::Isolated:
        return QStringLiteral("isolated");
    case Target::Kind::Clients:
        return QStringLiteral("clients");
    case Target::Kind::Named:
        break;
    }
    QStringList names;
    for (const NodeId node : target.named)
        names.append(node.name());
    return names.join(QLatin1Char(' '));
}

QString nameOf(const LinkSelector& selector)
{
    return nameOf(selector.from) + (selector.both ? QStringLiteral("<->") : QStringLiteral("->")) + nameOf(selector.to);
}

std::optional<Measure> measureNamed(const QString& name)
{
    return valueIn(kMeasures, name);
}

std::optional<Action> actionNamed(const QString& name)
{
    return valueIn(kActions, name);
}

std::optional<Condition> conditionNamed(const QString& name)
{
    return valueIn(kConditions, name);
}

QStringList measureNames()
{
    return namesIn(kMeasures);
}

QStringList actionNames()
{
    return namesIn(kActions);
}

QStringList conditionNames()
{
    return namesIn(kConditions);
}

std::optional<wire::Pace> paceNamed(const QString& name)
{
    if (name == QLatin1String("real"))
        return wire::Pace::real();
    if (name == QLatin1String("watch"))
        return wire::Pace::watch();
    if (!name.startsWith(QLatin1Char('x')))
        return std::nullopt;
    bool isNumber = false;
    const uint factor = name.mid(1).toUInt(&isNumber);
    if (!isNumber || factor < 1 || factor > wire::kMaxPaceFactor)
        return std::nullopt;
    wire::Pace pace;
    pace.factor = factor;
    return pace;
}

QString nameOf(const wire::Pace& pace)
{
    const wire::Pace moving{pace.factor, false, pace.baseDelay};
    if (moving == wire::Pace::real())
        return QStringLiteral("real");
    if (moving == wire::Pace::watch())
        return QStringLiteral("watch");
    return QStringLiteral("x%1").arg(pace.factor);
}

} // namespace faultline::lab
