// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/arguments.h"
#include "node/sim/isolated_runs.h"
#include "node/sim/never_seen.h"
#include "node/sim/report.h"
#include "node/sim/seed_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <sys/resource.h>

using namespace faultline;

namespace {

constexpr int kViolation = 1;
constexpr int kBadInput = 2;
constexpr int kMostRunsToShrink = 400;
constexpr int kStoryLines = 80;

void print(const QByteArray& bytes)
{
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

/// Of all runs so far, however many went on at a time and whoever else was at work: a core's worth.
std::chrono::milliseconds processorTime()
{
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    return std::chrono::seconds(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           std::chrono::milliseconds((used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1'000);
}

sim::Report::Found investigate(const sim::Demand& demand, quint64 seed, const sim::Violation& violation)
{
    sim::Report::Found found;
    found.seed = seed;
    found.violation = violation;
    found.shrunk = sim::shrink(sim::drawRun(demand, seed), violation, kMostRunsToShrink);
    const auto again = [&](quint64, const sim::Trace::Reader& reader) {
        return sim::perform(found.shrunk.run, reader);
    };
    found.story = sim::runAndTell(again, 0, kStoryLines).story;
    return found;
}

int runSeeds(const sim::Arguments& arguments)
{
    sim::Report report;
    report.base = arguments.seed;
    const auto start = std::chrono::steady_clock::now();
    const auto run = [&](quint64 number, const sim::Trace::Reader& reader) {
        return sim::perform(sim::drawRun(arguments.demand, arguments.seed + number), reader);
    };
    std::optional<std::pair<quint64, sim::Violation>> violation;
    sim::runMany(arguments.runs, arguments.jobs, run, [&](quint64 number, const sim::RunResult& result) {
        report.sum.add(result);
        ++report.seeds;
        if (result.violation)
            violation = {arguments.seed + number, *result.violation};
        const bool isLate = arguments.seconds > 0 && since(start) > std::chrono::seconds(arguments.seconds);
        return !violation && !isLate;
    });
    report.milliseconds = static_cast<quint64>(processorTime().count());
    if (arguments.allSeen)
        report.neverSeen = sim::neverSeen(report.sum);
    if (violation)
        report.found = investigate(arguments.demand, violation->first, violation->second);
    print(arguments.json ? sim::asJson(report) : sim::asText(report).toUtf8());
    return report.found || (report.neverSeen && !report.neverSeen->isEmpty()) ? kViolation : 0;
}

int runMutants(const sim::Arguments& arguments)
{
    constexpr quint64 kEnough = 1;
    sim::Chased chased;
    for (const sim::Mutant& mutant : sim::mutants()) {
        chased.emplace_back(
            &mutant, sim::chase(mutant, arguments.demand, arguments.seed, kEnough, arguments.runs, arguments.jobs));
        if (!arguments.json)
            print(sim::asText(sim::Chased{chased.back()}).toUtf8());
    }
    if (arguments.json)
        print(sim::asJson(chased));
    const bool allCaught =
        std::all_of(chased.begin(), chased.end(), [](const auto& mutant) { return mutant.second.byCheck(); });
    return allCaught ? 0 : kViolation;
}

} // namespace

int main(int argc, char** argv)
{
    QStringList words;
    for (int i = 1; i < argc; ++i)
        words << QString::fromLocal8Bit(argv[i]);
    const auto arguments = sim::parseArguments(words);
    if (!arguments) {
        std::fprintf(stderr, "faultline-sim: %s\n", qPrintable(arguments.error()));
        return kBadInput;
    }
    switch (arguments->ask) {
    case sim::Arguments::Ask::Help:
        print(sim::helpText().toUtf8());
        return 0;
    case sim::Arguments::Ask::Mutants:
        return runMutants(*arguments);
    case sim::Arguments::Ask::Runs:
        break;
    }
    return runSeeds(*arguments);
}
