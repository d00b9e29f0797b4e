// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"

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
    /// This node belonged to the cluster and does not any more; of interest while no leader is known.
    bool isRemoved = false;
};

enum class Standing { Voter, Learner, Joining, Leaving };

/// One member of the cluster, for CLUSTER SLOTS, SHARDS and NODES, and for MEMBER LIST.
struct MemberView
{
    quint32 id = 0;
    QString host;
    quint16 clientPort = 0;
    quint16 busPort = 0; ///< where other nodes reach it
    bool isLeader = false;
    bool isSelf = false;
    bool believedAlive = false;
    Standing standing = Standing::Voter;
    /// Of one that joins or leaves, as the leader knows it: how far it is or whom it waits for. Empty otherwise.
    QString waiting;
};

/// A change of who belongs to the cluster or who leads it: MEMBER ADD, REMOVE, TRANSFER.
struct MemberCommand
{
    enum class What { Add, Remove, Transfer };
    What what = What::Add;
    quint32 id = 0;
    // of the one to add
    QString host; ///< an IP address
    quint16 peerPort = 0;
    quint16 clientPort = 0;
};

/// What stands behind the client port: whoever gets commands agreed upon. Everything runs in one thread.
class Backend
{
public:
    virtual ~Backend();

    virtual Leadership leadership() const = 0;
    virtual bool leads() const = 0; ///< the same as leadership().isLeader, and cheap

    enum class Submitted {
        Taken,     ///< exactly one of RespServer::complete(), refuse() and outcomeUnknown() follows, now or later
        NotLeader, ///< nothing was proposed and nothing follows, and so for the rest
        TryAgain,  ///< the leader takes no commands at this moment
        Busy,      ///< too much is under way
        DiskFull,  ///< that of the leader, which is this node
        Stalled,   ///< for some seconds nothing was agreed upon
    };
    /// Proposes a command (node/kv/command.h), or reads. Commands that arrive in one turn of the event loop are all
    /// submitted within it, so a backend that gathers by turn gets them as one batch.
    /// `inLog`: it must come behind what was submitted so before, which a read by itself need not.
    virtual Submitted submit(quint64 requestId, QByteArray encodedCommand, bool inLog) = 0;
    /// What this node's state says to a command that only reads. It may be old.
    virtual kv::Result readStale(QByteArrayView encodedCommand) const = 0;

    virtual std::vector<MemberView> members() const = 0;
    /// Of a leader. RespServer::complete() or refuse() follows for `requestId`, now or later: Ok once it has begun, or
    /// a Failure with the reason.
    virtual void manage(quint64 requestId, const MemberCommand& command) = 0;

    /// Of a leader: the end of its log, and how many of the others have the log up to some place on their disks.
    virtual quint64 lastIndex() const = 0;
    virtual qint64 replicasWith(quint64 index) const = 0;

    /// Rows for INFO, in order. A row whose first half begins with "# " opens a section of that name.
    virtual QList<std::pair<QByteArray, QByteArray>> info() const = 0;

    /// Keys in this node's applied state.
    virtual quint64 keys() const = 0;

    /// The cluster's own time, which its pace stretches; only differences matter.
    virtual std::chrono::microseconds clusterTime() const = 0;
    /// What this node takes the time to be, since 1970.
    virtual std::chrono::microseconds wallTime() const = 0;
};

} // namespace faultline::client
