// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/end_request.h"

#include "common/result/result.h"

#include <QTimer>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace faultline::cli {

namespace {

constexpr std::chrono::seconds kLookAgain{1};
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

// The one thing a signal handler may do is write to a descriptor, and a handler is given nothing but the signal's
// number.
volatile std::sig_atomic_t signalPipe = -1;

extern "C" void onSignal(int number)
{
    const int before = errno;
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(signalPipe, &byte, 1);
    std::signal(number, SIG_DFL);
    errno = before;
}

} // namespace

EndRequest::EndRequest(QObject* parent)
    : QObject(parent)
{
    FAULTLINE_INVARIANT(signalPipe == -1, "one end request at a time");
    std::array<int, 2> ends{-1, -1};
    FAULTLINE_INVARIANT(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0, "a pipe can be made");
    m_reading = ends[0];
    signalPipe = ends[1];
    m_signals = std::make_unique<QSocketNotifier>(m_reading, QSocketNotifier::Read);
    connect(m_signals.get(), &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        while (::read(m_reading, &byte, 1) > 0) {
        }
        emit asked();
    });
    for (const int number : kSignals) {
        struct sigaction action = {};
        action.sa_handler = onSignal;
        action.sa_flags = SA_RESTART;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(number, &action, nullptr);
    }
}

EndRequest::~EndRequest()
{
    for (const int number : kSignals)
        std::signal(number, SIG_DFL);
    m_signals.reset();
    ::close(m_reading);
    ::close(signalPipe);
    signalPipe = -1;
}

void EndRequest::watchInput()
{
    struct stat input = {};
    const bool isPipe = ::fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
    if (!isPipe && ::isatty(STDIN_FILENO) == 0)
        return;
    m_input = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
    connect(m_input.get(), &QSocketNotifier::activated, this, &EndRequest::readInput);
}

void EndRequest::readInput()
{
    const bool isTerminal = ::isatty(STDIN_FILENO) != 0;
    if (isTerminal && ::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) { // reading would stop the program: SIGTTIN
        m_input->setEnabled(false);
        QTimer::singleShot(kLookAgain, this, [this] { m_input->setEnabled(true); });
        return;
    }
    std::array<char, 4096> bytes;
    const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got > 0)
        takeLines(bytes.data(), got);
    if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)))
        return;
    m_input->setEnabled(false);
    if (!isTerminal)
        emit inputEnded();
}

void EndRequest::takeLines(const char* bytes, qsizetype count)
{
    for (qsizetype i = 0; i < count; ++i) {
        if (bytes[i] != '\n') {
            if (m_line.size() < kMostOfLine)
                m_line.append(bytes[i]);
            continue;
        }
        const QString line = QString::fromUtf8(std::exchange(m_line, {})).trimmed();
        if (!line.isEmpty())
            emit lineRead(line);
    }
}

} // namespace faultline::cli
