// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/prepared_key.h"

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

namespace faultline::check {

/// The second search: go through calls and returns in order of time with all the ways in which it may have been so far
/// (configurations: which of the operations under way have happened, and the state). At each return, every way in which
/// that operation has not happened yet is led on until it has, and no further; a way in which it cannot happen is
/// dropped (just-in-time linearization: Lowe, Testing for linearizability, 2017, section 4).
///
/// Operations that may never have happened stay under way to the end. They are not told apart where they do the same:
/// a configuration only counts how many of each kind it used, and one that used more than another for the same is
/// dropped.
///
/// Strong where outcomes are unknown; lost where many clients do different things at once.
class EventOrder
{
public:
    EventOrder(const PreparedKey& key, std::size_t maxConfigurations);

    /// Goes on for at most about so many steps. The answer, once there is one: true if there is an order.
    std::optional<bool> run(quint64 steps);

    bool gaveUp() const { return m_gaveUp; } ///< too many configurations at a time, or operations under way
    quint64 steps() const { return m_steps; }
    /// After the answer false: the place in events() of the return that cannot be passed.
    quint32 stuckAt() const { return static_cast<quint32>(m_event); }
    /// An order: of all, or of what is before that place.
    std::vector<quint32> order() const;

private:
    static constexpr quint32 kSlots = 64; ///< known operations under way at a time
    static constexpr quint32 kNone = ~quint32(0);

    /// How it may have been. How many of each kind of unknown operation were used stands in Ways::used.
    struct Way
    {
        quint64 happened = 0; ///< of those under way, by slot
        State state = 0;
        quint32 path = kNone; ///< into m_paths
        quint32 nextAlike = kNone;
        bool dropped = false;
    };
    /// Ways, none of which is as good as another that used less.
    struct Ways
    {
        std::vector<Way> ways;
        std::vector<quint16> used;                  ///< per way, per kind of unknown operation
        std::unordered_map<quint64, quint32> alike; ///< hash of what happened and state -> the last such way

        void clear();
    };
    struct Path
    {
        quint32 before;
        quint32 step;
    };

    void call(quint32 step);
    void beginReturn(quint32 step);
    bool expandOne();
    void lead(const Way& from, const quint16* used, quint32 step, quint32 slot, quint32 kind);
    void sortIn(Way way, const quint16* used);
    bool isUseful(quint64 happened, const quint16* used, quint32 except, State state) const;
    void seeAtOnce(Way& way);
    void add(Ways& to, const Way& way, const quint16* used);
    quint32 longer(quint32 path, quint32 step);
    quint32 betterSlot(quint64 happened, quint32 effect) const;

    const PreparedKey& m_key;
    std::size_t m_maxConfigurations;
    std::array<quint32, kSlots> m_slots{};      ///< the step in each, or kNone
    std::vector<quint32> m_slotOf;              ///< by step
    std::vector<quint32> m_kindOf;              ///< by step, of those unknown
    std::vector<std::vector<quint32>> m_called; ///< by kind of unknown operation, in order of their calls
    std::size_t m_kinds = 0;
    Ways m_now;
    Ways m_work;
    Ways m_done;
    std::vector<quint16> m_scratch;
    std::vector<Path> m_paths;
    std::size_t m_event = 0;
    std::size_t m_expanded = 0;
    quint32 m_returning = kNone; ///< the slot of the operation that returns, while its ways are led on
    quint64 m_steps = 0;
    bool m_gaveUp = false;
};

} // namespace faultline::check
