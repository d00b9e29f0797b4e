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

    /// From the first instruction after the stop until acknowledge().
    static bool isPending();
    static void acknowledge();

signals:
    void happened();

private:
    int m_pipe[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace faultline::node
