// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/step_file.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/clock_text.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace faultline::lab {

namespace {

/// What belongs to each action beside `do` and its moment.
struct Takes
{
    bool target = false;
    bool targetMayMiss = false;
    bool duration = false;
    bool over = false;
    bool links = false;
};

Takes takes(Action action)
{
    switch (action) {
    case Action::Kill:
    case Action::Stop:
    case Action::Freeze:
    case Action::Isolate:
    case Action::PowerOff:
    case Action::CrashLoop:
    case Action::Clock:
        return {.target = true, .duration = true};
    case Action::Thaw:
    case Action::Restart:
    case Action::Rejoin:
        return {.target = true};
    case Action::Partition:
        return {.target = true, .targetMayMiss = true, .duration = true};
    case Action::Link:
        return {.duration = true, .over = true, .links = true};
    case Action::Cut:
        return {.duration = true, .links = true};
    case Action::Heal:
        return {.links = true};
    case Action::Surge:
        return {.duration = true, .over = true};
    case Action::Rate:
        return {.over = true};
    case Action::HotKey:
    case Action::Hold:
    case Action::Wait:
        return {.duration = true};
    case Action::RollingRestart:
    case Action::HealAll:
    case Action::Release:
    case Action::Pace:
        break;
    }
    return {};
}

std::optional<Target> targetNamed(const QStringList& names, int nodes)
{
    using Kind = Target::Kind;
    if (names.size() == 1) {
        for (const Kind kind :
             {Kind::Leader, Kind::Followers, Kind::Random, Kind::All, Kind::Dead, Kind::Frozen, Kind::Isolated}) {
            if (names.first() == nameOf(Target{kind, {}}))
                return Target{kind, {}};
        }
    }
    Target target{Kind::Named, {}};
    for (const QString& name : names) {
        bool isNumber = false;
        const quint32 number = name.startsWith(QLatin1Char('n')) ? name.mid(1).toUInt(&isNumber) : 0;
        if (!isNumber || number < 1 || number > static_cast<quint32>(nodes))
            return std::nullopt;
        target.named.push_back(NodeId{number});
    }
    return target.named.empty() ? std::nullopt : std::optional(target);
}

/// Notes the sentence of a value that did not parse, behind its field's name.
template <typename T, typename Into>
void readParsed(YamlFields& fields, const char* field, Result<T> (*parse)(const QString&), Into& into)
{
    const std::optional<QString> text = fields.text(field);
    if (!text)
        return;
    if (const Result<T> value = parse(*text))
        into = *value;
    else
        fields.refuse(field, QStringLiteral("%1 is %2").arg(QLatin1String(field), value.error()));
}

void readTarget(YamlFields& fields, Step& step, const QString& action, int nodes)
{
    const Takes wanted = takes(step.action);
    const std::optional<QStringList> target = fields.texts("target");
    const QString targets =
        QStringLiteral("leader, followers, random, all, dead, frozen, isolated, or nodes by name, n1 to n%1")
            .arg(nodes);
    if (wanted.target && !wanted.targetMayMiss && !target) {
        fields.refuse("do", QStringLiteral("%1 needs target: %2").arg(action, targets));
    } else if (!wanted.target && target) {
        fields.refuse("target", wanted.links
                                    ? QStringLiteral("%1 is about links and takes links:, not target:").arg(action)
                                    : QStringLiteral("%1 takes no target; it is about the whole cluster").arg(action));
    } else if (target) {
        if (const std::optional<Target> known = targetNamed(*target, nodes))
            step.target = *known;
        else
            fields.refuse(
                "target",
                QStringLiteral("target is \"%1\"; it must be %2").arg(target->join(QLatin1Char(' ')), targets));
    }
}

void readLinks(YamlFields& fields, Step& step, const QString& action, int nodes)
{
    const std::optional<QStringList> links = fields.texts("links");
    if (!takes(step.action).links) {
        if (links)
            fields.refuse("links", QStringLiteral("%1 takes no links; link, cut and heal do").arg(action));
        return;
    }
    if (!links) {
        if (step.action != Action::Heal)
            fields.refuse(
                "do", QStringLiteral("%1 needs links: such as leader->followers, n1<->n3 or clients->all").arg(action));
        return;
    }
    for (const QString& text : *links) {
        const Result<LinkSelector> selector = parseLinkSelector(text, nodes);
        if (!selector) {
            fields.refuse("links", QStringLiteral("links is %1").arg(selector.error()));
            return;
        }
        step.links.push_back(*selector);
    }
}

void readLinkFault(YamlFields& fields, Step& step)
{
    if (const std::optional<QString> name = fields.text("preset")) {
        QStringList names;
        for (const fault::Preset& preset : fault::presets()) {
            names << preset.name;
            if (preset.name == *name) {
                step.fault = preset.fault;
                step.preset = preset.name;
            }
        }
        if (step.preset.isEmpty())
            fields.refuse("preset", QStringLiteral("preset is \"%1\"; it must be one of %2").arg(*name, listed(names)));
    }
    bool any = !step.preset.isEmpty();
    for (const QString& field : fault::fieldNames()) {
        const QByteArray name = field.toLatin1();
        const std::optional<QString> text = fields.text(name.constData());
        if (!text)
            continue;
        any = true;
        if (const Result<void> set = fault::setField(step.fault, field, *text); !set)
            fields.refuse(name.constData(), set.error());
    }
    if (!any)
        fields.refuse(
            "do",
            QStringLiteral("link needs what is wrong: preset, or one or more of %1").arg(listed(fault::fieldNames())));
    const bool ofClients = std::any_of(step.links.begin(), step.links.end(), [](const LinkSelector& selector) {
        return selector.from.kind == Target::Kind::Clients || selector.to.kind == Target::Kind::Clients;
    });
    if (const Result<void> valid = fault::validate(step.fault, ofClients); !valid)
        fields.refuse("do", valid.error());
}

void readPartition(YamlFields& fields, Step& step)
{
    const std::optional<QString> shape = fields.text("shape");
    if (shape) {
        step.shape = partitionNamed(*shape);
        if (!step.shape)
            fields.refuse(
                "shape", QStringLiteral("shape is \"%1\"; it must be one of %2").arg(*shape, listed(partitionNames())));
    } else if (step.target.kind == Target::Kind::None) {
        fields.refuse("do", QStringLiteral("partition needs shape: one of %1; or target: the nodes of one side")
                                .arg(listed(partitionNames())));
    }
}

void readClock(YamlFields& fields, Step& step)
{
    readParsed(fields, "offset", &parseOffset, step.offset);
    readParsed(fields, "jump", &parseOffset, step.jump);
    readParsed(fields, "rate", &parseClockRate, step.clockRate);
    if (!step.offset && !step.jump && !step.clockRate)
        fields.refuse("do", QStringLiteral("clock needs offset (5s), jump (-200ms) or rate (110%)"));
    if (step.offset && step.jump)
        fields.refuse("jump", QStringLiteral("a clock is set to an offset or jumps, not both"));
}

void readCrashLoop(YamlFields& fields, Step& step)
{
    if (const auto period = fields.duration("period")) {
        step.period = *period;
        if (*period < std::chrono::seconds(1) || *period > std::chrono::seconds(60))
            fields.refuse("period", QStringLiteral("period is %1 ms; it must be from 1s to 60s").arg(period->count()));
    }
}

void readAction(YamlFields& fields, Step& step, int nodes)
{
    const std::optional<QString> what = fields.text("do");
    if (!what) {
        fields.refuse(QStringLiteral("a step needs do: one of %1").arg(listed(actionNames())));
        return;
    }
    const std::optional<Action> action = actionNamed(*what);
    if (!action) {
        fields.refuse("do", QStringLiteral("do is \"%1\"; it must be one of %2").arg(*what, listed(actionNames())));
        return;
    }
    step.action = *action;
    const Takes wanted = takes(*action);
    readTarget(fields, step, *what, nodes);
    readLinks(fields, step, *what, nodes);

    step.duration = fields.duration("duration");
    if (step.duration && !wanted.duration)
        fields.refuse("duration", QStringLiteral("%1 is done at once and takes no duration").arg(*what));
    if (const auto over = fields.duration("over")) {
        step.over = *over;
        if (!wanted.over)
            fields.refuse(
                "over",
                QStringLiteral("%1 takes no over; only link, surge and rate get there step by step").arg(*what));
    }
    const bool hasMoment = step.at || step.after;
    if (*action == Action::Wait && hasMoment == step.duration.has_value())
        fields.refuse("do", QStringLiteral("wait needs one of at, after and duration, and only one"));

    switch (*action) {
    case Action::Link:
        readLinkFault(fields, step);
        break;
    case Action::Partition:
        readPartition(fields, step);
        break;
    case Action::Clock:
        readClock(fields, step);
        break;
    case Action::CrashLoop:
        readCrashLoop(fields, step);
        break;
    case Action::Surge:
        readParsed(fields, "factor", &parseSurge, step.factor);
        if (!fields.has("factor"))
            fields.refuse("do", QStringLiteral("surge needs factor: how many times the load that is set, such as 5"));
        break;
    case Action::HotKey:
        readParsed(fields, "share", &fault::parseShare, step.share);
        if (!fields.has("share"))
            fields.refuse("do", QStringLiteral("hot-key needs share: of the operations, such as 80%"));
        break;
    default:
        break;
    }

    if (*action == Action::Rate || *action == Action::Pace) {
        if (!fields.has("to"))
            fields.refuse("do", QStringLiteral("%1 needs to: the new %1").arg(*what));
        else if (*action == Action::Rate)
            readRate(fields, "to", step.rate);
        else
            readPace(fields, "to", step.pace);
    } else if (fields.has("to")) {
        fields.refuse("to", QStringLiteral("%1 takes no to; only rate and pace do").arg(*what));
    }
}

} // namespace

