// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control_fields.h"

namespace faultline::wire {

// ---- Status

namespace {

void write(CborWriter& w, const LinkCounters& link)
{
    w.beginMap();
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
    w.end();
}

bool read(CborReader& r, LinkCounters& link)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(link.peer.value);
        case 2:
            return r.readBool(link.connected);
        case 3:
            return r.readUnsigned(link.sentFrames);
        case 4:
            return r.readUnsigned(link.sentBytes);
        case 5:
            return r.readUnsigned(link.lostFrames);
        case 6:
            return r.readUnsigned(link.receivedFrames);
        case 7:
            return r.readUnsigned(link.receivedBytes);
        case 8:
            return r.readUnsigned(link.rejectedFrames);
        case 9:
            return r.readUnsigned(link.offeredFrames);
        case 10:
            return r.readUnsigned(link.duplicatedFrames);
        case 11:
            return r.readUnsigned(link.corruptedFrames);
        case 12:
            return r.readUnsigned(link.reorderedFrames);
        case 13:
            return get(r, link.delayed);
        case 14:
            return r.readUnsigned(link.receivedLostFrames);
        default:
            return r.skip();
        }
    });
}

void write(CborWriter& w, quint64 key, const std::vector<NodeId>& nodes)
{
    w.number(key);
    w.array(nodes.size());
    for (const NodeId node : nodes)
        w.number(node.value);
}

bool read(CborReader& r, std::vector<NodeId>& nodes)
{
    return r.readArray(kMaxNodes, [&] { return r.readUnsigned(nodes.emplace_back().value); });
}

void write(CborWriter& w, const JoiningNode& joining)
{
    w.beginMap();
    put(w, 1, joining.node.value);
    put(w, 2, joining.matchIndex);
    w.end();
}

bool read(CborReader& r, JoiningNode& joining)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(joining.node.value);
        case 2:
            return r.readUnsigned(joining.matchIndex);
        default:
            return r.skip();
        }
    });
}

} // namespace

void write(CborWriter& w, const Status& s)
{
    w.beginMap();
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
    w.number(26);
    w.array(s.links.size());
    for (const LinkCounters& link : s.links)
        write(w, link);
    put(w, 27, s.wallClock);
    if (!s.faults.empty()) {
        w.number(28);
        write(w, s.faults);
    }
    write(w, 29, s.voters);
    write(w, 30, s.outgoing);
    write(w, 31, s.learners);
    put(w, 32, s.firstIndex);
    put(w, 33, s.snapshotIndex);
    put(w, 34, s.snapshotsTaken);
    put(w, 35, s.snapshotsInstalled);
    put(w, 36, s.readsPending);
    if (!s.joining.empty()) {
        w.number(37);
        w.array(s.joining.size());
        for (const JoiningNode& joining : s.joining)
            write(w, joining);
    }
    w.end();
}

bool read(CborReader& r, Status& s)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(s.incarnation);
        case 2:
            return get(r, s.at);
        case 3:
            return r.readUnsigned(s.desiredVersion);
        case 4:
            return r.readEnum(s.role, Role::Leader);
        case 5:
            return r.readUnsigned(s.term);
        case 6:
            return r.readUnsigned(s.leader.value);
        case 7:
            return r.readUnsigned(s.commitIndex);
        case 8:
            return r.readUnsigned(s.appliedIndex);
        case 9:
            return r.readUnsigned(s.lastIndex);
        case 10:
            return r.readUnsigned(s.lamport);
        case 11:
            return r.readUnsigned(s.stateHash);
        case 12:
            return r.readUnsigned(s.keys);
        case 13:
            return getOptionalBytes(r, s.watchedValue);
        case 14:
            return getOptionalBytes(r, s.pendingValue);
        case 15:
            return r.readUnsigned(s.clientConnections);
        case 16:
            return r.readUnsigned(s.proposalsPending);
        case 17:
            return r.readUnsigned(s.commands);
        case 18:
            return r.readUnsigned(s.redirects);
        case 19:
            return r.readUnsigned(s.refusals);
        case 20:
            return r.readUnsigned(s.protocolErrors);
        case 21:
            return r.readUnsigned(s.residentBytes);
        case 22:
            return get(r, s.cpuTime);
        case 23:
            return r.readUnsigned(s.logBytes);
        case 24:
            return r.readUnsigned(s.syncs);
        case 25:
            return get(r, s.longestStall);
        case 26:
            return r.readArray(kMaxNodes, [&] { return read(r, s.links.emplace_back()); });
        case 27:
            return get(r, s.wallClock);
        case 28:
            return read(r, s.faults);
        case 29:
            return read(r, s.voters);
        case 30:
            return read(r, s.outgoing);
        case 31:
            return read(r, s.learners);
        case 32:
            return r.readUnsigned(s.firstIndex);
        case 33:
            return r.readUnsigned(s.snapshotIndex);
        case 34:
            return r.readUnsigned(s.snapshotsTaken);
        case 35:
            return r.readUnsigned(s.snapshotsInstalled);
        case 36:
            return r.readUnsigned(s.readsPending);
        case 37:
            return r.readArray(kMaxNodes, [&] { return read(r, s.joining.emplace_back()); });
        default:
            return r.skip();
        }
    });
}

