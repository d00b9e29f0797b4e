// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/scenario/scenario.h"
#include "gui/lab/scenario/yaml_fields.h"

namespace faultline::lab {

/// One step of a scenario file. The number, from 1, and the count of nodes are for the sentences of errors.
Result<Step> readStep(const YAML::Node& node, const QString& fileName, int number, int nodes);

/// Fields that a step and the whole scenario share. What is wrong is noted in `fields`.
void readPace(YamlFields& fields, const char* field, wire::Pace& pace);
void readRate(YamlFields& fields, const char* field, double& rate);

/// "leader->followers", "n1<->n3", "clients->all". The error says what would be right.
Result<LinkSelector> parseLinkSelector(const QString& text, int nodes);

/// "a, b, c".
QString listed(const QStringList& names);

} // namespace faultline::lab
