// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/process_linux.h"

#include <QFile>

#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <unistd.h>

namespace faultline::lab {

std::function<void()> dieWithParent(qint64 parent)
{
    return [parent] {
        ::setpgid(0, 0); // Ctrl+C in a terminal is for the parent, which ends its nodes in order
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) // it died before the kernel was told
            ::_exit(1);
    };
}

bool sendSignal(qint64 pid, ProcessSignal signal)
{
    if (pid <= 1)
        return false;
    const int number = [signal] {
        switch (signal) {
        case ProcessSignal::Kill:
            return SIGKILL;
        case ProcessSignal::Terminate:
            return SIGTERM;
        case ProcessSignal::Stop:
            return SIGSTOP;
        case ProcessSignal::Continue:
            return SIGCONT;
        }
        Q_UNREACHABLE();
    }();
    return ::kill(static_cast<pid_t>(pid), number) == 0;
}

QString signalName(int number)
{
    const char* name = ::sigabbrev_np(number);
    return name ? QStringLiteral("SIG%1").arg(QLatin1String(name)) : QStringLiteral("signal %1").arg(number);
}

QByteArray commandLineOf(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace faultline::lab
