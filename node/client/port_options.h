// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace faultline::client {

struct PortOptions
{
    quint64 maxConnections = 10'000;
    QByteArray password = {}; ///< what AUTH must say before anything else is done; empty: nobody is asked
    bool admission = true;    ///< at the start: see Admission
};

} // namespace faultline::client
