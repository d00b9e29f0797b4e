// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/keep_accepting.h"

#include <QTcpServer>
#include <QTimer>

#include <chrono>

namespace faultline::net {

void keepAccepting(QTcpServer& server)
{
    constexpr std::chrono::milliseconds kAgain{100};
    QObject::connect(&server, &QTcpServer::acceptError, &server,
                     [&server] { QTimer::singleShot(kAgain, &server, [&server] { server.resumeAccepting(); }); });
}

} // namespace faultline::net
