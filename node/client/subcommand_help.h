// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/command_table.h"

#include <QByteArray>

namespace faultline::client {

/// The reply to "COMMAND HELP" in Redis' shape, for commands that have subcommands. False, and nothing written, for
/// others.
bool answerHelp(QByteArray& out, const CommandSpec& spec);

} // namespace faultline::client
