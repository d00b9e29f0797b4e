// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"

#include "common/wire/cbor.h"
#include "common/wire/envelope.h"

namespace faultline::wire {

namespace {

constexpr quint64 kMaxNodes = 64;
constexpr quint64 kMaxLinks = kMaxNodes * kMaxNodes;

void put(QCborStreamWriter& w, quint64 key, quint64 value)
{
    w.append(key);
    w.append(value);
}
void put(QCborStreamWriter& w, quint64 key, quint32 value)
{
    put(w, key, quint64(value));
}
void put(QCborStreamWriter& w, quint64 key, bool value)
{
    w.append(key);
    w.append(value);
}
void put(QCborStreamWriter& w, quint64 key, std::chrono::microseconds value)
{
    put(w, key, static_cast<quint64>(std::max<qint64>(0, value.count())));
}
void put(QCborStreamWriter& w, quint64 key, fault::Share value)
{
    put(w, key, value.millionths);
}
void put(QCborStreamWriter& w, quint64 key, const QByteArray& value)
{
    w.append(key);
    w.append(value);
}
void put(QCborStreamWriter& w, quint64 key, const QString& value)
{
    w.append(key);
    w.append(value);
}
template <typename E>
requires std::is_enum_v<E>
void put(QCborStreamWriter& w, quint64 key, E value)
{
    put(w, key, static_cast<quint64>(value));
}

bool get(QCborStreamReader& r, std::chrono::microseconds& out)
{
    quint64 count = 0;
    if (!readUnsigned(r, count) || count > static_cast<quint64>(std::chrono::microseconds::max().count()))
        return false;
    out = std::chrono::microseconds(static_cast<qint64>(count));
    return true;
}

bool get(QCborStreamReader& r, fault::Share& out)
{
    return readUnsigned(r, out.millionths) && out.millionths <= fault::Share::kAll;
}

bool getOptionalBytes(QCborStreamReader& r, std::optional<QByteArray>& out)
{
    out.emplace();
    return readBytes(r, *out);
}

// ---- DesiredState

void write(QCborStreamWriter& w, const std::vector<LinkState>& links)
{
    w.startArray(links.size());
    for (const LinkState& link : links) {
        w.startMap();
        put(w, 1, link.link.from.value);
        put(w, 2, link.link.to.value);
        put(w, 3, link.fault.cut);
        put(w, 4, link.fault.latency);
        if (!link.fault.healthy()) {
            put(w, 5, link.fault.jitter);
            put(w, 6, link.fault.distribution);
            put(w, 7, link.fault.loss);
            put(w, 8, link.fault.duplicate);
            put(w, 9, link.fault.corrupt);
            put(w, 10, link.fault.reorder);
            put(w, 11, link.fault.bandwidth);
            put(w, 12, link.fault.stall);
            put(w, 13, link.fault.reset);
            put(w, 14, link.fault.refuse);
        }
        w.endMap();
    }
    w.endArray();
}

void write(QCborStreamWriter& w, const DesiredState& state)
{
    w.startMap();
    put(w, 1, state.version);
    put(w, 2, state.pace.factor);
    put(w, 3, state.pace.held);
    put(w, 4, state.pace.baseDelay);
    put(w, 5, state.watchedKey);
    w.append(quint64(6));
    write(w, state.links);
    w.append(quint64(7));
    w.startArray(state.clocks.size());
    for (const ClockState& clock : state.clocks) {
        w.startMap();
        put(w, 1, clock.node.value);
        w.append(quint64(2));
        w.append(qint64(clock.fault.offset.count()));
        put(w, 3, clock.fault.rate);
        put(w, 4, clock.fault.since);
        w.endMap();
    }
    w.endArray();
    put(w, 8, state.answers);
    w.endMap();
}

bool read(QCborStreamReader& r, LinkState& link)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, link.link.from.value);
        case 2:
            return readUnsigned(r, link.link.to.value);
        case 3:
            return readBool(r, link.fault.cut);
        case 4:
            return get(r, link.fault.latency) && link.fault.latency <= fault::kMaxLatency;
        case 5:
            return get(r, link.fault.jitter) && link.fault.jitter <= fault::kMaxLatency;
        case 6:
            return readEnum(r, link.fault.distribution, fault::Distribution::Exponential);
        case 7:
            return get(r, link.fault.loss);
        case 8:
            return get(r, link.fault.duplicate);
        case 9:
            return get(r, link.fault.corrupt);
        case 10:
            return get(r, link.fault.reorder);
        case 11:
            return readUnsigned(r, link.fault.bandwidth) &&
                   (link.fault.bandwidth == 0 ||
                    (link.fault.bandwidth >= fault::kMinBandwidth && link.fault.bandwidth <= fault::kMaxBandwidth));
        case 12:
            return get(r, link.fault.stall);
        case 13:
            return readBool(r, link.fault.reset);
        case 14:
            return readBool(r, link.fault.refuse);
        default:
            return skip(r);
        }
    });
}

