// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/thaw.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace faultline::node {

namespace {

std::atomic<quint64> stops{0};
quint64 known = 0; ///< of them, those after which the present state was heard
static_assert(std::atomic<quint64>::is_always_lock_free, "a signal handler may touch it");
volatile std::sig_atomic_t wakePipe = -1;

extern "C" void onContinueSignal(int)
{
    stops.fetch_add(1);
    const int saved = errno;
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(wakePipe, &byte, 1);
    errno = saved;
}

} // namespace

Thaw::Thaw()
{
    if (::pipe2(m_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    wakePipe = m_pipe[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        char ignored[64];
        while (::read(m_pipe[0], ignored, sizeof ignored) > 0) {
        }
        emit happened();
    });
    struct sigaction action = {};
    action.sa_handler = onContinueSignal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGCONT, &action, nullptr);
}

Thaw::~Thaw()
{
    ::signal(SIGCONT, SIG_DFL);
    wakePipe = -1;
    acknowledge(count());
    for (const int end : m_pipe) {
        if (end >= 0)
            ::close(end);
    }
}

quint64 Thaw::count()
{
    return stops.load();
}

bool Thaw::isPending()
{
    return stops.load() != known;
}

void Thaw::acknowledge(quint64 upTo)
{
    known = std::max(known, std::min(upTo, stops.load()));
}

} // namespace faultline::node
