// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/schedule.h"

#include <algorithm>

namespace faultline::sim {

namespace {

struct Later
{
    bool operator()(const Event& a, const Event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
};

} // namespace

void Schedule::add(Event::Kind kind, Instant at, quint32 who, quint64 what, quint32 life)
{
    m_heap.push_back({std::max(at, m_now), ++m_lastOrder, kind, who, what, life});
    std::push_heap(m_heap.begin(), m_heap.end(), Later());
}

Event Schedule::take()
{
    std::pop_heap(m_heap.begin(), m_heap.end(), Later());
    const Event next = m_heap.back();
    m_heap.pop_back();
    m_now = next.at;
    return next;
}

} // namespace faultline::sim
