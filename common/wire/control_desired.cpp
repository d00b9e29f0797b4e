// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control_fields.h"

namespace faultline::wire {

// ---- DesiredState

void write(CborWriter& w, const std::vector<LinkState>& links)
{
    w.array(links.size());
    for (const LinkState& link : links) {
        w.beginMap();
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
        w.end();
    }
}

void write(CborWriter& w, const DesiredState& state)
{
    w.beginMap();
    put(w, 1, state.version);
    put(w, 2, state.pace.factor);
    put(w, 3, state.pace.held);
    put(w, 4, state.pace.baseDelay);
    put(w, 5, state.watchedKey);
    w.number(6);
    write(w, state.links);
    w.number(7);
    w.array(state.clocks.size());
    for (const ClockState& clock : state.clocks) {
        w.beginMap();
        put(w, 1, clock.node.value);
        w.number(2);
        w.signedNumber(clock.fault.offset.count());
        put(w, 3, clock.fault.rate);
        put(w, 4, clock.fault.since);
        w.end();
    }
    put(w, 8, state.answers);
    w.number(9);
    w.array(state.disks.size());
    for (const DiskState& disk : state.disks) {
        w.beginMap();
        put(w, 1, disk.node.value);
        put(w, 2, disk.fault.latency);
        put(w, 3, disk.fault.jitter);
        put(w, 4, disk.fault.full);
        put(w, 5, disk.fault.lies);
        put(w, 6, disk.fault.flip);
        w.end();
    }
    w.end();
}

namespace {

constexpr Monotonic kLongestUptime = std::chrono::hours(24 * 366 * 20); ///< beyond, what a clock gains would overflow

bool read(CborReader& r, LinkState& link)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(link.link.from.value);
        case 2:
            return r.readUnsigned(link.link.to.value);
        case 3:
            return r.readBool(link.fault.cut);
        case 4:
            return get(r, link.fault.latency) && link.fault.latency <= fault::kMaxLatency;
        case 5:
            return get(r, link.fault.jitter) && link.fault.jitter <= fault::kMaxLatency;
        case 6:
            return r.readEnum(link.fault.distribution, fault::Distribution::Exponential);
        case 7:
            return get(r, link.fault.loss);
        case 8:
            return get(r, link.fault.duplicate);
        case 9:
            return get(r, link.fault.corrupt);
        case 10:
            return get(r, link.fault.reorder);
        case 11:
            return r.readUnsigned(link.fault.bandwidth) &&
                   (link.fault.bandwidth == 0 ||
                    (link.fault.bandwidth >= fault::kMinBandwidth && link.fault.bandwidth <= fault::kMaxBandwidth));
        case 12:
            return get(r, link.fault.stall);
        case 13:
            return r.readBool(link.fault.reset);
        case 14:
            return r.readBool(link.fault.refuse);
        default:
            return r.skip();
        }
    });
}

bool read(CborReader& r, ClockState& clock)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(clock.node.value);
        case 2: {
            qint64 offset = 0;
            if (!r.readSigned(offset) || std::abs(double(offset)) > double(fault::kMaxOffset.count()))
                return false;
            clock.fault.offset = std::chrono::microseconds(offset);
            return true;
        }
        case 3:
            return r.readUnsigned(clock.fault.rate) && clock.fault.rate >= fault::kMinRate &&
                   clock.fault.rate <= fault::kMaxRate;
        case 4:
            return get(r, clock.fault.since) && clock.fault.since <= kLongestUptime;
        default:
            return r.skip();
        }
    });
}

bool read(CborReader& r, DiskState& disk)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(disk.node.value);
        case 2:
            return get(r, disk.fault.latency) && disk.fault.latency <= fault::kMaxSyncLatency;
        case 3:
            return get(r, disk.fault.jitter) && disk.fault.jitter <= fault::kMaxSyncLatency;
        case 4:
            return r.readBool(disk.fault.full);
        case 5:
            return r.readBool(disk.fault.lies);
        case 6:
            return get(r, disk.fault.flip);
        default:
            return r.skip();
        }
    });
}

} // namespace

bool read(CborReader& r, std::vector<LinkState>& links)
{
    return r.readArray(kMaxLinks, [&] { return read(r, links.emplace_back()); });
}

bool read(CborReader& r, DesiredState& state)
{
    const bool ok = r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(state.version);
        case 2:
            return r.readUnsigned(state.pace.factor);
        case 3:
            return r.readBool(state.pace.held);
        case 4:
            return get(r, state.pace.baseDelay) && state.pace.baseDelay <= fault::kMaxLatency;
        case 5:
            return r.readBytes(state.watchedKey);
        case 6:
            return read(r, state.links);
        case 7:
            return r.readArray(kMaxNodes, [&] { return read(r, state.clocks.emplace_back()); });
        case 8:
            return r.readUnsigned(state.answers);
        case 9:
            return r.readArray(kMaxNodes, [&] { return read(r, state.disks.emplace_back()); });
        default:
            return r.skip();
        }
    });
    return ok && state.pace.factor >= 1 && state.pace.factor <= kMaxPaceFactor;
}

// ---- DesiredStateAck

void write(CborWriter& w, const DesiredStateAck& ack)
{
    w.beginMap();
    put(w, 1, ack.version);
    put(w, 2, ack.asks);
    w.end();
}

bool read(CborReader& r, DesiredStateAck& ack)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(ack.version);
        case 2:
            return r.readUnsigned(ack.asks);
        default:
            return r.skip();
        }
    });
}

} // namespace faultline::wire