QString listed(const QStringList& names)
{
    return names.join(QStringLiteral(", "));
}

Result<LinkSelector> parseLinkSelector(const QString& text, int nodes)
{
    const Error error{
        QStringLiteral(
            "\"%1\"; it must be FROM->TO or A<->B, where each is leader, followers, random, all, clients, or "
            "a node, n1 to n%2")
            .arg(text.left(40))
            .arg(nodes)};
    const bool both = text.contains(QLatin1String("<->"));
    const QStringList ends = text.split(both ? QStringLiteral("<->") : QStringLiteral("->"));
    if (ends.size() != 2)
        return error;
    LinkSelector selector{{}, {}, both};
    for (const auto& [end, into] : {std::pair(ends[0], &selector.from), std::pair(ends[1], &selector.to)}) {
        const QString name = end.trimmed();
        if (name == QLatin1String("clients")) {
            *into = Target{Target::Kind::Clients, {}};
            continue;
        }
        const std::optional<Target> target = targetNamed({name}, nodes);
        if (!target)
            return error;
        *into = *target;
    }
    if (selector.from.kind == Target::Kind::Clients && selector.to.kind == Target::Kind::Clients)
        return error;
    if (selector.from.kind == Target::Kind::Named && selector.from == selector.to)
        return Error{QStringLiteral("\"%1\", and a node has no link to itself").arg(text.left(40))};
    return selector;
}

