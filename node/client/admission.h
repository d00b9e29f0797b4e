// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>
#include <deque>

namespace faultline::client {

/// Whether one more command may wait for the cluster. A queue that only grows serves nobody: everyone waits for those
/// before him, gives up, and asks again. So a command is turned away at once, -BUSY, with nothing done, while what is
/// under way is more than the cluster will do soon: too many commands, too many bytes, or a queue that has been
/// standing too long: the oldest of it came more than `delay` ago, and it is no small one. (The idea of a standing
/// queue is Nichols and Jacobson's, Controlling Queue Delay, 2012.)
///
/// Switched off, to show the difference, there are the last bounds alone, which only keep memory from growing.
class Admission
{
public:
    static constexpr quint64 kLastPending = 200'000;
    static constexpr qint64 kLastBytes = qint64(256) << 20;

    struct Limits
    {
        bool isOn = true;
        quint64 pending = 50'000;
        qint64 bytes = qint64(64) << 20;
        std::chrono::milliseconds delay{500}; ///< of the cluster's time, which the pace stretches
        quint64 small = 256;                  ///< so many may wait however long it takes
    };

    Limits& limits() { return m_limits; }
    const Limits& limits() const { return m_limits; }

    /// `pending` commands of `bytes` are under way; `now` is the cluster's time.
    bool admits(quint64 pending, qint64 bytes, std::chrono::microseconds now);
    /// One more is, beside `pending`.
    void submitted(quint64 pending, std::chrono::microseconds now);

private:
    /// When the command with this number came, counting from the first ever.
    struct Mark
    {
        quint64 number = 0;
        std::chrono::microseconds at{0};
    };
    void forgetEnded(quint64 pending);

    static constexpr std::size_t kMostMarks = 4096;
    static constexpr std::chrono::microseconds kApart{1'000};

    Limits m_limits;
    quint64 m_submitted = 0;
    std::deque<Mark> m_marks; ///< the first is that of the oldest command under way, or of one a little older
};

} // namespace faultline::client
