// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace faultline::cli {

/// Someone wants the program to end, by Ctrl+C, SIGTERM or SIGHUP, or has something to say on its input. Turns each
/// into a signal of the event loop, so that the program can put its cluster away first. A second Ctrl+C while that goes
/// on ends the program at once; its nodes then end with it by themselves.
///
/// One at a time in a program (it is what the process's signal handlers write to).
class EndRequest : public QObject
{
    Q_OBJECT

public:
    explicit EndRequest(QObject* parent = nullptr);
    ~EndRequest() override;

    /// Reads lines from a pipe, a socket or a terminal. A file and /dev/null are left alone, and a terminal while the
    /// program runs in its background.
    void watchInput();

signals:
    void asked();
    void lineRead(const QString& line); ///< without its end, trimmed; at most kMostOfLine of it
    void inputEnded();                  ///< of a pipe or a socket

private:
    static constexpr qsizetype kMostOfLine = 1'000;

    void readInput();
    void takeLines(const char* bytes, qsizetype count);

    int m_reading = -1;
    std::unique_ptr<QSocketNotifier> m_signals;
    std::unique_ptr<QSocketNotifier> m_input;
    QByteArray m_line; ///< the part of the next one that has come
};

} // namespace faultline::cli
