// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/admission.h"
#include "node/client/backend.h"
#include "node/client/counters.h"
#include "node/client/introspection.h"
#include "node/client/port_options.h"
#include "node/client/waiting_room.h"

#include <chrono>

namespace faultline::client {

class Connection;
struct Session;
struct CommandSpec;

using Instant = std::chrono::steady_clock::time_point;

/// Decides what becomes of a command: answered at once, proposed, or refused. Words of errors are Redis'.
///
/// MOVED, CLUSTERDOWN, TRYAGAIN and BUSY promise that nothing was proposed, so that a client may try again
/// elsewhere without doing a thing twice.
class Dispatcher
{
public:
    /// All outlive it.
    Dispatcher(Backend& backend, Counters& counters, WaitingRoom& waitingRoom, const PortOptions& options);

    /// What a connection begins with, and RESET brings back.
    Session newSession() const;

    /// False, and nothing was done: it must wait until those before it on its connection are answered.
    bool execute(Connection& connection, Arguments arguments, Instant arrived);

    /// Where to ask instead, or that nobody can be asked: the text of a Redis error which says that nothing was done.
    QByteArray refusal(quint16 slot);

private:
    // ---- dispatcher.cpp
    const CommandSpec* specOf(Connection& connection, Arguments arguments);
    void ofStore(Connection& connection, const CommandSpec& spec, Arguments arguments, Instant arrived);
    void session(Connection& connection, Arguments arguments, Instant arrived);
    void propose(Connection& connection, quint16 slot, QByteArray encoded, Instant arrived);
    void member(Connection& connection, Arguments arguments, Instant arrived);
    void wait(Connection& connection, Arguments arguments, Instant arrived);
    void ofPort(Connection& connection, const CommandSpec& spec, Arguments arguments, Instant arrived);
    void reject(Connection& connection, const CommandSpec& spec, QByteArrayView error);
    void busy(Connection& connection);
    PortFigures figures() const;

    // ---- connection_commands.cpp
    void hello(Connection& connection, Arguments arguments);
    void auth(Connection& connection, Arguments arguments);
    bool takesPassword(Session& session, QByteArrayView user, QByteArrayView password) const;
    void client(Connection& connection, Arguments arguments);
    void clientList(Connection& connection, Arguments filter);
    void clientReply(Connection& connection, QByteArrayView how);
    void clientSetInfo(Connection& connection, QByteArrayView what, QByteArrayView value);

    Backend& m_backend;
    Counters& m_counters;
    WaitingRoom& m_waitingRoom;
    const PortOptions& m_options;
    Admission m_admission;
    std::chrono::microseconds m_clusterTime{0}; ///< when the batch of m_arrived came
    Instant m_arrived;
};

} // namespace faultline::client
