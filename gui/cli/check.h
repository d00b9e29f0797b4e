// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/cli/command_line.h"

namespace faultline::cli {

/// `faultline check`: the verdict on stdout, with the witness when it is not linearizable. Returns the exit code.
int checkHistory(const CheckCommand& command);

} // namespace faultline::cli
