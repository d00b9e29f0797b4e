// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"
#include "common/wire/ids.h"

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

/// Opens the payload's array and writes the envelope. The caller appends the message and calls end().
void beginPayload(CborWriter& writer, const Envelope& envelope);
bool readEnvelope(CborReader& reader, Envelope& envelope);

/// Reads a whole payload: the envelope, then the message by message(), which returns whether that went well. What a
/// newer version may have added behind it is skipped.
template <typename Message> bool readPayload(CborReader& reader, Envelope& envelope, Message message)
{
    CborReader::Container payload;
    if (!reader.enterArray(payload) || !reader.hasNext(payload) || !readEnvelope(reader, envelope) || !message(payload))
        return false;
    while (reader.hasNext(payload)) {
        if (!reader.skip())
            return false;
    }
    return true;
}

} // namespace faultline::wire
