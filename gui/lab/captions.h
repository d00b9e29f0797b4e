// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

namespace faultline::lab {

/// What the lab says of itself, on the timeline: gestures with what came of them, and notes.
class Captions
{
public:
    explicit Captions(Timeline& timeline)
        : m_timeline(timeline)
    {}

    GestureRecord gesture(const QString& what, const QString& outcome = {})
    {
        const GestureRecord record{++m_last, wire::monotonicNow(), what, outcome};
        m_timeline.append(record);
        return record;
    }
    /// What became of an earlier one.
    void cameTo(GestureRecord gesture, const QString& outcome)
    {
        gesture.outcome = outcome;
        m_timeline.append(gesture);
    }
    void note(Severity severity, NodeId node, const QString& text)
    {
        m_timeline.append(NoteRecord{wire::monotonicNow(), severity, node, text});
    }

private:
    Timeline& m_timeline;
    quint64 m_last = 0;
};

} // namespace faultline::lab
