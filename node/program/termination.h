// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

namespace faultline::node {

/// The ways a node is asked to end: SIGTERM or SIGINT and, when a lab started it, the end of standard input, which also
/// comes when the lab dies. One at a time in a process.
class Termination : public QObject
{
    Q_OBJECT

public:
    explicit Termination(bool watchStandardInput);
    ~Termination() override;

    /// Waits for the next line of standard input, at most ten seconds; without its line end. `option` expects it, and
    /// `what` it is, for the sentence that says that there was none.
    Result<QByteArray> readLine(const char* option, const char* what);

signals:
    void requested();

private:
    int m_signalPipe[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> m_signal;
    std::unique_ptr<QSocketNotifier> m_input;
};

} // namespace faultline::node
