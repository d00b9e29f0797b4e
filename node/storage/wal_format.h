// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

/// How a write-ahead log lies on disk. All integers are little endian.
///
/// The file opens with 16 bytes: magic "faultwal", format version (4), low half of XXH3-64 over the 12 bytes before
/// (4). Then records, each a multiple of 8 bytes:
///
///     offset  bytes
///     0       8     XXH3-64 over the rest of the record, seeded with the record's own place in the file, so that a
///                   record that is whole but does not belong there (left over, moved) is noticed
///     8       4     length of the body
///     12      1     kind
///     13      3     zero
///     16      n     body
///     16 + n  0-7   zero
namespace faultline::storage::format {

inline constexpr quint32 kVersion = 1;
inline constexpr qint64 kFileHeaderSize = 16;
inline constexpr qint64 kRecordHeaderSize = 16;
inline constexpr qint64 kMaxBody = qint64(32) << 20;

/// Numbers are on disk: never reuse one.
enum class RecordKind : quint8 {
    Entry = 1,     ///< index (8), term (8), kind (1), payload
    HardState = 2, ///< term (8), vote (4)
    Synced = 3,    ///< everything before this offset (8) was made durable
};

inline constexpr qint64 kEntryHeadSize = 17;
inline constexpr qint64 kHardStateSize = 12;
inline constexpr qint64 kSyncedSize = 8;

template <typename Integer> Integer readInteger(QByteArrayView bytes, qsizetype offset)
{
    quint64 value = 0;
    for (qsizetype i = 0; i < qsizetype(sizeof(Integer)); ++i)
        value |= static_cast<quint64>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
    return static_cast<Integer>(value);
}

template <typename Integer> void appendInteger(QByteArray& out, Integer value)
{
    char bytes[sizeof(Integer)];
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
        bytes[i] = static_cast<char>((static_cast<quint64>(value) >> (8 * i)) & 0xff);
    out.append(bytes, sizeof bytes);
}

constexpr qint64 recordSize(qint64 bodySize)
{
    return (kRecordHeaderSize + bodySize + 7) / 8 * 8;
}

QByteArray fileHeader(quint32 version = kVersion);

/// Begins a record at the end of `out`; its body is appended next, then endRecord() is called with what this returned.
qsizetype beginRecord(QByteArray& out, RecordKind kind);
/// `place` is where the record will stand in the file.
void endRecord(QByteArray& out, qsizetype begun, qint64 place);

struct RecordHead
{
    quint64 checksum;
    qint64 bodySize;
    RecordKind kind;
};

/// From kRecordHeaderSize bytes. Nothing when they cannot be the head of a record.
std::optional<RecordHead> readHead(QByteArrayView bytes);
/// Of a whole record, head included.
bool checksumHolds(QByteArrayView record, qint64 place);

} // namespace faultline::storage::format
