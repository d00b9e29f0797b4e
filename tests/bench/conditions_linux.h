// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "figures.h"

namespace faultline::bench {

/// Under what everything was measured; `commit` as git describes it.
Conditions conditions(const QString& commit);
/// Resident memory of a process in MB (1,000,000 bytes), from /proc.
Result<double> residentMegabytes(qint64 pid);

} // namespace faultline::bench
