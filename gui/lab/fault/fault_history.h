// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/fault/fault_state.h"

#include <deque>
#include <optional>

namespace faultline::lab {

/// What was done to the cluster, so that it can be undone and done again, the last first. Only what a step changed is
/// set back: a node that died by itself in between stays as it is. Pure.
class FaultHistory
{
public:
    static constexpr std::size_t kMaxSteps = 1'000;

    /// Forgets what was undone before: a new deed begins a new future. A step that changes nothing is none.
    void did(const QString& sentence, const FaultState& before, const FaultState& after);

    /// What would be undone and redone; empty when there is nothing.
    QString undoSentence() const { return m_done.empty() ? QString() : m_done.back().sentence; }
    QString redoSentence() const { return m_undone.empty() ? QString() : m_undone.back().sentence; }

    /// The state to go to from `now`; nothing when there is nothing to undo.
    std::optional<FaultState> undo(const FaultState& now);
    std::optional<FaultState> redo(const FaultState& now);
    void clear();

private:
    struct Step
    {
        QString sentence;
        FaultState before;
        FaultState after;
    };

    std::deque<Step> m_done;
    std::deque<Step> m_undone;
};

/// `now`, with everything that differs between `from` and `to` as it is in `to`.
FaultState changed(const FaultState& now, const FaultState& from, const FaultState& to);

} // namespace faultline::lab
