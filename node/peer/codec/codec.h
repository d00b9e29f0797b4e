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

/// Whole frames (common/wire/frame.h): a message is written where it leaves from. Entries that go to several members
/// one after the other are encoded for the first; the frames of the others take their bytes from its frame, which is
/// therefore kept until other entries come.
class PeerFrames
{
public:
    static constexpr qsizetype kMostKept = qsizetype(1) << 20; ///< of the last frame; a larger one is encoded anew

    QByteArray encode(const wire::Envelope& envelope, const raft::Message& message);

private:
    raft::Entries m_entries; ///< those last encoded, which lie in the frame at the place below
    QByteArray m_frame;
    qsizetype m_place = 0;
    qsizetype m_length = 0;
};

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
