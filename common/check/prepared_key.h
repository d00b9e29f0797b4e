// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history.h"

#include <QString>

#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace faultline::check {

/// The value of one key as a number, so that it can be compared and hashed at once. Registers: texts are numbered,
/// whole numbers stand for themselves. Texts that are appended to: a polynomial hash modulo 2^61-1, to which the hash
/// of what is appended can be added; two of a million texts are taken for equal with a chance of less than one in a
/// million.
using State = quint64;

/// An operation on one key with all its values as states.
struct Step
{
    static constexpr quint32 kNever = ~quint32(0);

    enum class Does : quint8 {
        See,      ///< the value is `a`
        SeeOther, ///< the value is not `a`
        Set,      ///< becomes `a`
        Swap,     ///< `a` becomes `b`
        Count,    ///< adds one; to `a` if told
        Append,   ///< state times `b` plus `a`
    };
    Does does = Does::See;
    bool known = true; ///< it returned, so that it happened; else it may never happen
    bool told = true;  ///< what came of it is known
    State a = 0;
    State b = 0;
    quint32 effect = 0;     ///< steps with the same number do the same, wherever they stand
    quint32 reads = 0;      ///< the state it needs, as numbered by PreparedKey::readState(), or kNever
    quint32 makes = 0;      ///< the state it leads to, likewise; kNever where that depends on the state before
    std::size_t origin = 0; ///< place in the history

    bool onlySees() const { return does == Does::See || does == Does::SeeOther || (does == Does::Swap && a == b); }
};

/// The operations of one key, in order of their calls, and their calls and returns in order of time. Left out is what
/// says nothing: operations that failed, reads without a result.
class PreparedKey
{
public:
    static constexpr quint32 kNever = Step::kNever;
    struct Event
    {
        quint32 step;
        bool isReturn;
    };

    /// `places` are those of the key's operations.
    PreparedKey(std::span<const Operation> history, std::span<const std::size_t> places, const Value& initial);

    /// What keeps this from being judged, as a sentence; empty when nothing does.
    const QString& contradiction() const { return m_contradiction; }

    const std::vector<Step>& steps() const { return m_steps; }
    const std::vector<Event>& events() const { return m_events; }
    quint32 returnOf(quint32 step) const { return m_returns[step]; } ///< place in events(), or kNever
    quint32 effects() const { return m_effects; }
    State initial() const { return m_initial; }

    /// States that some known step needs are numbered from 0; all others are kNever.
    quint32 readState(State state) const
    {
        const auto found = m_readStates.find(state);
        return found == m_readStates.end() ? kNever : found->second;
    }
    quint32 readStates() const { return static_cast<quint32>(m_readStates.size()); }
    /// Whether each step leads to one state only, or to none.
    bool isPlain() const { return m_isPlain; }
    /// The state of which nothing can be seen; whether that may be seen nevertheless, since it is not another.
    static constexpr State kNeverRead = ~State(0);
    bool seesOthers() const { return m_seesOthers; }

    /// What is known of this at the event before that place: later calls are not there, later returns unknown.
    PreparedKey until(quint32 event) const;

    /// Whether the step can happen in this state; if so, `next` is the state it leads to.
    bool apply(const Step& step, State state, State& next) const
    {
        next = state;
        switch (step.does) {
        case Step::Does::See:
            return state == step.a;
        case Step::Does::SeeOther:
            return state != step.a;
        case Step::Does::Set:
            next = step.a;
            return true;
        case Step::Does::Swap:
            next = step.b;
            return state == step.a;
        case Step::Does::Count:
            return count(step, state, next);
        case Step::Does::Append:
            next = appended(step, state);
            return true;
        }
        return false;
    }

private:
    template <typename Words>
    void prepare(std::span<const Operation> history, std::span<const std::size_t> places, Words& words);
    void orderEvents(std::span<const Operation> history);
    void numberEffects();
    void mergeWhatIsNeverRead();
    void numberReadStates();
    static bool count(const Step& step, State state, State& next);
    State appended(const Step& step, State state) const;

    std::vector<Step> m_steps;
    std::vector<Event> m_events;
    std::vector<quint32> m_returns;
    quint32 m_effects = 0;
    State m_initial = 0;
    bool m_isPlain = true;
    bool m_seesOthers = false;
    /// What somebody may see; of a key that is appended to, every text that such a one begins with. All others are as
    /// good as each other, since no read can come before the next write: they become one state.
    std::unordered_set<State> m_seen;
    std::unordered_map<State, quint32> m_readStates;
    QString m_contradiction;
};

} // namespace faultline::check