bool read(QCborStreamReader& r, ClockState& clock)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, clock.node.value);
        case 2: {
            qint64 offset = 0;
            if (!readSigned(r, offset) || std::abs(double(offset)) > double(fault::kMaxOffset.count()))
                return false;
            clock.fault.offset = std::chrono::microseconds(offset);
            return true;
        }
        case 3:
            return readUnsigned(r, clock.fault.rate) && clock.fault.rate >= fault::kMinRate &&
                   clock.fault.rate <= fault::kMaxRate;
        case 4:
            return get(r, clock.fault.since);
        default:
            return skip(r);
        }
    });
}

bool read(QCborStreamReader& r, DesiredState& state)
{
    const bool ok = readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, state.version);
        case 2:
            return readUnsigned(r, state.pace.factor);
        case 3:
            return readBool(r, state.pace.held);
        case 4:
            return get(r, state.pace.baseDelay) && state.pace.baseDelay <= fault::kMaxLatency;
        case 5:
            return readBytes(r, state.watchedKey);
        case 6:
            return readArray(r, kMaxLinks, [&] { return read(r, state.links.emplace_back()); });
        case 7:
            return readArray(r, kMaxNodes, [&] { return read(r, state.clocks.emplace_back()); });
        case 8:
            return readUnsigned(r, state.answers);
        default:
            return skip(r);
        }
    });
    return ok && state.pace.factor >= 1 && state.pace.factor <= kMaxPaceFactor;
}

// ---- DesiredStateAck

void write(QCborStreamWriter& w, const DesiredStateAck& ack)
{
    w.startMap();
    put(w, 1, ack.version);
    put(w, 2, ack.asks);
    w.endMap();
}

bool read(QCborStreamReader& r, DesiredStateAck& ack)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, ack.version);
        case 2:
            return readUnsigned(r, ack.asks);
        default:
            return skip(r);
        }
    });
}

// ---- Status

void write(QCborStreamWriter& w, const LinkCounters& link)
{
    w.startMap();
    put(w, 1, link.peer.value);
    put(w, 2, link.connected);
    put(w, 3, link.sentFrames);
    put(w, 4, link.sentBytes);
    put(w, 5, link.lostFrames);
    put(w, 6, link.receivedFrames);
    put(w, 7, link.receivedBytes);
    put(w, 8, link.rejectedFrames);
    put(w, 9, link.offeredFrames);
    put(w, 10, link.duplicatedFrames);
    put(w, 11, link.corruptedFrames);
    put(w, 12, link.reorderedFrames);
    put(w, 13, link.delayed);
    put(w, 14, link.receivedLostFrames);
    w.endMap();
}

bool read(QCborStreamReader& r, LinkCounters& link)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, link.peer.value);
        case 2:
            return readBool(r, link.connected);
        case 3:
            return readUnsigned(r, link.sentFrames);
        case 4:
            return readUnsigned(r, link.sentBytes);
        case 5:
            return readUnsigned(r, link.lostFrames);
        case 6:
            return readUnsigned(r, link.receivedFrames);
        case 7:
            return readUnsigned(r, link.receivedBytes);
        case 8:
            return readUnsigned(r, link.rejectedFrames);
        case 9:
            return readUnsigned(r, link.offeredFrames);
        case 10:
            return readUnsigned(r, link.duplicatedFrames);
        case 11:
            return readUnsigned(r, link.corruptedFrames);
        case 12:
            return readUnsigned(r, link.reorderedFrames);
        case 13:
            return get(r, link.delayed);
        case 14:
            return readUnsigned(r, link.receivedLostFrames);
        default:
            return skip(r);
        }
    });
}

