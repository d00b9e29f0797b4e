// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QByteArray>

class QCborStreamReader;
class QCborStreamWriter;

namespace faultline::wire {

/// Stands before the message in every frame after HELLO: the payload is one CBOR array whose first item is the envelope
/// and whose others are the message. It names the message so that sender and receiver can report the same one.
struct Envelope
{
    GroupId group;
    quint64 sequence = 0; ///< counts the frames of one directed link, from 1, anew with each incarnation of the sender
    quint64 lamport = 0;  ///< the sender's Lamport time (Lamport 1978): greater than that of all it had seen
    bool sampled = false; ///< both ends report this message to the lab

    bool operator==(const Envelope&) const = default;
};

/// Opens the payload's array and writes the envelope. The caller appends the message and calls endArray().
void beginPayload(QCborStreamWriter& writer, const Envelope& envelope);
/// Leaves the reader at the message, inside the array. False when there is no envelope.
bool enterPayload(QCborStreamReader& reader, Envelope& envelope);
/// After the message: skips what a newer version may have added, and checks that the array ends.
bool leavePayload(QCborStreamReader& reader);

} // namespace faultline::wire
