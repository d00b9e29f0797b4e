// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/mutants.h"

#include "node/sim/isolated_runs.h"
#include "node/sim/seed_run.h"

#include <algorithm>

namespace faultline::sim {

using namespace std::chrono_literals;

namespace {

using Kinds = std::vector<FaultKind>;

const Kinds kElections{FaultKind::Cut, FaultKind::OneWayCut, FaultKind::Freeze, FaultKind::Restart,
                       FaultKind::Transfer};
const Kinds kPower{FaultKind::PowerOff, FaultKind::TornPowerOff};
const Kinds kOldMessages{FaultKind::Clog, FaultKind::Latency, FaultKind::Duplicate, FaultKind::Reorder, FaultKind::Cut};
const Kinds kMembers{FaultKind::Membership, FaultKind::Cut, FaultKind::OneWayCut, FaultKind::Loss};

std::vector<Mutant> all()
{
    using raft::ProtocolRules;
    // A rule, what it is for, and the faults among which it is missed soonest.
    const auto rule = [](const char* name, const char* breaks, bool ProtocolRules::*member, Focus focus) {
        return Mutant{name, breaks, [member, focus = std::move(focus)](Demand& demand) {
                          demand.rules.*member = false;
                          demand.focus = focus;
                      }};
    };
    const Focus elections{.often = kElections, .ticksBetween = 40};
    const Focus power{.often = kPower, .nodes = 3, .ticksBetween = 60, .sync = 20ms};
    const Focus oldMessages{.often = kOldMessages, .ticksBetween = 40};
    const Focus membership{.often = kMembers, .ticksBetween = 40};

    std::vector<Mutant> list{
        rule("voteOncePerTerm", "a second candidate gets the vote too", &ProtocolRules::voteOncePerTerm, elections),
        rule("rememberVote", "term and vote are forgotten on restart", &ProtocolRules::rememberVote, power),
        rule("voteForUpToDateOnly", "a log that is behind may lead", &ProtocolRules::voteForUpToDateOnly, elections),
        rule("needMajority", "half of the voters will do", &ProtocolRules::needMajority,
             {.often = kElections, .nodes = 4, .ticksBetween = 40}),
        rule("commitOnlyOwnTerm", "an older term's entry is committed by counting", &ProtocolRules::commitOnlyOwnTerm,
             {.often = {FaultKind::Cut},
              .nothingElse = true,
              .atLeaders = true,
              .nodes = 5,
              .ticksBetween = 15,
              .longest = 80,
              .hop = 40ms,
              .oneEntryAtATime = true,
              .restless = true}),
        rule("syncBeforeAcknowledge", "acknowledged before it is on disk", &ProtocolRules::syncBeforeAcknowledge,
             power),
        rule("checkPrevious", "an append fits anywhere", &ProtocolRules::checkPrevious, oldMessages),
        rule("ignoreStaleTerms", "an old leader is still heard", &ProtocolRules::ignoreStaleTerms,
             {.often = {FaultKind::Clog, FaultKind::Latency}, .nodes = 3, .ticksBetween = 50, .longest = 150}),
        rule("stepDownOnHigherTerm", "a newer term changes nothing", &ProtocolRules::stepDownOnHigherTerm, elections),
        rule("keepWhatMatches", "an old append cuts off what came after", &ProtocolRules::keepWhatMatches, oldMessages),
        rule("applyOnlyCommitted", "applied before it is committed", &ProtocolRules::applyOnlyCommitted, elections),
        rule("confirmBeforeRead", "a leader that is none any more answers reads", &ProtocolRules::confirmBeforeRead,
             {.often = {FaultKind::Cut, FaultKind::Freeze}, .ticksBetween = 60, .reads = true, .restless = true}),
        rule("readBehindOwnCommit", "a new leader reads before it knows what is committed",
             &ProtocolRules::readBehindOwnCommit, elections),
        rule("leaseByClock", "a lease outlives a frozen process", &ProtocolRules::leaseByClock,
             {.often = {FaultKind::Freeze},
              .nothingElse = true,
              .atLeaders = true,
              .nodes = 3,
              .ticksBetween = 100,
              .longest = 200,
              .leases = true,
              .reads = true}),
        rule("jointMajorities", "the new members decide alone", &ProtocolRules::jointMajorities, membership),
        rule("learnersDoNotCount", "a learner's log counts", &ProtocolRules::learnersDoNotCount, membership),
        rule("oneChangeAtATime", "a change begins before the last is committed", &ProtocolRules::oneChangeAtATime,
             membership),
        rule("snapshotKeepsItsTerm", "a snapshot forgets its last term", &ProtocolRules::snapshotKeepsItsTerm,
             {.often = {FaultKind::LeftBehind, FaultKind::Restart, FaultKind::Cut},
              .ticksBetween = 80,
              .smallSnapshots = true}),
        rule("truncationVoidsWrites", "a write under way counts for what took its place",
             &ProtocolRules::truncationVoidsWrites,
             {.often = {FaultKind::Cut, FaultKind::PowerOff},
              .nothingElse = true,
              .atLeaders = true,
              .nodes = 3,
              .ticksBetween = 50,
              .longest = 60,
              .sync = 80ms}),
    };
    list.push_back({"keepCommitted", "an old leader, still heard, takes back what is committed", [](Demand& demand) {
                        // By itself nothing comes of it, in 3,000 seeds among these faults neither: whoever is heard
                        // leads the receiver's own term, so it has all that is committed (§5.4.3) and never asks for
                        // another entry in its place. It is the second line, behind the rule that old leaders are not
                        // heard. With that one off too, many a seed shows it; with that one alone, few do.
                        demand.rules.ignoreStaleTerms = false;
                        demand.rules.keepCommitted = false;
                        demand.focus = {.often = {FaultKind::Clog, FaultKind::Latency},
                                        .nodes = 3,
                                        .ticksBetween = 50,
                                        .longest = 150};
                    }});
    list.push_back({"sessionsRemember", "a call said again is done again", [](Demand& demand) {
                        demand.storeRules.sessionsRemember = false;
                        demand.focus = {.often = {FaultKind::Loss, FaultKind::Restart, FaultKind::Cut},
                                        .ticksBetween = 60,
                                        .sessions = true};
                    }});
    list.push_back(
        {"syncedIsSynced", "disks lie about syncs, and whoever forgot its promises comes back", [](Demand& demand) {
             demand.liarsReturn = true;
             demand.focus = {.often = {FaultKind::LyingDisk, FaultKind::PowerOff}, .nodes = 3, .ticksBetween = 60};
         }});
    list.push_back({"foundNamesAreSynced", "a start builds on names that its killed predecessor made, not the disk",
                    [](Demand& demand) {
                        demand.syncLeftOut = storage::SyncOf::FoundNames;
                        demand.focus = {.often = {FaultKind::Restart, FaultKind::PowerOff},
                                        .nothingElse = true,
                                        .nodes = 1,
                                        .ticksBetween = 40,
                                        .longest = 20,
                                        .sync = 20ms,
                                        .smallSnapshots = true};
                    }});
    return list;
}

} // namespace

const std::vector<Mutant>& mutants()
{
    static const std::vector<Mutant> kMutants = all();
    return kMutants;
}

const Mutant* findMutant(const QString& name)
{
    const auto found = std::find_if(mutants().begin(), mutants().end(),
                                    [&](const Mutant& mutant) { return name == QLatin1String(mutant.name); });
    return found == mutants().end() ? nullptr : &*found;
}

bool Caught::byCheck() const
{
    return std::any_of(checks.begin(), checks.end(),
                       [](const auto& check) { return check.first != QLatin1String("crash"); });
}

Caught chase(const Mutant& mutant, Demand demand, quint64 base, quint64 enough, quint64 most, int jobs)
{
    mutant.apply(demand);
    Caught caught;
    quint64 times = 0;
    const auto run = [&](quint64 number, const Trace::Reader& reader) {
        return perform(drawRun(demand, base + number), reader);
    };
    Demand sound = demand;
    sound.beSound();
    const auto soundRun = [&](quint64 number, const Trace::Reader& reader) {
        return perform(drawRun(sound, base + number), reader);
    };
    runMany(most, jobs, run, [&](quint64 number, const RunResult& result) {
        caught.seeds = number + 1;
        if (!result.violation)
            return true;
        if (runAndTell(soundRun, number, 0).result.violation) {
            ++caught.notItsFault;
            return true;
        }
        ++caught.checks[result.violation->check];
        if (result.violation->check == QLatin1String("crash"))
            return true;
        if (caught.first == 0)
            caught.first = number + 1;
        return ++times < enough;
    });
    return caught;
}

} // namespace faultline::sim