void write(QCborStreamWriter& w, const Status& s)
{
    w.startMap();
    put(w, 1, s.incarnation);
    put(w, 2, s.at);
    put(w, 3, s.desiredVersion);
    put(w, 4, s.role);
    put(w, 5, s.term);
    put(w, 6, s.leader.value);
    put(w, 7, s.commitIndex);
    put(w, 8, s.appliedIndex);
    put(w, 9, s.lastIndex);
    put(w, 10, s.lamport);
    put(w, 11, s.stateHash);
    put(w, 12, s.keys);
    if (s.watchedValue)
        put(w, 13, *s.watchedValue);
    if (s.pendingValue)
        put(w, 14, *s.pendingValue);
    put(w, 15, s.clientConnections);
    put(w, 16, s.proposalsPending);
    put(w, 17, s.commands);
    put(w, 18, s.redirects);
    put(w, 19, s.refusals);
    put(w, 20, s.protocolErrors);
    put(w, 21, s.residentBytes);
    put(w, 22, s.cpuTime);
    put(w, 23, s.logBytes);
    put(w, 24, s.syncs);
    put(w, 25, s.longestStall);
    w.append(quint64(26));
    w.startArray(s.links.size());
    for (const LinkCounters& link : s.links)
        write(w, link);
    w.endArray();
    put(w, 27, s.wallClock);
    if (!s.faults.empty()) {
        w.append(quint64(28));
        write(w, s.faults);
    }
    w.endMap();
}

bool read(QCborStreamReader& r, Status& s)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, s.incarnation);
        case 2:
            return get(r, s.at);
        case 3:
            return readUnsigned(r, s.desiredVersion);
        case 4:
            return readEnum(r, s.role, Role::Leader);
        case 5:
            return readUnsigned(r, s.term);
        case 6:
            return readUnsigned(r, s.leader.value);
        case 7:
            return readUnsigned(r, s.commitIndex);
        case 8:
            return readUnsigned(r, s.appliedIndex);
        case 9:
            return readUnsigned(r, s.lastIndex);
        case 10:
            return readUnsigned(r, s.lamport);
        case 11:
            return readUnsigned(r, s.stateHash);
        case 12:
            return readUnsigned(r, s.keys);
        case 13:
            return getOptionalBytes(r, s.watchedValue);
        case 14:
            return getOptionalBytes(r, s.pendingValue);
        case 15:
            return readUnsigned(r, s.clientConnections);
        case 16:
            return readUnsigned(r, s.proposalsPending);
        case 17:
            return readUnsigned(r, s.commands);
        case 18:
            return readUnsigned(r, s.redirects);
        case 19:
            return readUnsigned(r, s.refusals);
        case 20:
            return readUnsigned(r, s.protocolErrors);
        case 21:
            return readUnsigned(r, s.residentBytes);
        case 22:
            return get(r, s.cpuTime);
        case 23:
            return readUnsigned(r, s.logBytes);
        case 24:
            return readUnsigned(r, s.syncs);
        case 25:
            return get(r, s.longestStall);
        case 26:
            return readArray(r, kMaxNodes, [&] { return read(r, s.links.emplace_back()); });
        case 27:
            return get(r, s.wallClock);
        case 28:
            return readArray(r, kMaxLinks, [&] { return read(r, s.faults.emplace_back()); });
        default:
            return skip(r);
        }
    });
}

// ---- Histograms: bucket index, count, bucket index, count, ... of the buckets that are not empty

void write(QCborStreamWriter& w, const stats::Histogram& histogram)
{
    w.startArray();
    for (int i = 0; i < stats::Histogram::kBucketCount; ++i) {
        if (const quint64 count = histogram.bucket(i)) {
            w.append(quint64(i));
            w.append(count);
        }
    }
    w.endArray();
}

