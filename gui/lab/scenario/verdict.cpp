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

Reading share(quint64 part, quint64 whole, const QString& absent)
{
    if (whole == 0)
        return {std::nullopt, absent, true, {}};
    return {static_cast<double>(part) / static_cast<double>(whole), {}, false, {}};
}

Reading limitedByGenerator(Reading reading, const Facts& facts)
{
    if (facts.load.limited && !reading.doubtful) {
        reading.doubtful = true;
        reading.doubt = QStringLiteral("the load generator itself was the limit");
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
    const QString noLoad = QStringLiteral("no operation was attempted");
    const TallyRecord& tally = facts.tally;
    switch (expectation.measure) {
    case Measure::KillToLeader:
        return worst(leaderFaults(facts, true, false), expectation, facts, noKill);
    case Measure::KillToWrite:
        return limitedByGenerator(worst(leaderFaults(facts, true, true), expectation, facts, noKill), facts);
    case Measure::FaultToLeader:
        return worst(leaderFaults(facts, false, false), expectation, facts, noFault);
    case Measure::FaultToWrite:
        return limitedByGenerator(worst(leaderFaults(facts, false, true), expectation, facts, noFault), facts);
    case Measure::HealToWrite: {
        std::vector<Timing> timings;
        for (const FaultRecord& fault : facts.faults) {
            const bool isOfLinks = fault.kind == FaultKind::Cut || fault.kind == FaultKind::Link ||
                                   fault.kind == FaultKind::Isolate || fault.kind == FaultKind::Freeze;
            if (isOfLinks && fault.to && *fault.to < facts.to)
                timings.push_back({NodeId{}, *fault.to, fault.writeAfterHealing});
        }
        return limitedByGenerator(worst(timings, expectation, facts, QStringLiteral("no fault of links was healed")),
                                  facts);
    }
    case Measure::MinorityCommits:
        if (!facts.minorityCommits)
            return {std::nullopt, QStringLiteral("no partition with a minority stood long enough"), true, {}};
        return count(static_cast<std::size_t>(*facts.minorityCommits));
    case Measure::LogTruncated:
        return count(static_cast<std::size_t>(facts.logTruncated));
    case Measure::RestartToCaughtUp: {
        std::vector<Timing> timings;
        for (const CatchUp& restart : facts.restarts)
            timings.push_back({NodeId{}, restart.restartedAt, restart.took});
        return worst(timings, expectation, facts, QStringLiteral("no node was restarted"));
    }
    case Measure::Terms:
        return count(facts.leadersByTerm.size());
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
        return limitedByGenerator(share(facts.load.unknown, facts.load.attempted, noLoad), facts);
    case Measure::Availability:
        return limitedByGenerator(share(facts.load.ok, facts.load.attempted, noLoad), facts);
    case Measure::FailedShare:
        return limitedByGenerator(share(facts.load.failed, facts.load.attempted, noLoad), facts);
    case Measure::Throughput: {
        const double seconds = milliseconds(facts.to - facts.from) / 1'000.0;
        if (facts.load.attempted == 0 || seconds <= 0)
            return {std::nullopt, noLoad, true, {}};
        return limitedByGenerator({static_cast<double>(facts.load.ok) / seconds, {}, false, {}}, facts);
    }
    case Measure::LatencyP99: {
        const std::optional<std::chrono::nanoseconds> p99 = facts.load.latency.percentile(0.99);
        if (!p99)
            return {std::nullopt,
                    QStringLiteral("p99 needs 1,000 samples, there are %1").arg(facts.load.latency.count()),
                    true,
                    {}};
        Reading reading{milliseconds(std::chrono::duration_cast<std::chrono::microseconds>(*p99)), {}, false, {}};
        if (const std::optional<Stall> stall = stallDuring(facts.from, facts.to, NodeId{}, facts)) {
            reading.doubtful = true;
            reading.doubt = spoken(*stall);
        }
        return limitedByGenerator(reading, facts);
    }
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
