// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_format.h"

#include <algorithm>
#include <xxhash.h>

namespace faultline::storage::format {

namespace {

quint64 hashOf(QByteArrayView bytes, quint64 seed = 0)
{
    return XXH3_64bits_withSeed(bytes.data(), static_cast<std::size_t>(bytes.size()), seed);
}

quint64 checksumOf(QByteArrayView record, qint64 place, quint64 seed)
{
    return hashOf(record.sliced(8), seed + static_cast<quint64>(place));
}

} // namespace

QByteArray encode(const SegmentHeader& header)
{
    QByteArray bytes("faultwal");
    appendInteger(bytes, header.version);
    appendInteger(bytes, quint32(header.beginsAnew ? 1 : 0));
    appendInteger(bytes, header.owner);
    appendInteger(bytes, header.number);
    appendInteger(bytes, header.lastIndex);
    appendInteger(bytes, header.previousEnd);
    appendInteger(bytes, header.hardState.term);
    appendInteger(bytes, header.hardState.vote);
    appendInteger(bytes, header.leastSize);
    appendInteger(bytes, hashOf(bytes));
    return bytes;
}

std::optional<SegmentHeader> decodeHeader(QByteArrayView bytes)
{
    SegmentHeader header;
    header.version = readInteger<quint32>(bytes, 8);
    if (header.version < kLowestVersion || header.version > kVersion)
        return std::nullopt;
    header.beginsAnew = readInteger<quint32>(bytes, 12) == 1;
    header.owner = readInteger<quint64>(bytes, 16);
    header.number = readInteger<quint64>(bytes, 24);
    header.lastIndex = readInteger<quint64>(bytes, 32);
    header.previousEnd = readInteger<qint64>(bytes, 40);
    header.hardState = {readInteger<quint64>(bytes, 48), readInteger<quint32>(bytes, 56)};
    header.leastSize = readInteger<quint32>(bytes, 60);
    if (bytes.first(kSegmentHeaderSize) != encode(header))
        return std::nullopt;
    return header;
}

quint64 seedOf(quint64 owner, quint64 number)
{
    QByteArray bytes;
    appendInteger(bytes, owner);
    appendInteger(bytes, number);
    return hashOf(bytes);
}

QByteArray fileHeader1()
{
    QByteArray header("faultwal");
    appendInteger(header, quint32(1));
    appendInteger(header, static_cast<quint32>(hashOf(header)));
    return header;
}

void appendRecord(QByteArray& out, RecordKind kind, QByteArrayView head, QByteArrayView rest, qint64 place,
                  quint64 seed)
{
    const qint64 bodySize = head.size() + rest.size();
    const qsizetype begun = out.size();
    out.resize(begun + static_cast<qsizetype>(recordSize(bodySize)));
    char* const record = out.data() + begun;
    char* at = writeInteger(record + 8, static_cast<quint32>(bodySize));
    at = writeInteger(at, static_cast<quint32>(kind)); // and the three zeros behind it
    at = std::copy(head.begin(), head.end(), at);
    at = std::copy(rest.begin(), rest.end(), at);
    std::fill(at, out.data() + out.size(), '\0');
    writeInteger(record, checksumOf(QByteArrayView(out).sliced(begun), place, seed));
}

void appendRecord(QByteArray& out, const Entry& entry, qint64 place, quint64 seed)
{
    char head[kEntryHeadSize];
    writeInteger(writeInteger(writeInteger(head, entry.index), entry.term), entry.kind);
    appendRecord(out, RecordKind::Entry, QByteArrayView(head, kEntryHeadSize), entry.payload, place, seed);
}

void appendRecord(QByteArray& out, const HardState& hardState, qint64 place, quint64 seed)
{
    char head[kHardStateSize];
    writeInteger(writeInteger(head, hardState.term), hardState.vote);
    appendRecord(out, RecordKind::HardState, QByteArrayView(head, kHardStateSize), {}, place, seed);
}

void appendRecord(QByteArray& out, RecordKind kind, quint64 number, qint64 place, quint64 seed)
{
    char head[sizeof number];
    writeInteger(head, number);
    appendRecord(out, kind, QByteArrayView(head, sizeof head), {}, place, seed);
}

void appendNote(QByteArray& out, qint64 leastSize, qint64 place, quint64 seed)
{
    char body[kSyncedSize];
    writeInteger(writeInteger(body, place), leastSize);
    appendRecord(out, RecordKind::Synced, QByteArrayView(body, kSyncedSize), {}, place, seed);
}

std::optional<RecordHead> readHead(QByteArrayView bytes)
{
    const auto bodySize = readInteger<quint32>(bytes, 8);
    const auto kind = static_cast<RecordKind>(bytes[12]);
    const bool known = kind == RecordKind::Entry || kind == RecordKind::HardState || kind == RecordKind::Synced ||
                       kind == RecordKind::Sealed;
    if (!known || bodySize > kMaxBody || bytes[13] != 0 || bytes[14] != 0 || bytes[15] != 0)
        return std::nullopt;
    return RecordHead{readInteger<quint64>(bytes, 0), bodySize, kind};
}

bool checksumHolds(QByteArrayView record, qint64 place, quint64 seed)
{
    return readInteger<quint64>(record, 0) == checksumOf(record, place, seed);
}

} // namespace faultline::storage::format
