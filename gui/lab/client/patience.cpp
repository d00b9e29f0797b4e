// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/patience.h"

#include <utility>

namespace faultline::lab {

Patience::Patience(QObject* parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Patience::ranOut);
}

void Patience::start(std::chrono::milliseconds patience)
{
    stop();
    m_whole = patience;
    if (m_held)
        m_left = patience;
    else
        m_timer.start(patience);
}

void Patience::stop()
{
    m_left.reset();
    m_timer.stop();
}

void Patience::setHeld(bool held)
{
    m_held = held;
    if (held && m_timer.isActive()) {
        m_left = m_timer.remainingTimeAsDuration();
        m_timer.stop();
    } else if (!held && m_left) {
        m_timer.start(*std::exchange(m_left, std::nullopt));
    }
}

} // namespace faultline::lab
