// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace faultline::node {

/// Notices that this process was stopped (SIGSTOP) and goes on (SIGCONT), before any other code of it runs again: what
/// it knows of the world may be long out of date. One at a time in a process.
class Thaw : public QObject
{
    Q_OBJECT

public:
    Thaw();
    ~Thaw() override;

    /// How often that happened. They are counted because it may happen again before the first was dealt with, and an
    /// answer to the first says nothing about the second.
    static quint64 count();
    /// From the first instruction after a stop until it is acknowledged.
    static bool isPending();
    static void acknowledge(quint64 upTo);

signals:
    /// At the next turn of the event loop, once for several stops.
    void happened();

private:
    int m_pipe[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace faultline::node
