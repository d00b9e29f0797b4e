// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace faultline::client {

struct PortOptions
{
    quint64 maxConnections = 10'000;
    /// Of replies that are not taken and of commands half sent, all clients together. Beyond it, whoever holds more
    /// than an equal share is closed.
    qint64 maxClientBytes = qint64(512) << 20;
    QByteArray password = {}; ///< what AUTH must say before anything else is done; empty: nobody is asked
    bool admission = true;    ///< at the start: see Admission
};

} // namespace faultline::client
