// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace faultline::cli {

/// Someone wants the program to end: Ctrl+C, SIGTERM, SIGHUP or, when asked to watch it and it is a pipe, the end of
/// the input. Turns each into a signal of the event loop, so that the program can put its cluster away first. A second
/// Ctrl+C while that goes on ends the program at once; its nodes then end with it by themselves.
///
/// One at a time in a program (it is what the process's signal handlers write to).
class EndRequest : public QObject
{
    Q_OBJECT

public:
    explicit EndRequest(QObject* parent = nullptr);
    ~EndRequest() override;

    /// Also asks for the end when the input is a pipe or a socket and ends. What comes before is read and ignored. A
    /// terminal, a file and /dev/null are left alone, so that the program can run in the background.
    void watchInput();

signals:
    void asked();

private:
    void drainInput();

    int m_reading = -1;
    std::unique_ptr<QSocketNotifier> m_signals;
    std::unique_ptr<QSocketNotifier> m_input;
};

} // namespace faultline::cli
