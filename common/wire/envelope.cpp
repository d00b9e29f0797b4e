// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/envelope.h"

namespace faultline::wire {

namespace {
enum Key : quint64 { Group = 1, Sequence = 2, Lamport = 3, Sampled = 4 };
}

void beginPayload(CborWriter& writer, const Envelope& envelope)
{
    writer.beginArray();
    writer.map(4);
    writer.number(Group);
    writer.number(envelope.group.value);
    writer.number(Sequence);
    writer.number(envelope.sequence);
    writer.number(Lamport);
    writer.number(envelope.lamport);
    writer.number(Sampled);
    writer.boolean(envelope.sampled);
}

bool readEnvelope(CborReader& reader, Envelope& envelope)
{
    return reader.readMap([&](quint64 key) {
        switch (key) {
        case Group:
            return reader.readUnsigned(envelope.group.value);
        case Sequence:
            return reader.readUnsigned(envelope.sequence);
        case Lamport:
            return reader.readUnsigned(envelope.lamport);
        case Sampled:
            return reader.readBool(envelope.sampled);
        default:
            return reader.skip();
        }
    });
}

} // namespace faultline::wire
