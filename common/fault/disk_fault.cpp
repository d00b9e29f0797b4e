// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/disk_fault.h"

#include <algorithm>

namespace faultline::fault {

std::chrono::microseconds drawSyncDelay(const DiskFault& fault, Random& random)
{
    const qint64 jitter = fault.jitter.count();
    if (jitter == 0)
        return fault.latency;
    const qint64 drawn = static_cast<qint64>(drawBelow(static_cast<quint64>(2 * jitter + 1), random)) - jitter;
    return std::chrono::microseconds(std::max<qint64>(0, fault.latency.count() + drawn));
}

} // namespace faultline::fault
