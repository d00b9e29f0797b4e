// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/backend.h"
#include "node/client/counters.h"
#include "node/client/introspection.h"
#include "node/kv/command.h"

#include <chrono>

namespace faultline::client {

class Connection;
struct CommandSpec;

using Instant = std::chrono::steady_clock::time_point;

/// Decides what becomes of a command: answered at once, proposed, or refused. Words of errors are Redis'.
///
/// MOVED, CLUSTERDOWN, CROSSSLOT, TRYAGAIN and BUSY promise that nothing was proposed, so that a client may try again
/// elsewhere without doing a thing twice.
class Dispatcher
{
public:
    /// Proposals that may wait for the cluster, of all connections together; beyond, commands are answered -BUSY.
    static constexpr quint64 kMaxPending = 200'000;
    static constexpr qint64 kMaxPendingBytes = qint64(256) << 20;

    Dispatcher(Backend& backend, Counters& counters, quint64 maxConnections);

    void execute(Connection& connection, Arguments arguments, Instant arrived);

    /// Where to ask instead, or that nobody can be asked: the text of a Redis error which says that nothing was done.
    QByteArray refusal(quint16 slot);

private:
    void session(Connection& connection, Arguments arguments, Instant arrived);
    void propose(Connection& connection, quint16 slot, QByteArray encoded, Instant arrived);
    void busy(Connection& connection);
    bool answerStale(Connection& connection, kv::Verb verb, QByteArrayView encoded);
    void member(Connection& connection, Arguments arguments, Instant arrived);
    void hello(Connection& connection, Arguments arguments);
    void client(Connection& connection, Arguments arguments);
    PortFigures figures() const;

    Backend& m_backend;
    Counters& m_counters;
    quint64 m_maxConnections;
};

} // namespace faultline::client
