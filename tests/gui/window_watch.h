// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/stats/histogram.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <map>

class QWidget;

namespace faultline::tests {

/// What a window costs its thread, watched from that thread: how long the event loop is away between two turns, how
/// much of that was work of its own and not another process's turn on the processor, and how often views are painted.
class WindowWatch final : public QObject
{
public:
    WindowWatch();

    /// Counts how often it is painted, under that name.
    void count(const QString& name, QWidget* widget);
    void begin();
    void end();

    quint64 painted(const QString& name) const; ///< paint events since begin()
    /// "event loop away for at most 31 ms (of its own work 24 ms), ...".
    QString summary() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void look();

    using Clock = std::chrono::steady_clock;

    QTimer m_timer;
    std::map<QObject*, QString> m_nameOf;
    std::map<QString, quint64> m_painted;
    Clock::time_point m_lookedAt;
    std::chrono::nanoseconds m_workedUntil{0};
    Clock::time_point m_beganAt;
    std::chrono::nanoseconds m_workedBefore{0};
    stats::Histogram m_gaps;
    stats::Histogram m_work;
};

} // namespace faultline::tests
