// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/stats/histogram.h"
#include "node/client/command_table.h"

#include <array>

namespace faultline::client {

/// What happened on the client port, cumulative since the node started, but for the three that say "now".
struct Counters
{
    quint64 connections = 0;     ///< now
    quint64 accepted = 0;        ///< connections, those turned away apart
    quint64 turnedAway = 0;      ///< connections beyond the maximum
    quint64 commands = 0;        ///< whole commands received, whatever became of them
    quint64 redirects = 0;       ///< answered -MOVED
    quint64 notAdmitted = 0;     ///< of the refusals, those answered -BUSY
    quint64 refusals = 0;        ///< answered -CLUSTERDOWN, -TRYAGAIN or -BUSY: nothing was proposed
    quint64 protocolErrors = 0;  ///< connections closed because what they sent is not RESP
    quint64 outcomesUnknown = 0; ///< proposals of which nobody knows what became
    quint64 slowReaders = 0; ///< connections closed because they did not take their replies, or hold too much together
    quint64 pending = 0;     ///< now: proposed and not yet answered
    qint64 pendingBytes = 0; ///< now: size of those
    qint64 clientBytes = 0;  ///< now: of replies that are not taken and of commands half sent

    /// Of each command in the table, by its CommandId.
    struct PerCommand
    {
        quint64 calls = 0;
        quint64 rejected = 0; ///< of the calls: answered with an error before anything was done
    };
    std::array<PerCommand, kCommandIds> commandCalls;

    stats::Histogram request; ///< proposed commands: arrived -> reply handed to the socket
    stats::Histogram parse;   ///< what one connection sent at once: read, parsed and handed on
    stats::Histogram reply;   ///< the replies of one connection to what came together, handed to the socket
};

} // namespace faultline::client
