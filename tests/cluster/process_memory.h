// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <array>
#include <vector>

namespace faultline::tests {

/// Resident bytes of a process; 0 when it is gone.
qint64 residentBytes(qint64 pid);

/// What was held in each quarter of a run, of which the first is for warming up: whoever does not grow holds in the
/// last what it held in the second.
class MemoryByQuarter
{
public:
    /// `share` of the run is over, 0 to 1. Nothing is noted of a process that is gone.
    void note(double share, qint64 bytes);
    qint64 most(int quarter) const; ///< 0 to 3; 0 bytes when nothing was noted
    qint64 median(int quarter) const;

private:
    std::array<std::vector<qint64>, 4> m_noted;
};

} // namespace faultline::tests
