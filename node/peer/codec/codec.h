// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"
#include "common/wire/envelope.h"
#include "node/raft/message.h"

#include <QByteArray>

#include <optional>

namespace faultline::node {

// Consensus messages as they lie in a frame of kind Raft: an Envelope, then one map with integer keys. Who sent it and
// to whom stands in the connection's HELLO and is not repeated. Numbers are on the wire: never reuse one.

/// A whole frame (common/wire/frame.h): the message is written where it leaves from.
QByteArray encodePeerFrame(const wire::Envelope& envelope, const raft::Message& message);

struct PeerMessage
{
    wire::Envelope envelope;
    raft::Message message;
};

/// Nothing when the payload is not a message this version knows. `from` and `to` are those of the connection. What
/// entries and snapshots carry is not copied: it shares the payload's bytes.
std::optional<PeerMessage> decodePeerMessage(const QByteArray& payload, raft::NodeId from, raft::NodeId to);

/// What a picture calls the message, and whether a reply is a good one.
wire::MessageKind kindOf(const raft::Message& message);
bool isPositive(const raft::Message& message);
quint32 entryCountOf(const raft::Message& message);

} // namespace faultline::node
