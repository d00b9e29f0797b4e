// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace faultline::cli {

/// What `--help` says: of the program, and of each command. Without a line feed at the end.
QString helpText();
QString upHelpText();
QString runHelpText();
QString checkHelpText();
QString scenariosHelpText();

} // namespace faultline::cli
