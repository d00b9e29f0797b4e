// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/flights.h"

#include <algorithm>

namespace faultline::views {
namespace {

constexpr std::chrono::seconds kOld{1};

void resolve(Flight& flight, const lab::Message& message, lab::Monotonic now)
{
    if (message.lostAt && !flight.lossKnown)
        flight.lossKnown = now;
    if (message.receivedAt && !flight.arrivalKnown) {
        flight.arrivalKnown = now;
        flight.took = std::max(std::chrono::microseconds(0), *message.receivedAt - message.sentAt);
    }
}

/// Of which there are so many that one more or less says nothing: not of votes and snapshots.
bool isRoutine(wire::MessageKind kind)
{
    return kind == wire::MessageKind::Heartbeat || kind == wire::MessageKind::Append ||
           kind == wire::MessageKind::AppendReply;
}

} // namespace

void Flights::follow(const std::deque<lab::Message>& messages, lab::Monotonic now, bool held)
{
    const auto fresh =
        std::lower_bound(messages.begin(), messages.end(), m_lastSerial + 1,
                         [](const lab::Message& message, quint64 serial) { return message.serial < serial; });
    for (auto message = fresh; message != messages.end(); ++message) {
        m_lastSerial = message->serial;
        if (now - message->sentAt < kOld || held)
            depart(*message, now);
    }
    for (Flight& flight : m_flights) {
        if (!flight.arrivalKnown && !flight.lossKnown)
            learn(flight, messages, now);
    }
    std::erase_if(m_flights, [&](const Flight& flight) { return isOver(flight, now, held); });
    while (m_flights.size() > kMaxFlights)
        m_flights.pop_front();
}

void Flights::depart(const lab::Message& message, lab::Monotonic now)
{
    Direction& direction = m_directions[message.link];
    while (!direction.departures.empty() && now - direction.departures.front() > std::chrono::seconds(1))
        direction.departures.pop_front();
    direction.departures.push_back(now);

    if (static_cast<int>(direction.departures.size()) > kDotsASecond) {
        const auto last = std::find_if(m_flights.rbegin(), m_flights.rend(),
                                       [&](const Flight& flight) { return flight.link == message.link; });
        if (last != m_flights.rend() && now - last->departed < kShortestFlight) {
            ++last->count;
            last->entries = std::max(last->entries, message.entries);
            return;
        }
    }
    Flight flight;
    flight.link = message.link;
    flight.kind = message.kind;
    flight.positive = message.positive;
    flight.term = message.term;
    flight.entries = message.entries;
    flight.serial = message.serial;
    flight.departed = now;
    flight.took = direction.took;
    resolve(flight, message, now);
    if (flight.arrivalKnown)
        direction.took = flight.took;
    const bool crowded = flight.took > kShortestFlight && now - direction.drawnLast < flight.took / kDotsUnderWay;
    flight.leftOut = crowded && isRoutine(flight.kind);
    if (!flight.leftOut)
        direction.drawnLast = now;
    m_flights.push_back(flight);
}

void Flights::learn(Flight& flight, const std::deque<lab::Message>& messages, lab::Monotonic now)
{
    const auto found =
        std::lower_bound(messages.begin(), messages.end(), flight.serial,
                         [](const lab::Message& message, quint64 serial) { return message.serial < serial; });
    if (found == messages.end() || found->serial != flight.serial)
        return;
    resolve(flight, *found, now);
    if (flight.arrivalKnown)
        m_directions[flight.link].took = flight.took;
}

void Flights::clear()
{
    m_flights.clear();
    m_directions.clear();
    m_lastSerial = 0;
}

void Flights::skip(const std::deque<lab::Message>& messages)
{
    clear();
    if (!messages.empty())
        m_lastSerial = messages.back().serial;
}

} // namespace faultline::views
