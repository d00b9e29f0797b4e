// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/control/process_figures_linux.h"

#include <QFile>

#include <sys/resource.h>
#include <unistd.h>

namespace faultline::node {

namespace {
std::chrono::microseconds toMicroseconds(const timeval& time)
{
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}
} // namespace

ProcessFigures processFigures()
{
    ProcessFigures figures;
    // proc(5): the second field of statm is the resident set in pages.
    QFile statm(QStringLiteral("/proc/self/statm"));
    if (statm.open(QIODevice::ReadOnly)) {
        const QList<QByteArray> fields = statm.readAll().split(' ');
        if (fields.size() > 1)
            figures.residentBytes = fields[1].toULongLong() * static_cast<quint64>(sysconf(_SC_PAGESIZE));
    }
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        figures.cpuTime = toMicroseconds(usage.ru_utime) + toMicroseconds(usage.ru_stime);
    return figures;
}

} // namespace faultline::node
