// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QTcpServer;

namespace faultline::net {

/// Qt stops to accept once the process has no file descriptor left, and says so in a signal alone. One may be free
/// again soon: from then on the server tries again ten times a second. Once for each server, before it listens.
void keepAccepting(QTcpServer& server);

} // namespace faultline::net
