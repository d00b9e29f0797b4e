// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"
#include "node/raft/raft.h"
#include "node/sim/fault_plan.h"
#include "node/sim/schedule.h"
#include "node/storage/disk.h"

#include <optional>

namespace faultline::sim {

/// What a mutant needs to show itself sooner than by luck: kinds of faults that come more often, and others not at all.
struct Focus
{
    std::vector<FaultKind> often{};
    bool nothingElse = false; ///< no other faults at all
    bool atLeaders = false;   ///< most faults are at whoever leads
    int nodes = 0;            ///< voters; 0: as drawn, and so for the next two
    int ticksBetween = 0;     ///< faults
    int longest = 0;          ///< ticks of a fault
    Instant hop{0};           ///< a message takes about so long; 0: as drawn
    Instant sync{0};          ///< a disk takes about so long, so that power can go in between; 0: as drawn
    bool leases = false;
    bool reads = false;           ///< most of what clients ask
    bool sessions = false;        ///< most clients speak in one
    bool smallSnapshots = false;  ///< often taken
    bool oneEntryAtATime = false; ///< appends carry one entry, and wait for the answer
    bool restless = false;        ///< neither pre-vote nor check-quorum
};

/// What is asked of the simulator for every seed.
struct Demand
{
    int nodes = 0;      ///< voters at the start, 1 to 9; 0: drawn, mostly 3 or 5
    int ticks = 20'000; ///< under fire; healing comes after
    bool isFaultless = false;
    raft::ProtocolRules rules;
    kv::StoreRules storeRules;
    bool liarsReturn = false; ///< see Shape
    std::optional<storage::SyncOf> syncLeftOut;
    Focus focus;

    /// Every rule is kept again; the faults stay what they are.
    void beSound()
    {
        rules = {};
        storeRules = {};
        liarsReturn = false;
        syncLeftOut.reset();
    }
};

/// What one seed's world is like, faults apart: how many, how fast, how large.
struct Shape
{
    int voters = 3;
    int learners = 0;
    int spares = 0; ///< members of nothing yet, for membership changes
    int nodes() const { return voters + learners + spares; }

    Instant hop{500};       ///< a message between nodes takes at least
    Instant hopJitter{0};   ///< and up to twice this more
    Instant clientHop{200}; ///< between a client and a node
    Instant turnDelay{0};   ///< between an input and the turn it is handled in
    Instant sync{300};      ///< a disk takes for a sync at least
    Instant syncJitter{0};

    int clients = 4;
    int thinkTicks = 20;    ///< between a reply and the next request, on average
    int timeoutTicks = 100; ///< a client waits for a reply
    int keys = 8;
    int callsPerKey = 150; ///< then another key takes its place, so that a history stays short
    int valueBytes = 20;
    int readPercent = 40;
    int sessionPercent = 20; ///< of clients that speak in a session

    raft::Options raft; ///< self, initial and random not set
    quint64 snapshotAfterEntries = 1'000;
    quint64 keepEntries = 100;
    qint64 maxUnwrittenBytes = 65'536;
    std::size_t maxUnwritten = 500;
    qint64 maxUnappliedBytes = 65'536;
    std::size_t maxWaitingReads = 64;
    qint64 segmentBytes = qint64(1) << 20; ///< of a log, before the next segment is begun
    kv::StoreRules storeRules;
    /// A node whose disk lied about a sync and then lost power has forgotten what it promised, and does not know it:
    /// the vote it gave, entries it acknowledged. Raft is not sound with such a node among its voters, whatever it says
    /// (§3.8 of the thesis: what was answered must be on stable storage). So it never comes back, and only a minority
    /// of the first voters have disks that may lie. Set, any disk may lie and its node comes back as if nothing had
    /// happened: for a run whose purpose is that the checks see the loss.
    bool liarsReturn = false;
    std::optional<storage::SyncOf> syncLeftOut; ///< of this kind, disks make none

    FaultMix mix;

    /// How much a log may grow while its node's disk is at work for one snapshot: see shape.cpp.
    quint64 entriesWhileDiskWrites() const;
};

Shape drawShape(const Demand& demand, Random random);

} // namespace faultline::sim
