// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace faultline::raft {

/// The rules a member keeps. All are on in earnest; one is switched off to show, on a cluster that is then broken on
/// purpose, what it is for. A rule that is off switches off the invariants that state just this rule, and nothing else.
/// Each names its place in the paper (Ongaro and Ousterhout, 2014; "thesis": Ongaro, 2014).
struct ProtocolRules
{
    bool voteOncePerTerm = true;       ///< §5.2: at most one candidate gets this node's vote in a term
    bool rememberVote = true;          ///< figure 2: term and vote survive a restart
    bool voteForUpToDateOnly = true;   ///< §5.4.1: no vote for a log that is behind this one
    bool needMajority = true;          ///< §5.2, §5.3: off: half of the voters will do
    bool commitOnlyOwnTerm = true;     ///< §5.4.2, figure 8: entries of older terms are not committed by counting
    bool syncBeforeAcknowledge = true; ///< §5.3: an acknowledgement or a vote waits until what it speaks of is on disk
    bool checkPrevious = true;         ///< §5.3: an append fits only behind the entry it names
    bool ignoreStaleTerms = true;      ///< §5.1: a message of an older term changes nothing
    bool stepDownOnHigherTerm = true;  ///< §5.1: who hears of a newer term follows
    bool keepWhatMatches = true;       ///< §5.3: an append drops entries only from the first that differs
    bool keepCommitted = true;         ///< §5.3: what is committed is never dropped, whoever asks
    bool applyOnlyCommitted = true;    ///< §5.3: nothing is applied before it is committed
    bool confirmBeforeRead = true;     ///< §6.4 thesis: a read waits for a majority that still follows this leader
    bool readBehindOwnCommit = true;   ///< §6.4 thesis: no read before an entry of the leader's term is committed
    bool leaseByClock = true;          ///< §6.4.1 thesis: off: a lease counts ticks, and outlives a frozen process
    bool jointMajorities = true;       ///< §6: while joint, both sides' majorities; off: the new side's alone
    bool learnersDoNotCount = true;    ///< §4.2.1 thesis: a learner's log counts for no commit
    bool oneChangeAtATime = true;      ///< §6: no membership change before the last is committed
    bool snapshotKeepsItsTerm = true;  ///< §7: a snapshot knows the term of its last entry
    bool truncationVoidsWrites = true; ///< a write under way says nothing about entries that took its place since

    bool operator==(const ProtocolRules&) const = default;
};

} // namespace faultline::raft
