// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>

namespace faultline::net {

/// Does `work` once when this turn of the thread's event loop ends, that is, when all sockets that were readable and
/// all posted events have been dealt with and the loop is about to wait: what they asked for is then done together.
/// A posted event would come to the same, but each costs the loop a wake-up of itself and a further look at every
/// socket. Of one thread, that of its construction, which must have an event loop.
class TurnEnd
{
public:
    explicit TurnEnd(std::function<void()> work);
    ~TurnEnd();
    TurnEnd(const TurnEnd&) = delete;
    TurnEnd& operator=(const TurnEnd&) = delete;

    /// Once a turn: asked for in the work itself, or behind it, it is done when the next turn ends, which then comes at
    /// once, but not before every socket and timer had theirs.
    void ask();

private:
    class Loop;
    std::function<void()> m_work;
    Loop& m_loop;
    bool m_isAsked = false;
    quint64 m_lastTurn = 0; ///< that it was done in
};

} // namespace faultline::net
