// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/arguments.h"

#include "node/sim/mutants.h"

#include <optional>

namespace faultline::sim {

namespace {

struct Number
{
    const char* option;
    quint64 least;
    quint64 most;
    std::function<void(Arguments&, quint64)> set;
};

const std::vector<Number>& numbers()
{
    static const std::vector<Number> kNumbers{
        {"--seed", 0, ~quint64(0), [](Arguments& to, quint64 value) { to.seed = value; }},
        {"--runs", 1, 1'000'000'000, [](Arguments& to, quint64 value) { to.runs = value; }},
        {"--nodes", 1, 9, [](Arguments& to, quint64 value) { to.demand.nodes = static_cast<int>(value); }},
        {"--ticks", 1, 10'000'000, [](Arguments& to, quint64 value) { to.demand.ticks = static_cast<int>(value); }},
        {"--jobs", 1, 64, [](Arguments& to, quint64 value) { to.jobs = static_cast<int>(value); }},
        {"--seconds", 1, 1'000'000, [](Arguments& to, quint64 value) { to.seconds = static_cast<int>(value); }},
    };
    return kNumbers;
}

std::optional<quint64> numberFrom(const QString& text)
{
    bool ok = false;
    const bool isHex = text.startsWith(QLatin1String("0x"));
    const quint64 value = isHex ? text.mid(2).toULongLong(&ok, 16) : text.toULongLong(&ok);
    return ok ? std::optional(value) : std::nullopt;
}

QString mutantNames()
{
    QStringList names;
    for (const Mutant& mutant : mutants())
        names << QString::fromLatin1(mutant.name);
    return names.join(QStringLiteral(", "));
}

} // namespace

Result<Arguments> parseArguments(const QStringList& arguments)
{
    Arguments result;
    bool hasRuns = false;
    bool hasTicks = false;
    bool isSound = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& option = arguments[i];
        if (option == QLatin1String("--help") || option == QLatin1String("-h")) {
            result.ask = Arguments::Ask::Help;
            return result;
        }
        if (option == QLatin1String("--json")) {
            result.json = true;
            continue;
        }
        if (option == QLatin1String("--no-faults")) {
            result.demand.isFaultless = true;
            continue;
        }
        if (option == QLatin1String("--all-seen")) {
            result.allSeen = true;
            continue;
        }
        if (option == QLatin1String("--sound")) {
            isSound = true;
            continue;
        }
        if (option == QLatin1String("--mutants")) {
            result.ask = Arguments::Ask::Mutants;
            continue;
        }
        const auto known = std::find_if(numbers().begin(), numbers().end(),
                                        [&](const Number& number) { return option == QLatin1String(number.option); });
        const bool isMutant = option == QLatin1String("--mutant");
        if (known == numbers().end() && !isMutant)
            return Error{QStringLiteral("unknown option %1; --help lists them").arg(option)};
        if (++i == arguments.size())
            return Error{QStringLiteral("%1 needs a value behind it").arg(option)};
        if (isMutant) {
            if (!findMutant(arguments[i]))
                return Error{QStringLiteral("--mutant %1 is none; there are %2").arg(arguments[i], mutantNames())};
            result.mutant = arguments[i];
            continue;
        }
        const auto value = numberFrom(arguments[i]);
        if (!value || *value < known->least || *value > known->most)
            return Error{QStringLiteral("%1 %2 is not a whole number from %3 to %4")
                             .arg(option, arguments[i])
                             .arg(known->least)
                             .arg(known->most)};
        known->set(result, *value);
        hasRuns |= option == QLatin1String("--runs");
        hasTicks |= option == QLatin1String("--ticks");
    }
    if (result.allSeen && (result.ask == Arguments::Ask::Mutants || result.demand.isFaultless))
        return Error{
            QStringLiteral("--all-seen looks for every fault in many runs; leave out --mutants and --no-faults")};
    if (result.ask == Arguments::Ask::Mutants) {
        if (!result.mutant.isEmpty())
            return Error{QStringLiteral("--mutants runs all of them; leave out --mutant %1").arg(result.mutant)};
        if (!hasRuns)
            result.runs = 2'000;
        if (!hasTicks)
            result.demand.ticks = 3'000;
    }
    if (const Mutant* mutant = findMutant(result.mutant))
        mutant->apply(result.demand);
    if (isSound) {
        result.demand.beSound();
    }
    return result;
}

QString helpText()
{
    return QStringLiteral(
               "faultline-sim: a cluster in one process, in simulated time, among faults, with every check on\n"
               "\n"
               "  --seed N        the first seed, decimal or 0x...; a run follows from its seed alone (1)\n"
               "  --runs K        so many seeds, one after the other (1)\n"
               "  --nodes M       voters at the start, 1 to 9 (drawn from the seed)\n"
               "  --ticks T       of 10 ms under fire; then everything is healed and must recover (20000)\n"
               "  --jobs J        runs at a time, each in a process of its own (1)\n"
               "  --seconds S     begin no run after so long\n"
               "  --no-faults     nothing goes wrong\n"
               "  --all-seen      a fault, check or transition that never came about is a failure too\n"
               "  --json          one JSON object instead of text\n"
               "  --mutant NAME   with one rule of the protocol left out, which should be found\n"
               "  --sound         behind --mutant: among the faults it is looked for by, but with every rule kept\n"
               "  --mutants       all of those, each until it is caught, and a table (--runs 2000 --ticks 3000)\n"
               "  --help          this\n"
               "\n"
               "A violation ends the runs; its seed is printed, and the fewest faults and ticks that still show it, as "
               "a story.\n"
               "Exit 0: clean (--mutants: each was caught). 1: a violation, or never seen. 2: bad options, in one "
               "sentence.\n"
               "\n"
               "Mutants: %1\n")
        .arg(mutantNames());
}

} // namespace faultline::sim