bool read(QCborStreamReader& r, stats::Histogram& histogram)
{
    return readArray(r, stats::Histogram::kBucketCount, [&] {
        quint16 index = 0;
        quint64 count = 0;
        if (!readUnsigned(r, index) || index >= stats::Histogram::kBucketCount || !readUnsigned(r, count))
            return false;
        histogram.addToBucket(index, count);
        return true;
    });
}

void write(QCborStreamWriter& w, const Histograms& histograms)
{
    w.startMap();
    w.append(quint64(1));
    write(w, histograms.request);
    w.append(quint64(2));
    write(w, histograms.sync);
    w.endMap();
}

bool read(QCborStreamReader& r, Histograms& histograms)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return read(r, histograms.request);
        case 2:
            return read(r, histograms.sync);
        default:
            return skip(r);
        }
    });
}

// ---- Activity

void write(QCborStreamWriter& w, const NodeEvent& event)
{
    w.startMap();
    put(w, 1, event.sequence);
    put(w, 2, event.at);
    put(w, 3, event.kind);
    put(w, 4, event.term);
    put(w, 5, event.other.value);
    put(w, 6, event.text);
    w.endMap();
}

bool read(QCborStreamReader& r, NodeEvent& event)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, event.sequence);
        case 2:
            return get(r, event.at);
        case 3:
            return readEnum(r, event.kind, NodeEventKind::Warning);
        case 4:
            return readUnsigned(r, event.term);
        case 5:
            return readUnsigned(r, event.other.value);
        case 6:
            return readText(r, event.text);
        default:
            return skip(r);
        }
    });
}

void write(QCborStreamWriter& w, const MessageSample& sample)
{
    w.startMap();
    put(w, 1, sample.link.from.value);
    put(w, 2, sample.link.to.value);
    put(w, 3, sample.senderIncarnation);
    put(w, 4, sample.sequence);
    put(w, 5, sample.at);
    put(w, 6, sample.fate);
    put(w, 7, sample.kind);
    put(w, 8, sample.positive);
    put(w, 9, sample.term);
    put(w, 10, sample.lamport);
    put(w, 11, sample.entries);
    put(w, 12, sample.bytes);
    w.endMap();
}

bool read(QCborStreamReader& r, MessageSample& sample)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, sample.link.from.value);
        case 2:
            return readUnsigned(r, sample.link.to.value);
        case 3:
            return readUnsigned(r, sample.senderIncarnation);
        case 4:
            return readUnsigned(r, sample.sequence);
        case 5:
            return get(r, sample.at);
        case 6:
            return readEnum(r, sample.fate, MessageFate::Lost);
        case 7:
            return readEnum(r, sample.kind, MessageKind::VoteReply);
        case 8:
            return readBool(r, sample.positive);
        case 9:
            return readUnsigned(r, sample.term);
        case 10:
            return readUnsigned(r, sample.lamport);
        case 11:
            return readUnsigned(r, sample.entries);
        case 12:
            return readUnsigned(r, sample.bytes);
        default:
            return skip(r);
        }
    });
}

void write(QCborStreamWriter& w, const Activity& activity)
{
    w.startMap();
    w.append(quint64(1));
    w.startArray(activity.events.size());
    for (const NodeEvent& event : activity.events)
        write(w, event);
    w.endArray();
    w.append(quint64(2));
    w.startArray(activity.samples.size());
    for (const MessageSample& sample : activity.samples)
        write(w, sample);
    w.endArray();
    put(w, 3, activity.droppedEvents);
    put(w, 4, activity.droppedSamples);
    w.endMap();
}

bool read(QCborStreamReader& r, Activity& activity)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readArray(r, kMaxEventsPerActivity, [&] { return read(r, activity.events.emplace_back()); });
        case 2:
            return readArray(r, kMaxSamplesPerActivity, [&] { return read(r, activity.samples.emplace_back()); });
        case 3:
            return readUnsigned(r, activity.droppedEvents);
        case 4:
            return readUnsigned(r, activity.droppedSamples);
        default:
            return skip(r);
        }
    });
}

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