// ---- Histograms: bucket index, count, bucket index, count, ... of the buckets that are not empty

namespace {

void write(CborWriter& w, const stats::Histogram& histogram)
{
    w.beginArray();
    for (int i = 0; i < stats::Histogram::kBucketCount; ++i) {
        if (const quint64 count = histogram.bucket(i)) {
            w.number(i);
            w.number(count);
        }
    }
    w.end();
}

bool read(CborReader& r, stats::Histogram& histogram)
{
    return r.readArray(stats::Histogram::kBucketCount, [&] {
        quint16 index = 0;
        quint64 count = 0;
        if (!r.readUnsigned(index) || index >= stats::Histogram::kBucketCount || !r.readUnsigned(count))
            return false;
        histogram.addToBucket(index, count);
        return true;
    });
}

} // namespace

void write(CborWriter& w, const Histograms& histograms)
{
    w.beginMap();
    w.number(1);
    write(w, histograms.request);
    w.number(2);
    write(w, histograms.sync);
    w.number(3);
    w.beginMap();
    for (const auto& [stage, times] : histograms.stages) {
        w.number(quint64(stage));
        write(w, times);
    }
    w.end();
    w.end();
}

bool read(CborReader& r, Histograms& histograms)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return read(r, histograms.request);
        case 2:
            return read(r, histograms.sync);
        case 3:
            return r.readMap([&](quint64 stage) {
                return stage < kStages ? read(r, histograms.stages[static_cast<Stage>(stage)]) : r.skip();
            });
        default:
            return r.skip();
        }
    });
}

// ---- Activity

namespace {

void write(CborWriter& w, const NodeEvent& event)
{
    w.beginMap();
    put(w, 1, event.sequence);
    put(w, 2, event.at);
    put(w, 3, event.kind);
    put(w, 4, event.term);
    put(w, 5, event.other.value);
    put(w, 6, event.text);
    w.end();
}

bool read(CborReader& r, NodeEvent& event)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(event.sequence);
        case 2:
            return get(r, event.at);
        case 3:
            return r.readEnum(event.kind, NodeEventKind::SnapshotSent);
        case 4:
            return r.readUnsigned(event.term);
        case 5:
            return r.readUnsigned(event.other.value);
        case 6:
            return r.readText(event.text);
        default:
            return r.skip();
        }
    });
}

void write(CborWriter& w, const MessageSample& sample)
{
    w.beginMap();
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
    w.end();
}

bool read(CborReader& r, MessageSample& sample)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readUnsigned(sample.link.from.value);
        case 2:
            return r.readUnsigned(sample.link.to.value);
        case 3:
            return r.readUnsigned(sample.senderIncarnation);
        case 4:
            return r.readUnsigned(sample.sequence);
        case 5:
            return get(r, sample.at);
        case 6:
            return r.readEnum(sample.fate, MessageFate::Lost);
        case 7:
            return r.readEnum(sample.kind, MessageKind::TimeoutNow);
        case 8:
            return r.readBool(sample.positive);
        case 9:
            return r.readUnsigned(sample.term);
        case 10:
            return r.readUnsigned(sample.lamport);
        case 11:
            return r.readUnsigned(sample.entries);
        case 12:
            return r.readUnsigned(sample.bytes);
        default:
            return r.skip();
        }
    });
}

} // namespace

void write(CborWriter& w, const Activity& activity)
{
    w.beginMap();
    w.number(1);
    w.array(activity.events.size());
    for (const NodeEvent& event : activity.events)
        write(w, event);
    w.number(2);
    w.array(activity.samples.size());
    for (const MessageSample& sample : activity.samples)
        write(w, sample);
    put(w, 3, activity.droppedEvents);
    put(w, 4, activity.droppedSamples);
    w.end();
}

bool read(CborReader& r, Activity& activity)
{
    return r.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return r.readArray(kMaxEventsPerActivity, [&] { return read(r, activity.events.emplace_back()); });
        case 2:
            return r.readArray(kMaxSamplesPerActivity, [&] { return read(r, activity.samples.emplace_back()); });
        case 3:
            return r.readUnsigned(activity.droppedEvents);
        case 4:
            return r.readUnsigned(activity.droppedSamples);
        default:
            return r.skip();
        }
    });
}

} // namespace faultline::wire
