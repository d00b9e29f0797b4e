// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/termination.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace faultline::node {

namespace {

volatile std::sig_atomic_t signalPipe = -1;

extern "C" void onTerminationSignal(int)
{
    const int saved = errno;
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(signalPipe, &byte, 1);
    errno = saved;
}

constexpr int kLongestToken = 256;
constexpr int kTokenPatienceMs = 10'000;

} // namespace

Termination::Termination(bool watchStandardInput)
{
    if (::pipe2(m_signalPipe, O_CLOEXEC | O_NONBLOCK) == 0) {
        signalPipe = m_signalPipe[1];
        m_signal = std::make_unique<QSocketNotifier>(m_signalPipe[0], QSocketNotifier::Read);
        connect(m_signal.get(), &QSocketNotifier::activated, this, [this] {
            m_signal->setEnabled(false);
            emit requested();
        });
        struct sigaction action = {};
        action.sa_handler = onTerminationSignal;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGTERM, &action, nullptr);
        ::sigaction(SIGINT, &action, nullptr);
    }
    ::signal(SIGPIPE, SIG_IGN);

    if (watchStandardInput) {
        m_input = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
        connect(m_input.get(), &QSocketNotifier::activated, this, [this] {
            char ignored[256];
            if (::read(STDIN_FILENO, ignored, sizeof ignored) > 0)
                return;
            m_input->setEnabled(false);
            emit requested();
        });
    }
}

Termination::~Termination()
{
    ::signal(SIGTERM, SIG_DFL);
    ::signal(SIGINT, SIG_DFL);
    signalPipe = -1;
    for (const int end : m_signalPipe) {
        if (end >= 0)
            ::close(end);
    }
}

Result<QByteArray> Termination::readLine(const char* option, const char* what)
{
    const auto failed = [&](const char* how) {
        return Error{QStringLiteral("%1 expects %2 as a line of standard input; %3")
                         .arg(QLatin1String(option), QLatin1String(what), QLatin1String(how))};
    };
    QByteArray line;
    while (line.size() <= kLongestToken) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, kTokenPatienceMs) <= 0)
            return failed("none came in ten seconds");
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) != 1)
            return failed("it ended before one");
        if (byte == '\n')
            return line.isEmpty() ? Result<QByteArray>(failed("it is empty")) : Result<QByteArray>(line);
        line.append(byte);
    }
    return Error{
        QStringLiteral("%1 on standard input is longer than %2 bytes").arg(QLatin1String(what)).arg(kLongestToken)};
}

} // namespace faultline::node
