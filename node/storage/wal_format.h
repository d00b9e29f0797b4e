// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/byte_order.h"
#include "node/storage/wal_entry.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

/// How a write-ahead log lies on disk: segments, each a file with records one after the other, and zeros behind the
/// last one where room was made for more. All integers are little endian.
///
/// A segment opens with a header:
///
///     offset  bytes
///     0       8     magic "faultwal"
///     8       4     format version
///     12      4     1: the log begins anew here, whatever the segments before say; else 0
///     16      8     owner: which log it is a part of
///     24      8     number of the segment, from 1, as in its name
///     32      8     index of the last entry before it
///     40      8     everything before this offset of the segment before was durable
///     48      12    hard state: term (8), vote (4)
///     60      4     the file is never shorter than this, as long as it is the last one; zero in format 2
///     64      8     XXH3-64 over the 64 bytes before
///
/// Then records, each a multiple of 8 bytes:
///
///     offset  bytes
///     0       8     XXH3-64 over the rest of the record, seeded with owner, segment and the record's own place in it,
///                   so that a record that is whole but does not belong there (left over, moved) is noticed
///     8       4     length of the body
///     12      1     kind
///     13      3     zero
///     16      n     body
///     16 + n  0-7   zero
///
/// Format 2 had no word of how long a file is, neither in the header nor in the notes, so that a file that lost its end
/// looked like one with a torn tail. It is read, and gone on with, as it is.
///
/// Format 1 was a single file with a header of 16 bytes (magic, version, low half of XXH3-64 over both), the same
/// records seeded with their place alone, and no record that seals. It is read once, when a folder is opened
/// (wal_migration.h).
namespace faultline::storage::format {

inline constexpr quint32 kVersion = 3;
inline constexpr quint32 kLowestVersion = 2;
inline constexpr qint64 kSegmentHeaderSize = 72;
inline constexpr qint64 kFileHeaderSize1 = 16;
inline constexpr qint64 kRecordHeaderSize = 16;
inline constexpr qint64 kMaxBody = qint64(32) << 20;

/// Numbers are on disk: never reuse one.
enum class RecordKind : quint8 {
    Entry = 1,     ///< index (8), term (8), kind (1), payload
    HardState = 2, ///< term (8), vote (4)
    Synced = 3,    ///< everything before this offset (8) was made durable; the file is no shorter than this (8)
    Sealed = 4,    ///< the log goes on in the segment with this number (8), which was there before this was written
};

inline constexpr qint64 kEntryHeadSize = 17;
inline constexpr qint64 kHardStateSize = 12;
inline constexpr qint64 kSyncedSize = 16;
inline constexpr qint64 kSyncedSize2 = 8; ///< in formats 1 and 2, without the length of the file
inline constexpr qint64 kSealedSize = 8;

constexpr qint64 recordSize(qint64 bodySize)
{
    return (kRecordHeaderSize + bodySize + 7) / 8 * 8;
}

struct SegmentHeader
{
    quint64 owner = 0;
    quint64 number = 1;
    quint64 lastIndex = 0; ///< before this segment
    qint64 previousEnd = 0;
    HardState hardState = {};
    bool beginsAnew = false;
    quint32 leastSize = 0; ///< of the file
    quint32 version = kVersion;
    bool operator==(const SegmentHeader&) const = default;
};

QByteArray encode(const SegmentHeader& header);
/// From kSegmentHeaderSize bytes. Nothing when the magic, the version or the checksum is not right.
std::optional<SegmentHeader> decodeHeader(QByteArrayView bytes);
/// What the seeds of the records of a segment begin with. In a file of format 1 they begin with 0.
quint64 seedOf(quint64 owner, quint64 number);

QByteArray fileHeader1();

/// A record whose body is `head` and then `rest`. `place` is where it will stand in the file.
void appendRecord(QByteArray& out, RecordKind kind, QByteArrayView head, QByteArrayView rest, qint64 place,
                  quint64 seed);
void appendRecord(QByteArray& out, const Entry& entry, qint64 place, quint64 seed);
void appendRecord(QByteArray& out, const HardState& hardState, qint64 place, quint64 seed);
/// Sealed, or Synced as formats 1 and 2 had it.
void appendRecord(QByteArray& out, RecordKind kind, quint64 number, qint64 place, quint64 seed);

/// Synced: everything before `place`.
void appendNote(QByteArray& out, qint64 leastSize, qint64 place, quint64 seed);

struct RecordHead
{
    quint64 checksum;
    qint64 bodySize;
    RecordKind kind;
};

/// From kRecordHeaderSize bytes. Nothing when they cannot be the head of a record.
std::optional<RecordHead> readHead(QByteArrayView bytes);
/// Of a whole record, head included.
bool checksumHolds(QByteArrayView record, qint64 place, quint64 seed);

} // namespace faultline::storage::format
