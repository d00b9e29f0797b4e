// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <QtGlobal>

#include <vector>

namespace faultline::sim {

/// Simulated time since the run began.
using Instant = raft::Instant;

inline constexpr Instant kTick{10'000}; ///< of cluster time

constexpr Instant ticks(qint64 many)
{
    return many * kTick;
}

/// Something that will happen. A value: what it is about is named by numbers, so that nothing dangles when a node died
/// meanwhile.
struct Event
{
    enum class Kind : quint8 {
        Tick,           ///< of node `who`
        Turn,           ///< of node `who`: does what came up
        Delivery,       ///< the link number `who` may have a message that is due
        DiskWorks,      ///< node `who` does the next piece of its disk work
        DiskDone,       ///< and hears that it is done
        Fault,          ///< number `what` of the plan begins
        FaultEnds,      ///< number `what` of the plan is over
        Start,          ///< node `who`, which is down, starts
        Hint,           ///< node `who` notices that its connection from node `what` broke
        ClientBegins,   ///< client `who` thinks of something to ask
        RequestArrives, ///< attempt `what`
        ReplyArrives,   ///< to attempt `what`
        ClientGivesUp,  ///< waiting for attempt `what`
        Probe,          ///< the world looks around: samples, and waits for healing
    };

    Kind kind = Kind::Tick;
    quint32 who = 0;
    quint64 what = 0;
    quint32 life = 0; ///< of the node; an event of an earlier life is void
};

/// What happens next: an event queue in simulated time. Of what is due at the same time, first come, first served. Time
/// jumps from one event to the next, so that idle time costs nothing.
class Schedule
{
public:
    Instant now() const { return m_now; }
    bool isEmpty() const { return m_heap.empty(); }

    void add(Event::Kind kind, Instant at, quint32 who, quint64 what = 0, quint32 life = 0);
    /// Takes the next event, and it is now its time.
    Event take();

private:
    /// An event by when it is; the events themselves stay where they are.
    struct Place
    {
        Instant at;
        quint64 orderAndSlot; ///< no two have the same order
    };
    static constexpr int kSlotBits = 20;
    struct Later
    {
        bool operator()(const Place& a, const Place& b) const
        {
            return a.at != b.at ? a.at > b.at : a.orderAndSlot > b.orderAndSlot;
        }
    };

    std::vector<Place> m_heap;
    std::vector<Event> m_slots;
    std::vector<quint32> m_freeSlots;
    Instant m_now{0};
    quint64 m_lastOrder = 0;
};

} // namespace faultline::sim
