// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/fault/fault_state.h"

#include <deque>
#include <optional>

namespace faultline::lab {

/// A node was taken into the cluster, or left it.
struct MemberStep
{
    NodeId node;
    bool added = true;
    bool operator==(const MemberStep&) const = default;
};

/// What was done to the cluster, so that it can be undone and done again, the last first. Only what a step changed is
/// set back: a node that died by itself in between stays as it is. Pure.
class FaultHistory
{
public:
    static constexpr std::size_t kMaxSteps = 1'000;

    /// Forgets what was undone before: a new deed begins a new future. A step that changes nothing is none.
    void did(const QString& sentence, const FaultState& before, const FaultState& after);

    /// Of who belongs to the cluster: a step that takes its time and may be refused. It is undone by its opposite, and
    /// moved by undone() and redone() once that has come about.
    void did(const QString& sentence, MemberStep step);
    /// The step that would be undone or redone next, when it is of this kind.
    std::optional<MemberStep> memberToUndo() const { return m_done.empty() ? std::nullopt : m_done.back().member; }
    std::optional<MemberStep> memberToRedo() const { return m_undone.empty() ? std::nullopt : m_undone.back().member; }
    void undone(MemberStep step);
    void redone(MemberStep step);

    /// What would be undone and redone; empty when there is nothing.
    QString undoSentence() const { return m_done.empty() ? QString() : m_done.back().sentence; }
    QString redoSentence() const { return m_undone.empty() ? QString() : m_undone.back().sentence; }

    /// The state that undo() and redo() would go to from `now`, which is that same state when what was done is over by
    /// itself; nothing when there is nothing to undo, or a step of members.
    std::optional<FaultState> wouldUndo(const FaultState& now) const;
    std::optional<FaultState> wouldRedo(const FaultState& now) const;
    /// The same, and the step changes sides.
    std::optional<FaultState> undo(const FaultState& now);
    std::optional<FaultState> redo(const FaultState& now);
    void clear();

private:
    struct Step
    {
        QString sentence;
        FaultState before; ///< of maps and lists only what is another in `after`
        FaultState after;
        std::optional<MemberStep> member;
    };

    void add(Step step);

    std::deque<Step> m_done;
    std::deque<Step> m_undone;
};

/// `now`, with everything that differs between `from` and `to` as it is in `to`.
FaultState changed(const FaultState& now, const FaultState& from, const FaultState& to);

} // namespace faultline::lab
