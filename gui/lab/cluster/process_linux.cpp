// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/process_linux.h"

#include <QFile>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

quint32 userId()
{
    return ::geteuid();
}

bool makeFolderForAll(const QString& path)
{
    constexpr mode_t kForAll = 01777;
    const QByteArray name = QFile::encodeName(path);
    ::mkdir(name.constData(), kForAll);
    const int folder = ::open(name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == EACCES; // another user's
    struct stat is = {};
    // mkdir(2) has taken away what the umask forbids.
    if (::fstat(folder, &is) == 0 && is.st_uid == ::geteuid() && (is.st_mode & 07777) != kForAll)
        ::fchmod(folder, kForAll);
    ::close(folder);
    return true;
}

} // namespace faultline::lab
