// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/topology/flight.h"

#include <deque>
#include <map>

// The dots on the canvas: follows the messages of a timeline and keeps those still to be drawn. A direction that
// carries more than 40 messages a second is drawn as one dot at a time with the number it stands for. Where messages
// are slow, so many are under way at once that they would cover the line: of heartbeats, appends and their replies only
// some are drawn then, and those that are lost. Each one drawn was sent.
namespace faultline::views {

inline constexpr int kDotsASecond = 40;
inline constexpr int kDotsUnderWay = 8; ///< of a slow direction, about, that are drawn at once
inline constexpr std::size_t kMaxFlights = 2'000;

class Flights
{
public:
    /// Takes over what is new in the timeline since the last call, and what became of what was there.
    void follow(const std::deque<lab::Message>& messages, lab::Monotonic now, bool held);
    void clear();
    /// After a jump (a fresh cluster): what is on the timeline now is past.
    void skip(const std::deque<lab::Message>& messages);

    const std::deque<Flight>& all() const { return m_flights; }
    bool empty() const { return m_flights.empty(); }

private:
    void depart(const lab::Message& message, lab::Monotonic now);
    void learn(Flight& flight, const std::deque<lab::Message>& messages, lab::Monotonic now);

    struct Direction
    {
        std::deque<lab::Monotonic> departures; ///< within the last second
        std::chrono::microseconds took{0};     ///< by the newest that arrived
        lab::Monotonic drawnLast{0};           ///< when the newest departed that is not left out
    };

    std::deque<Flight> m_flights;
    std::map<LinkId, Direction> m_directions;
    quint64 m_lastSerial = 0;
};

} // namespace faultline::views
