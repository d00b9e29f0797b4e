// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/step_file.h"

#include "common/fault/disk_fault_text.h"
#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/clock_text.h"
#include "gui/lab/scenario/selector.h"

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
    case Action::Disk:
        return {.target = true, .duration = true};
    case Action::Thaw:
    case Action::Restart:
    case Action::Rejoin:
    case Action::RemoveNode:
    case Action::TransferLeadership:
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
    case Action::AddNode:
    case Action::HealAll:
    case Action::Release:
    case Action::Pace:
        break;
    }
    return {};
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

/// Fields that are asked for only to say why not, when they are there, are not offered when another is misspelt.
void withholdOthers(YamlFields& fields, Action action)
{
    const Takes wanted = takes(action);
    const std::pair<const char*, bool> known[] = {{"target", wanted.target},
                                                  {"links", wanted.links},
                                                  {"duration", wanted.duration},
                                                  {"over", wanted.over},
                                                  {"to", action == Action::Rate || action == Action::Pace}};
    for (const auto& [field, isTaken] : known) {
        if (!isTaken)
            fields.withhold(field);
    }
}

/// Something that an action cannot do without is not there; a misspelt field is the likelier reason, and is named
/// first. For when all fields that belong to the step have been asked for.
void refuseMissing(YamlFields& fields, Action action, const QString& sentence)
{
    withholdOthers(fields, action);
    fields.finish();
    fields.refuse("do", sentence);
}

void readTarget(YamlFields& fields, Step& step, const QString& action, int nodes)
{
    const Takes wanted = takes(step.action);
    const std::optional<QStringList> target = fields.texts("target");
    if (wanted.target && !wanted.targetMayMiss && !target) {
        fields.refuse("do", QStringLiteral("%1 needs target: %2").arg(action, targetWords(nodes)));
    } else if (!wanted.target && target) {
        fields.refuse("target", wanted.links
                                    ? QStringLiteral("%1 is about links and takes links:, not target:").arg(action)
                                    : QStringLiteral("%1 takes no target; it is about the whole cluster").arg(action));
    } else if (target) {
        if (const std::optional<Target> known = parseTarget(*target, nodes))
            step.target = *known;
        else
            fields.refuse("target", QStringLiteral("target is \"%1\"; it must be %2")
                                        .arg(target->join(QLatin1Char(' ')), targetWords(nodes)));
    }
}

/// One value, in which spaces may stand, or a list of them.
QStringList readSelectors(YamlFields& fields)
{
    const YAML::Node node = fields.child("links");
    if (node.IsScalar())
        return splitLinkSelectors(QString::fromStdString(node.Scalar()));
    QStringList all;
    for (const QString& each : fields.texts("links").value_or(QStringList()))
        all << splitLinkSelectors(each);
    return all;
}

void readLinks(YamlFields& fields, Step& step, const QString& action, int nodes)
{
    if (!fields.has("links")) {
        if (takes(step.action).links && step.action != Action::Heal)
            fields.refuse(
                "do", QStringLiteral("%1 needs links: such as leader->followers, n1<->n3 or clients->all").arg(action));
        return;
    }
    if (!takes(step.action).links) {
        fields.refuse("links", QStringLiteral("%1 takes no links; link, cut and heal do").arg(action));
        return;
    }
    for (const QString& text : readSelectors(fields)) {
        const Result<LinkSelector> selector = parseLinkSelector(text, nodes);
        if (!selector) {
            fields.refuse("links", QStringLiteral("links is %1").arg(selector.error()));
            return;
        }
        step.links.push_back(*selector);
    }
    if (step.links.empty())
        fields.refuse("links", QStringLiteral("links names no link; it must be such as leader->followers or n1<->n3"));
}

/// What is wrong, of links or a disk: a preset, fields by name, or fields on top of a preset.
template <typename Presets, typename Fault>
void readFault(YamlFields& fields, Step& step, Fault& fault, const Presets& presets, const QStringList& fieldNames)
{
    if (const std::optional<QString> wanted = fields.text("preset")) {
        QStringList names;
        for (const auto& preset : presets) {
            names << preset.name;
            if (preset.name == *wanted) {
                fault = preset.fault;
                step.preset = preset.name;
            }
        }
        if (step.preset.isEmpty())
            fields.refuse("preset",
                          QStringLiteral("preset is \"%1\"; it must be one of %2").arg(*wanted, listed(names)));
    }
    bool anySet = false;
    for (const QString& field : fieldNames) {
        const QByteArray name = field.toLatin1();
        const std::optional<QString> text = fields.text(name.constData());
        if (!text)
            continue;
        anySet = true;
        if (const Result<void> set = fault::setField(fault, field, *text); !set)
            fields.refuse(name.constData(), set.error());
    }
    if (!anySet && step.preset.isEmpty())
        refuseMissing(fields, step.action,
                      QStringLiteral("%1 needs what is wrong: preset, or one or more of %2")
                          .arg(nameOf(step.action), listed(fieldNames)));
    // A preset that was changed is no longer what its name says.
    if (anySet)
        step.preset.clear();
}

