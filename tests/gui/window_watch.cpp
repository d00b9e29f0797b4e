// SPDX-License-Identifier: GPL-3.0-or-later
#include "window_watch.h"

#include <QEvent>
#include <QStringList>
#include <QWidget>

#include <ctime>

namespace faultline::tests {

namespace {

constexpr std::chrono::milliseconds kLookEvery{4};

/// What the calling thread has had of a processor.
std::chrono::nanoseconds worked()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

double inMs(std::optional<std::chrono::nanoseconds> time)
{
    return std::chrono::duration<double, std::milli>(time.value_or(std::chrono::nanoseconds(0))).count();
}

} // namespace

WindowWatch::WindowWatch()
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(kLookEvery);
    connect(&m_timer, &QTimer::timeout, this, &WindowWatch::look);
}

void WindowWatch::count(const QString& name, QWidget* widget)
{
    m_nameOf[widget] = name;
    widget->installEventFilter(this);
}

void WindowWatch::begin()
{
    m_painted.clear();
    m_beganAt = m_lookedAt = Clock::now();
    m_workedBefore = m_workedUntil = worked();
    m_timer.start();
}

void WindowWatch::end()
{
    m_timer.stop();
}

void WindowWatch::look()
{
    const auto now = Clock::now();
    const auto work = worked();
    m_gaps.record(now - std::exchange(m_lookedAt, now));
    m_work.record(work - std::exchange(m_workedUntil, work));
}

bool WindowWatch::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Paint)
        ++m_painted[m_nameOf.at(watched)];
    return false;
}

quint64 WindowWatch::painted(const QString& name) const
{
    const auto found = m_painted.find(name);
    return found == m_painted.end() ? 0 : found->second;
}

QString WindowWatch::summary() const
{
    const auto seconds = std::chrono::duration<double>(m_lookedAt - m_beganAt).count();
    const auto share = std::chrono::duration<double>(m_workedUntil - m_workedBefore).count() / seconds;
    QStringList paints;
    for (const auto& [name, times] : m_painted)
        paints << QStringLiteral("%1 %2").arg(name).arg(double(times) / seconds, 0, 'f', 1);
    return QStringLiteral("event loop away for at most %1 ms, p99 %2 ms; of its own work at most %3 ms, p99 %4 ms; the "
                          "thread takes %5 % of a core; painted a second: %6")
        .arg(inMs(m_gaps.max()), 0, 'f', 1)
        .arg(inMs(m_gaps.percentile(0.99)), 0, 'f', 1)
        .arg(inMs(m_work.max()), 0, 'f', 1)
        .arg(inMs(m_work.percentile(0.99)), 0, 'f', 1)
        .arg(share * 100, 0, 'f', 0)
        .arg(paints.join(QStringLiteral(", ")));
}

} // namespace faultline::tests
