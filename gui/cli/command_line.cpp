// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/command_line.h"

#include "gui/cli/help.h"
#include "gui/lab/report/conditions.h"
#include "gui/lab/scenario/scenario.h"

#include <QRegularExpression>

namespace faultline::cli {

namespace {

/// Walks the arguments of one command: options with or without a value, and what stands between them.
class Arguments
{
public:
    Arguments(QString command, QStringList rest)
        : m_command(std::move(command))
        , m_rest(std::move(rest))
    {}

    /// The next argument, split at "=" when it is an option. False at the end.
    bool next()
    {
        m_attached.reset();
        if (m_rest.isEmpty())
            return false;
        m_current = m_rest.takeFirst();
        const qsizetype equals = m_current.indexOf(QLatin1Char('='));
        if (isOption() && equals > 0) {
            m_attached = m_current.mid(equals + 1);
            m_current.truncate(equals);
        }
        return true;
    }

    bool isOption() const { return m_current.startsWith(QLatin1Char('-')) && m_current.size() > 1; }
    bool is(const char* option) const { return m_current == QLatin1String(option); }
    const QString& current() const { return m_current; }

    /// The value of the current option: what is attached, or the next argument.
    std::optional<QString> value()
    {
        if (m_attached)
            return std::exchange(m_attached, std::nullopt);
        if (m_rest.isEmpty())
            return std::nullopt;
        return m_rest.takeFirst();
    }

    bool hasUnusedValue() const { return m_attached.has_value(); }

    Error unknownOption() const
    {
        return {QStringLiteral("unknown option %1; `faultline%2 --help` lists the options there are")
                    .arg(m_current, m_command)};
    }

    Error needs(const QString& what) const { return {QStringLiteral("%1 needs %2").arg(m_current, what)}; }

