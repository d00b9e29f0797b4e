// SPDX-License-Identifier: GPL-3.0-or-later
#include "process_memory.h"

#include <QFile>
#include <QList>

#include <unistd.h>

#include <algorithm>

namespace faultline::tests {

qint64 residentBytes(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/statm").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

void MemoryByQuarter::note(double share, qint64 bytes)
{
    if (bytes > 0)
        m_noted[std::size_t(std::clamp(int(share * 4), 0, 3))].push_back(bytes);
}

qint64 MemoryByQuarter::most(int quarter) const
{
    const std::vector<qint64>& noted = m_noted[std::size_t(quarter)];
    return noted.empty() ? 0 : *std::max_element(noted.begin(), noted.end());
}

qint64 MemoryByQuarter::median(int quarter) const
{
    std::vector<qint64> noted = m_noted[std::size_t(quarter)];
    if (noted.empty())
        return 0;
    const auto middle = noted.begin() + std::ptrdiff_t(noted.size() / 2);
    std::nth_element(noted.begin(), middle, noted.end());
    return *middle;
}

} // namespace faultline::tests
