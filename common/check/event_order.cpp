// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/event_order.h"

#include "common/check/seen_set.h"

#include <algorithm>
#include <bit>

namespace faultline::check {

namespace {

quint64 bitOf(quint32 slot)
{
    return quint64(1) << slot;
}

} // namespace

EventOrder::EventOrder(const PreparedKey& key, std::size_t maxConfigurations)
    : m_key(key)
    , m_maxConfigurations(maxConfigurations)
    , m_slotOf(key.steps().size(), kNone)
    , m_kindOf(key.steps().size(), kNone)
{
    m_slots.fill(kNone);
    std::vector<quint32> kindOfEffect(key.effects(), kNone);
    for (quint32 step = 0; step < key.steps().size(); ++step) {
        if (key.steps()[step].known)
            continue;
        quint32& kind = kindOfEffect[key.steps()[step].effect];
        if (kind == kNone)
            kind = static_cast<quint32>(m_kinds++);
        m_kindOf[step] = kind;
    }
    m_called.resize(m_kinds);
    m_scratch.resize(m_kinds);
    add(m_now, Way{0, key.initial(), kNone, kNone, false}, m_scratch.data());
}

std::optional<bool> EventOrder::run(quint64 steps)
{
    const quint64 end = m_steps + steps;
    while (m_steps < end && !m_gaveUp) {
        if (m_returning != kNone) {
            if (expandOne())
                continue;
            if (m_done.ways.empty())
                return false;
            std::swap(m_now, m_done);
            m_slots[m_returning] = kNone;
            m_returning = kNone;
            ++m_event;
        } else if (m_event == m_key.events().size()) {
            return true;
        } else if (const PreparedKey::Event event = m_key.events()[m_event]; event.isReturn) {
            beginReturn(event.step);
        } else {
            call(event.step);
            ++m_event;
        }
        ++m_steps;
    }
    return std::nullopt;
}

void EventOrder::call(quint32 step)
{
    if (!m_key.steps()[step].known) {
        auto& alike = m_called[m_kindOf[step]];
        alike.push_back(step);
        m_gaveUp = m_gaveUp || alike.size() > 0xffff;
        return;
    }
    const auto free = std::find(m_slots.begin(), m_slots.end(), kNone);
    if (free == m_slots.end()) {
        m_gaveUp = true;
        return;
    }
    *free = step;
    m_slotOf[step] = static_cast<quint32>(free - m_slots.begin());
    if (!m_key.steps()[step].onlySees())
        return;
    // The ways differ in state or in what happened, and still will: this step follows from the state.
    State same = 0;
    for (Way& way : m_now.ways) {
        if (!way.dropped && m_key.apply(m_key.steps()[step], way.state, same)) {
            way.happened |= bitOf(m_slotOf[step]);
            way.path = longer(way.path, step);
        }
        ++m_steps;
    }
}

void EventOrder::beginReturn(quint32 step)
{
    m_returning = m_slotOf[step];
    m_work.clear();
    m_done.clear();
    m_expanded = 0;
    for (std::size_t i = 0; i < m_now.ways.size(); ++i) {
        if (!m_now.ways[i].dropped)
            sortIn(m_now.ways[i], m_now.used.data() + i * m_kinds);
        ++m_steps;
    }
}

/// Leads on one way in which the returning operation has not happened. False when none is left.
bool EventOrder::expandOne()
{
    while (m_expanded < m_work.ways.size() && m_work.ways[m_expanded].dropped)
        ++m_expanded;
    if (m_expanded == m_work.ways.size())
        return false;
    const Way way = m_work.ways[m_expanded];
    const std::vector<quint16> used(m_work.used.begin() + static_cast<std::ptrdiff_t>(m_expanded * m_kinds),
                                    m_work.used.begin() + static_cast<std::ptrdiff_t>((m_expanded + 1) * m_kinds));
    ++m_expanded;
    for (quint32 slot = 0; slot < kSlots; ++slot) {
        const quint32 step = m_slots[slot];
        if (step != kNone && (way.happened & bitOf(slot)) == 0 && !m_key.steps()[step].onlySees() &&
            betterSlot(way.happened, m_key.steps()[step].effect) == slot)
            lead(way, used.data(), step, slot, kNone);
    }
    for (quint32 kind = 0; kind < m_kinds; ++kind) {
        if (used[kind] >= m_called[kind].size())
            continue;
        const quint32 step = m_called[kind][used[kind]];
        if (betterSlot(way.happened, m_key.steps()[step].effect) == kNone)
            lead(way, used.data(), step, kNone, kind);
    }
    return true;
}

/// Among the operations under way that have this effect and have not happened, the one that returns first.
quint32 EventOrder::betterSlot(quint64 happened, quint32 effect) const
{
    quint32 best = kNone;
    for (quint32 slot = 0; slot < kSlots; ++slot) {
        const quint32 step = m_slots[slot];
        if (step == kNone || (happened & bitOf(slot)) != 0 || m_key.steps()[step].effect != effect)
            continue;
        if (best == kNone || m_key.returnOf(step) < m_key.returnOf(m_slots[best]))
            best = slot;
    }
    return best;
}

void EventOrder::lead(const Way& from, const quint16* used, quint32 step, quint32 slot, quint32 kind)
{
    ++m_steps;
    Way way = from;
    if (!m_key.apply(m_key.steps()[step], from.state, way.state))
        return;
    std::copy_n(used, m_kinds, m_scratch.begin());
    if (kind == kNone)
        way.happened |= bitOf(slot);
    else
        ++m_scratch[kind];
    if (kind != kNone && !isUseful(way.happened, m_scratch.data(), step, way.state))
        return;
    way.path = longer(way.path, step);
    seeAtOnce(way);
    sortIn(way, m_scratch.data());
}

/// Places what agrees with the state: later it could do no better.
void EventOrder::seeAtOnce(Way& way)
{
    State same = 0;
    for (quint32 slot = 0; slot < kSlots; ++slot) {
        const quint32 step = m_slots[slot];
        if (step == kNone || (way.happened & bitOf(slot)) != 0 || !m_key.steps()[step].onlySees())
            continue;
        if (m_key.apply(m_key.steps()[step], way.state, same)) {
            way.happened |= bitOf(slot);
            way.path = longer(way.path, step);
        }
    }
}

/// Whether something at hand depends on the state (DepthFirst::isUseful()).
bool EventOrder::isUseful(quint64 happened, const quint16* used, quint32 except, State state) const
{
    if (state == PreparedKey::kNeverRead && !m_key.seesOthers())
        return false;
    State after = 0;
    const auto depends = [&](quint32 step) {
        return step != except && m_key.steps()[step].does != Step::Does::Set &&
               m_key.apply(m_key.steps()[step], state, after);
    };
    for (quint32 slot = 0; slot < kSlots; ++slot) {
        if (m_slots[slot] != kNone && (happened & bitOf(slot)) == 0 && depends(m_slots[slot]))
            return true;
    }
    for (std::size_t kind = 0; kind < m_kinds; ++kind) {
        if (used[kind] < m_called[kind].size() && depends(m_called[kind][used[kind]]))
            return true;
    }
    return false;
}

void EventOrder::sortIn(Way way, const quint16* used)
{
    if ((way.happened & bitOf(m_returning)) == 0)
        return add(m_work, way, used);
    way.happened &= ~bitOf(m_returning);
    add(m_done, way, used);
}

void EventOrder::add(Ways& to, const Way& way, const quint16* used)
{
    const quint64 hash = Fingerprint{way.happened, 0}.with(way.state).high;
    const auto place = static_cast<quint32>(to.ways.size());
    const auto [last, isNew] = to.alike.try_emplace(hash, place);
    const quint32 before = isNew ? kNone : last->second;
    for (quint32 other = before; other != kNone; other = to.ways[other].nextAlike) {
        Way& known = to.ways[other];
        if (known.dropped || known.happened != way.happened || known.state != way.state)
            continue;
        const quint16* usedThere = to.used.data() + other * m_kinds;
        bool isLess = true;
        bool isMore = true;
        for (std::size_t kind = 0; kind < m_kinds; ++kind) {
            isLess = isLess && usedThere[kind] <= used[kind];
            isMore = isMore && usedThere[kind] >= used[kind];
        }
        if (isLess)
            return;
        known.dropped = isMore;
    }
    last->second = place;
    to.ways.push_back(way);
    to.ways.back().nextAlike = before;
    to.ways.back().dropped = false;
    to.used.insert(to.used.end(), used, used + m_kinds);
    m_gaveUp = m_gaveUp || to.ways.size() * (1 + m_kinds / 16) > m_maxConfigurations / 4;
}

quint32 EventOrder::longer(quint32 path, quint32 step)
{
    m_gaveUp = m_gaveUp || m_paths.size() >= 4 * m_maxConfigurations;
    m_paths.push_back({path, step});
    return static_cast<quint32>(m_paths.size() - 1);
}

std::vector<quint32> EventOrder::order() const
{
    std::vector<quint32> steps;
    for (quint32 path = m_now.ways.front().path; path != kNone; path = m_paths[path].before)
        steps.push_back(m_paths[path].step);
    std::reverse(steps.begin(), steps.end());
    return steps;
}

void EventOrder::Ways::clear()
{
    ways.clear();
    used.clear();
    alike.clear();
}

} // namespace faultline::check
