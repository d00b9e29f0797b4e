// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/cli/command_line.h"

#include <QByteArray>

class QCoreApplication;

namespace faultline::lab {
class Timeline;
}

namespace faultline::cli {

/// `faultline up`: starts a cluster, says so in one line once it serves, and keeps it until it is asked to end. The
/// result is the exit code.
int runUp(QCoreApplication& application, const UpCommand& command);

/// {"nodes": [{"name","pid","client","peer","control"}], "leader"} on one line; the ports are of 127.0.0.1.
QByteArray describeAsJson(const lab::Timeline& timeline);

} // namespace faultline::cli
