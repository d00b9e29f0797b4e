// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <chrono>
#include <utility>
#include <vector>

namespace faultline::client {

/// Who leads, as this node believes.
struct Leadership
{
    bool isLeader = false; ///< this node
    bool known = false;    ///< true when isLeader
    QString leaderHost;    ///< where clients reach the leader; of this node itself when isLeader
    quint16 leaderPort = 0;
};

/// One member of the cluster, for CLUSTER SLOTS, SHARDS and NODES.
struct MemberView
{
    quint32 id = 0;
    QString host;
    quint16 clientPort = 0;
    quint16 busPort = 0; ///< where other nodes reach it
    bool isLeader = false;
    bool isSelf = false;
    bool believedAlive = false;
};

/// What stands behind the client port: whoever gets commands agreed upon. Everything runs in one thread.
class Backend
{
public:
    virtual ~Backend();

    virtual Leadership leadership() const = 0;

    /// Proposes a command (node/kv/command.h). True: exactly one of RespServer::complete() and outcomeUnknown() follows
    /// for `requestId`, now or later. False: nothing was proposed and nothing follows. Commands that arrive in one turn
    /// of the event loop are all submitted within it, so a backend that gathers by turn gets them as one batch.
    virtual bool submit(quint64 requestId, QByteArray encodedCommand) = 0;

    virtual std::vector<MemberView> members() const = 0;

    /// Rows for INFO, in order. A row whose first half begins with "# " opens a section of that name.
    virtual QList<std::pair<QByteArray, QByteArray>> info() const = 0;

    /// Keys in this node's applied state.
    virtual quint64 keys() const = 0;

    /// What this node takes the time to be, since 1970.
    virtual std::chrono::microseconds wallTime() const = 0;
};

} // namespace faultline::client
