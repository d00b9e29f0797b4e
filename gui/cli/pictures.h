// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QStringList>

namespace faultline::lab {
class Timeline;
}

namespace faultline::cli {

/// Draws the charts of what the timeline holds, throughput and latency with the faults as bands, as PNG files in a
/// folder; the result names the files. Needs a QApplication.
Result<QStringList> drawCharts(const lab::Timeline& timeline, const QString& folder);

} // namespace faultline::cli
