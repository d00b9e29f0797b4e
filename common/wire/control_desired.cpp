// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control_fields.h"

namespace faultline::wire {

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
    w.append(quint64(9));
    w.startArray(state.disks.size());
    for (const DiskState& disk : state.disks) {
        w.startMap();
        put(w, 1, disk.node.value);
        put(w, 2, disk.fault.latency);
        put(w, 3, disk.fault.jitter);
        put(w, 4, disk.fault.full);
        put(w, 5, disk.fault.lies);
        put(w, 6, disk.fault.flip);
        w.endMap();
    }
    w.endArray();
    w.endMap();
}

namespace {

constexpr Monotonic kLongestUptime = std::chrono::hours(24 * 366 * 20); ///< beyond, what a clock gains would overflow

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
            return get(r, clock.fault.since) && clock.fault.since <= kLongestUptime;
        default:
            return skip(r);
        }
    });
}

bool read(QCborStreamReader& r, DiskState& disk)
{
    return readMap(r, [&](quint64 key) {
        switch (key) {
        case 1:
            return readUnsigned(r, disk.node.value);
        case 2:
            return get(r, disk.fault.latency) && disk.fault.latency <= fault::kMaxSyncLatency;
        case 3:
            return get(r, disk.fault.jitter) && disk.fault.jitter <= fault::kMaxSyncLatency;
        case 4:
            return readBool(r, disk.fault.full);
        case 5:
            return readBool(r, disk.fault.lies);
        case 6:
            return get(r, disk.fault.flip);
        default:
            return skip(r);
        }
    });
}

} // namespace

bool read(QCborStreamReader& r, std::vector<LinkState>& links)
{
    return readArray(r, kMaxLinks, [&] { return read(r, links.emplace_back()); });
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
            return read(r, state.links);
        case 7:
            return readArray(r, kMaxNodes, [&] { return read(r, state.clocks.emplace_back()); });
        case 8:
            return readUnsigned(r, state.answers);
        case 9:
            return readArray(r, kMaxNodes, [&] { return read(r, state.disks.emplace_back()); });
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

} // namespace faultline::wire