    Error wrong(const QString& value, const QString& right) const
    {
        return {QStringLiteral("%1 is \"%2\"; it must be %3").arg(m_current, value, right)};
    }

private:
    QString m_command;
    QStringList m_rest;
    QString m_current;
    std::optional<QString> m_attached;
};

Result<int> nodesOf(Arguments& arguments)
{
    const QString what = QStringLiteral("a whole number from %1 to %2").arg(lab::kMinNodes).arg(lab::kMaxNodes);
    const std::optional<QString> value = arguments.value();
    if (!value)
        return arguments.needs(what);
    bool isNumber = false;
    const int nodes = value->toInt(&isNumber);
    if (!isNumber || nodes < lab::kMinNodes || nodes > lab::kMaxNodes)
        return arguments.wrong(*value, what);
    return nodes;
}

Result<double> rateOf(Arguments& arguments)
{
    const QString what =
        QStringLiteral("0 (no load) or from 1 to %1 operations a second").arg(lab::kMaxRate, 0, 'f', 0);
    const std::optional<QString> value = arguments.value();
    if (!value)
        return arguments.needs(what);
    bool isNumber = false;
    const double rate = value->toDouble(&isNumber);
    if (!isNumber || !(rate == 0 || (rate >= 1 && rate <= lab::kMaxRate)))
        return arguments.wrong(*value, what);
    return rate;
}

Result<wire::Pace> paceOf(Arguments& arguments)
{
    const QString what = QStringLiteral("real, watch, or x1 to x%1").arg(wire::kMaxPaceFactor);
    const std::optional<QString> value = arguments.value();
    if (!value)
        return arguments.needs(what);
    if (const std::optional<wire::Pace> pace = lab::paceNamed(*value))
        return *pace;
    return arguments.wrong(*value, what);
}

Result<QSize> sizeOf(Arguments& arguments)
{
    const QString what = QStringLiteral("WIDTHxHEIGHT in pixels, from 640x400 to 7680x4320, such as 1280x800");
    const std::optional<QString> value = arguments.value();
    if (!value)
        return arguments.needs(what);
    static const QRegularExpression kShape(QStringLiteral("^([0-9]{1,4})x([0-9]{1,4})$"));
    const QRegularExpressionMatch match = kShape.match(*value);
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    if (!match.hasMatch() || size.width() < 640 || size.height() < 400 || size.width() > 7680 || size.height() > 4320)
        return arguments.wrong(*value, what);
    return size;
}

Result<std::optional<bool>> themeOf(Arguments& arguments)
{
    const QString what = QStringLiteral("light, dark or system");
    const std::optional<QString> value = arguments.value();
    if (!value)
        return arguments.needs(what);
    if (*value == QLatin1String("system"))
        return std::optional<bool>();
    if (*value == QLatin1String("light") || *value == QLatin1String("dark"))
        return std::optional(*value == QLatin1String("dark"));
    return arguments.wrong(*value, what);
}

Result<QString> textOf(Arguments& arguments, const QString& what)
{
    const std::optional<QString> value = arguments.value();
    if (!value || value->isEmpty())
        return arguments.needs(what);
    return *value;
}

/// Puts a value that was read where it belongs, or keeps the sentence that says why there is none.
template <typename Value, typename Place> std::optional<Error> put(Result<Value>&& value, Place& place)
{
    if (!value)
        return Error{value.error()};
    place = *std::move(value);
    return std::nullopt;
}

/// True when the current option was one of a cluster's; `problem` is then set when its value was wrong.
bool takeClusterOption(Arguments& arguments, ClusterOptions& options, std::optional<Error>& problem)
{
    if (arguments.is("--node-program"))
        problem = put(textOf(arguments, QStringLiteral("the path of faultline-node")), options.nodeProgram);
    else if (arguments.is("--data"))
        problem = put(textOf(arguments, QStringLiteral("a folder to keep the nodes' data in")), options.dataRoot);
    else
        return false;
    return true;
}

bool asksForHelp(const Arguments& arguments)
{
    return arguments.is("--help") || arguments.is("-h");
}

Error unexpected(const Arguments& arguments, const char* command)
{
    return {QStringLiteral("%1 takes no \"%2\"; `faultline %1 --help` says what it takes")
                .arg(QLatin1String(command), arguments.current())};
}

Error uselessValue(const Arguments& arguments)
{
    return {QStringLiteral("%1 takes no value").arg(arguments.current())};
}

Result<Command> parseDesktop(const QStringList& rest)
{
    Arguments arguments(QString(), rest);
    DesktopCommand command;
    while (arguments.next()) {
        std::optional<Error> problem;
        if (asksForHelp(arguments))
            return Command(SayCommand{helpText()});
        if (arguments.is("--version"))
            return Command(
                SayCommand{QStringLiteral("faultline %1 (%2)").arg(lab::buildVersion(), lab::buildCommit())});
        if (arguments.is("--theme"))
            problem = put(themeOf(arguments), command.dark);
        else if (arguments.is("--size"))
            problem = put(sizeOf(arguments), command.size);
        else if (arguments.is("--nodes"))
            problem = put(nodesOf(arguments), command.nodes);
        else if (arguments.is("--rate"))
            problem = put(rateOf(arguments), command.rate);
        else if (arguments.is("--pace"))
            problem = put(paceOf(arguments), command.pace);
        else if (!takeClusterOption(arguments, command.cluster, problem)) {
            if (arguments.isOption())
                return arguments.unknownOption();
            return Error{
                QStringLiteral(
                    "unknown command \"%1\"; there are up, run, check and scenarios, and without one the desktop opens")
                    .arg(arguments.current())};
        }
        if (problem)
            return *problem;
        if (arguments.hasUnusedValue())
            return uselessValue(arguments);
    }
    return Command(command);
}

Result<Command> parseUp(const QStringList& rest)
{
    Arguments arguments(QStringLiteral(" up"), rest);
    UpCommand command;
    while (arguments.next()) {
        std::optional<Error> problem;
        if (asksForHelp(arguments))
            return Command(SayCommand{upHelpText()});
        if (arguments.is("--nodes"))
            problem = put(nodesOf(arguments), command.nodes);
        else if (arguments.is("--rate"))
            problem = put(rateOf(arguments), command.rate);
        else if (arguments.is("--json"))
            command.json = true;
        else if (!takeClusterOption(arguments, command.cluster, problem))
            return arguments.isOption() ? arguments.unknownOption() : unexpected(arguments, "up");
        if (problem)
            return *problem;
        if (arguments.hasUnusedValue())
            return uselessValue(arguments);
    }
    return Command(command);
}

Result<Command> parseRun(const QStringList& rest)
{
    Arguments arguments(QStringLiteral(" run"), rest);
    RunCommand command;
    while (arguments.next()) {
        std::optional<Error> problem;
        if (asksForHelp(arguments))
            return Command(SayCommand{runHelpText()});
        if (arguments.is("--report")) {
            problem = put(textOf(arguments, QStringLiteral("a folder to put the report in")), command.reportFolder);
        } else if (arguments.is("--json")) {
            problem = put(textOf(arguments, QStringLiteral("a file to write the report to")), command.jsonFile);
        } else if (arguments.is("--seed")) {
            const std::optional<QString> value = arguments.value();
            bool isNumber = false;
            const quint64 seed = value ? value->toULongLong(&isNumber) : 0;
            if (!isNumber)
                return value ? arguments.wrong(*value, QStringLiteral("a whole number from 0 on"))
                             : arguments.needs(QStringLiteral("a whole number from 0 on"));
            command.seed = seed;
        } else if (!takeClusterOption(arguments, command.cluster, problem)) {
            if (arguments.isOption())
                return arguments.unknownOption();
            if (!command.scenario.isEmpty())
                return Error{
                    QStringLiteral("run takes one scenario, and \"%1\" is a second; run them one after the other")
                        .arg(arguments.current())};
            command.scenario = arguments.current();
        }
        if (problem)
            return *problem;
        if (arguments.hasUnusedValue())
            return uselessValue(arguments);
    }
    if (command.scenario.isEmpty())
        return Error{QStringLiteral("run needs a scenario: a YAML file, or a name that `faultline scenarios` lists")};
    return Command(command);
}

Result<Command> parseCheck(const QStringList& rest)
{
    Arguments arguments(QStringLiteral(" check"), rest);
    CheckCommand command;
    while (arguments.next()) {
        if (asksForHelp(arguments))
            return Command(SayCommand{checkHelpText()});
        if (arguments.is("--model")) {
            const QString what = QStringLiteral("register, cas-register or kv");
            const std::optional<QString> value = arguments.value();
            if (!value)
                return arguments.needs(what);
            if (*value != QLatin1String("register") && *value != QLatin1String("cas-register") &&
                *value != QLatin1String("kv"))
                return arguments.wrong(*value, what);
            command.model = *value == QLatin1String("kv") ? *value : QStringLiteral("register");
        } else if (arguments.isOption()) {
            return arguments.unknownOption();
        } else if (!command.history.isEmpty()) {
            return Error{
                QStringLiteral("check takes one history, and \"%1\" is a second; check them one after the other")
                    .arg(arguments.current())};
        } else {
            command.history = arguments.current();
        }
    }
    if (command.history.isEmpty())
        return Error{QStringLiteral("check needs a history: a file as `faultline check --help` describes")};
    return Command(command);
}

Result<Command> parseScenarios(const QStringList& rest)
{
    Arguments arguments(QStringLiteral(" scenarios"), rest);
    ScenariosCommand command;
    while (arguments.next()) {
        if (asksForHelp(arguments))
            return Command(SayCommand{scenariosHelpText()});
        if (!arguments.is("--json"))
            return arguments.isOption() ? arguments.unknownOption() : unexpected(arguments, "scenarios");
        if (arguments.hasUnusedValue())
            return uselessValue(arguments);
        command.json = true;
    }
    return Command(command);
}

} // namespace

Result<Command> parseCommandLine(const QStringList& arguments)
{
    if (arguments.isEmpty())
        return Command(DesktopCommand{});
    const QString& command = arguments.first();
    const QStringList rest = arguments.mid(1);
    if (command == QLatin1String("up"))
        return parseUp(rest);
    if (command == QLatin1String("run"))
        return parseRun(rest);
    if (command == QLatin1String("check"))
        return parseCheck(rest);
    if (command == QLatin1String("scenarios"))
        return parseScenarios(rest);
    return parseDesktop(arguments);
}

} // namespace faultline::cli