void readPace(YamlFields& fields, const char* field, wire::Pace& pace)
{
    const std::optional<QString> name = fields.text(field);
    if (!name)
        return;
    if (const std::optional<wire::Pace> known = paceNamed(*name))
        pace = *known;
    else
        fields.refuse(field, QStringLiteral("%1 is \"%2\"; a pace is real, watch, or x1 to x%3")
                                 .arg(QLatin1String(field), *name)
                                 .arg(wire::kMaxPaceFactor));
}

void readRate(YamlFields& fields, const char* field, double& rate)
{
    const QString what = QStringLiteral("0 (no load) or from 1 to %1 operations a second").arg(kMaxRate, 0, 'f', 0);
    if (const std::optional<double> value = fields.number(field, 0, kMaxRate, what)) {
        rate = *value;
        if (rate > 0 && rate < 1)
            fields.refuse(field,
                          QStringLiteral("%1 is %2; it must be %3").arg(QLatin1String(field)).arg(rate).arg(what));
    }
}

Result<Step> readStep(const YAML::Node& node, const QString& fileName, int number, int nodes)
{
    YamlFields fields(node, fileName, QStringLiteral("step %1").arg(number));
    Step step;
    step.line = fields.line();
    step.at = fields.duration("at");
    if (const std::optional<QString> after = fields.text("after")) {
        step.after = conditionNamed(*after);
        if (!step.after)
            fields.refuse(
                "after", QStringLiteral("after is \"%1\"; it must be one of %2").arg(*after, listed(conditionNames())));
        if (step.at)
            fields.refuse("after", QStringLiteral("a step is taken at a time or after a condition, not both"));
    }
    if (const std::optional<std::chrono::milliseconds> within = fields.duration("within")) {
        step.within = *within;
        if (!step.after)
            fields.refuse("within", QStringLiteral("within says how long after: may take, and this step has no after"));
    }
    if (!fields.problem())
        readAction(fields, step, nodes);
    fields.finish();
    if (fields.problem())
        return *fields.problem();
    return step;
}

} // namespace faultline::lab
