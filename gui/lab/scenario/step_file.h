// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/scenario/scenario.h"
#include "gui/lab/scenario/yaml_fields.h"

namespace faultline::lab {

/// One step of a scenario file. The number, from 1, and the count of nodes are for the sentences of errors.
///
/// Beside `do` and its moment a step has target (of nodes), links (of link, cut, heal), duration, over (of link, surge,
/// rate), to (of rate, pace), and of its own: link has preset and the fields of a link's faults (link_fault_text.h),
/// partition has shape or side, clock has offset, jump and rate, surge has factor, hot-key has share, crash-loop has
/// period. A field that does not belong to the step is refused.
Result<Step> readStep(const YAML::Node& node, const QString& fileName, int number, int nodes);

/// Fields that a step and the whole scenario share. What is wrong is noted in `fields`.
void readPace(YamlFields& fields, const char* field, wire::Pace& pace);
void readRate(YamlFields& fields, const char* field, double& rate);

/// "a, b, c".
QString listed(const QStringList& names);

} // namespace faultline::lab
