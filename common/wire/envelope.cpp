// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/envelope.h"

#include "common/wire/cbor.h"

namespace faultline::wire {

namespace {
enum Key : quint64 { Group = 1, Sequence = 2, Lamport = 3, Sampled = 4 };
}

void beginPayload(QCborStreamWriter& writer, const Envelope& envelope)
{
    writer.startArray();
    writer.startMap(4);
    writer.append(quint64(Group));
    writer.append(quint64(envelope.group.value));
    writer.append(quint64(Sequence));
    writer.append(envelope.sequence);
    writer.append(quint64(Lamport));
    writer.append(envelope.lamport);
    writer.append(quint64(Sampled));
    writer.append(envelope.sampled);
    writer.endMap();
}

bool enterPayload(QCborStreamReader& reader, Envelope& envelope)
{
    if (!reader.isArray() || !reader.enterContainer())
        return false;
    return readMap(reader, [&](quint64 key) {
        switch (key) {
        case Group:
            return readUnsigned(reader, envelope.group.value);
        case Sequence:
            return readUnsigned(reader, envelope.sequence);
        case Lamport:
            return readUnsigned(reader, envelope.lamport);
        case Sampled:
            return readBool(reader, envelope.sampled);
        default:
            return skip(reader);
        }
    });
}

bool leavePayload(QCborStreamReader& reader)
{
    while (reader.hasNext()) {
        if (!skip(reader))
            return false;
    }
    return reader.leaveContainer();
}

} // namespace faultline::wire
