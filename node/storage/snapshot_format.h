// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"

#include <QByteArray>
#include <QByteArrayView>

#include <memory>
#include <optional>

/// How a snapshot lies on disk, and on its way to a peer: the same bytes. All integers are little endian.
///
///     offset  bytes
///     0       8     magic "faultsnp"
///     8       4     format version
///     12      4     length of the membership
///     16      16    last index (8), last term (8)
///     32      m     membership
///     32 + m  8     XXH3-64 over everything before
///
/// Then blocks of 64 KiB of state, the last one shorter, and one that ends the file:
///
///     0       4     length of the data
///     4       4     1: state, 2: the end; its data is the length of the whole state (8) and XXH3-64 over header and
///                   state (8)
///     8       8     XXH3-64 over the 8 bytes before and the data, seeded with the block's own place
///     16      n     data
namespace faultline::storage {

/// What a snapshot stands for: everything the log did up to and including an entry.
struct SnapshotMeta
{
    quint64 lastIndex = 0;
    quint64 lastTerm = 0;
    QByteArray membership; ///< opaque
    bool operator==(const SnapshotMeta&) const = default;
};

namespace format {

inline constexpr quint32 kSnapshotVersion = 1;
inline constexpr qsizetype kSnapshotHeaderSize = 32;
inline constexpr qsizetype kMaxMembership = qsizetype(1) << 20;
inline constexpr qsizetype kBlockSize = qsizetype(64) << 10;
inline constexpr qsizetype kBlockHeaderSize = 16;

enum class BlockKind : quint32 { State = 1, End = 2 };

QByteArray encode(const SnapshotMeta& meta, quint32 version = kSnapshotVersion);
void appendBlock(QByteArray& out, BlockKind kind, QByteArrayView data, qint64 place);
QByteArray endData(quint64 stateSize, quint64 checksum);

/// XXH3-64 over pieces.
class Checksum
{
public:
    Checksum();
    ~Checksum();
    Checksum(Checksum&& other) noexcept;
    Checksum& operator=(Checksum&&) = delete;
    void add(QByteArrayView bytes);
    quint64 value() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace format

/// Reads a snapshot block by block; what it hands back has the right checksum. Errors name file and offset.
class SnapshotReader
{
public:
    /// Reads the header. `file` must outlive it.
    static Result<SnapshotReader> open(const File& file, const QString& path);

    const SnapshotMeta& meta() const { return m_meta; }
    /// The next piece of the state; nothing when it was the last and all of them together are right.
    Result<std::optional<QByteArray>> next();
    /// Everything before this offset is right.
    qint64 place() const { return m_place; }
    /// Of header and state, once next() has said nothing.
    quint64 checksum() const { return m_checksum.value(); }

private:
    SnapshotReader(const File& file, QString path, SnapshotMeta meta, qint64 place);
    Error damaged(const QString& why) const;

    const File* m_file;
    QString m_path;
    SnapshotMeta m_meta;
    qint64 m_place;
    quint64 m_stateSize = 0;
    format::Checksum m_checksum;
};

} // namespace faultline::storage