void readLinkFault(YamlFields& fields, Step& step)
{
    readFault(fields, step, step.fault, fault::presets(), fault::fieldNames());
    if (fields.has("distribution") && step.fault.jitter.count() == 0) {
        if (step.fault.distribution != fault::Distribution::Constant)
            fields.refuse("distribution", QStringLiteral("distribution says how jitter spreads, and there is none; "
                                                         "give it a jitter, such as jitter: 10ms"));
        else if (step.fault.latency.count() == 0)
            fields.refuse("distribution", QStringLiteral("distribution: constant says that latency never varies, and "
                                                         "there is none; give it a latency, such as latency: 200ms"));
    }
    const bool ofClients = std::any_of(step.links.begin(), step.links.end(), [](const LinkSelector& selector) {
        return selector.from.kind == Target::Kind::Clients || selector.to.kind == Target::Kind::Clients;
    });
    if (const Result<void> valid = fault::validate(step.fault, ofClients); !valid) {
        // The sentence begins with the field that does not fit, unless that came with the preset.
        const QByteArray field = valid.error().section(QLatin1Char(' '), 0, 0).toLatin1();
        fields.refuse(fields.has(field.constData()) ? field.constData() : "links", valid.error());
    }
}

/// A partition's error does not depend on who plays which part, so anybody stands in for those that are chosen later.
std::vector<NodeId> standIns(const Target& target, int nodes)
{
    if (target.kind == Target::Kind::Named)
        return target.named;
    const bool isMany = target.kind == Target::Kind::All || target.kind == Target::Kind::Followers;
    const int last = target.kind == Target::Kind::Followers ? nodes - 1 : isMany ? nodes : 1;
    std::vector<NodeId> all;
    for (int node = 1; node <= last; ++node)
        all.push_back(NodeId{static_cast<quint32>(node)});
    return all;
}

void readSide(YamlFields& fields, Step& step, const QStringList& side, int nodes)
{
    const std::optional<Target> known = parseTarget(side, nodes);
    if (!known) {
        fields.refuse(
            "side",
            QStringLiteral("side is \"%1\"; it must be %2").arg(side.join(QLatin1Char(' ')), targetWords(nodes)));
        return;
    }
    step.side = *known;
    if (standIns(*known, nodes).size() >= static_cast<std::size_t>(nodes))
        fields.refuse("side",
                      QStringLiteral("side is all %1 nodes; it must leave at least one for the other side").arg(nodes));
}

void readPartition(YamlFields& fields, Step& step, int nodes)
{
    const std::optional<QString> shape = fields.text("shape");
    const std::optional<QStringList> side = fields.texts("side");
    const bool hasTarget = step.target.kind != Target::Kind::None;
    if (shape && side) {
        fields.refuse("side", QStringLiteral("a partition has a shape or the nodes of one side, not both"));
    } else if (side) {
        if (hasTarget)
            fields.refuse("target", QStringLiteral("a partition with side takes no target; the target is for a shape"));
        readSide(fields, step, *side, nodes);
    } else if (!shape) {
        refuseMissing(fields, step.action,
                      QStringLiteral("partition needs shape: one of %1; or side: the nodes of one side")
                          .arg(listed(partitionNames())));
    } else {
        step.shape = partitionNamed(*shape);
        if (!step.shape) {
            fields.refuse(
                "shape", QStringLiteral("shape is \"%1\"; it must be one of %2").arg(*shape, listed(partitionNames())));
        } else if (hasTarget &&
                   (step.shape == PartitionShape::Halves || step.shape == PartitionShape::MajoritiesRing)) {
            fields.refuse("target", QStringLiteral("%1 is about all nodes alike and takes no target").arg(*shape));
        } else if (hasTarget) {
            std::vector<NodeId> all = standIns({Target::Kind::All, {}}, nodes);
            fault::Random random;
            const auto cuts = cutsOf(*step.shape, all, standIns(step.target, nodes), random);
            if (!cuts)
                fields.refuse("target", cuts.error());
        }
    }
}

void readClock(YamlFields& fields, Step& step)
{
    readParsed(fields, "offset", &parseOffset, step.offset);
    readParsed(fields, "jump", &parseOffset, step.jump);
    readParsed(fields, "rate", &parseClockRate, step.clockRate);
    if (!step.offset && !step.jump && !step.clockRate)
        refuseMissing(fields, step.action, QStringLiteral("clock needs offset (5s), jump (-200ms) or rate (110%)"));
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
        readPartition(fields, step, nodes);
        break;
    case Action::Clock:
        readClock(fields, step);
        break;
    case Action::Disk:
        readFault(fields, step, step.disk, fault::diskPresets(), fault::diskFieldNames());
        break;
    case Action::CrashLoop:
        readCrashLoop(fields, step);
        break;
    case Action::Surge:
        readParsed(fields, "factor", &parseSurge, step.factor);
        if (!fields.has("factor"))
            refuseMissing(fields, step.action,
                          QStringLiteral("surge needs factor: how many times the load that is set, such as 5"));
        break;
    case Action::HotKey:
        readParsed(fields, "share", &fault::parseShare, step.share);
        if (!fields.has("share"))
            refuseMissing(fields, step.action, QStringLiteral("hot-key needs share: of the operations, such as 80%"));
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
    withholdOthers(fields, *action);
}

} // namespace

QString listed(const QStringList& names)
{
    return names.join(QStringLiteral(", "));
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
