// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/cli/command_line.h"

class QCoreApplication;

namespace faultline::cli {

/// `faultline run`: acts a scenario out, tells what happens while it happens, judges, and writes the report. The result
/// is the exit code. For pictures (a report folder is given) `application` is a QApplication.
int runScenario(QCoreApplication& application, const RunCommand& command);

} // namespace faultline::cli
