// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/scenario_file.h"

#include "gui/lab/scenario/step_file.h"
#include "gui/lab/scenario/yaml_fields.h"

#include <yaml-cpp/yaml.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <cmath>

namespace faultline::lab {

namespace {

constexpr std::size_t kMaxSteps = 1'000;
constexpr std::size_t kMaxExpectations = 100;

/// A bound in the measure's unit.
std::optional<double> readBound(YamlFields& fields, const char* field, Measure measure)
{
    switch (unitOf(measure)) {
    case MeasureUnit::Milliseconds:
        if (const std::optional<std::chrono::milliseconds> bound = fields.duration(field))
            return static_cast<double>(bound->count());
        return std::nullopt;
    case MeasureUnit::Share:
        return fields.share(field);
    case MeasureUnit::PerSecond:
        return fields.number(field, 0, 1e9, QStringLiteral("a number of operations a second from 0 on"));
    case MeasureUnit::Count:
        break;
    }
    if (const std::optional<quint64> bound =
            fields.wholeNumber(field, 0, 1'000'000'000, QStringLiteral("a whole number from 0 on")))
        return static_cast<double>(*bound);
    return std::nullopt;
}

void readWindow(YamlFields& fields, Expectation& expectation, const QString& measure)
{
    expectation.window = {fields.duration("from"), fields.duration("until")};
    if (expectation.window.isWhole())
        return;
    const char* first = expectation.window.from ? "from" : "until";
    if (!isOfLoad(expectation.measure)) {
        QStringList ofLoad;
        for (const QString& name : measureNames()) {
            if (isOfLoad(*measureNamed(name)))
                ofLoad << name;
        }
        fields.refuse(first, QStringLiteral("%1 is of the whole run and takes no %2; %3 can be of a part of it")
                                 .arg(measure, QLatin1String(first), listed(ofLoad)));
    } else if (expectation.window.from && expectation.window.until &&
               *expectation.window.from >= *expectation.window.until) {
        fields.refuse("until", QStringLiteral("until is %1 ms; it must be later than from, which is %2 ms")
                                   .arg(expectation.window.until->count())
                                   .arg(expectation.window.from->count()));
    }
}

Result<Expectation> readExpectation(const YAML::Node& node, const QString& fileName, int number)
{
    YamlFields fields(node, fileName, QStringLiteral("expectation %1").arg(number));
    Expectation expectation;
    const std::optional<QString> id = fields.text("id");
    const std::optional<QString> text = fields.text("text");
    const std::optional<QString> measure = fields.text("measure");
    static const QRegularExpression kIdShape(QStringLiteral("^[a-z0-9][a-z0-9_-]{0,63}$"));
    if (!id)
        fields.refuse(QStringLiteral("an expectation needs id: a short name such as new-leader"));
    else if (!kIdShape.match(*id).hasMatch())
        fields.refuse("id",
                      QStringLiteral("id is \"%1\"; it must be of lower-case letters, digits, - and _, 64 at most")
                          .arg(id->left(80)));
    else
        expectation.id = *id;
    if (!text)
        fields.refuse(QStringLiteral("an expectation needs text: what is expected, as a sentence for people"));
    else
        expectation.text = text->simplified();
    const std::optional<Measure> known = measure ? measureNamed(*measure) : std::nullopt;
    if (!measure)
        fields.refuse(QStringLiteral("an expectation needs measure: one of %1").arg(listed(measureNames())));
    else if (!known)
        fields.refuse("measure",
                      QStringLiteral("measure is \"%1\"; it must be one of %2").arg(*measure, listed(measureNames())));
    const bool hasMost = fields.has("at_most");
    const bool hasLeast = fields.has("at_least");
    if (hasMost == hasLeast)
        fields.refuse(QStringLiteral("an expectation needs either at_most or at_least"));
    if (known && !fields.problem()) {
        expectation.measure = *known;
        expectation.atMost = hasMost ? readBound(fields, "at_most", *known) : std::nullopt;
        expectation.atLeast = hasLeast ? readBound(fields, "at_least", *known) : std::nullopt;
    }
    readWindow(fields, expectation, measure.value_or(QString()));
    fields.finish();
    if (fields.problem())
        return *fields.problem();
    return expectation;
}

/// The nodes of a list under a field, refused when it is no list, empty when it must not be, or too long.
std::vector<YAML::Node> readList(YamlFields& fields, const char* field, std::size_t most)
{
    const YAML::Node list = fields.child(field);
    if (list.IsNull())
        return {};
    if (!list.IsSequence()) {
        fields.refuse(field, QStringLiteral("%1 is a list; begin each entry with \"- \"").arg(QLatin1String(field)));
        return {};
    }
    if (list.size() > most) {
        fields.refuse(field, QStringLiteral("%1 has %2 entries; there can be at most %3")
                                 .arg(QLatin1String(field))
                                 .arg(list.size())
                                 .arg(most));
        return {};
    }
    return {list.begin(), list.end()};
}

Result<Scenario> readRoot(const YAML::Node& root, const QString& fileName)
{
    YamlFields fields(root, fileName, QStringLiteral("the scenario"));
    Scenario scenario;
    static const QRegularExpression kNameShape(QStringLiteral("^[a-z0-9][a-z0-9-]{0,63}$"));
    const std::optional<QString> name = fields.text("name");
    if (!name)
        fields.refuse(QStringLiteral("the scenario needs name: a short name such as leader-election"));
    else if (!kNameShape.match(*name).hasMatch())
        fields.refuse("name",
                      QStringLiteral("name is \"%1\"; it must be of lower-case letters, digits and -, 64 at most")
                          .arg(name->left(80)));
    else
        scenario.name = *name;
    scenario.title = fields.text("title").value_or(scenario.name).simplified();
    scenario.story = fields.text("story").value_or(QString()).trimmed();
    if (const auto nodes =
            fields.wholeNumber("nodes", kMinNodes, kMaxNodes,
                               QStringLiteral("a whole number from %1 to %2").arg(kMinNodes).arg(kMaxNodes)))
        scenario.nodes = static_cast<int>(*nodes);
    readPace(fields, "pace", scenario.pace);
    readRate(fields, "rate", scenario.rate);
    scenario.readShare = fields.share("read_share").value_or(scenario.readShare);
    scenario.seed =
        fields.wholeNumber("seed", 0, std::numeric_limits<quint64>::max(), QStringLiteral("a whole number from 0 on"))
            .value_or(scenario.seed);
    scenario.watchedKey = fields.text("watched_key").value_or(QString::fromUtf8(scenario.watchedKey)).toUtf8();
    if (scenario.watchedKey.size() > wire::kMaxWatchedBytes)
        fields.refuse("watched_key", QStringLiteral("watched_key has %1 bytes; it can have at most %2")
                                         .arg(scenario.watchedKey.size())
                                         .arg(wire::kMaxWatchedBytes));

    const std::vector<YAML::Node> steps = readList(fields, "steps", kMaxSteps);
    const std::vector<YAML::Node> expectations = readList(fields, "expectations", kMaxExpectations);
    if (steps.empty())
        fields.refuse(QStringLiteral(
            "the scenario needs steps: a list of what happens, such as \"- {at: 2s, do: kill, target: leader}\""));
    fields.finish();
    if (fields.problem())
        return *fields.problem();

    std::chrono::milliseconds latest{0};
    for (const YAML::Node& node : steps) {
        Result<Step> step = readStep(node, fileName, static_cast<int>(scenario.steps.size()) + 1, scenario.nodes);
        if (!step)
            return Error{step.error()};
        if (step->at && *step->at < latest) {
            return errorAt(
                fileName, step->line,
                QStringLiteral(
                    "step %1 is at %2 ms, before the step above it at %3 ms; put steps in the order of their times")
                    .arg(scenario.steps.size() + 1)
                    .arg(step->at->count())
                    .arg(latest.count()));
        }
        latest = step->at.value_or(latest);
        scenario.steps.push_back(*std::move(step));
    }
    QStringList ids;
    for (const YAML::Node& node : expectations) {
        Result<Expectation> expectation = readExpectation(node, fileName, static_cast<int>(ids.size()) + 1);
        if (!expectation)
            return Error{expectation.error()};
        if (ids.contains(expectation->id)) {
            return errorAt(fileName, node.Mark().line + 1,
                           QStringLiteral("the id \"%1\" is taken by an expectation above; give each its own")
                               .arg(expectation->id));
        }
        ids.append(expectation->id);
        scenario.expectations.push_back(*std::move(expectation));
    }
    return scenario;
}

} // namespace

std::optional<std::chrono::milliseconds> parseDuration(const QString& text)
{
    static const QRegularExpression kShape(QStringLiteral("^([0-9]+(?:\\.[0-9]+)?) ?(ms|s|min)$"));
    const QRegularExpressionMatch match = kShape.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const QString unit = match.captured(2);
    const double scale = unit == QLatin1String("ms") ? 1 : unit == QLatin1String("s") ? 1'000 : 60'000;
    const double milliseconds = match.captured(1).toDouble() * scale;
    constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);
    if (milliseconds > static_cast<double>(kDay.count()))
        return std::nullopt;
    return std::chrono::milliseconds(std::llround(milliseconds));
}

Result<Scenario> parseScenario(const QByteArray& yaml, const QString& fileName)
{
    if (yaml.size() > kMaxScenarioBytes)
        return errorAt(
            fileName, 0,
            QStringLiteral("the file has %1 bytes; a scenario has at most %2").arg(yaml.size()).arg(kMaxScenarioBytes));
    try {
        const YAML::Node root = YAML::Load(yaml.toStdString());
        if (root.IsNull())
            return errorAt(fileName, 1, QStringLiteral("the file is empty; a scenario begins with \"name: \""));
        return readRoot(root, fileName);
    } catch (const YAML::Exception& broken) {
        const int line = broken.mark.is_null() ? 0 : broken.mark.line + 1;
        return errorAt(fileName, line, QStringLiteral("this is not YAML: %1").arg(QString::fromStdString(broken.msg)));
    } catch (const std::exception& broken) {
        return errorAt(fileName, 0, QStringLiteral("this is not YAML: %1").arg(QString::fromUtf8(broken.what())));
    }
}

QStringList builtInScenarios()
{
    QStringList names;
    const QDir folder(QStringLiteral(":/scenarios"));
    for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.yaml")}, QDir::Files, QDir::Name))
        names.append(file.completeBaseName());
    return names;
}

Result<Scenario> readScenario(const QString& fileOrName)
{
    QString path = fileOrName;
    static const QRegularExpression kPlainName(QStringLiteral("^[a-z0-9][a-z0-9-]*$"));
    if (!QFileInfo::exists(path) && kPlainName.match(fileOrName).hasMatch()) {
        path = QStringLiteral(":/scenarios/%1.yaml").arg(fileOrName);
        if (!QFileInfo::exists(path)) {
            const QStringList names = builtInScenarios();
            return Error{QStringLiteral("%1: no such file, and no scenario of that name is built in; there are %2")
                             .arg(fileOrName, names.isEmpty() ? QStringLiteral("none") : listed(names))};
        }
    }
    if (path.isEmpty())
        return Error{QStringLiteral(
            "the scenario has no name; name a YAML file, or a built-in scenario as `faultline scenarios` lists them")};
    const QFileInfo info(path);
    if (info.isDir())
        return Error{QStringLiteral("%1: a folder; a scenario is a YAML file").arg(fileOrName)};
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{
            QStringLiteral(
                "%1: cannot be read (%2); name a YAML file, or a built-in scenario as `faultline scenarios` lists them")
                .arg(fileOrName, file.errorString())};
    return parseScenario(file.read(kMaxScenarioBytes + 1), fileOrName);
}

} // namespace faultline::lab
