// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/schedule.h"

#include "common/result/result.h"

#include <algorithm>

namespace faultline::sim {

void Schedule::add(Event::Kind kind, Instant at, quint32 who, quint64 what, quint32 life)
{
    if (m_freeSlots.empty()) {
        FAULTLINE_INVARIANT(m_slots.size() < std::size_t(1) << kSlotBits, "what is to happen is bounded");
        m_freeSlots.push_back(static_cast<quint32>(m_slots.size()));
        m_slots.emplace_back();
    }
    const quint32 slot = m_freeSlots.back();
    m_freeSlots.pop_back();
    m_slots[slot] = {kind, who, what, life};
    m_heap.push_back({std::max(at, m_now), ++m_lastOrder << kSlotBits | slot});
    std::push_heap(m_heap.begin(), m_heap.end(), Later());
}

Event Schedule::take()
{
    std::pop_heap(m_heap.begin(), m_heap.end(), Later());
    const Place next = m_heap.back();
    m_heap.pop_back();
    m_now = next.at;
    const auto slot = static_cast<quint32>(next.orderAndSlot & ((quint64(1) << kSlotBits) - 1));
    m_freeSlots.push_back(slot);
    return m_slots[slot];
}

} // namespace faultline::sim
