// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/prepared_key.h"
#include "common/check/seen_set.h"

#include <optional>
#include <vector>

namespace faultline::check {

/// The first search: put operations in an order one by one, each one whose call lies before the first return of one not
/// yet placed; go back when none fits; never go twice to the same set of placed operations in the same state (Wing and
/// Gong, Testing and verifying concurrent objects, 1993; Lowe, Testing for linearizability, 2017; the calls and returns
/// not yet placed are a linked list, as there and in Porcupine).
///
/// Fewer orders need trying than there are:
/// - what only sees the state and agrees with it is placed at once: later it could do no better;
/// - of operations that do the same, the one that returns first goes first;
/// - one that may never have happened is tried only where somebody at hand sees its effect;
/// - a state is not left while somebody must still see it and nothing can lead back to it in time.
///
/// Strong where there are many clients and few unknown outcomes. Wants one step per operation when all goes well.
class DepthFirst
{
public:
    DepthFirst(const PreparedKey& key, std::size_t maxConfigurations);

    /// Goes on for at most so many steps. The answer, once there is one: true if an order was found.
    std::optional<bool> run(quint64 steps);

    bool gaveUp() const { return m_gaveUp; } ///< too many configurations to remember
    quint64 steps() const { return m_steps; }
    /// After the answer true: the order.
    const std::vector<quint32>& order() const { return m_placed; }

private:
    struct Frame
    {
        State state;
        std::size_t placedBefore; ///< m_placed when it was entered, without the step that led here
        std::size_t firstCandidate;
        std::size_t nextCandidate;
        quint32 firstReturn; ///< place of the first return of a step not placed
    };

    bool enter(State state, std::size_t placedBefore);
    void gatherCandidates(quint32 end, State state);
    bool isUseful(quint32 step, State next) const;
    bool canLeave(State state, quint32 by) const;
    void leave();
    void place(quint32 step);
    void takeBack();
    void countLeft(const Step& step, quint32 one);

    const PreparedKey& m_key;
    std::size_t m_maxConfigurations;
    std::vector<quint32> m_next; ///< of events not placed, by 1 + place; 0 is both ends
    std::vector<quint32> m_previous;
    std::vector<quint32> m_callOf;
    std::vector<quint32> m_placed;
    std::vector<Frame> m_frames;
    std::vector<quint32> m_candidates; ///< of all frames, one behind the other
    std::vector<quint32> m_bestOfEffect;
    SeenSet m_seen;
    Fingerprint m_fingerprint;
    std::vector<quint32> m_readersLeft; ///< not placed, by the state they need
    std::vector<quint32> m_makersLeft;  ///< not placed, by the state they lead to
    quint32 m_readsLeft = 0;            ///< known steps not placed that need a state
    quint32 m_setsLeft = 0;             ///< steps not placed that set or swap
    quint64 m_steps = 0;
    bool m_entered = false;
    bool m_gaveUp = false;
};

} // namespace faultline::check
