// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/turn_end.h"

#include <QAbstractEventDispatcher>
#include <QPointer>

#include <algorithm>
#include <deque>
#include <utility>

namespace faultline::net {

/// All of one thread share it, so that what one asks of another is done in the same end of a turn.
class TurnEnd::Loop : public QObject
{
public:
    static Loop& ofThisThread()
    {
        thread_local Loop loop;
        return loop;
    }

    void add(TurnEnd* end)
    {
        listen();
        m_asked.push_back(end);
    }
    void remove(TurnEnd* end)
    {
        std::erase(m_asked, end);
        std::erase(m_next, end);
    }

private:
    void listen()
    {
        QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
        if (dispatcher == m_dispatcher || !dispatcher)
            return;
        m_dispatcher = dispatcher;
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] {
            m_hasWaited = true;
            finish();
        });
        // A loop that is only polled, or has no end of posted events, does not say that it is about to wait.
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] {
            if (!std::exchange(m_hasWaited, false))
                finish();
        });
    }

    void finish()
    {
        ++m_turn;
        while (!m_asked.empty()) {
            TurnEnd* end = m_asked.front();
            m_asked.pop_front();
            if (end->m_lastTurn == m_turn) {
                m_next.push_back(end);
                continue;
            }
            end->m_lastTurn = m_turn;
            end->m_isAsked = false;
            end->m_work();
        }
        m_asked.swap(m_next);
        if (!m_asked.empty() && m_dispatcher)
            m_dispatcher->wakeUp();
    }

    QPointer<QAbstractEventDispatcher> m_dispatcher;
    std::deque<TurnEnd*> m_asked;
    std::deque<TurnEnd*> m_next; ///< done in this turn already
    quint64 m_turn = 0;
    bool m_hasWaited = false; ///< in the turn before this one
};

TurnEnd::TurnEnd(std::function<void()> work)
    : m_work(std::move(work))
    , m_loop(Loop::ofThisThread())
{}

TurnEnd::~TurnEnd()
{
    if (m_isAsked)
        m_loop.remove(this);
}

void TurnEnd::ask()
{
    if (!std::exchange(m_isAsked, true))
        m_loop.add(this);
}

} // namespace faultline::net
