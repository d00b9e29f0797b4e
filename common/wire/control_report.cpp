// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control_fields.h"

namespace faultline::wire {

// ---- Status

namespace {

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

void write(QCborStreamWriter& w, quint64 key, const std::vector<NodeId>& nodes)
{
    w.append(key);
    w.startArray(nodes.size());
    for (const NodeId node : nodes)
        w.append(quint64(node.value));
    w.endArray();
}

bool read(QCborStreamReader& r, std::vector<NodeId>& nodes)
{
    return readArray(r, kMaxNodes, [&] { return readUnsigned(r, nodes.emplace_back().value); });
}

} // namespace

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
    write(w, 29, s.voters);
    write(w, 30, s.outgoing);
    write(w, 31, s.learners);
    put(w, 32, s.firstIndex);
    put(w, 33, s.snapshotIndex);
    put(w, 34, s.snapshotsTaken);
    put(w, 35, s.snapshotsInstalled);
    put(w, 36, s.readsPending);
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
            return read(r, s.faults);
        case 29:
            return read(r, s.voters);
        case 30:
            return read(r, s.outgoing);
        case 31:
            return read(r, s.learners);
        case 32:
            return readUnsigned(r, s.firstIndex);
        case 33:
            return readUnsigned(r, s.snapshotIndex);
        case 34:
            return readUnsigned(r, s.snapshotsTaken);
        case 35:
            return readUnsigned(r, s.snapshotsInstalled);
        case 36:
            return readUnsigned(r, s.readsPending);
        default:
            return skip(r);
        }
    });
}

// ---- Histograms: bucket index, count, bucket index, count, ... of the buckets that are not empty

namespace {

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

} // namespace

void write(QCborStreamWriter& w, const Histograms& histograms)
{
    w.startMap();
    w.append(quint64(1));
    write(w, histograms.request);
    w.append(quint64(2));
    write(w, histograms.sync);
    w.append(quint64(3));
    w.startMap();
    for (const auto& [stage, times] : histograms.stages) {
        w.append(quint64(stage));
        write(w, times);
    }
    w.endMap();
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
        case 3:
            return readMap(r, [&](quint64 stage) {
                return stage < kStages ? read(r, histograms.stages[static_cast<Stage>(stage)]) : skip(r);
            });
        default:
            return skip(r);
        }
    });
}

// ---- Activity

namespace {

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
            return readEnum(r, event.kind, NodeEventKind::SnapshotSent);
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
            return readEnum(r, sample.kind, MessageKind::TimeoutNow);
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

} // namespace

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

} // namespace faultline::wire
