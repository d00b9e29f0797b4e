// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/depth_first.h"

#include <utility>

namespace faultline::check {

DepthFirst::DepthFirst(const PreparedKey& key, std::size_t maxConfigurations)
    : m_key(key)
    , m_maxConfigurations(maxConfigurations)
    , m_next(key.events().size() + 1)
    , m_previous(key.events().size() + 1)
    , m_callOf(key.steps().size())
    , m_bestOfEffect(key.effects(), PreparedKey::kNever)
    , m_readersLeft(key.readStates())
    , m_makersLeft(key.readStates())
{
    for (const Step& step : key.steps())
        countLeft(step, 1);
    const auto count = static_cast<quint32>(key.events().size());
    for (quint32 at = 0; at <= count; ++at) {
        m_next[at] = at == count ? 0 : at + 1;
        m_previous[at] = at == 0 ? count : at - 1;
    }
    for (quint32 place = 0; place < count; ++place) {
        if (!key.events()[place].isReturn)
            m_callOf[key.events()[place].step] = place + 1;
    }
}

std::optional<bool> DepthFirst::run(quint64 steps)
{
    const quint64 end = m_steps + steps;
    if (!std::exchange(m_entered, true) && enter(m_key.initial(), 0))
        return true;
    while (!m_frames.empty()) {
        if (m_seen.size() > m_maxConfigurations)
            m_gaveUp = true;
        if (m_gaveUp || m_steps >= end)
            return std::nullopt;
        Frame& frame = m_frames.back();
        if (frame.nextCandidate == m_candidates.size()) {
            leave();
            continue;
        }
        ++m_steps;
        const quint32 step = m_candidates[frame.nextCandidate++];
        State next = 0;
        m_key.apply(m_key.steps()[step], frame.state, next);
        const std::size_t placedBefore = m_placed.size();
        place(step);
        if (enter(next, placedBefore))
            return true;
    }
    return false;
}

/// Places what agrees with the state and gathers what may come next. True when nothing known is left.
bool DepthFirst::enter(State state, std::size_t placedBefore)
{
    const auto& events = m_key.events();
    quint32 at = m_next[0];
    State same = 0;
    while (at != 0 && !events[at - 1].isReturn) {
        const quint32 before = m_previous[at];
        const Step& step = m_key.steps()[events[at - 1].step];
        const bool agrees = step.onlySees() && m_key.apply(step, state, same);
        if (agrees)
            place(events[at - 1].step);
        at = m_next[agrees ? before : at];
    }
    if (at == 0)
        return true;
    const std::size_t first = m_candidates.size();
    m_frames.push_back({state, placedBefore, first, first, at});
    if (m_seen.insert(m_fingerprint.with(state)))
        gatherCandidates(at, state);
    return false;
}

void DepthFirst::gatherCandidates(quint32 end, State state)
{
    const auto& events = m_key.events();
    const bool mayLeave = canLeave(state, PreparedKey::kNever);
    if (!mayLeave && state == PreparedKey::kNeverRead)
        return;
    State next = 0;
    for (quint32 at = m_next[0]; at != end; at = m_next[at]) {
        const quint32 step = events[at - 1].step;
        const quint32 effect = m_key.steps()[step].effect;
        if (!m_key.apply(m_key.steps()[step], state, next) || m_key.steps()[step].onlySees())
            continue;
        const bool sees = m_key.steps()[step].reads != PreparedKey::kNever;
        if (!mayLeave && next != state && !(sees && canLeave(state, step)))
            continue;
        quint32& best = m_bestOfEffect[effect];
        if (best == PreparedKey::kNever) {
            best = static_cast<quint32>(m_candidates.size());
            m_candidates.push_back(step);
        } else if (m_key.returnOf(step) < m_key.returnOf(m_candidates[best])) {
            m_candidates[best] = step;
        }
    }
    const std::size_t first = m_frames.back().firstCandidate;
    std::size_t kept = first;
    for (std::size_t i = first; i < m_candidates.size(); ++i) {
        const quint32 step = m_candidates[i];
        m_bestOfEffect[m_key.steps()[step].effect] = PreparedKey::kNever;
        m_key.apply(m_key.steps()[step], state, next);
        if (m_key.steps()[step].known || isUseful(step, next))
            m_candidates[kept++] = step;
    }
    m_candidates.resize(kept);
}

/// Whether something at hand depends on the state that this step leads to. If nothing does, the next step overwrites it
/// unseen, and the same order without this step is as good.
bool DepthFirst::isUseful(quint32 step, State next) const
{
    const auto& events = m_key.events();
    if (next == PreparedKey::kNeverRead && !m_key.seesOthers())
        return false;
    State after = 0;
    for (quint32 at = m_next[0]; at != m_frames.back().firstReturn; at = m_next[at]) {
        const Step& other = m_key.steps()[events[at - 1].step];
        if (events[at - 1].step != step && other.does != Step::Does::Set && m_key.apply(other, next, after))
            return true;
    }
    return false;
}

/// Whether all that must still see this state can, after it was left: something leads back to it before the first of
/// them returns. From the state of which nothing can be seen: whether something leads out of it in time. The
/// step by which it is left, if any is given, sees it too.
bool DepthFirst::canLeave(State state, quint32 by) const
{
    const bool isUnread = state == PreparedKey::kNeverRead && !m_key.isPlain();
    const quint32 number = m_key.readState(state);
    const quint32 seenBy = by != PreparedKey::kNever && m_key.steps()[by].known ? 1 : 0;
    if (isUnread ? m_readsLeft == 0 : number == PreparedKey::kNever || m_readersLeft[number] == seenBy)
        return true;
    if (m_key.isPlain() ? m_makersLeft[number] == 0 : m_setsLeft == 0)
        return false;
    const auto& events = m_key.events();
    for (quint32 at = m_next[0]; at != 0; at = m_next[at]) {
        const Step& step = m_key.steps()[events[at - 1].step];
        if (events[at - 1].isReturn) {
            if (events[at - 1].step != by && step.reads != PreparedKey::kNever && (isUnread || step.reads == number))
                return false;
        } else if (m_key.isPlain() ? step.makes == number
                                   : step.does == Step::Does::Set || (step.does == Step::Does::Swap && !isUnread)) {
            return true;
        }
    }
    return true;
}

void DepthFirst::leave()
{
    const Frame frame = m_frames.back();
    while (m_placed.size() > frame.placedBefore)
        takeBack();
    m_candidates.resize(frame.firstCandidate);
    m_frames.pop_back();
}

/// `one` is 1, or minus 1.
void DepthFirst::countLeft(const Step& step, quint32 one)
{
    if (step.known && step.reads != PreparedKey::kNever) {
        m_readersLeft[step.reads] += one;
        m_readsLeft += one;
    }
    if (step.makes != PreparedKey::kNever)
        m_makersLeft[step.makes] += one;
    if (step.does == Step::Does::Set || step.does == Step::Does::Swap)
        m_setsLeft += one;
}

void DepthFirst::place(quint32 step)
{
    const auto remove = [this](quint32 at) {
        m_next[m_previous[at]] = m_next[at];
        m_previous[m_next[at]] = m_previous[at];
    };
    remove(m_callOf[step]);
    if (m_key.steps()[step].known)
        remove(m_key.returnOf(step) + 1);
    countLeft(m_key.steps()[step], ~quint32(0));
    m_fingerprint.toggle(step);
    m_placed.push_back(step);
}

void DepthFirst::takeBack()
{
    const auto insert = [this](quint32 at) {
        m_next[m_previous[at]] = at;
        m_previous[m_next[at]] = at;
    };
    const quint32 step = m_placed.back();
    m_placed.pop_back();
    countLeft(m_key.steps()[step], 1);
    m_fingerprint.toggle(step);
    if (m_key.steps()[step].known)
        insert(m_key.returnOf(step) + 1);
    insert(m_callOf[step]);
}

} // namespace faultline::check
