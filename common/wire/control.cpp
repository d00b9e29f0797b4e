// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"

#include "common/wire/control_fields.h"
#include "common/wire/envelope.h"

namespace faultline::wire {

namespace {

template <typename Message> std::optional<ControlMessage> decodeAs(QCborStreamReader& reader)
{
    Message message;
    if (!read(reader, message) || !leavePayload(reader))
        return std::nullopt;
    return ControlMessage(std::move(message));
}

} // namespace

Monotonic monotonicNow()
{
    return std::chrono::duration_cast<Monotonic>(std::chrono::steady_clock::now().time_since_epoch());
}

QByteArray encodeControl(const ControlMessage& message, quint64 sequence)
{
    QByteArray payload;
    QCborStreamWriter writer(&payload);
    Envelope envelope;
    envelope.sequence = sequence;
    beginPayload(writer, envelope);
    // The message's kind is its place in ControlMessage, so new kinds go to the end.
    writer.append(quint64(message.index()));
    std::visit([&](const auto& body) { write(writer, body); }, message);
    writer.endArray();
    return payload;
}

std::optional<ControlMessage> decodeControl(const QByteArray& payload)
{
    QCborStreamReader reader(payload);
    Envelope envelope;
    quint64 kind = 0;
    if (!enterPayload(reader, envelope) || !readUnsigned(reader, kind))
        return std::nullopt;
    switch (kind) {
    case 0:
        return decodeAs<DesiredState>(reader);
    case 1:
        return decodeAs<DesiredStateAck>(reader);
    case 2:
        return decodeAs<Status>(reader);
    case 3:
        return decodeAs<Histograms>(reader);
    case 4:
        return decodeAs<Activity>(reader);
    default:
        return std::nullopt;
    }
}

} // namespace faultline::wire
