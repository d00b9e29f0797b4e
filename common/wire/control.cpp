// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"

#include "common/wire/control_fields.h"
#include "common/wire/envelope.h"

namespace faultline::wire {

namespace {

template <typename Message> bool readAs(CborReader& reader, std::optional<ControlMessage>& out)
{
    Message message;
    if (!read(reader, message))
        return false;
    out = std::move(message);
    return true;
}

bool readBody(CborReader& reader, quint64 kind, std::optional<ControlMessage>& out)
{
    switch (kind) {
    case 0:
        return readAs<DesiredState>(reader, out);
    case 1:
        return readAs<DesiredStateAck>(reader, out);
    case 2:
        return readAs<Status>(reader, out);
    case 3:
        return readAs<Histograms>(reader, out);
    case 4:
        return readAs<Activity>(reader, out);
    default:
        return false;
    }
}

} // namespace

Monotonic monotonicNow()
{
    return std::chrono::duration_cast<Monotonic>(std::chrono::steady_clock::now().time_since_epoch());
}

QByteArray encodeControl(const ControlMessage& message, quint64 sequence)
{
    CborWriter writer;
    Envelope envelope;
    envelope.sequence = sequence;
    beginPayload(writer, envelope);
    // The message's kind is its place in ControlMessage, so new kinds go to the end.
    writer.number(message.index());
    std::visit([&](const auto& body) { write(writer, body); }, message);
    writer.end();
    return writer.take();
}

std::optional<ControlMessage> decodeControl(const QByteArray& payload)
{
    CborReader reader(payload);
    Envelope envelope;
    std::optional<ControlMessage> message;
    const bool ok = readPayload(reader, envelope, [&](CborReader::Container& items) {
        quint64 kind = 0;
        return reader.hasNext(items) && reader.readUnsigned(kind) && reader.hasNext(items) &&
               readBody(reader, kind, message);
    });
    return ok ? message : std::nullopt;
}

} // namespace faultline::wire
