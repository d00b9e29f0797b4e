// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/verdict.h"

#include <algorithm>
#include <cmath>

namespace faultline::lab {

namespace {

double milliseconds(std::chrono::microseconds duration)
{
    return static_cast<double>(duration.count()) / 1'000.0;
}

/// One thing that was timed: from a moment on, for so long, or (nothing) until the run ended without it.
struct Timing
{
    NodeId target;
    Monotonic from{0};
    std::optional<std::chrono::microseconds> took;
};

/// What an expectation is about, before its bound is looked at.
struct Reading
{
    std::optional<double> value;
    QString absent;        ///< why there is no value
    bool doubtful = false; ///< a bound that is missed is unknown, not missed
    QString doubt;         ///< the reason
};

/// A frozen node stands still by order; that is the fault, not a busy computer.
bool wasOrdered(const Stall& stall, const Facts& facts)
{
    return std::any_of(facts.faults.begin(), facts.faults.end(), [&](const FaultRecord& fault) {
        return fault.kind == FaultKind::Freeze && fault.target == stall.node && stall.to >= fault.from &&
               (!fault.to || stall.from <= *fault.to);
    });
}

std::optional<Stall> stallDuring(Monotonic from, Monotonic to, NodeId target, const Facts& facts)
{
    for (const Stall& stall : facts.stalls) {
        const bool concerns = !stall.node || stall.node != target;
        if (concerns && stall.to > from && stall.from < to && !wasOrdered(stall, facts))
            return stall;
    }
    return std::nullopt;
}

QString spoken(const Stall& stall)
{
    return QStringLiteral("%1 stood still for %2 ms meanwhile")
        .arg(stall.node ? stall.node.name() : QStringLiteral("the lab or the computer"))
        .arg(std::chrono::duration_cast<std::chrono::milliseconds>(stall.to - stall.from).count());
}

std::vector<Timing> leaderFaults(const Facts& facts, bool killsOnly, bool toWrite)
{
    std::vector<Timing> timings;
    for (const FaultRecord& fault : facts.faults) {
        if (fault.onLeader && (!killsOnly || fault.kind == FaultKind::Kill))
            timings.push_back({fault.target, fault.from, toWrite ? fault.writeAfter : fault.leaderAfter});
    }
    return timings;
}

Reading worst(const std::vector<Timing>& timings, const Expectation& expectation, const Facts& facts,
              const QString& absent)
{
    Reading reading;
    reading.absent = absent;
    for (const Timing& timing : timings) {
        const Monotonic until = timing.took ? timing.from + *timing.took : facts.to;
        if (const std::optional<Stall> stall = stallDuring(timing.from, until, timing.target, facts)) {
            reading.doubtful = true;
            reading.doubt = spoken(*stall);
        }
    }
    double longest = -1;
    for (const Timing& timing : timings) {
        if (timing.took) {
            longest = std::max(longest, milliseconds(*timing.took));
            continue;
        }
        const double waited = milliseconds(facts.to - timing.from);
        reading.value = std::nullopt;
        reading.absent = QStringLiteral("it had not come %1 ms later, when the run ended").arg(waited, 0, 'f', 0);
        if (!expectation.atMost || waited <= *expectation.atMost)
            reading.doubtful = true;
        return reading;
    }
    if (longest >= 0)
        reading.value = longest;
    else
        reading.doubtful = true;
    return reading;
}

/// The load in the expectation's part of the run.
const LoadRecord& loadOf(const Expectation& expectation, const Facts& facts)
{
    static const LoadRecord kNone;
    if (expectation.window.isWhole())
        return facts.load;
    const auto found = std::find_if(facts.windows.begin(), facts.windows.end(),
                                    [&](const auto& each) { return each.first == expectation.window; });
    return found == facts.windows.end() ? kNone : found->second;
}

Reading share(quint64 part, quint64 whole, const QString& absent)
{
    if (whole == 0)
        return {std::nullopt, absent, true, {}};
    return {static_cast<double>(part) / static_cast<double>(whole), {}, false, {}};
}

Reading limitedByGenerator(Reading reading, const LoadRecord& load)
{
    if (load.limited && !reading.doubtful) {
        reading.doubtful = true;
        reading.doubt = QStringLiteral("the load generator itself was the limit");
    }
    return reading;
}

/// Of operations, those that ended so. Of the whole run those that were sent count; of a part of it those that ended in
/// it, since some were sent before.
Reading shareOf(quint64 part, const Expectation& expectation, const LoadRecord& load)
{
    const quint64 whole = expectation.window.isWhole() ? load.attempted : load.ok + load.failed + load.unknown;
    return limitedByGenerator(share(part, whole, QStringLiteral("no operation was attempted")), load);
}

Reading throughput(const Expectation& expectation, const LoadRecord& load, const Facts& facts)
{
    const Monotonic took = expectation.window.isWhole() ? facts.to - facts.from : load.to - load.from;
    if (load.attempted == 0 || took <= Monotonic{0})
        return {std::nullopt, QStringLiteral("no operation was attempted"), true, {}};
    return limitedByGenerator({static_cast<double>(load.ok) * 1'000.0 / milliseconds(took), {}, false, {}}, load);
}

Reading latency(double part, const LoadRecord& load, const Facts& facts)
{
    const std::optional<std::chrono::nanoseconds> percentile = load.latency.percentile(part);
    if (!percentile) {
        const QString needs = part == 0.5 ? QStringLiteral("p50 needs 20 samples, there are %1")
                                          : QStringLiteral("p99 needs 1,000 samples, there are %1");
        return {std::nullopt, needs.arg(load.latency.count()), true, {}};
    }
    Reading reading{milliseconds(std::chrono::duration_cast<std::chrono::microseconds>(*percentile)), {}, false, {}};
    if (const std::optional<Stall> stall = stallDuring(load.from, load.to, NodeId{}, facts)) {
        reading.doubtful = true;
        reading.doubt = spoken(*stall);
    }
    return limitedByGenerator(reading, load);
}

std::vector<Timing> healings(const Facts& facts)
{
    std::vector<Timing> timings;
    for (const FaultRecord& fault : facts.faults) {
        if (isHealed(fault.kind) && fault.to && *fault.to < facts.to)
            timings.push_back({NodeId{}, *fault.to, fault.writeAfterHealing});
    }
    return timings;
}

std::vector<Timing> timingsOf(const std::vector<CatchUp>& catchUps)
{
    std::vector<Timing> timings;
    for (const CatchUp& each : catchUps)
        timings.push_back({NodeId{}, each.since, each.took});
    return timings;
}

/// Nodes that stand still for long enough are taken for dead, and rightly so.
Reading terms(const Expectation& expectation, const Facts& facts)
{
    Reading reading{static_cast<double>(facts.leadersByTerm.size()), {}, false, {}};
    if (!expectation.atMost)
        return reading;
    if (const std::optional<Stall> stall = stallDuring(facts.from, facts.to, NodeId{}, facts)) {
        reading.doubtful = true;
        reading.doubt = spoken(*stall);
    }
    return reading;
}

Reading count(std::size_t value)
{
    return {static_cast<double>(value), {}, false, {}};
}

Reading read(const Expectation& expectation, const Facts& facts)
{
    const QString noKill = QStringLiteral("no leader was killed");
    const QString noFault = QStringLiteral("no fault hit a leader");
    const QString noHealing = QStringLiteral("no fault of links was healed");
    const TallyRecord& tally = facts.tally;
    const LoadRecord& load = loadOf(expectation, facts);
    switch (expectation.measure) {
    case Measure::KillToLeader:
        return worst(leaderFaults(facts, true, false), expectation, facts, noKill);
    case Measure::KillToWrite:
        return limitedByGenerator(worst(leaderFaults(facts, true, true), expectation, facts, noKill), load);
    case Measure::FaultToLeader:
        return worst(leaderFaults(facts, false, false), expectation, facts, noFault);
    case Measure::FaultToWrite:
        return limitedByGenerator(worst(leaderFaults(facts, false, true), expectation, facts, noFault), load);
    case Measure::HealToWrite:
        return limitedByGenerator(worst(healings(facts), expectation, facts, noHealing), load);
    case Measure::HealToCaughtUp:
        return worst(timingsOf(facts.healings), expectation, facts, noHealing);
    case Measure::RestartToCaughtUp:
        return worst(timingsOf(facts.restarts), expectation, facts, QStringLiteral("no node was restarted"));
    case Measure::MinorityCommits:
        if (!facts.minorityCommits)
            return {std::nullopt, QStringLiteral("no partition with a minority stood long enough"), true, {}};
        return count(static_cast<std::size_t>(*facts.minorityCommits));
    case Measure::LogTruncated:
        return count(static_cast<std::size_t>(facts.logTruncated));
    case Measure::Terms:
        return terms(expectation, facts);
    case Measure::LeadersPerTermMax: {
        std::size_t most = 0;
        for (const auto& [term, leaders] : facts.leadersByTerm)
            most = std::max(most, leaders.size());
        if (most == 0)
            return {std::nullopt, QStringLiteral("there never was a leader"), true, {}};
        return count(most);
    }
    case Measure::Lost: {
        if (tally.acknowledged == 0)
            return {std::nullopt, QStringLiteral("no write was acknowledged, so none could be lost"), true, {}};
        return count(tally.lost);
    }
    case Measure::Acknowledged:
        return count(tally.acknowledged);
    case Measure::AllReadBack: {
        Reading reading = share(tally.readBack, tally.acknowledged, QStringLiteral("no write was acknowledged"));
        if (tally.lost == 0 && !reading.doubtful) {
            reading.doubtful = true;
            reading.doubt = QStringLiteral("%1 acknowledged writes could not be read back in time")
                                .arg(tally.acknowledged - tally.readBack);
        }
        return reading;
    }
    case Measure::UnknownShare:
        return shareOf(load.unknown, expectation, load);
    case Measure::Availability:
        return shareOf(load.ok, expectation, load);
    case Measure::FailedShare:
        return shareOf(load.failed, expectation, load);
    case Measure::Throughput:
        return throughput(expectation, load, facts);
    case Measure::LatencyP50:
        return latency(0.5, load, facts);
    case Measure::LatencyP99:
        return latency(0.99, load, facts);
    case Measure::DivergedNodes:
        if (!facts.divergedNodes)
            return {std::nullopt, QStringLiteral("the nodes never came to rest at one applied index"), true, {}};
        return count(static_cast<std::size_t>(*facts.divergedNodes));
    }
    return {};
}

} // namespace

QString nameOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Met:
        return QStringLiteral("met");
    case Outcome::NotMet:
        return QStringLiteral("not-met");
    case Outcome::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

Verdict judge(const Expectation& expectation, const Facts& facts)
{
    Verdict verdict{expectation.id, expectation.text, Outcome::Unknown, {}, unitName(unitOf(expectation.measure)), {}};
    const Reading reading = read(expectation, facts);
    verdict.measured = reading.value;
    if (!reading.value) {
        verdict.outcome = reading.doubtful ? Outcome::Unknown : Outcome::NotMet;
        verdict.why = reading.doubt.isEmpty() ? reading.absent : reading.doubt;
        return verdict;
    }
    const bool holds = (!expectation.atMost || *reading.value <= *expectation.atMost) &&
                       (!expectation.atLeast || *reading.value >= *expectation.atLeast);
    if (!holds) {
        verdict.outcome = reading.doubtful ? Outcome::Unknown : Outcome::NotMet;
        verdict.why = reading.doubt;
        return verdict;
    }
    verdict.outcome = Outcome::Met;
    const TallyRecord& tally = facts.tally;
    if (expectation.measure == Measure::Lost && expectation.atMost &&
        tally.readBack + tally.lost < tally.acknowledged) {
        verdict.outcome = Outcome::Unknown;
        verdict.why = QStringLiteral("%1 acknowledged writes could not be read back in time")
                          .arg(tally.acknowledged - tally.readBack - tally.lost);
    }
    return verdict;
}

std::vector<Verdict> judge(const std::vector<Expectation>& expectations, const Facts& facts)
{
    std::vector<Verdict> verdicts;
    verdicts.reserve(expectations.size());
    for (const Expectation& expectation : expectations)
        verdicts.push_back(judge(expectation, facts));
    return verdicts;
}

Outcome overall(const std::vector<Verdict>& verdicts)
{
    Outcome outcome = Outcome::Met;
    for (const Verdict& verdict : verdicts) {
        if (verdict.outcome == Outcome::NotMet)
            return Outcome::NotMet;
        if (verdict.outcome == Outcome::Unknown)
            outcome = Outcome::Unknown;
    }
    return outcome;
}

} // namespace faultline::lab
