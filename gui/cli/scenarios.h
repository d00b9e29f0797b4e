// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/cli/command_line.h"

namespace faultline::cli {

/// `faultline scenarios`: what is built into the program, by name. The result is the exit code.
int listScenarios(const ScenariosCommand& command);

} // namespace faultline::cli
