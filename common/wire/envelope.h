// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QByteArray>

class QCborStreamReader;
class QCborStreamWriter;

namespace faultline::wire {

/// Stands before the message in every frame after HELLO, as the first item of the payload's CBOR sequence (RFC 8742).
/// It names the message so that sender and receiver can report the same one.
struct Envelope
{
    GroupId group;
    quint64 sequence = 0; ///< counts the frames of one directed link, from 1, anew with each incarnation of the sender
    quint64 lamport = 0;  ///< the sender's Lamport time (Lamport 1978): greater than that of all it had seen
    bool sampled = false; ///< both ends report this message to the lab

    bool operator==(const Envelope&) const = default;
};

void writeEnvelope(QCborStreamWriter& writer, const Envelope& envelope);
/// Leaves the reader at the message. False when there is no envelope.
bool readEnvelope(QCborStreamReader& reader, Envelope& envelope);

} // namespace faultline::wire
